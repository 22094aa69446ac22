"""Names as the devices of a hospital write them: in several character sets, and some under a label that is not true.

Values are encoded here and not by pydicom, which neither writes the escapes of ISO 2022 IR 58 nor a wrong label.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_CODECS = {
    "": "ascii",
    "ISO_IR 100": "latin-1",
    "ISO_IR 192": "utf-8",
    "GB18030": "gb18030",
    "GBK": "gbk",
}
_HANZI = b"\x1b$)A"
_DELIMITERS = "^=\\\r\n\f\t"


@dataclass(frozen=True)
class Charset:
    """How one device labels its texts, and how it writes them."""

    declared: str
    """Specific Character Set (0008,0005), values joined by a backslash; empty where the element is missing."""
    actual: str
    """The defined term that is true."""

    @property
    def is_right(self) -> bool:
        """Whether the label is true."""
        return self.declared == self.actual


UTF8 = Charset("ISO_IR 192", "ISO_IR 192")
GB18030 = Charset("GB18030", "GB18030")
LATIN1 = Charset("ISO_IR 100", "ISO_IR 100")
IR58 = Charset("\\ISO 2022 IR 58", "\\ISO 2022 IR 58")
GBK_AS_LATIN1 = Charset("ISO_IR 100", "GBK")
GBK_UNLABELLED = Charset("", "GBK")


def encode(text: str, charset: str) -> bytes:
    """`text` as bytes under the defined term `charset` (PS3.3 C.12.1.1.2). Raises UnicodeEncodeError."""
    if charset != IR58.actual:
        return text.encode(_CODECS[charset])
    written = b""
    escaped = False
    for letter in text:
        if letter in _DELIMITERS:
            # Every delimiter returns to the first character set (PS3.5 6.1.2.5.3).
            escaped = False
        elif not letter.isascii() and not escaped:
            written += _HANZI
            escaped = True
        # In IR 58 hanzi stand in G1, two bytes above 0x7F each, which is EUC-CN; ASCII stays in G0.
        written += letter.encode("gb2312")
    return written


def label(ds: "Dataset", charset: Charset) -> None:
    """Say in `ds` which character set it uses, as the device says it."""
    if charset.declared:
        terms = charset.declared.split("\\")
        ds.SpecificCharacterSet = terms if len(terms) > 1 else terms[0]


def put(ds: "Dataset", charset: Charset, **texts: str) -> None:
    """Set elements by keyword; what is not ASCII goes in as the bytes that `charset` really writes."""
    from pydicom.datadict import dictionary_VR, tag_for_keyword
    from pydicom.dataelem import RawDataElement
    from pydicom.tag import Tag

    for keyword, text in texts.items():
        if text.isascii():
            setattr(ds, keyword, text)
            continue
        number = tag_for_keyword(keyword)
        assert number is not None
        value = encode(text, charset.actual)
        value += b" " * (len(value) % 2)
        ds[number] = RawDataElement(Tag(number), dictionary_VR(number), len(value), value, 0, False, True)
