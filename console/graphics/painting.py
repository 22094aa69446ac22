"""One encoded frame, whatever it was drawn with."""

from collections.abc import Callable
from typing import Literal, Protocol

from console.graphics.cells import CellPicture, CellRun


class Hand(Protocol):
    """Hands pictures over to a terminal on this machine."""

    def __call__(self, file: bytes) -> bytes:
        """Put a picture where the terminal finds it; returns what to write."""
        ...

    def unread(self) -> int:
        """Pictures that it has not fetched yet."""
        ...


class Painting:
    """One encoded frame. Nothing of it changes: it may be shown in another thread than the encoder's."""

    def __init__(
        self,
        size: tuple[int, int],
        rows: tuple[bytes, ...] | None,
        picture: Callable[[], CellPicture],
        *,
        blob: bytes = b"",
        erase: bytes = b"",
        behind: tuple[bytes, ...] = (),
        shared: Hand | None = None,
    ) -> None:
        """`picture` makes the frame as cells when somebody asks."""
        self.size = size
        """(columns, rows) in cells."""
        self.rows = rows
        """Bytes of each cell row, to be written after moving the cursor to its start; None for pixel graphics."""
        self.blob = blob
        """Pixel graphics as one string, to be written with the cursor in the upper left cell; empty for cells."""
        self.erase = erase
        """What takes it off the screen, beyond writing over it."""
        self.behind = behind
        """Characters of each cell row behind which the pixels stand, for terminals that place them so."""
        self.shared = shared
        """Hands the blob over to a terminal on this machine, each time it is shown; returns what to write instead."""
        self._picture = picture
        self._made: CellPicture | None = None

    @classmethod
    def of_cells(cls, picture: CellPicture) -> "Painting":
        """A frame drawn with characters."""
        rows, columns = picture.glyphs.shape
        painting = cls((columns, rows), picture.lines, lambda: picture)
        painting._made = picture
        return painting

    @property
    def kind(self) -> Literal["cells", "pixels"]:
        """Whether it is drawn with characters."""
        return "pixels" if self.rows is None else "cells"

    @property
    def picture(self) -> CellPicture:
        """The frame as cells, for modals and screenshots. Two threads that ask at once both make it."""
        if self._made is None:
            self._made = self._picture()
        return self._made

    @property
    def nbytes(self) -> int:
        """Roughly what it holds in memory."""
        return len(self.blob) + sum(map(len, self.rows or ())) + 12 * self.size[0] * self.size[1]

    def cells(self, row: int) -> list[CellRun]:
        """(text, foreground, background) runs of one cell row, for whoever must crop, dim or stack it."""
        return self.picture.cells(row)
