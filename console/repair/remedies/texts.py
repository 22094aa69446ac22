"""The texts of files under their labels: which readings they allow, and the same text in another character set.

Values are decoded whole and split afterwards: the second half of a GBK character may be a backslash or a caret.
"""

from collections.abc import Mapping
from typing import NamedTuple

from console.dicom.character_sets import label_of
from console.dicom.characters import Kind, decode, encode, normalise
from console.dicom.judging import undone
from console.dicom.reading import RawText, Reading, read_texts, votes_of
from console.errors import UsageError
from console.i18n import _
from console.plain import clean
from console.repair.remedies.sight import Leaf, Sight
from console.repair.remedies.values import LIMITS

CHOICE = "Text."
"""How an answer about one text begins; its bytes in hexadecimal follow: --set Text.D5C55ECEB0=GB18030."""
_CHINESE_EXTENSION = "\\ISO 2022 IR 58"


class Source(NamedTuple):
    """How one text is read."""

    text: str
    charset: str
    """The terms it was read with; "GB18030 > ISO_IR 100 > ISO_IR 192" for a text that was encoded twice."""
    certain: bool
    """False where a person has to look."""


def plain(value: bytes) -> bool:
    """Whether a value reads the same in every character set: ASCII without escapes."""
    return value.isascii() and b"\x1b" not in value


def term_of(answer: str) -> str:
    """The Specific Character Set that an answer means, values joined by a backslash. Raises UsageError."""
    terms = [normalise(part) for part in answer.split("\\")]
    joined = "\\".join(terms)
    if terms == ["ISO 2022 IR 58"]:
        # The set has no letters below 80 of its own: it stands as the second value (PS3.5 K.2).
        return _CHINESE_EXTENSION
    label = label_of(joined)
    if label.family == "none" and joined not in ("ISO_IR 6", "ISO 2022 IR 6"):
        sentence = _("{term} is no character set of DICOM. Say GB18030, GBK, ISO_IR 192, ISO 2022 IR 58 or ISO_IR 100.")
        raise UsageError(_("No such character set"), sentence.format(term=clean(answer)))
    if label.alone and len(terms) > 1:
        sentence = _("{term}: {alone} stands alone and cannot be combined with others (PS3.3 C.12.1.1.2).")
        alone = next(term for term in terms if label_of(term).alone)
        raise UsageError(_("No such character set"), sentence.format(term=clean(joined), alone=alone))
    return joined


def strictly(raw: bytes, declared: str, kind: Kind) -> str | None:
    """The text of a whole value as its label says; None where some byte has no meaning under it."""
    if plain(raw):
        return raw.decode("ascii")
    text = decode(raw, declared, kind)
    if "\ufffd" in text:
        return None
    label = label_of(declared)
    if label.right is None and not label.alone and b"\x1b" not in raw:
        # Bytes above 80 under a label that has nothing there: read by good will alone.
        return None
    return text


def written(text: str, charset: str, kind: Kind) -> bytes | None:
    """The text in another character set; None where that set has not all of its letters, or would not give it back."""
    try:
        raw = encode(text, charset)
    except UnicodeEncodeError:
        return None
    return raw if strictly(raw, charset, kind) == text else None


def choices_of(answers: Mapping[str, str]) -> dict[bytes, str]:
    """The answers about single texts: their bytes, and the character set to read them with. Raises UsageError."""
    chosen: dict[bytes, str] = {}
    for key, answer in answers.items():
        if not key.startswith(CHOICE):
            continue
        try:
            raw = bytes.fromhex(key[len(CHOICE) :])
        except ValueError:
            sentence = _("{key}: write the bytes of the text in hexadecimal, as the preview shows them.")
            raise UsageError(_("Wrong answer"), sentence.format(key=clean(key))) from None
        chosen[raw.rstrip(b"\0 ")] = answer if ">" in answer else term_of(answer)
    return chosen


