"""The texts of a study as the lists show and search them: decoded, cleaned, dates made ISO, keys for the search.

Most texts are ASCII and cost nothing here; only others are weighed by `console.dicom.reading`, all of a study together.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from console.model.text import clean
from console.pinyin import keys_of, sort_key
from console.studies.rows import Head, number_of

if TYPE_CHECKING:
    from console.dicom.reading import Reading

DECLARED, REPAIRED, DOUBTFUL = 0, 1, 2
"""Values of study.name_flag."""

Key: TypeAlias = tuple[bytes, str, Literal["name", "text"]]
"""A text as it lies in a file: bytes, declared character set, "name" or "text"."""

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_DATE = re.compile(r"(\d{4})[.\-/]?(\d{2})[.\-/]?(\d{2})")
_TIME = re.compile(r"(\d{2})(?::?(\d{2})(?::?(\d{2}))?)?")
TEXTS = (
    "patient_id study_id accession study_description institution series_description protocol station manufacturer model"
).split()
"""The fields of a head that are texts and no names."""
_OWN = 3
"""So many of them are those of one patient or study; the others come back in thousands."""
_texts = itemgetter(*(Head._fields.index(field) for field in TEXTS))
_own = itemgetter(*(Head._fields.index(field) for field in TEXTS[:_OWN]))
_common = itemgetter(*(Head._fields.index(field) for field in ("charset", *TEXTS[_OWN:])))
_BARS = str.maketrans("\n|", "  ")


class Word(NamedTuple):
    """One text, read."""

    text: str
    """Cleaned for display."""
    other: str = ""
    """The other reading, where the bytes do not fit their label."""
    flag: int = DECLARED
    """DECLARED, REPAIRED or DOUBTFUL."""


class Words:
    """The texts of one study, read together."""

    def __init__(
        self, heads: Sequence[Head], titles: Iterable[tuple[bytes, str]] = (), device: Mapping[str, float] | None = None
    ) -> None:
        """`titles` are instance titles with their declared character sets, `device` the votes of its other studies.

        `heads` have to live as long as this does.
        """
        keys: dict[Key, None] = {}
        self._parts: dict[int, list[str]] = {}
        """By heads what of their texts no vote can change, where that is all of them."""
        for head in heads:
            own, common = _own(head), _common_texts(_common(head))
            joined = b"\0".join(own)
            if joined.isascii() and b"\x1b" not in joined:
                # Most are plain: decoded and looked at in one go.
                texts = joined.decode("ascii").split("\0")
                if not common.open and len(texts) == _OWN and "".join(texts).isprintable():
                    self._parts[id(head)] = [*texts, *common.texts]
            else:
                keys.update(dict.fromkeys((raw, head[3], "text") for raw in own if not _is_plain(raw)))
            for key in common.keys:
                keys[key] = None
            for raw in (head[4], head[14]):
                if not raw.isascii() or b"\x1b" in raw:
                    keys[raw, head[3], "name"] = None
        for title, charset in titles:
            keys[title, charset, "text"] = None
        self.plain = not keys
        """True when all is ASCII."""
        self.certain = True
        """False when another vote could change a reading."""
        self.votes: dict[str, float] = {}
        """How the study votes on the character set of its device; empty where all is ASCII."""
        self._read: dict[Key, Word] = {}
        if keys:
            self._weigh(keys, device or {})

    def name(self, raw: bytes, charset: str) -> Word:
        """A person's name. Where `charset` is that of another text, `raw` is found all the same."""
        if _is_plain(raw):
            return Word(_ascii(raw))
        return self._read.get((raw, charset, "name")) or self._somewhere(raw)

    def text(self, raw: bytes, charset: str) -> str:
        """Any other text."""
        if _is_plain(raw):
            return _ascii(raw)
        return (self._read.get((raw, charset, "text")) or self._somewhere(raw)).text

    def texts(self, head: Head) -> list[str]:
        """All texts of a head that are no names, in the order of TEXTS."""
        return self._parts.get(id(head)) or [self.text(raw, head[3]) for raw in _texts(head)]

    def _somewhere(self, raw: bytes) -> Word:
        return next(word for key, word in self._read.items() if key[0] == raw)

    def _weigh(self, keys: Iterable[Key], device: Mapping[str, float]) -> None:
        together = False
        for key in keys:
            word, vote, weight = _alone(*key)
            if vote:
                self.votes[vote] = self.votes.get(vote, 0.0) + weight
            if word is None:
                together = True
            else:
                self._read[key] = word
        if together:
            from console.dicom.reading import RawText, read_texts

            for key, reading in zip(keys, read_texts([RawText(*key) for key in keys], device), strict=True):
                self.certain = self.certain and reading.certain
                self._read[key] = _word(reading)


