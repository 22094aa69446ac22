"""Small pictures for the lists: the newest wish first, from a helper process of their own.

The helper of the viewer is never asked, so that a cine that plays does not wait for a thumbnail.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from console.dicom.reader import PictureReader
from console.errors import ConsoleError
from console.graphics.encoder import Encoder, Painting
from console.pictures import Pictures

_MOST_WISHES = 200


@dataclass(frozen=True)
class Wish:
    """One thumbnail that is looked at."""

    key: str
    """Handed back with the picture."""
    instance: int
    """Whose picture, as the index numbers it."""
    columns: int
    """Cells wide."""
    rows: int
    """Cells high."""


class Thumbnails:
    """One thread, one helper process that starts with the first wish."""

    def __init__(
        self,
        file_of: Callable[[int], Path],
        make_encoder: Callable[[], Encoder],
        deliver: Callable[[str, Painting | None], object],
    ) -> None:
        """`file_of` names the file of an instance, and may raise ConsoleError; `deliver` is called from the thread."""
        self._file_of = file_of
        self._make_encoder = make_encoder
        self._deliver = deliver
        self._wishes: OrderedDict[Wish, None] = OrderedDict()
        self._condition = threading.Condition()
        self._closed = False
        self._pictures: Pictures | None = None
        self._thread: threading.Thread | None = None

    def want(self, wish: Wish) -> None:
        """Have a thumbnail made; what was wanted last is made first, what was wanted long ago never."""
        with self._condition:
            if self._closed:
                return
            self._wishes[wish] = None
            self._wishes.move_to_end(wish)
            while len(self._wishes) > _MOST_WISHES:
                self._wishes.popitem(last=False)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="thumbnails", daemon=True)
                self._thread.start()
            self._condition.notify()

    def forget_wishes(self) -> None:
        """Nothing that was wanted is looked at any more."""
        with self._condition:
            self._wishes.clear()

    def close(self) -> None:
        """Stop, and end the helper process."""
        with self._condition:
            self._closed = True
            self._condition.notify()
            pictures, self._pictures = self._pictures, None
        if pictures is not None:
            pictures.reader.close()

    def _work(self) -> None:
        encoder = self._make_encoder()
        while True:
            with self._condition:
                while not self._wishes and not self._closed:
                    self._condition.wait()
                if self._closed:
                    return
                wish = self._wishes.popitem()[0]
                if self._pictures is None:
                    self._pictures = Pictures(PictureReader(background=True))
                pictures = self._pictures
            self._deliver(wish.key, self._painted(wish, pictures, encoder))

    def _painted(self, wish: Wish, pictures: Pictures, encoder: Encoder) -> Painting | None:
        """The middle frame or the first page; None for what cannot be shown: the viewer will say why."""
        size = encoder.pixel_size(wish.columns, wish.rows)
        try:
            pixels = pictures.thumbnail(self._file_of(wish.instance), 0, size, encoder.canvas_aspect)
        except ConsoleError:
            return None
        return encoder.encode(pixels, wish.columns, wish.rows, still=True)
