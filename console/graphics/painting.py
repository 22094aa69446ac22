"""One encoded frame, whatever it was drawn with."""

from collections.abc import Callable
from typing import Literal

from console.graphics.cells import CellPicture, CellRun


class Painting:
    """One encoded frame. Nothing of it changes: it may be shown in another thread than the encoder's."""

    def __init__(
        self,
        size: tuple[int, int],
        rows: tuple[bytes, ...] | None,
        blob: bytes,
        erase: bytes,
        picture: Callable[[], CellPicture],
    ) -> None:
        self.size = size
        """(columns, rows) in cells."""
        self.rows = rows
        """Bytes of each cell row, to be written after moving the cursor to its start; None for pixel graphics."""
        self.blob = blob
        """Pixel graphics as one string, to be written with the cursor in the upper left cell; empty for cells."""
        self.erase = erase
        """What takes it off the screen, beyond writing over it."""
        self._picture = picture
        self._made: CellPicture | None = None

    @classmethod
    def of_cells(cls, picture: CellPicture) -> "Painting":
        """A frame drawn with characters."""
        rows, columns = picture.glyphs.shape
        painting = cls((columns, rows), picture.lines, b"", b"", lambda: picture)
        painting._made = picture
        return painting

    @classmethod
    def of_pixels(
        cls, size: tuple[int, int], blob: bytes, erase: bytes, picture: Callable[[], CellPicture]
    ) -> "Painting":
        """A frame in the terminal's pixels; `picture` makes the same as cells when somebody asks."""
        return cls(size, None, blob, erase, picture)

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