@lru_cache(1 << 14)
def _alone(raw: bytes, charset: str, kind: Literal["name", "text"]) -> tuple[Word | None, str, float]:
    """A text that no vote can change, None where one can; what it votes for itself, and how much."""
    from console.dicom.judging import judge
    from console.dicom.reading import RawText, read_texts

    found = judge(raw.rstrip(b"\0 "), charset, kind)
    if found.open or not found.certain or found.twice[0]:
        return None, found.vote, found.weight
    return _word(read_texts([RawText(raw, charset, kind)])[0]), found.vote, found.weight


def _word(reading: "Reading") -> Word:
    flag = DECLARED if not reading.repaired and reading.certain else REPAIRED if reading.certain else DOUBTFUL
    return Word(reading.text, reading.other, flag)


class _Common(NamedTuple):
    """The texts of a head that come back in thousands of studies."""

    texts: tuple[str, ...]
    """Read, but for those that the study has to vote on."""
    open: bool
    """Whether there are such."""
    keys: tuple[Key, ...]
    """Those that are not plain ASCII."""


@lru_cache(1 << 12)
def _common_texts(values: tuple[Any, ...]) -> _Common:
    charset, *raws = values
    texts: list[str] = []
    keys: list[Key] = []
    undecided = False
    for raw in raws:
        if _is_plain(raw):
            texts.append(_ascii(raw))
            continue
        keys.append((raw, charset, "text"))
        word = _alone(*keys[-1])[0]
        texts.append(word.text if word else "")
        undecided = undecided or word is None
    return _Common(tuple(texts), undecided, tuple(keys))


def _is_plain(raw: bytes) -> bool:
    return raw.isascii() and b"\x1b" not in raw


def _ascii(raw: bytes) -> str:
    text = raw.decode("ascii")
    return text if text.isprintable() else clean(text).strip()


def device_of(head: Head) -> int:
    """The number of the device that made it: its texts are written in one character set, most likely."""
    return _device(head.manufacturer, head.model, head.station)


@lru_cache(1024)
def _device(*texts: bytes) -> int:
    return number_of(b"\0".join(texts))


def patient_key(head: Head) -> str:
    """The same for all studies of a patient: the ID; without one the name."""
    if head.patient_id:
        return head.patient_id.decode("latin-1")
    return "\0" + head.patient_name.decode("latin-1")


@lru_cache(4096)
def iso_date(value: str) -> str:
    """YYYY-MM-DD of a DICOM date, of an older one with points, or empty."""
    match = _DATE.match(value.strip())
    if match is None:
        return ""
    year, month, day = match.groups()
    return f"{year}-{month}-{day}" if "01" <= month <= "12" and "01" <= day <= "31" and year > "0000" else ""


@lru_cache(4096)
def iso_time(value: str) -> str:
    """HH:MM:SS of a DICOM time, of an older one with colons, or empty."""
    match = _TIME.match(value.strip())
    if match is None:
        return ""
    hour, minute, second = (part or "00" for part in match.groups())
    return f"{hour}:{minute}:{second}" if hour < "24" and minute < "60" and second < "61" else ""


def spoken(name: str) -> str:
    """A person name without the signs between its parts: 张伟, or Zhang Wei."""
    groups = []
    for group in name.split("="):
        parts = [part for part in group.replace("^", " ").split(" ") if part]
        groups.append(("" if _HAN.search(group) else " ").join(parts))
    return " ".join(group for group in groups if group)


@lru_cache(1 << 15)
def found_by(name: str) -> tuple[str, str]:
    """What a person name is searched by, as a part of a study's line to search, and what it is sorted by.

    Remembered: a patient comes back, and the pinyin of a name costs more than everything else of a study.
    """
    return _joined((spoken(name), *keys_of(name))) if name else "", sort_key(name)


def hay(name: str, other: str, fields: Sequence[str]) -> str:
    """The line that is searched: the names and what they are also found by, then `fields`, in small letters."""
    names = found_by(name)[0]
    if other:
        names = f"{names}|{found_by(other)[0]}"
    return f"{names}|{_joined(fields)}"


def _joined(fields: Sequence[str]) -> str:
    line = "|".join(fields)
    if line.count("|") >= len(fields) or "\n" in line:
        line = "|".join([field.translate(_BARS) for field in fields])
    return line.lower()
