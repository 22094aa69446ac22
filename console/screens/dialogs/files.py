"""The one file dialog: walk folders by keyboard, type a path, open or name a file."""

import os
from dataclasses import dataclass
from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import Input, Static

from console.i18n import _, ngettext
from console.model.places import Listing, Look, drives, list_folder, look_at
from console.model.text import clean, size_text
from console.screens.base import bindings_of
from console.screens.dialogs.panel import Panel
from console.widgets.line_list import Line, LineList

_MOST_ENTRIES = 2000
"""Lines shown of one folder; the path line reaches the rest."""


class FileDialog(Panel[Look]):
    """Opens an existing file or folder, or names a file to write. The answer is what stands there."""

    BINDINGS = bindings_of("files")

    @dataclass
    class Listed(Message):
        """A folder has been read."""

        listing: Listing

    @dataclass
    class Seen(Message):
        """It is known what stands at a path."""

        look: Look

    def __init__(self, title: str, start: Path, *, save_as: str = "") -> None:
        super().__init__(title)
        self._folder = start
        self._save_as = save_as
        self._picked = False
        """True while a line of the list, not a typed name, is looked at for saving."""
        self._whole = False
        """True while a typed folder is looked at that is to be taken as it is."""

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
        if self._save_as:
            return
        typed = Path(os.path.expanduser(self.query_one("#path", Input).value.strip() or "."))
        if typed in (self._folder, Path()):
            self.answer(Look(self._folder, True, True))
        else:
            # A folder that was typed and not gone to yet is meant.
            self._whole = True
            self._look(typed if typed.is_absolute() else self._folder / typed)

    @on(Input.Submitted, "#path")
    def typed(self, event: Input.Submitted) -> None:
        event.stop()
        path = Path(os.path.expanduser(event.value.strip() or "."))
        self._look(path if path.is_absolute() else self._folder / path)

    @on(LineList.Chosen)
    def chosen(self, event: LineList.Chosen) -> None:
        event.stop()
        self._picked = bool(self._save_as)
        self._look(Path(event.key))

    @work(thread=True, exclusive=True, exit_on_error=False, group="look", description="looking at a path")
    def _look(self, path: Path) -> None:
        self.post_message(self.Seen(look_at(path)))

    @on(Seen)
    def go_on(self, event: Seen) -> None:
        event.stop()
        look, picked, whole = event.look, self._picked, self._whole
        self._picked = self._whole = False
        if look.is_folder and whole:
            self.answer(look)
        elif look.is_folder:
            self._go(look.path)
        elif look.error:
            self._problem(_("{path} cannot be opened: {reason}.").format(path=clean(str(look.path)), reason=look.error))
        elif picked:
            # A file of the list: its name is offered, and saving over it is another step.
            self.query_one(Input).value = str(look.path)
            self.query_one(Input).focus()
        elif self._save_as or look.exists:
            self.answer(look)
        else:
            self._problem(_("{path} does not exist.").format(path=clean(str(look.path))))

    @on(Listed)
    def show(self, event: Listed) -> None:
        event.stop()
        listing = event.listing
        if listing.folder != self._folder:
            return
        entries = self.query_one(LineList)
        entries.loading = False
        if listing.folder.parent == listing.folder or listing.error:
            lines = [Line(str(place), key=str(place)) for place in drives()]
        else:
            lines = [Line("..", key=str(listing.folder.parent))]
        for entry in listing.entries[:_MOST_ENTRIES]:
            name = clean(entry.name) + (os.sep if entry.is_folder else "")
            size = "" if entry.is_folder else size_text(entry.size)
            lines.append(Line(name, right=size, key=str(listing.folder / entry.name)))
        entries.show(lines)
        left_out = len(listing.entries) - _MOST_ENTRIES
        if listing.error:
            self._problem(
                _("{path} cannot be opened: {reason}.").format(path=clean(str(listing.folder)), reason=listing.error)
            )
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
