"""Find the lost patient: "he was here, and the list does not show him". Read-only, over an index of headers.

A patient is missed for few reasons: the number was typed with other zeros, or in full-width digits; the name stands
there in another script, in another order, or as the wrong characters; the day is off. All of them are asked for, and
what fits several of the things known stands first. Nothing is ever created here: two patients instead of one are
worse than a search that goes on.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from console.errors import UsageError
from console.i18n import N_, _
from console.model.repair import Lead
from console.model.sentence import NOTHING, Sentence
from console.model.studies import NearMiss, StudyLine
from console.pinyin import keys_of

MOST = 50
"""Studies offered."""
_EACH = 200
"""Studies that one way of asking may bring before it says nothing any more."""


class Index(Protocol):
    """What is asked of the index: the desk above joins it with `console.studies`."""

    def find(self, text: str) -> Sequence[StudyLine]:
        """The studies that hold every word of `text`, newest first, at most a few hundred."""

    def near(self, text: str) -> Sequence[NearMiss]:
        """What comes near `text` where nothing fits."""


@dataclass(frozen=True)
class Clues:
    """What is known of the patient. Whatever is not known stays empty."""

    name: str = ""
    patient_id: str = ""
    birth_date: str = ""
    """YYYY-MM-DD."""
    accession: str = ""
    date: str = ""
    """Day of the study, YYYY-MM-DD."""


@dataclass(frozen=True)
class _Way:
    clue: str
    text: str
    how: Sentence


_WHAT: tuple[tuple[Callable[[StudyLine], bool], Sentence, str], ...] = (
    (
        lambda line: line.name_flag == 2,
        Sentence(N_("Its name does not fit its character set, and the reading is doubtful.")),
        "transcode-charset",
    ),
    (
        lambda line: line.name_flag == 1,
        Sentence(N_("Its name does not fit its character set: other systems show wrong characters.")),
        "relabel-charset",
    ),
    (
        lambda line: "two-patients" in line.flags,
        Sentence(N_("Its Study Instance UID stands under two Patient IDs.")),
        "correct-attributes",
    ),
    (
        lambda line: "names-differ" in line.flags,
        Sentence(N_("Its files do not agree on the name.")),
        "correct-attributes",
    ),
    (lambda line: not line.patient_id, Sentence(N_("It has no Patient ID.")), "correct-attributes"),
    (lambda line: not line.name, Sentence(N_("It has no name.")), "correct-attributes"),
    (lambda line: "no-uid" in line.flags, Sentence(N_("Its files have no Study Instance UID.")), ""),
)


def find_lost(index: Index, clues: Clues, cancelled: Callable[[], bool] = lambda: False) -> tuple[Lead, ...]:
    """The studies that the clues may mean, those that fit most of them first; at most `MOST`.

    What fits a clue in an ordinary way stands before what fits it in a roundabout one. Raises UsageError when there
    is nothing to go by, or a day is none.
    """
    ways = list(_ways(clues))
    if not ways:
        sentence = _(
            "Say what is known: a name, a Patient ID, an accession number or the day of the study. The day of birth "
            "only tells apart those that are found."
        )
        raise UsageError(_("Nothing to search for"), sentence)
    found: dict[int, StudyLine] = {}
    reasons: dict[int, dict[str, tuple[int, Sentence]]] = {}
    for rank, way in enumerate(ways):
        if cancelled():
            return ()
        lines = index.find(way.text)
        if len(lines) > _EACH and way.clue != "date":
            continue
        for line in lines[:_EACH]:
            if _fits(line, way):
                found[line.id] = line
                reasons.setdefault(line.id, {}).setdefault(way.clue, (rank, way.how))
    _birthday(clues, found, reasons)
    strong = [number for number, why in reasons.items() if set(why) != {"date"} or _only_date(clues)]
    if not strong:
        _near(index, clues, found, reasons, cancelled)
        strong = list(reasons)
    order = sorted(
        strong, key=lambda number: (-len(reasons[number]), min(rank for rank, _how in reasons[number].values()))
    )
    return tuple(_lead(found[number], reasons[number]) for number in order[:MOST])


def id_variants(patient_id: str) -> tuple[tuple[str, Sentence], ...]:
    """A number as other systems and other hands write it, the likeliest first, each with what differs."""
    plain = unicodedata.normalize("NFKC", patient_id).strip()
    exact = Sentence(N_("Patient ID {value}"), {"value": plain})
    variants = {plain: exact}

    def add(value: str, source: str) -> None:
        if value and len(value) > 2:
            variants.setdefault(value, Sentence(source, {"value": value}))

    bare = re.sub(r"[\s\-_/.]", "", plain)
    add(bare, N_("Patient ID without separators, {value}"))
    letters, digits = re.fullmatch(r"(\D*)(.*)", bare, re.DOTALL).groups()  # type: ignore[union-attr]  # always matches
    if digits.isdecimal():
        short = digits.lstrip("0")
        add(letters + short, N_("Patient ID without leading zeros, {value}"))
        add(short, N_("Patient ID without the letters before it, {value}"))
        for width in (6, 7, 8, 9, 10, 12):
            if len(short) < width:
                add(letters + short.zfill(width), N_("Patient ID filled up with zeros, {value}"))
    add(bare.translate(str.maketrans("OoIl", "0011")), N_("Patient ID with digits for letters, {value}"))
    return tuple((value, how) for value, how in variants.items() if value)


def name_variants(name: str) -> tuple[tuple[str, Sentence], ...]:
    """A name as it may stand in an index: as typed, turned round, in pinyin, or as the wrong characters."""
    plain = " ".join(unicodedata.normalize("NFKC", name).replace("^", " ").split())
    variants: dict[str, Sentence] = {}

    def add(value: str, source: str) -> None:
        if value.strip() and len(value.strip()) > 1:
            variants.setdefault(value, Sentence(source, {"value": value}))

    add(plain, N_("name {value}"))
    joined = plain.replace(" ", "")
    if not plain.isascii():
        add(joined, N_("name {value}"))
        if 2 <= len(joined) <= 4:
            # 张伟 is found in 张^伟 where the index leaves out the caret, and by two words where it does not.
            add(f"{joined[0]} {joined[1:]}", N_("name {value}"))
        for key in keys_of(joined)[::-1]:
            if len(key) > 4:
                add(key, N_("name in pinyin, {value}"))
        for wrong in mojibake(joined):
            add(wrong, N_("name in the wrong character set, {value}"))
    elif " " in plain:
        add(joined, N_("name in one word, {value}"))
    return tuple(variants.items())


def mojibake(text: str) -> tuple[str, ...]:
    """What a Chinese text looks like when its bytes are read in another set, the most frequent way first."""
    ways = (
        ("gb18030", "latin-1"),
        ("utf-8", "gb18030"),
        ("utf-8", "latin-1"),
        ("gb18030", "utf-8"),
        ("gb18030", "cp1252"),
    )
    seen: dict[str, None] = {}
    for written, read in ways:
        shown = text.encode(written).decode(read, "ignore")
        visible = "".join(char for char in shown if char.isprintable())
        if len(visible) > 1 and visible != text:
            seen[visible] = None
    return tuple(seen)


def _ways(clues: Clues) -> Iterator[_Way]:
    """Every way to ask, the plainest of each clue first."""
    if clues.accession.strip():
        value = unicodedata.normalize("NFKC", clues.accession).strip()
        yield _Way("accession", value, Sentence(N_("accession number {value}"), {"value": value}))
    for value, how in id_variants(clues.patient_id):
        yield _Way("patient_id", value, how)
    for value, how in name_variants(clues.name):
        yield _Way("name", value, how)
    for day, how in _days(clues.date):
        yield _Way("date", day, how)
    if clues.birth_date:
        _day(clues.birth_date)


def _days(text: str) -> Iterator[tuple[str, Sentence]]:
    if not text:
        return
    day = _day(text)
    yield day.isoformat(), Sentence(N_("study of {value}"), {"value": day.isoformat()})
    for other in (day - timedelta(1), day + timedelta(1)):
        source = N_("study of {value}, one day off")
        yield other.isoformat(), Sentence(source, {"value": other.isoformat()})
    if day.day <= 12 and day.day != day.month:
        turned = date(day.year, day.day, day.month).isoformat()
        yield turned, Sentence(N_("study of {value}, day and month swapped"), {"value": turned})


def _day(text: str) -> date:
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", text))
    try:
        if len(digits) != 8:
            raise ValueError(text)
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        sentence = _("{text} is no day such as 2026-11-20.")
        raise UsageError(_("No such day"), sentence.format(text=text)) from None


def _fits(line: StudyLine, way: _Way) -> bool:
    """Whether the study holds the text where the clue means it; a word of the query may stand in any field."""
    wanted = _flat(way.text)
    if way.clue == "patient_id":
        return wanted in _flat(line.patient_id)
    if way.clue == "accession":
        return wanted in _flat(line.accession) or wanted in _flat(line.study_id)
    if way.clue == "date":
        return line.date == way.text
    # Pinyin is in the index alone, so that a name is believed when the index found it.
    return True


def _flat(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _birthday(clues: Clues, found: dict[int, StudyLine], reasons: dict[int, dict[str, tuple[int, Sentence]]]) -> None:
    """The day of birth is in no index, but it tells those apart that were found."""
    if not clues.birth_date:
        return
    wanted = _day(clues.birth_date).isoformat()
    for number, line in found.items():
        if line.birth_date == wanted:
            how = Sentence(N_("born {value}"), {"value": wanted})
            reasons[number]["birth_date"] = (0, how)


def _only_date(clues: Clues) -> bool:
    return bool(clues.date) and not (clues.name or clues.patient_id or clues.accession)


def _near(
    index: Index,
    clues: Clues,
    found: dict[int, StudyLine],
    reasons: dict[int, dict[str, tuple[int, Sentence]]],
    cancelled: Callable[[], bool],
) -> None:
    """Slips of the hand, when nothing fits."""
    reasons.clear()
    for clue, text in (("patient_id", clues.patient_id), ("accession", clues.accession), ("name", clues.name)):
        if not text.strip() or cancelled():
            continue
        for rank, miss in enumerate(index.near(text)):
            found[miss.line.id] = miss.line
            how = Sentence(N_("nearly: {why}"), {"why": miss.why})
            reasons.setdefault(miss.line.id, {}).setdefault(clue, (100 + rank, how))


def _lead(line: StudyLine, why: dict[str, tuple[int, Sentence]]) -> Lead:
    wrong = [(sentence, remedy) for test, sentence, remedy in _WHAT if test(line)]
    remedy = next((remedy for _sentence, remedy in wrong if remedy), "")
    how = tuple(sentence for _rank, sentence in sorted(why.values(), key=lambda each: each[0]) if sentence != NOTHING)
    return Lead(line, how, tuple(sentence for sentence, _remedy in wrong), remedy, frozenset(why))
