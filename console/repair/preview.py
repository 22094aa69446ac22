"""A plan for reading: element by element what stands there, and what will; bytes where a text is in doubt."""

from collections.abc import Iterator, Sequence

from pydicom.datadict import dictionary_description, dictionary_VR

from console.dicom.characters import decode
from console.i18n import N_
from console.model.repair import Change, Edit, Place
from console.model.sentence import Sentence
from console.plain import clean
from console.repair.remedies.remedy import FilePlan
from console.repair.remedies.sight import Sight

CHARSET = 0x00080005
_TEXTS = ("SH", "LO", "ST", "LT", "UC", "UT", "PN")
_NUMBERS = {"US": (2, False), "UL": (4, False), "SS": (2, True), "SL": (4, True)}
_LONGEST = 200
_SHOWN_BYTES = 64


def changes_of(sight: Sight, plan: FilePlan) -> Iterator[Change]:
    """Every line of the preview of one file, in the order of the file."""
    path, before = str(plan.path), sight.charset
    after = _label_after(plan.edits, before)
    little = sight.tree.little
    for number, edit in enumerate(plan.edits):
        doubtful = number in plan.doubtful
        old, new = edit.old, edit.new
        yield Change(
            path, _name(edit.tag), edit.place, edit.tag,
            "" if old is None else shown(old, edit.vr or _vr(edit.tag), before, little),
            "" if new is None else shown(new, edit.vr or _vr(edit.tag), after, little),
            _hex(old) if doubtful or _high(old) else "",
            _hex(new) if doubtful or _high(new) else "",
            doubtful,
        )  # fmt: skip
    for patch in plan.patches:
        values: dict[str, str | int | float | Sentence] = {"what": patch.what, "offset": patch.offset}
        yield Change(
            path, Sentence(N_("{what} (at byte {offset})"), values), before=_bytes(patch.length),
            after=_bytes(len(patch.new)), after_hex=_hex(patch.new),
        )  # fmt: skip
    for reread in plan.reread:
        yield Change(
            path, _name(reread.tag), reread.place, reread.tag, clean(reread.before), clean(reread.after),
            _hex(reread.raw), _hex(reread.raw), reread.doubtful,
        )  # fmt: skip


def shown(raw: bytes, vr: str, charset: str, little: bool) -> str:
    """A value in one line: texts under their label, numbers, the size of everything else."""
    if vr in _TEXTS:
        return _short(decode(raw.rstrip(b"\0 "), charset, "name" if vr == "PN" else "text"))
    if vr in _NUMBERS:
        size, signed = _NUMBERS[vr]
        order = "little" if little else "big"
        numbers = [
            int.from_bytes(raw[at : at + size], "little" if order == "little" else "big", signed=signed)
            for at in range(0, len(raw) - size + 1, size)
        ]
        return _short("\\".join(str(number) for number in numbers))
    if vr in ("SQ", "UN", "OB", "OW", "OF", "OD", "OL", "OV"):
        return _bytes(len(raw))
    return _short(raw.rstrip(b"\0 ").decode("latin-1"))


def path_text(place: Place, tag: int) -> str:
    """Where an element stands: "(0008,1115)[0].(0010,0010)"."""
    steps = [f"({each >> 16:04X},{each & 0xFFFF:04X})[{number}]" for each, number in place]
    return ".".join([*steps, f"({tag >> 16:04X},{tag & 0xFFFF:04X})"])


def _label_after(edits: Sequence[Edit], before: str) -> str:
    for edit in edits:
        if edit.tag == CHARSET and not edit.place:
            return (edit.new or b"").rstrip(b"\0 ").decode("latin-1")
    return before


def _name(tag: int) -> Sentence:
    try:
        return Sentence("{name}", {"name": dictionary_description(tag)})
    except KeyError:
        return Sentence(N_("private or unknown element"))


def _vr(tag: int) -> str:
    try:
        return str(dictionary_VR(tag)).split(" or ", maxsplit=1)[0]
    except KeyError:
        return "UN"


def _high(raw: bytes | None) -> bool:
    """Whether a value holds bytes whose meaning depends on a label."""
    return raw is not None and len(raw) <= 4096 and (not raw.isascii() or b"\x1b" in raw)


def _hex(raw: bytes | None) -> str:
    if raw is None:
        return ""
    more = "..." if len(raw) > _SHOWN_BYTES else ""
    return raw[:_SHOWN_BYTES].hex(" ") + more


def _bytes(count: int) -> str:
    return str(Sentence(N_("{count} bytes"), {"count": count}))


def _short(text: str) -> str:
    line = clean(text.replace("\r\n", " ").replace("\n", " "))
    return line if len(line) <= _LONGEST else line[: _LONGEST - 3] + "..."
