"""The one file dialog: walk folders by keyboard, type a path, open or name a file."""

import os
from dataclasses import dataclass
from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import Input, Static

from console.i18n import _, ngettext
from console.model.places import Listing, drives, list_folder
from console.model.text import clean, size_text
from console.screens.base import bindings_of
from console.screens.dialogs.panel import Panel
from console.widgets.line_list import Line, LineList

_MOST_ENTRIES = 2000
"""Lines shown of one folder; the path line reaches the rest."""


class FileDialog(Panel[Path]):
    """Opens an existing file or folder, or names a file to write. The answer is a path."""

    BINDINGS = bindings_of("files")

    @dataclass
    class Listed(Message):
        """A folder has been read."""

        listing: Listing

    def __init__(self, title: str, start: Path, *, save_as: str = "") -> None:
        super().__init__(title)
        self._folder = start
        self._save_as = save_as
        self._shown: list[Path] = []
        """The path behind each line."""

    def inside(self) -> ComposeResult:
        yield Input(id="path")
        yield LineList("entries", choosable=True)
        yield Static("", id="problem", markup=False)

    def hint(self) -> str:
        if self._save_as:
            return _("tab list or name · enter take · ctrl+u up · esc cancel")
        return _("enter open · ctrl+o whole folder · ctrl+u up · tab path · esc")

    def on_mount(self) -> None:
        self._go(self._folder)
        if not self._save_as:
            self.query_one(LineList).focus()

    def action_up(self) -> None:
        self._go(self._folder.parent)

    def action_whole(self) -> None:
        if not self._save_as:
            self.dismiss(self._folder)

    @on(Input.Submitted, "#path")
    def typed(self, event: Input.Submitted) -> None:
        event.stop()
        path = Path(os.path.expanduser(event.value.strip() or "."))
        path = path if path.is_absolute() else self._folder / path
        if path.is_dir():
            self._go(path)
        elif self._save_as or path.exists():
            self.dismiss(path)
        else:
            self._problem(_("{path} does not exist.").format(path=path))

    @on(LineList.Chosen)
    def chosen(self, event: LineList.Chosen) -> None:
        event.stop()
        path = self._shown[event.index]
        if path.is_dir():
            self._go(path)
        elif self._save_as:
            self.query_one(Input).value = str(path)
            self.query_one(Input).focus()
        else:
            self.dismiss(path)

    @on(Listed)
    def show(self, event: Listed) -> None:
        event.stop()
        listing = event.listing
        if listing.folder != self._folder:
            return
        entries = self.query_one(LineList)
        entries.loading = False
        if listing.folder.parent == listing.folder or listing.error:
            self._shown = list(drives())
            lines = [Line(str(place)) for place in self._shown]
        else:
            self._shown = [listing.folder.parent]
            lines = [Line("..")]
        for entry in listing.entries[:_MOST_ENTRIES]:
            self._shown.append(listing.folder / entry.name)
            name = clean(entry.name) + (os.sep if entry.is_folder else "")
            lines.append(Line(name, right="" if entry.is_folder else size_text(entry.size)))
        entries.show(lines)
        left_out = len(listing.entries) - _MOST_ENTRIES
        if listing.error:
            self._problem(_("{path} cannot be opened: {reason}.").format(path=listing.folder, reason=listing.error))
        elif left_out > 0:
            sentence = ngettext(
                "{count} more is not listed; type the path.", "{count} more are not listed; type the path.", left_out
            )
            self._problem(sentence.format(count=left_out))
        else:
            self._problem("" if listing.entries else _("This folder is empty."))

    def _go(self, folder: Path) -> None:
        self._folder = folder
        path = folder / self._save_as if self._save_as else folder
        self.query_one(Input).value = str(path)
        self.query_one(LineList).loading = True
        self._read(folder)

    @work(thread=True, exclusive=True, exit_on_error=False, group="folder", description="reading a folder")
    def _read(self, folder: Path) -> None:
        self.post_message(self.Listed(list_folder(folder)))

    def _problem(self, sentence: str) -> None:
        self.query_one("#problem", Static).update(sentence)
