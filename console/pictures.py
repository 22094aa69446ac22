"""Pictures for screens and the command line: find files, read them through the helper process, make them visible.

Wiring between console.dicom and console.graphics; knows neither of them better than their public functions.
"""

import importlib.util
import io
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from console.dicom.kinds import kind_of, shows_as
from console.dicom.pipeline.render import render
from console.dicom.pipeline.renderer import FrameOf, Renderer
from console.dicom.pixels import automatic_window, default_window, full_range, grey_to_bytes
from console.dicom.reader import PictureReader
from console.errors import Cancelled, DecodeError, DicomReadError, StoreError
from console.graphics import resample
from console.i18n import _
from console.model.picture import PictureInfo
from console.model.pipeline import PLAIN, Presentation, Voi
from console.model.report_text import Report
from console.store.files import replace_file

MOST_FILES = 5000
"""Files looked at below one folder: enough for a disc of runs; a whole archive belongs into an index."""

_SMALL_BYTES = 16_000_000
"""Memory for thumbnails that were made."""


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
            if any(above.is_file() for above in path.parents):
                return [path]  # inside a zip file; whoever opens it unpacks it first
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
        self._small: OrderedDict[tuple[object, ...], NDArray[np.uint8]] = OrderedDict()
        self._small_bytes = 0
        self._small_lock = threading.Lock()

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

    def document(self, path: Path) -> Report:
        """Any object as text: content tree, dose, channels, facts; the pages of a document. Raises DicomReadError."""
        return self.reader.document(path)

    def page(self, path: Path, number: int, width: int) -> NDArray[np.uint8]:
        """Page `number` (from 1) of an encapsulated PDF, `width` pixels across; grey or RGB. DecodeError."""
        return self.reader.page(path, number, width)

    def thumbnail(
        self, path: Path, number: int, size: tuple[int, int], canvas_aspect: float = 1.0
    ) -> NDArray[np.uint8]:
        """Frame `number` (0: the middle one) in `size` (width, height) pixels, black around it; grey or RGB.

        A document shows its first page. Small pictures are kept as long as their files do not change, so the reader
        should be one of its own that the player does not wait for. Raises DecodeError or DicomReadError.
        """
        try:
            status = path.stat()
        except OSError as error:
            what = _("{path} cannot be opened ({reason}). Check the permissions.")
            raise DicomReadError(_("Cannot be read"), what.format(path=path, reason=error.strerror or error)) from error
        key = (str(path), status.st_size, status.st_mtime_ns, number, *size, canvas_aspect)
        with self._small_lock:
            if key in self._small:
                self._small.move_to_end(key)
                return self._small[key]
        small = self._made_small(path, number, size, canvas_aspect)
        small.flags.writeable = False
        with self._small_lock:
            if key not in self._small:
                self._small[key] = small
                self._small_bytes += small.nbytes
            while self._small_bytes > _SMALL_BYTES and len(self._small) > 1:
                self._small_bytes -= self._small.popitem(last=False)[1].nbytes
        return small

    def _made_small(self, path: Path, number: int, size: tuple[int, int], canvas_aspect: float) -> NDArray[np.uint8]:
        info = self.reader.open_now(path)
        if info.frames:
            stored = self.reader.frame_now(info, number or info.frames // 2 + 1)
            pixels = self.visible(info, stored, None, number=number or info.frames // 2 + 1)
            aspect = info.pixel_aspect
        elif shows_as(info.sop_class) == "document" and self.reader.document(path).pages:
            pixels, aspect = self.reader.page(path, number or 1, 2 * size[0]), 1.0
        else:
            raise DecodeError(_("No picture"), no_picture_sentence(info))
        rows, columns = pixels.shape[:2]
        geometry = resample.Geometry(columns, rows, *size, aspect, canvas_aspect)
        return resample.resample(pixels, resample.fit(geometry), *size, aspect, canvas_aspect)

    def first_window(self, info: PictureInfo, stored: NDArray[np.generic]) -> Voi | None:
        """The presentation a picture opens with; None for colour."""
        grayscale = info.grayscale
        if grayscale is None:
            return None
        if info.description is not None and info.description.state and not (grayscale.windows or grayscale.voi_tables):
            return full_range(info)  # what a presentation state does not say is the identity (PS3.4 N.2)
        return default_window(info, stored)

    def windows(self, info: PictureInfo, stored: NDArray[np.generic]) -> tuple[Voi, ...]:
        """Every presentation the operator can step through: the header's windows and tables, automatic, full range."""
        if info.grayscale is None:
            return ()
        grayscale = info.grayscale
        automatic = automatic_window(stored, grayscale)
        choices: list[Voi] = [*grayscale.windows, *grayscale.voi_tables, automatic, full_range(info)]
        first = self.first_window(info, stored)
        if first is not None and first not in choices:
            choices.insert(0, first)
        return tuple(dict.fromkeys(choices))

    def visible(
        self,
        info: PictureInfo,
        stored: NDArray[np.generic],
        window: Voi | None,
        inverted: bool = False,
        number: int = 1,
        presentation: Presentation = PLAIN,
    ) -> NDArray[np.uint8]:
        """What the screen shows of frame `number`: uint8 (rows, columns) for grey, (rows, columns, 3) for colour.

        `window` and `inverted` count before those of `presentation`. Mask frames and overlays are read where they are
        needed: DecodeError, DicomReadError.
        """
        renderer = self.renderer(info)
        if renderer is None:
            return visible_pixels(info, stored, window, inverted)
        settings = replace(presentation, voi=window or presentation.voi, inverted=inverted or presentation.inverted)
        return renderer.visible(number, stored, settings)

    def export(self, info: PictureInfo, number: int, presentation: Presentation, path: Path) -> None:
        """Write frame `number` as the screen shows it as a PNG of the native matrix, whole or not at all.

        Raises ConsoleError.
        """
        keep_records(path)
        stored = self.frame(info, number)
        replace_file(path, png_bytes(self.visible(info, stored, None, False, number, presentation)))

    def renderer(self, info: PictureInfo, frame_of: FrameOf | None = None) -> Renderer | None:
        """The pipeline of an object, which reads masks and overlays by itself; None for what is no picture.

        `frame_of` gives stored values by number, for whoever holds frames already.
        """
        if info.description is None:
            return None
        return Renderer(
            info.description,
            frame_of or (lambda number: self.reader.frame_now(info, number)),
            lambda number, groups: self.reader.planes(info, number, groups),
        )


def visible_pixels(
    info: PictureInfo, stored: NDArray[np.generic], window: Voi | None, inverted: bool = False
) -> NDArray[np.uint8]:
    """Stored values to screen values by what the picture itself holds: without mask and overlays (PS3.4 N.2)."""
    if info.description is not None:
        return render(stored, info.description, Presentation(window, inverted=inverted, subtracted=False))
    if info.grayscale is None:
        colour = np.asarray(stored, dtype=np.uint8)
        return 255 - colour if inverted else colour
    return grey_to_bytes(stored, info.grayscale, window, inverted)


def no_picture_sentence(info: PictureInfo) -> str:
    """Why an object shows nothing, in one sentence."""
    if info.problems:
        return info.problems[0].what
    return _("{name} holds no picture: {kind}. Its header can be read.").format(
        name=Path(info.path).name, kind=kind_of(info.sop_class, info.modality)
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


def keep_records(path: Path) -> None:
    """Refuse to write over a DICOM file, whatever the operator confirmed. Raises StoreError."""
    if looks_like_dicom(path):
        raise StoreError(
            _("Not written"),
            _("{path} is a DICOM file and is never replaced. Choose another name.").format(path=path),
        )
