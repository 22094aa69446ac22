"""The text of an XML document (CDA, HL7) in lines: tags go, sections and titles stay recognisable.

Nothing that the document declares is expanded or fetched: a document with entities of its own is refused.
"""

import re
from xml.parsers import expat

from console.i18n import _
from console.model.report_text import ReportLine
from console.model.text import clean

_INLINE = frozenset(
    "content sub sup b i u em strong span a linkHtml footnoteRef prefix given family suffix delimiter".split()
)
"""Elements that stand inside a line; the end of any other one ends the line."""
_CELLS = frozenset(("td", "th"))
_HEADINGS = frozenset(("title", "caption"))
_SPACED = frozenset(("prefix", "given", "family", "suffix"))
_CODECS = {
    "utf-8": "utf-8", "utf8": "utf-8", "us-ascii": "utf-8", "ascii": "utf-8", "iso-8859-1": "latin-1",
    "windows-1252": "cp1252", "gb18030": "gb18030", "gbk": "gb18030", "gb2312": "gb18030", "big5": "big5",
    "utf-16": "utf-16", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be",
}  # fmt: skip
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_DEEPEST = 200
_MOST_LINES = 20_000


class _Refused(ValueError):
    """The document is not read on, for a reason that is its text."""


def xml_lines(data: bytes) -> tuple[tuple[ReportLine, ...], str]:
    """The text, and one sentence where something is wrong with it; what stands before a damage is kept."""
    reader = _Reader()
    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.EntityDeclHandler = reader.entity
    problem = ""
    try:
        parser.Parse(_as_utf8(data), True)
    except _Refused as refused:
        problem = str(refused)
    except expat.ExpatError as error:
        problem = _("The document is damaged in line {line}; what stands before is shown.").format(line=error.lineno)
    reader.flush()
    if not reader.lines and not problem:
        problem = _("The document holds no text.")
    return tuple(reader.lines), problem


def _as_utf8(data: bytes) -> bytes:
    """The document in the one encoding that the parser is told."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        codec = "utf-16"
    else:
        found = _DECLARED.match(data[:200].removeprefix(b"\xef\xbb\xbf"))
        codec = _CODECS.get(found.group(1).decode("ascii").lower(), "latin-1") if found else "utf-8"
        if codec.startswith("utf-16"):
            # A declaration that could be read byte by byte belies itself.
            codec = "utf-8"
    return data.decode(codec, "replace").removeprefix("\ufeff").encode("utf-8", "replace")


class _Reader:
    def __init__(self) -> None:
        self.lines: list[ReportLine] = []
        self._parts: list[str] = []
        self._names: list[str] = []
        self._sections = 0
        self._binary = 0
        """Depth of the element whose content is no text; 0 for none."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if len(self._names) >= _DEEPEST:
            raise _Refused(_("The document is nested too deeply; what stands before is shown."))
        if name in _CELLS:
            if self._parts and "".join(self._parts).strip():
                self._parts.append(" | ")
        elif name not in _INLINE:
            self.flush()
        self._sections += name == "section"
        self._names.append(name)
        if attributes.get("representation") == "B64":
            # A body that is no text (HL7 CDA, NonXMLBody) would be a line of millions of letters.
            mime = attributes.get("mediaType", "")
            self._parts.append(_("(embedded data: {type})").format(type=mime or "?"))
            self._binary = len(self._names)

    def end(self, name: str) -> None:
        self._binary = self._binary if len(self._names) > self._binary else 0
        name = self._names.pop()
        if name in _SPACED:
            self._parts.append(" ")
        elif name not in _INLINE and name not in _CELLS:
            self.flush(name in _HEADINGS)
        self._sections -= name == "section"

    def text(self, data: str) -> None:
        if not self._binary:
            self._parts.append(data)

    def entity(self, *declaration: object) -> None:
        raise _Refused(_("The document declares entities of its own and is not read."))

    def flush(self, heading: bool = False) -> None:
        text = " ".join(clean("".join(self._parts)).split())
        self._parts.clear()
        if not text:
            return
        if len(self.lines) >= _MOST_LINES:
            raise _Refused(
                _("The document is longer than {count} lines; the rest is not shown.").format(count=_MOST_LINES)
            )
        self.lines.append(ReportLine(max(0, self._sections - heading), heading, "", text, "", True))
