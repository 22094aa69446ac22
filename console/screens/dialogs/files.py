"""The one file dialog: walk folders by keyboard, type a path, open or name a file."""

import os
from dataclasses import dataclass
from pathlib import Path

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from console.i18n import _
from console.model.places import Listing, drives, list_folder
from console.model.text import clean, size_text
from console.screens.base import bindings_of
from console.screens.dialogs.panel import Panel
from console.widgets.bars import side_by_side

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
        self._listing: Listing | None = None

    def inside(self) -> ComposeResult:
        yield Input(id="path")
        yield OptionList(id="entries", markup=False)
        yield Static("", id="problem", markup=False)

    def hint(self) -> str:
        if self._save_as:
            return _("tab list or name · enter folder or save · ctrl+u up · esc cancel")
        return _("enter open · ctrl+o whole folder · ctrl+u up · tab type a path · esc cancel")

    def on_mount(self) -> None:
        self._go(self._folder)
        if not self._save_as:
            self.query_one(OptionList).focus()

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

    @on(OptionList.OptionSelected, "#entries")
    def chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        path = Path(event.option.id or "")
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
        self._listing = listing
        entries = self.query_one(OptionList)
        entries.loading = False
        entries.clear_options()
        width = max(entries.size.width - 4, 20)
        options = [Option(Text(".."), id=str(listing.folder.parent))]
        if listing.folder.parent == listing.folder or listing.error:
            options = [Option(Text(str(place)), id=str(place)) for place in drives()]
        for entry in listing.entries[:_MOST_ENTRIES]:
            name = clean(entry.name) + (os.sep if entry.is_folder else "")
            line = side_by_side(name, "" if entry.is_folder else size_text(entry.size), width)
            options.append(Option(Text(line, no_wrap=True), id=str(listing.folder / entry.name)))
        entries.add_options(options)
        entries.highlighted = 0
        left_out = len(listing.entries) - _MOST_ENTRIES
        if listing.error:
            self._problem(_("{path} cannot be opened: {reason}.").format(path=listing.folder, reason=listing.error))
        elif left_out > 0:
            self._problem(_("{count} more are not listed; type the path.").format(count=left_out))
        else:
            self._problem("")

    def _go(self, folder: Path) -> None:
        self._folder = folder
        path = folder / self._save_as if self._save_as else folder
        self.query_one(Input).value = str(path)
        self.query_one(OptionList).loading = True
        self._read(folder)

    @work(thread=True, exclusive=True, exit_on_error=False, group="folder", description="reading a folder")
    def _read(self, folder: Path) -> None:
        self.post_message(self.Listed(list_folder(folder)))

    def _problem(self, sentence: str) -> None:
        self.query_one("#problem", Static).update(sentence)
