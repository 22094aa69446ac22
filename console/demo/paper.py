"""A report as encapsulated PDF (PS3.3 A.45.1): two pages, written by hand so that its bytes depend on no library.

Words are set in Helvetica, which every PDF reader has; the Chinese heading is a picture of itself, because no machine
can be relied on to have the font.
"""

import base64
import hashlib
import zlib
from typing import Any

import numpy as np

from console.demo.cases import Item
from console.demo.contents import Paper
from console.demo.header import EXPLICIT_LITTLE, Maker, file_bytes, new_dataset
from console.demo.made import Made
from console.demo.recipe import CArm, Recipe
from console.demo.scene import Scene
from console.demo.texts import put
from console.demo.truth import full_frame

ENCAPSULATED_PDF = "1.2.840.10008.5.1.4.1.1.104.1"
_MAKER = Maker("Practice workstation", "WS1", "0002")
HEADING = "冠状动脉造影报告（练习）"
_HEADING_SIZE = (368, 30)
_HEADING = (
    "eNqV1D9v00AUAPB3uqoHUtUTW5Gic5lYYUvFpYaJz8E3SDdHVPVFGbKlXwCVka/AEOhVHryg5Bs0jiLRjVzpUFeYe7yznbYriXSS7d/9fe8d"
    "wP/+mO0/POzWbSc03dA82QJbowedGAAHIAH4WXhjFDVa1/1E+EIfiIBErJj9SN0d97LYJh3hsFAx2kbroGPEkb3XgwId6aiUIuhRrY9rnUjm"
    "IEUaodXPNpqXcoxVh48taZPUui8jdKRNrWmuA5u4oGeQiDlWEZ4apblB9ATcbqtdqwekw7pnccFr/Rlw2mpWKNIAwiSNrno2eQsCV6TZmYIO"
    "9wwrMWx1Zxj212iB4GKbQKthV9EuP5Gmrer6dHsrC5x0t9XRAsugPfsJW0Gbd1ilIxs0twfrCoQVRtc69XKBd4hBX5mIpnfglE5Zq9M56aLR"
    "AKl/GnR5TXrdaEaaAvqguXvQbIHXpLPZX6Rl+BSzgjSn6Wo9ntJJbDQNZY9BQdA+ov2nmIfoZI02LwW5Y2FCotGWHumq0XMTnd9rKXXIllZ/"
    "ddxW0Nkn3SujnI4HYnqNdZ6SVpKis7fRUydI62KZ+V7JSEf4nSFmrbbROsTyqtnzZcdJ60G7R5qi8y0zaZiG2zho3uqZcvGFh+4R6YOK5SZR"
    "wnzwvauNTkNMo43ecenFGpLBMpvd68FjHRy2egJuQHpwt8omAx90OCalERL6U550xdQKbPKET0TxOstN+ifLJke+WfcwRL7VBbzvFXHZ5uBE"
    "/HqR5ZYOITu9Xgf95DenWJ5sNJ/rIi02ms9YPrJ4Tnq5HpJWXlilDxtNGXqpXUoZ62oNu2w+Kioxyk+XV2N617mV5n4l4NIz3U+oaupKk6DY"
    "gpVWfsknFyvpQenbGFQPbX0mkJxoTb0kC1UcSaS6ghKieHwY2ShGn9x45mMsGq2Tg6pLCclDbJWg+8RDHyRpaanA/ZubKaviVTu23n9e7QPd"
    "HkHvcCzZD3gF2zHX0tBjxYs9quyhada9BzQxsIqFm+0fVbMfow=="
)
"""`HEADING`, one bit a dot, packed; Noto Sans CJK (SIL Open Font License)."""


def make(item: Item, content: Paper) -> Made:
    """Write the report and the object around it."""
    pdf = pdf_bytes(content)
    ds = new_dataset(item, ENCAPSULATED_PDF, "DOC", _MAKER)
    ds.ConversionType = "WSD"
    ds.AcquisitionDateTime = item.study.date + item.time
    ds.BurnedInAnnotation = "YES"
    put(ds, item.study.charset, DocumentTitle=content.title)
    ds.ConceptNameCodeSequence = []
    ds.MIMETypeOfEncapsulatedDocument = "application/pdf"
    ds.EncapsulatedDocumentLength = len(pdf)
    ds.EncapsulatedDocument = pdf + b"\0" * (len(pdf) % 2)
    truth: dict[str, Any] = {
        "pages": 2,
        "title": content.title,
        "text": list(content.lines),
        "heading_as_picture": HEADING,
        "document_bytes": len(pdf),
        "document_sha256": hashlib.sha256(pdf).hexdigest(),
    }
    return Made(file_bytes(ds, EXPLICIT_LITTLE), EXPLICIT_LITTLE, "A PDF is packed by itself", truth)


def pdf_bytes(content: Paper) -> bytes:
    """A4: a page of words under the heading, and a page with a picture of the run."""
    width, height = _HEADING_SIZE
    heading = zlib.decompress(base64.b64decode(_HEADING))
    scene = Scene(Recipe(c_arm=CArm(size=256), injection_s=(0.2, 5.0), breath_mm=0.0))
    still = scene.frame(full_frame(scene) - 1)
    words = [f"q {width * 0.75:.1f} 0 0 {height * 0.75:.1f} 56 756 cm /Heading Do Q"]
    words += ["0.2 w 56 744 m 539 744 l S"]
    for number, line in enumerate(content.lines):
        words.append(f"BT /F1 11 Tf 56 {716 - 20 * number} Td ({_escaped(line)}) Tj ET")
    words.append("BT /F1 8 Tf 56 40 Td (Practice data, not for diagnosis. Page 1 of 2) Tj ET")
    picture = ["q 400 0 0 400 97 380 cm /Still Do Q"]
    picture.append("BT /F1 11 Tf 97 356 Td (LCA, RAO 30 CAU 15, end-diastole) Tj ET")
    picture.append("BT /F1 8 Tf 56 40 Td (Practice data, not for diagnosis. Page 2 of 2) Tj ET")
    page = (
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {contents} 0 R /Resources "
        "<< /Font << /F1 7 0 R >> /XObject << /Heading 8 0 R /Still 9 0 R >> >> >>"
    )
    # A mask paints its set bits, which ink is.
    mask = f"/Subtype /Image /Width {width} /Height {height} /ImageMask true /BitsPerComponent 1 /Decode [1 0]"
    grey = "/Subtype /Image /Width 256 /Height 256 /ColorSpace /DeviceGray /BitsPerComponent 8"
    return _document(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 >>",
            page.format(contents=5).encode("ascii"),
            page.format(contents=6).encode("ascii"),
            _stream("", "\n".join(words).encode("ascii")),
            _stream("", "\n".join(picture).encode("ascii")),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
            _stream(f"/Type /XObject {mask}", heading),
            _stream(f"/Type /XObject {grey}", np.ascontiguousarray(still).tobytes()),
        ]
    )


def _document(objects: list[bytes]) -> bytes:
    """Objects 1 to n with their cross-reference table (ISO 32000-1, 7.5)."""
    written = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for place in places:
        written += b"%010d 00000 n \n" % place
    written += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(written)


def _stream(keys: str, data: bytes) -> bytes:
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (keys.encode("ascii"), len(data), data)


def _escaped(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
