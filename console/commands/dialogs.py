"""Commands of the dialogs."""

from console.commands.command import Command
from console.i18n import N_

DIALOGS: tuple[Command, ...] = (
    Command("dialog.close", "escape", N_("Close"), N_("Closes the dialog; nothing is changed."), "close", "esc"),
    Command("dialog.copy", "y", N_("Copy"), N_("Copies the text to the terminal's clipboard."), "copy"),
    Command("text.close", "escape", N_("Keep"), N_("Keeps the text and closes."), "close", "esc"),
    Command("files.close", "escape", N_("Cancel"), N_("Closes the dialog; nothing is chosen."), "close", "esc"),
    Command(
        "files.whole",
        "ctrl+o",
        N_("Whole folder"),
        N_("Takes the folder that is shown, with all it holds."),
        "whole",
        "ctrl+o",
        priority=True,
    ),
    Command("files.up", "ctrl+u", N_("Folder above"), N_("Goes to the folder above."), "up", "ctrl+u", priority=True),
)