class Votes:
    """The texts of all chosen files: those of one study vote on how each was written, those of the device help.

    Two passes: every text is heard first, and asked about afterwards.
    """

    def __init__(self, choices: Mapping[bytes, str], source: str = "") -> None:
        """`choices` are the operator's, for single texts; `source` the one for all others, empty to let them vote."""
        self._choices = choices
        self._source = source
        self._studies: dict[tuple[str, str], dict[RawText, None]] = {}
        self._readings: dict[tuple[str, str], dict[RawText, Reading]] = {}

    def hear(self, sight: Sight) -> None:
        """Take the texts of a file in."""
        mine = self._studies.setdefault(_voters(sight), {})
        for leaf in sight.texts():
            if not leaf.foreign and not plain(leaf.value):
                mine[_raw_text(leaf)] = None

    def settle(self) -> None:
        """Count the votes; afterwards `source_of` may be asked."""
        devices: dict[str, dict[str, float]] = {}
        for (_study, device), values in self._studies.items():
            sums = devices.setdefault(device, {})
            for charset, weight in votes_of(values).items():
                sums[charset] = sums.get(charset, 0.0) + weight
        for (study, device), values in self._studies.items():
            others = devices[device]
            own = votes_of(values)
            rest = {charset: weight - own.get(charset, 0.0) for charset, weight in others.items()}
            readings = read_texts(tuple(values), rest)
            self._readings[study, device] = dict(zip(values, readings, strict=True))

    def label_for(self, sight: Sight) -> str:
        """The character set that the texts of a file's study are written in where their label is wrong; else empty."""
        counts: dict[str, int] = {}
        for reading in self._readings.get(_voters(sight), {}).values():
            if reading.repaired and ">" not in reading.charset:
                counts[reading.charset] = counts.get(reading.charset, 0) + 1
        return max(counts, key=lambda charset: counts[charset], default="")

    def source_of(self, sight: Sight, leaf: Leaf) -> Source | None:
        """How a text is read: as chosen for it, as chosen for all, or as the vote says; None where nothing fits."""
        raw = leaf.value.rstrip(b"\0 ")
        chosen = self._choices.get(raw)
        if chosen is not None and ">" in chosen:
            return _untangled(raw, leaf, chosen)
        if chosen is not None or self._source:
            charset = self._source if chosen is None else chosen
            certain = True
        else:
            reading = self.reading_of(sight, leaf)
            charset = reading.charset if reading is not None and reading.repaired else leaf.charset
            certain = reading is None or reading.certain
        text = strictly(leaf.value, charset, leaf.kind)
        return None if text is None else Source(text, charset, certain)

    def reading_of(self, sight: Sight, leaf: Leaf) -> Reading | None:
        """The vote's own answer on a text, with the next likely one; None for what did not vote."""
        return self._readings.get(_voters(sight), {}).get(_raw_text(leaf))


def too_long(leaf: Leaf, text: str) -> bool:
    """Whether a text has more characters than its VR allows (PS3.5 table 6.2-1)."""
    limit = LIMITS.get(leaf.vr)
    if leaf.vr == "PN":
        return any(len(group) > 64 for group in text.rstrip("\0 ").split("="))
    return limit is not None and any(len(part.strip("\0 ")) > limit for part in text.split("\\"))


def _voters(sight: Sight) -> tuple[str, str]:
    """Which study a file votes in, and which device made it: Manufacturer, its model, Station Name."""
    return sight.text(0x0020000D), "\\".join(sight.text(tag) for tag in (0x00080070, 0x00081090, 0x00081010))


def _raw_text(leaf: Leaf) -> RawText:
    return RawText(leaf.value.rstrip(b"\0 "), leaf.charset, leaf.kind)


def _untangled(raw: bytes, leaf: Leaf, chain: str) -> Source | None:
    """A text that was encoded twice, put right the way that was chosen, if that inverts exactly."""
    text = strictly(raw, "ISO_IR 192", leaf.kind)
    if text is None:
        return None
    inner, way = undone(text, leaf.kind)
    wanted = " > ".join(part.strip() for part in chain.split(">"))
    return Source(inner, way, True) if inner and way == wanted else None
