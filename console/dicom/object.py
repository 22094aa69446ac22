"""One DICOM object, opened in the helper process: what it is, its header, its frames one by one."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from console.dicom import syntaxes
from console.dicom.colour import Palette, stored_values, to_rgb
from console.dicom.dataset import DicomFile, not_dicom, read_file
from console.dicom.decoders import decode
from console.dicom.elements import UNREADABLE
from console.dicom.header import header_lines
from console.dicom.matrix import Matrix, read_matrix
from console.dicom.pipeline.overlays import embedded_bits, on_frame, packed_bits
from console.dicom.pipeline.state import NotForThis, applied_state
from console.dicom.samples import CannotDecode
from console.dicom.source import FileSource, MemorySource, NotAFile, Source
from console.dicom.summary import picture_info, presented
from console.errors import DecodeError, DicomReadError
from console.i18n import _
from console.model.picture import HeaderElement, PictureInfo
from console.model.report_text import Report
from console.model.text import clean

Array = npt.NDArray[Any]


class DicomObject:
    """An opened object. It keeps no file open; the file is opened anew for each frame."""

    def __init__(self, path: Path, file: DicomFile, matrix: Matrix, info: PictureInfo) -> None:
        self.info = info
        """Everything that is known without decoding a pixel."""
        self._path = path
        self._name = clean(path.name)
        self._file = file
        self._matrix = matrix

    @property
    def memory(self) -> int:
        """Bytes that stay in memory for this object (an expanded deflated dataset)."""
        return self._file.source.size if isinstance(self._file.source, MemorySource) else 0

    def header(self) -> list[HeaderElement]:
        """Every element, for the inspector. Raises DicomReadError where the file is gone or changed."""
        file = self._open()
        try:
            self._file.elements.refill(self._source(file).at)
            return header_lines(self._file.meta, self._file.elements, self._file.pixels)
        except UNREADABLE as error:
            raise not_dicom(_("The header of {name} is damaged beyond reading.").format(name=self._name)) from error
        finally:
            file.close()

    def report(self) -> Report:
        """The object as text. Raises DicomReadError where the file is gone or changed, or cannot be read."""
        # Imported here: the first picture of the day does not wait for what only reports need.
        from console.dicom.reports import read_report

        file = self._open()
        try:
            source = self._source(file)
            self._file.elements.refill(source.at)
            return read_report(self._file.elements, source, self.info)
        except MemoryError:
            raise
        except UNREADABLE as error:
            raise not_dicom(_("{name} is damaged beyond reading.").format(name=self._name)) from error
        finally:
            file.close()

    def page(self, number: int, width: int) -> npt.NDArray[np.uint8]:
        """Page `number` (from 1) of a PDF, `width` pixels across; grey or RGB. Raises DecodeError, DicomReadError."""
        from console.dicom.documents import document_stream, page_picture

        file = self._open()
        try:
            stream = document_stream(self._file.elements, self._source(file))
            if stream is None:
                raise DecodeError(_("No page"), _("{name} holds no document.").format(name=self._name))
            with stream:
                return page_picture(stream, number, width)
        except MemoryError:
            raise
        except UNREADABLE as error:
            raise not_dicom(_("{name} is damaged beyond reading.").format(name=self._name)) from error
        finally:
            file.close()

    def frame(self, number: int) -> Array:
        """Frame `number` (from 1).

        Grey: stored values, (rows, columns), integer or float. Colour: (rows, columns, 3) uint8 RGB ready for display.
        Raises DecodeError with one sentence, DicomReadError where the file is gone or changed.
        """
        matrix = self._matrix
        if matrix.frames is None or matrix.form is None or not 1 <= number <= matrix.frames.count:
            reason = matrix.refusal or _("The object has {count} frames.").format(count=self.info.frames)
            raise _cannot_show(number, reason)
        file = self._open()
        try:
            data = matrix.frames.read(self._source(file), number)
            samples = decode(data, matrix.form, matrix.syntax, matrix.frames.encapsulated)
            if samples.colour == "MONOCHROME":
                return stored_values(samples.values, matrix.form, _keeps_high_bits(matrix))
            return _rgb(matrix, samples)
        except CannotDecode as error:
            raise _cannot_show(number, str(error)) from error
        except MemoryError as error:
            raise _cannot_show(number, _("It would take too much memory.")) from error
        except UNREADABLE as error:
            raise _cannot_show(number, _damaged(error)) from error
        finally:
            file.close()

    def planes(self, number: int, groups: Sequence[int]) -> npt.NDArray[np.uint8]:
        """(rows, columns), 1 where an overlay of one of `groups` has a bit on frame `number`.

        Raises DecodeError with one sentence, DicomReadError where the file is gone or changed.
        """
        description, form, frames = self.info.description, self._matrix.form, self._matrix.frames
        assert description is not None
        assert form is not None
        found = np.zeros((form.rows, form.columns), np.bool_)
        cells: Array | None = None
        file = self._open()
        try:
            source = self._source(file)
            self._file.elements.refill(source.at)
            for overlay in description.overlays:
                place = overlay.frame_on(number, description.frames)
                if overlay.group not in groups or place is None:
                    continue
                if overlay.bit is None:
                    plane = self._file.elements.value_bytes(overlay.group << 16 | 0x3000)
                    bits = packed_bits(plane, overlay, place)
                elif frames is not None and _keeps_high_bits(self._matrix):
                    if cells is None:
                        data = frames.read(source, number)
                        cells = decode(data, form, self._matrix.syntax, frames.encapsulated).values
                    bits = embedded_bits(cells, overlay.bit)
                else:
                    continue  # a codec keeps the value alone
                found |= on_frame(bits, overlay, form.rows, form.columns)
        except CannotDecode as error:
            raise _cannot_show(number, str(error)) from error
        except MemoryError as error:
            raise _cannot_show(number, _("It would take too much memory.")) from error
        except UNREADABLE as error:
            raise _cannot_show(number, _damaged(error)) from error
        finally:
            file.close()
        return found.astype(np.uint8)

    def under_state(self, path: Path) -> PictureInfo:
        """What is known of the object when the presentation state at `path` speaks in place of its header.

        Raises DicomReadError with one sentence where that is no state, or one for other images.
        """
        info, form = self.info, self._matrix.form
        if info.description is None or form is None:
            raise not_dicom(_("{name} holds no picture that a state could present.").format(name=self._name))
        try:
            source = FileSource(path)
        except OSError as error:
            raise file_error(path, error) from error
        try:
            state = read_file(source, clean(path.name)).elements
            state.refill(source.at)
            problems = [problem.what for problem in info.problems]
            description = applied_state(info.description, form, state, info.sop_instance_uid, problems)
        except NotForThis as error:
            what = _("{state} cannot be applied to {name}: {reason}")
            raise not_dicom(what.format(state=clean(path.name), name=self._name, reason=error)) from error
        except MemoryError as error:
            raise not_dicom(_("Reading {name} would take too much memory.").format(name=clean(path.name))) from error
        except UNREADABLE as error:
            raise not_dicom(_("{name} is damaged beyond reading.").format(name=clean(path.name))) from error
        finally:
            source.close()
        return presented(info, description, problems)

    def _open(self) -> FileSource:
        try:
            file = FileSource(self._path)
        except OSError as error:
            raise file_error(self._path, error) from error
        if (file.size, file.mtime_ns) != (self.info.size, self.info.mtime_ns):
            file.close()
            raise not_dicom(_("{name} was changed since it was opened; open it again.").format(name=self._name))
        return file

    def _source(self, file: FileSource) -> Source:
        return self._file.source if isinstance(self._file.source, MemorySource) else file


def open_object(path: Path) -> DicomObject:
    """Open a file and find out everything about it but its pixels. Raises DicomReadError with one sentence."""
    try:
        source = FileSource(path)
    except OSError as error:
        raise file_error(path, error) from error
    try:
        file = read_file(source, clean(path.name))
        matrix = read_matrix(file)
        info = picture_info(path, source, file, matrix)
        return DicomObject(path, file, matrix, info)
    except OSError as error:
        raise file_error(path, error) from error
    except MemoryError as error:
        raise not_dicom(_("Reading {name} would take too much memory.").format(name=clean(path.name))) from error
    except UNREADABLE as error:
        raise not_dicom(_("{name} is damaged beyond reading.").format(name=clean(path.name))) from error
    finally:
        source.close()


def file_error(path: Path, error: OSError) -> DicomReadError:
    """One sentence for what the file system says."""
    if isinstance(error, FileNotFoundError):
        detail = _("{path} does not exist.")
    elif isinstance(error, PermissionError):
        detail = _("{path} may not be read by this user.")
    elif isinstance(error, IsADirectoryError):
        detail = _("{path} is a folder.")
    elif isinstance(error, NotAFile):
        detail = _("{path} is a device or a pipe, not a file.")
    else:
        reason = clean(error.strerror or str(error))
        return not_dicom(_("{path} cannot be read: {reason}.").format(path=clean(str(path)), reason=reason))
    return not_dicom(detail.format(path=clean(str(path))))


def _keeps_high_bits(matrix: Matrix) -> bool:
    """Native and RLE frames hold the whole Bits Allocated cell; other codecs only the value."""
    return matrix.frames is not None and (
        not matrix.frames.encapsulated or matrix.syntax in (syntaxes.RLE, syntaxes.DEFLATED_FRAMES)
    )


def _rgb(matrix: Matrix, samples: Any) -> npt.NDArray[np.uint8]:
    palette: Palette | None = matrix.palette
    if samples.colour == "PALETTE" and palette is None:
        raise CannotDecode(_("The palette is missing or damaged."))
    assert matrix.form is not None
    return to_rgb(samples, matrix.form, palette)


def _cannot_show(number: int, reason: str) -> DecodeError:
    return DecodeError(_("Frame {number} cannot be shown").format(number=number), reason)


def _damaged(error: BaseException) -> str:
    words = " ".join(str(error).split())[:120]
    if words:
        return _("The frame is damaged ({reason}).").format(reason=words)
    return _("The frame is damaged.")
