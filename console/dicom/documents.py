"""Documents inside DICOM objects (PS3.3 A.45, A.85): PDF pages as pictures, CDA as text, other files by name.

PDF goes through pypdfium2, in the helper process alone, from the file as it is read: a large document is never in
memory as a whole. Scripts in a document do not run; nothing is fetched.
"""

import io
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
from pydicom.dataelem import RawDataElement

from console.dicom.elements import Elements, tag_of
from console.dicom.markup import xml_lines
from console.dicom.source import Source
from console.errors import DecodeError
from console.i18n import _, ngettext
from console.model.report_text import ReportLine
from console.model.text import size_text

Bytes = npt.NDArray[np.uint8]

MOST_PAGES = 5000
WIDEST = 4096
"""Pixels across of one page picture."""
MOST_PIXELS = 1 << 24
"""Pixels of one page picture; a longer page comes narrower than wished."""
_LARGEST_TEXT = 1 << 22
_PASSWORD, _SECURITY = 4, 5
"""FPDF_ERR_PASSWORD and FPDF_ERR_SECURITY of pdfium's fpdfview.h."""


@dataclass(frozen=True)
class Document:
    """What an object encapsulates."""

    title: str
    mime: str
    """MIME Type of Encapsulated Document as it stands."""
    size: int
    """Bytes, without the padding where the object says how many they are."""
    form: str
    """pdf | xml | other, from the first bytes."""


class Window(io.RawIOBase):
    """A stretch of a source as a file of its own."""

    def __init__(self, source: Source, offset: int, size: int) -> None:
        self._source = source
        self._offset = offset
        self._size = max(0, min(size, source.size - offset))
        self._at = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """As a file."""
        self._at = max(0, offset + {io.SEEK_CUR: self._at, io.SEEK_END: self._size}.get(whence, 0))
        return self._at

    def tell(self) -> int:
        """As a file."""
        return self._at

    def readinto(self, buffer: Any, /) -> int:
        """As a file."""
        view = memoryview(buffer).cast("B")
        data = self._source.at(self._offset + self._at, max(0, min(len(view), self._size - self._at)))
        view[: len(data)] = data
        self._at += len(data)
        return len(data)


def read_document(elements: Elements, source: Source) -> Document | None:
    """What kind of document an object holds; None where it holds none."""
    stream = document_stream(elements, source)
    if stream is None:
        return None
    head = stream.read(1024)
    size = stream.seek(0, io.SEEK_END)
    declared = elements.integer("EncapsulatedDocumentLength")
    if declared is not None and size - 2 <= declared <= size:
        size = declared
    mime = elements.text("MIMETypeOfEncapsulatedDocument")
    form = "pdf" if b"%PDF-" in head else "xml" if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") else "other"
    return Document(elements.text("DocumentTitle"), mime, size, form)


def document_stream(elements: Elements, source: Source) -> BinaryIO | None:
    """The bytes of the document as a file; None where there are none."""
    element = elements.raw.get(tag_of("EncapsulatedDocument"))
    if not isinstance(element, RawDataElement) or not element.length:
        return None
    if isinstance(element.value, bytes):
        return io.BytesIO(element.value)
    return io.BufferedReader(Window(source, element.value_tell, element.length))


def document_lines(document: Document) -> tuple[ReportLine, ...]:
    """What the document is."""
    lines = [
        ReportLine(0, False, _("Title"), document.title, "", True),
        ReportLine(0, False, _("Type"), document.mime),
        ReportLine(0, False, _("Size"), size_text(document.size)),
    ]
    return tuple(line for line in lines if line.text)


def page_count(stream: BinaryIO) -> tuple[int, str]:
    """How many pages of a PDF can be shown, and what is wrong with it, one sentence or nothing."""
    try:
        with _pdf(stream) as pdf:
            count = len(pdf)
    except DecodeError as error:
        return 0, error.detail
    if count > MOST_PAGES:
        what = _("The document says that it has {count} pages; the first {most} can be shown.")
        return MOST_PAGES, what.format(count=count, most=MOST_PAGES)
    return count, ""


