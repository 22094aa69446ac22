"""Every action of the console, once: its key, name, help and what it calls.

Key bindings, the key bar, the palette, the help screen and the tests read this table. Names and help are source
strings; they are translated when they are drawn, so that the language can change while running.
"""

from console.commands import checks, dialogs, frames, general, inspections, measuring, repair, seeing, viewing
from console.commands.command import Command as Command

COMMANDS: tuple[Command, ...] = (
    *general.APP,
    *general.HOME,
    *checks.CHECKLISTS,
    *seeing.STUDIES,
    *viewing.VIEWER,
    *frames.FRAMES,
    *measuring.MEASURING,
    *measuring.MEASUREMENTS,
    *seeing.HEADER,
    *repair.REPAIR,
    *repair.WIZARD,
    *inspections.INSPECTIONS,
    *inspections.ONE_INSPECTION,
    *inspections.PAGES,
    *general.SETTINGS,
    *general.TERMINAL,
    *dialogs.DIALOGS,
)
"""In the order in which the key bar offers them: most used first."""


def commands_of(scope: str) -> tuple[Command, ...]:
    """The commands of one screen, or of the application for "app"."""
    return tuple(command for command in COMMANDS if command.scope == scope)
