"""Pictures for screens and the command line: find files, read them through the helper process, make them visible.

Wiring between console.dicom and console.graphics; knows neither of them better than their public functions.
"""

import importlib.util
import io
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from console.dicom.pixels import automatic_window, default_window, grey_to_bytes
from console.dicom.reader import PictureReader
from console.errors import Cancelled, DecodeError, DicomReadError, StoreError
from console.i18n import _
from console.model.picture import LookupTable, PictureInfo, Window
from console.store.files import replace_file

MOST_FILES = 5000
"""Files looked at below one folder: enough for a disc of runs; a whole archive belongs into an index."""

Presentation = Window | LookupTable
"""How values become grey: a window or a table."""


def find_files(
    paths: Sequence[Path],
    cancelled: Callable[[], bool] = lambda: False,
    progress: Callable[[int, str], None] = lambda looked_at, name: None,
) -> tuple[Path, ...]:
    """The files that may be DICOM at and below `paths`, in their order; those of a folder are sorted by name.

    A file that is named is taken as it is; links to folders are not followed. `progress` hears how many files have
    been looked at, and the name of the last. Raises DicomReadError with one sentence when there is nothing to look
    at, and Cancelled.
    """
    found = [file.absolute() for path in paths for file in _files_at(path, cancelled, progress)]
    if cancelled():
        raise Cancelled(_("Stopped"), _("The search was stopped; nothing was changed."))
    if not found:
        raise DicomReadError(
            _("Nothing to show"), _("{path} holds no DICOM file. Choose another folder.").format(path=paths[0])
        )
    return tuple(dict.fromkeys(found))


def _files_at(path: Path, cancelled: Callable[[], bool], progress: Callable[[int, str], None]) -> list[Path]:
    try:
        if not path.exists():
            raise DicomReadError(_("No such file"), _("{path} does not exist. Check the name.").format(path=path))
        if not path.is_dir():
            return [path]
        os.scandir(path).close()
    except OSError as error:
        raise DicomReadError(
            _("Cannot be read"),
            _("{path} cannot be opened ({reason}). Check the permissions.").format(path=path, reason=error.strerror),
        ) from error
    return sorted(_candidates(path, cancelled, progress))


def _candidates(folder: Path, cancelled: Callable[[], bool], progress: Callable[[int, str], None]) -> Iterator[Path]:
    """Files with the DICOM preamble, or named like DICOM files, at most MOST_FILES of those looked at."""
    looked_at = 0
    for parent, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            looked_at += 1
            if looked_at > MOST_FILES or cancelled():
                return
            progress(looked_at, name)
            path = Path(parent, name)
            if name.upper() != "DICOMDIR" and looks_like_dicom(path):
                yield path


def looks_like_dicom(path: Path) -> bool:
    """True for a regular file with "DICM" after its preamble (PS3.10 7.1) or with the ending .dcm."""
    try:
        if not path.is_file():
            return False
        if path.suffix.lower() in (".dcm", ".dicom"):
            return True
        with path.open("rb") as stream:
            return stream.read(132)[128:] == b"DICM"
    except OSError:
        return False