def page_picture(stream: BinaryIO, number: int, width: int) -> Bytes:
    """Page `number` (from 1), `width` pixels across: (rows, columns) of greys, or (rows, columns, 3) RGB.

    A page so long that the picture would pass MOST_PIXELS is made narrower. Raises DecodeError with one sentence.
    """
    with _pdf(stream) as pdf:
        if not 1 <= number <= min(len(pdf), MOST_PAGES):
            pages = ngettext("The document has {count} page.", "The document has {count} pages.", len(pdf))
            raise _no_page(number, pages.format(count=len(pdf)))
        return _rendered(pdf, number, width)


def text_lines(stream: BinaryIO) -> tuple[tuple[ReportLine, ...], str]:
    """The text of an XML document (CDA) without its tags, and what is wrong with it, one sentence or nothing."""
    data = stream.read(_LARGEST_TEXT + 1).rstrip(b"\0")
    if len(data) > _LARGEST_TEXT:
        what = _("The document is larger than {limit} and is not shown as text.")
        return (), what.format(limit=size_text(_LARGEST_TEXT))
    return xml_lines(data)


@contextmanager
def _pdf(stream: BinaryIO) -> Iterator[Any]:
    """The document, opened. Whatever pdfium says becomes a DecodeError with one sentence."""
    try:
        import pypdfium2
    except ImportError as error:
        raise DecodeError(_("No page"), _("Showing PDF pages needs the package pypdfium2.")) from error
    try:
        pdf = pypdfium2.PdfDocument(stream)
    except pypdfium2.PdfiumError as error:
        raise DecodeError(_("No page"), _why_closed(getattr(error, "err_code", None))) from error
    try:
        if pdf.get_formtype():
            pdf.init_forms()
        yield pdf
    except pypdfium2.PdfiumError as error:
        raise DecodeError(_("No page"), _("The page is damaged and cannot be drawn.")) from error
    finally:
        pdf.close()


def _why_closed(code: int | None) -> str:
    if code in (_PASSWORD, _SECURITY):
        return _("The PDF is encrypted and needs a password. Export it and open it with a PDF program.")
    return _("The PDF is damaged and cannot be opened.")


def _rendered(pdf: Any, number: int, width: int) -> Bytes:
    page = pdf[number - 1]
    try:
        across, down = page.get_size()
        if not (math.isfinite(across) and math.isfinite(down) and across > 0 and down > 0):
            raise _no_page(number, _("The page has no size."))
        width = max(1, min(width, WIDEST))
        height = width * down / across
        shrunk = min(1.0, math.sqrt(MOST_PIXELS / (width * height)))
        # A hundredth of a pixel less: pdfium rounds up, and the picture is to be as wide as it was wished.
        scale = max(width * shrunk - 0.01, 0.5) / across
        if scale * down > MOST_PIXELS or scale * down < 0.5:
            raise _no_page(
                number,
                _("The page is {across} × {down} points, which is no page.").format(
                    across=f"{across:g}", down=f"{down:g}"
                ),
            )
        bitmap = page.render(scale=scale, rev_byteorder=True)
        try:
            return _owned(bitmap.to_numpy())
        finally:
            bitmap.close()
    finally:
        page.close()


def _owned(pixels: npt.NDArray[Any]) -> Bytes:
    """A copy that outlives the bitmap, without its colours where it has none."""
    if pixels.ndim == 3 and pixels.shape[2] > 1:
        red = pixels[:, :, 0]
        if not (np.array_equal(red, pixels[:, :, 1]) and np.array_equal(red, pixels[:, :, 2])):
            return np.ascontiguousarray(pixels[:, :, :3]).copy()
    return np.ascontiguousarray(pixels[:, :, 0] if pixels.ndim == 3 else pixels).copy()


def _no_page(number: int, detail: str) -> DecodeError:
    return DecodeError(_("Page {number} cannot be shown").format(number=number), detail)
