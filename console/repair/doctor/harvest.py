"""One pass over every element of a file, at every depth: what is wrong with single elements, and the texts it holds.

What an element may be is worked out once for each pair of tag and VR, and values that were sound once are not looked
at again: neighbours of a series differ in a few of their hundreds of elements.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from pydicom.datadict import dictionary_VR, keyword_for_tag

from console.dicom.characters import Kind, decode
from console.dicom.syntaxes import name_of as name_of_syntax
from console.i18n import N_
from console.repair.doctor.codes import Found
from console.repair.doctor.forms import LIMITS, TEXTS, check_of, is_uid, too_long
from console.repair.spans import Node

CHARSET = 0x00080005
_ORIGINALS = 0x04000561
"""Original Attributes Sequence: a record of what stood there, sound or not (PS3.3 C.12.1.1.9)."""
_UNDEFINED = 0xFFFFFFFF
_PIXELS = frozenset((0x7FE00008, 0x7FE00009, 0x7FE00010))
_MOST_GOOD = 4096
_LONGEST = 1 << 24
_SHOWN = 64
_LOST = "\ufffd".encode()
_OLD = frozenset((0x00280012, 0x00280071, 0x00280402))
"""Retired elements whose VR the dictionaries do not agree on."""


class Text(NamedTuple):
    """A text beyond ASCII, or one whose letters were replaced."""

    tag: int
    raw: bytes
    charset: str
    """Specific Character Set of its data set, or inherited; values joined by a backslash."""
    kind: Kind
    vr: str
    offset: int
    nested: bool


class _Rule:
    """What holds for the elements of one tag and VR."""

    __slots__ = ("check", "good", "limit", "un", "vr", "wrong")

    def __init__(self, tag: int, written: str) -> None:
        allowed = allowed_vrs(tag)
        self.vr = written if written not in ("", "UN") else (allowed[0] if len(allowed) == 1 else "")
        """The one to judge the value by; empty where nobody knows."""
        self.un = written == "UN" and bool(allowed)
        self.wrong = bool(written and written != "UN" and allowed) and written not in allowed and tag not in _OLD
        self.check: Callable[[int, bytes], str] | None = check_of(self.vr) if allowed else None
        self.limit = LIMITS.get(self.vr, 64 if self.vr == "PN" else 1 << 40)
        self.good: set[bytes] = set()


_RULES: dict[tuple[int, str], _Rule | None] = {}
"""None for elements about which nothing can be said."""


def allowed_vrs(tag: int) -> tuple[str, ...]:
    """The VRs that the dictionary gives an element; none for private and unknown ones."""
    if tag >> 16 & 1:
        return ()
    if not tag & 0xFFFF:
        return ("UL",)
    try:
        return tuple(dictionary_VR(tag).split(" or "))
    except KeyError:
        return ()


def name_of(tag: int) -> str:
    """The keyword of an element, or its number."""
    return keyword_for_tag(tag) or f"({tag >> 16:04X},{tag & 0xFFFF:04X})"


def syntax_name(uid: str) -> str:
    """The name of a transfer syntax, or, for what is none, what stands there."""
    return name_of_syntax(uid) if is_uid(uid.encode("utf-8", "replace")) else uid[:64]


def _learn(key: tuple[int, str]) -> _Rule | None:
    tag, vr = key
    rule = _Rule(tag, vr)
    known = rule.check is not None or rule.wrong or rule.un or (rule.vr in TEXTS and not tag >> 16 & 1)
    found = rule if known else None
    if len(_RULES) < 65536:
        _RULES[key] = found
    return found


class Harvest:
    """What one pass found. Make it, then `gather`."""

    def __init__(self, data: bytes, start: int, implicit: bool) -> None:
        self._data = data
        self._start = start
        self._implicit = implicit
        self._seen: dict[str, list[tuple[int, int, str]]] = {}
        """By code: tag, offset and what stood there, of each occurrence."""
        self.texts: list[Text] = []
        self.charsets: dict[str, int] = {}
        """Each Specific Character Set that stands anywhere, and where the first such element begins."""

    def gather(self, nodes: Sequence[Node], charset: str = "", depth: int = 0, unknown: bool = False) -> None:
        """Look at a level and all below it. What stands in a sequence of `unknown` VR is implicit by rule."""
        data, rules, last, said = self._data, _RULES, 0, unknown
        for node in nodes:
            if node.kind != "E":
                continue
            tag = node.tag
            if tag <= last:
                self._note("twice" if tag == last else "tag-order", node, "")
            last = tag
            if tag >> 16 == 2 and not depth:
                continue
            length = node.length
            if node.implicit != self._implicit and not said:
                said = True
                self._note("mixed-encoding", node, "")
            if length == _UNDEFINED or node.kids:
                if tag != _ORIGINALS:
                    self._sequence(node, charset, depth, unknown)
                continue
            if length & 1 and not node.flag:
                self._note("odd-length", node, "")
            if tag == CHARSET:
                charset = bytes(data[node.vo : node.ve]).strip(b"\0 ").decode("latin-1")
                self.charsets.setdefault(charset, node.off)
                continue
            key = (tag, node.vr)
            rule = rules[key] if key in rules else _learn(key)
            if rule is None or node.flag or not length:
                continue
            if tag in _PIXELS or length > _LONGEST:
                if rule.wrong:
                    self._note("wrong-vr", node, node.vr)
                continue
            raw = data[node.vo : node.ve]
            if raw not in rule.good:
                self._judge(rule, node, raw, charset, depth)

    def findings(self) -> list[Found]:
        """One for each code that occurred."""
        return [self._told(code, seen) for code, seen in self._seen.items()]

    def _sequence(self, node: Node, charset: str, depth: int, unknown: bool) -> None:
        key = (node.tag, node.vr)
        rule = _RULES[key] if key in _RULES else _learn(key)
        if rule is not None and node.tag not in _PIXELS:
            if rule.wrong:
                self._note("wrong-vr", node, node.vr)
            elif rule.un:
                self._note("un-vr", node, "")
        for item in node.kids:
            if item.kind == "I":
                self.gather(item.kids, charset, depth + 1, unknown or node.vr == "UN")

    def _judge(self, rule: _Rule, node: Node, raw: bytes, charset: str, depth: int) -> None:
        """A value that was not sound before."""
        sound = True
        if rule.wrong:
            self._note("wrong-vr", node, node.vr)
            sound = False
        elif rule.un:
            self._note("un-vr", node, "")
            sound = False
        if rule.vr in TEXTS:
            kind: Kind = "name" if rule.vr == "PN" else "text"
            if not raw.isascii() or b"\x1b" in raw or (b"??" in raw and _asks(raw, kind)):
                self.texts.append(Text(node.tag, raw, charset, kind, rule.vr, node.off, depth > 0))
                sound = False
            if len(raw) > rule.limit and too_long(rule.vr, decode(raw, charset, kind)):
                self._note("too-long", node, _shown(raw))
                sound = False
        elif rule.check is not None:
            code = rule.check(node.tag, raw)
            if code:
                self._note(code, node, _shown(raw) if rule.vr.isalpha() and raw.isascii() else raw[:16].hex())
                sound = False
        if sound and len(raw) <= 128 and len(rule.good) < _MOST_GOOD:
            rule.good.add(raw)

    def _note(self, code: str, node: Node, what: str) -> None:
        seen = self._seen.setdefault(code, [])
        # Hundreds of odd elements make one finding: the first of them and their number say it.
        seen.append((node.tag, node.off, what) if len(seen) < 8 else (0, 0, ""))

    def _told(self, code: str, seen: list[tuple[int, int, str]]) -> Found:
        tag, offset, what = seen[0]
        values: dict[str, str | int] = {"element": name_of(tag), "count": len(seen), "value": what}
        if code == "wrong-vr":
            allowed = " / ".join(allowed_vrs(tag))
            values |= {"allowed": allowed}
            detail = N_("{element} has VR {value}, the dictionary says {allowed}; elements of this kind: {count}.")
            return Found(code, detail, values, offset, tag)
        if what:
            detail = N_('{element} holds "{value}"; elements of this kind: {count}.')
        else:
            detail = N_("{element} is the first; elements of this kind: {count}.")
        return Found(code, detail, values, offset, tag)


def _asks(raw: bytes, kind: Kind) -> bool:
    """Whether a name consists of question marks: what a converter leaves of letters that it does not know."""
    return kind == "name" and not raw.translate(None, b"?^= \0")


def _shown(raw: bytes) -> str:
    text = raw[:_SHOWN].rstrip(b"\0 ").decode("ascii", "replace")
    return text + ("\N{HORIZONTAL ELLIPSIS}" if len(raw) > _SHOWN else "")
