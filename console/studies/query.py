"""What the operator typed, as terms that a study must hold, and the order in which the list shall stand.

Pure: knows neither the index nor the clock of the machine unless it is asked for today.
"""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

ORDERS = ("date", "name", "id", "modality", "description", "size")
"""What a list can be ordered by."""

_SEPARATORS = "|=,;、"
_DAYS = {"今天": 0, "today": 0, "昨天": 1, "yesterday": 1, "前天": 2}
"""Words for a day, and how many days ago it is."""
_DATE = re.compile(r"([12]\d{3})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?|年)?")
_COMPACT = re.compile(r"((?:19|20)\d{2})([01]\d)([0-3]\d)")
_RANGE = re.compile(r"(.*?)(?:\.{2,}|~|至)(.*)")
_UNFINISHED = re.compile(r"[\d/.年月-]*")
"""The second half of a range that is still being typed."""
_FIRST_YEAR, _LAST_YEAR = 1900, 2099
_NEVER, _ALWAYS = 0, 99_999_999


@dataclass(frozen=True)
class Term:
    """One word: a study fits when it holds the text, or when its date lies in the range."""

    text: str = ""
    """Folded; empty for a pure range of dates."""
    first: int = 0
    """First day as the number 20261120; 0 when the word is no date."""
    last: int = 0
    """Last day, included."""

    @property
    def is_date(self) -> bool:
        """Whether the word can be read as a day, a month, a year or a range."""
        return self.last > 0


@dataclass(frozen=True)
class Query:
    """What the list shall hold: every term, and every filter that is set."""

    terms: tuple[Term, ...] = ()
    modalities: tuple[str, ...] = ()
    """At least one of these, as DICOM writes them; empty for all."""
    first: str = ""
    """Study date not before this day (2026-11-20); empty for no limit. Studies without date fit no limit."""
    last: str = ""
    """Study date not after this day."""
    doubtful: bool = False
    """Only names that were read against their label, and studies with something to notice."""
    pictures: bool = False
    """Only studies with frames."""
    patient: str = ""
    """Only this `StudyLine.patient_key`."""

    @property
    def is_everything(self) -> bool:
        """Whether nothing is asked, so that every study fits."""
        return self == Query()


@dataclass(frozen=True)
class Order:
    """How a list is sorted. Ties stand newest first; what has no value stands last, whichever way the list runs."""

    key: str = "date"
    """One of `ORDERS`."""
    reverse: bool = False
    """Largest, newest or last letter first."""

    def __post_init__(self) -> None:
        if self.key not in ORDERS:
            raise ValueError(f"a list of studies cannot be ordered by {self.key!r}")


NEWEST_FIRST = Order("date", True)


def local_today() -> date:
    """The day on the clock of this machine."""
    return datetime.now().astimezone().date()


def fold(text: str) -> str:
    """`text` as it is compared: full-width forms made plain, case folded (Unicode NFKC_Casefold, nearly)."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def parse(text: str, today: Callable[[], date] = local_today) -> Query:
    """The query that `text` asks for; blanks separate words, and all of them must fit.

    A word is looked for anywhere in a study's texts. Days, months, years (2026-11-20, 2026/11, 20261120, 2026) and
    today or 今天 also fit by date, 2026-11-01..2026-11-20 (either end may be missing) by date alone. The caret and
    the equals sign of person names (PS3.5 6.2.1.1) do not count. Never raises; text that says nothing gives a query
    that everything fits.
    """
    plain = "".join(" " if char in _SEPARATORS or ord(char) < 32 else char for char in fold(text))
    words = _with_ranges_joined(plain.replace("^", "").split(), today)
    terms = (_term(word, today) for word in words)
    return Query(tuple(dict.fromkeys(term for term in terms if term.text or term.is_date)))


def compact(day: date) -> int:
    """`day` as the number 20261120."""
    return day.year * 10_000 + day.month * 100 + day.day


@lru_cache(maxsize=8192)
def number_of(iso: str) -> int:
    """A date of the index, 2026-11-20, as the number 20261120; 0 for anything else."""
    digits = iso.replace("-", "")
    whole = len(iso) == 10 and iso[4] == iso[7] == "-" and len(digits) == 8
    return int(digits) if whole and digits.isascii() and digits.isdigit() else 0


def _with_ranges_joined(words: list[str], today: Callable[[], date]) -> list[str]:
    """2026-11-01 .. 2026-11-20 is one range although there are blanks in it."""
    joined: list[str] = []
    for word in words:
        sign = _RANGE.fullmatch(word)
        alone = sign is not None and not sign[1] and not sign[2]
        after_sign = bool(joined) and joined[-1].endswith("..") and _days(joined[-1].rstrip("."), today) is not None
        if joined and alone and _days(joined[-1], today) is not None:
            joined[-1] += ".."
        elif after_sign and _days(word, today) is not None:
            joined[-1] += word
        else:
            joined.append(word)
    return joined


def _term(word: str, today: Callable[[], date]) -> Term:
    days = _days(word, today)
    if days is not None:
        return Term(word, *days)
    parts = _RANGE.fullmatch(word)
    if parts is None:
        return Term(word)
    begin, end = _days(parts[1], today), _days(parts[2], today)
    if not parts[1] and not parts[2]:
        return Term()
    if begin is None and end is not None and not parts[1]:
        return Term("", _NEVER, end[1])
    if begin is not None and end is None and _UNFINISHED.fullmatch(parts[2]):
        return Term("", begin[0], _ALWAYS)
    if begin is not None and end is not None:
        return Term("", min(begin[0], end[0]), max(begin[1], end[1]))
    return Term(word)


def _days(word: str, today: Callable[[], date]) -> tuple[int, int] | None:
    """First and last day that a word names; None when it names none."""
    if word in _DAYS:
        day = compact(today() - timedelta(days=_DAYS[word]))
        return day, day
    shape = _COMPACT.fullmatch(word) or _DATE.fullmatch(word)
    if shape is None:
        return None
    year, month, day = (int(part) if part else 0 for part in shape.groups())
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    if shape[2] is None:
        return year * 10_000 + 101, year * 10_000 + 1231
    if not 1 <= month <= 12:
        return None
    length = monthrange(year, month)[1]
    start = year * 10_000 + month * 100
    if shape[3] is None:
        return start + 1, start + length
    return (start + day, start + day) if 1 <= day <= length else None