class Pictures:
    """What can be asked about DICOM objects. Every call may block for seconds: never from the event loop."""

    def __init__(self, reader: PictureReader) -> None:
        self.reader = reader

    def info(self, path: Path) -> PictureInfo:
        """Everything known of a file without decoding; DicomReadError in one sentence when it cannot be read."""
        return self.reader.open(path)

    def frame(self, info: PictureInfo, number: int) -> NDArray[np.generic]:
        """The stored values of frame `number` (from 1), or RGB bytes of a colour object."""
        if not 1 <= number <= info.frames:
            if info.frames == 0:
                raise DecodeError(_("No picture"), no_picture_sentence(info))
            raise DecodeError(
                _("No such frame"),
                _("{name} has frames 1 to {frames}; there is no frame {number}.").format(
                    name=Path(info.path).name, frames=info.frames, number=number
                ),
            )
        return self.reader.frame(info, number)

    def first_window(self, info: PictureInfo, stored: NDArray[np.generic]) -> Presentation | None:
        """The presentation a picture opens with; None for colour."""
        return None if info.grayscale is None else default_window(info, stored)

    def windows(self, info: PictureInfo, stored: NDArray[np.generic]) -> tuple[Presentation, ...]:
        """Every presentation the operator can step through: the header's windows and tables, automatic, full range."""
        if info.grayscale is None:
            return ()
        grayscale = info.grayscale
        automatic = automatic_window(stored, grayscale)
        choices: list[Presentation] = [*grayscale.windows, *grayscale.voi_tables, automatic, full_range(info)]
        first = self.first_window(info, stored)
        if first is not None and first not in choices:
            choices.insert(0, first)
        return tuple(dict.fromkeys(choices))

    def visible(
        self, info: PictureInfo, stored: NDArray[np.generic], window: Presentation | None, inverted: bool = False
    ) -> NDArray[np.uint8]:
        """What the screen shows: uint8 (rows, columns) for grey, (rows, columns, 3) for colour."""
        return visible_pixels(info, stored, window, inverted)


def visible_pixels(
    info: PictureInfo, stored: NDArray[np.generic], window: Presentation | None, inverted: bool = False
) -> NDArray[np.uint8]:
    """Stored values to screen values through the grayscale pipeline (PS3.4 N.2); colour is only inverted."""
    if info.grayscale is None:
        colour = np.asarray(stored, dtype=np.uint8)
        return 255 - colour if inverted else colour
    return grey_to_bytes(stored, info.grayscale, window, inverted)


def full_range(info: PictureInfo) -> Window:
    """The window that shows every value the object can store (PS3.3 C.11.2.1.2: c = (x1+x2+1)/2, w = x2-x1+1)."""
    grayscale = info.grayscale
    if grayscale is None:
        return Window(128, 256, source="automatic", explanation=_("full range"))
    lowest = -(1 << (grayscale.bits_stored - 1)) if grayscale.signed else 0
    ends = [
        value * grayscale.slope + grayscale.intercept for value in (lowest, lowest + (1 << grayscale.bits_stored) - 1)
    ]
    if grayscale.modality_table is not None:
        ends = [float(min(grayscale.modality_table.values)), float(max(grayscale.modality_table.values))]
    low, high = min(ends), max(ends)
    return Window((low + high + 1) / 2, high - low + 1, source="automatic", explanation=_("full range"))


def no_picture_sentence(info: PictureInfo) -> str:
    """Why an object shows nothing, in one sentence."""
    if info.problems:
        return info.problems[0].what
    return _("{name} is a {kind} and holds no picture. Its header can be read.").format(
        name=Path(info.path).name, kind=info.sop_class_name or _("DICOM object")
    )


def decoders_sentence() -> str:
    """What this installation can decode, in one sentence."""
    if importlib.util.find_spec("imagecodecs") is None:
        return _("cannot show: JPEG Lossless, JPEG-LS, HTJ2K (install cathlab-console[codecs])")
    return _("decoders: all")


def png_bytes(pixels: NDArray[np.uint8]) -> bytes:
    """`pixels`, grey (rows, columns) or RGB (rows, columns, 3), as a PNG file without any text in it."""
    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(stream, "PNG")
    return stream.getvalue()


def export_png(
    pictures: Pictures, info: PictureInfo, number: int, window: Presentation | None, inverted: bool, path: Path
) -> None:
    """Write frame `number` as a PNG of the native matrix, whole or not at all. Raises ConsoleError."""
    keep_records(path)
    pixels = pictures.visible(info, pictures.frame(info, number), window, inverted)
    replace_file(path, png_bytes(pixels))


def keep_records(path: Path) -> None:
    """Refuse to write over a DICOM file, whatever the operator confirmed. Raises StoreError."""
    if looks_like_dicom(path):
        raise StoreError(
            _("Not written"),
            _("{path} is a DICOM file and is never replaced. Choose another name.").format(path=path),
        )
