"""Which text was meant by bytes that may not fit their label: every value judged alone, then all of a study vote.

The votes are counted for each study (and device), the decision is made for each value: a name in UTF-8 beside an
institution in GBK is common. The rule's score is printed by tests/unit/dicom/test_reading.py.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from console.dicom.character_sets import label_of
from console.dicom.characters import Kind
from console.dicom.judging import CHINESE, DECLARED, LATIN, UNICODE, Judgement, judge
from console.plain import clean

_ENOUGH = 3.0
"""Votes that decide for the values which are in doubt."""


class RawText(NamedTuple):
    """One text as it lies in the file."""

    raw: bytes
    """The bytes of the whole value; padding does not matter."""
    declared: str
    """Specific Character Set, values joined by a backslash; empty where missing."""
    kind: Kind
    """"name" for person names (PN), "text" for everything else."""


class Reading(NamedTuple):
    """How one text is read."""

    text: str
    """The likelier reading, safe to show (console.plain.clean), blanks at both ends removed."""
    charset: str
    """The defined terms that it was read with; ISO_IR 6 for ASCII without a label."""
    declared_charset: str
    """Specific Character Set as it stands."""
    repaired: bool
    """True where the bytes do not fit the label and another set was used."""
    certain: bool
    """False where the reading is a guess that a person should confirm."""
    other: str = ""
    """The next likely reading, safe to show, where there is one worth showing."""
    other_charset: str = ""
    """What `other` was read with; "GB18030 > ISO_IR 100 > ISO_IR 192" for text that was encoded twice."""


def read_texts(values: Sequence[RawText], device: Mapping[str, float] | None = None) -> tuple[Reading, ...]:
    """The readings of all distinct texts of one study, in their order: they vote, and the device's votes help.

    `device` are the sums of `votes_of` over the studies of one device. Never raises.
    """
    readings: list[Reading] = []
    judged: list[tuple[int, str, Judgement]] = []
    new = tuple.__new__
    used: dict[str, str] = {}
    for raw, declared, kind in values:
        if raw.isascii() and b"\x1b" not in raw:
            text = raw.decode("ascii")
            if not text.isprintable():
                text = clean(text)
            if declared not in used:
                used[declared] = label_of(declared).used
            # Nearly all texts come here, and the constructor would take as long as everything else.
            readings.append(new(Reading, (text.strip(), used[declared], declared, False, True, "", "")))
        else:
            judged.append((len(readings), declared, judge(raw.rstrip(b"\0 "), declared, kind)))
            readings.append(_NOTHING)
    if judged:
        winner = _winner(_votes(found for _at, _declared, found in judged), device or {})
        for at, declared, found in judged:
            readings[at] = _reading(found, declared, winner)
    return tuple(readings)


def votes_of(values: Iterable[RawText]) -> dict[str, float]:
    """What the texts of a study say about how they were written: votes by charset, to be summed over a device."""
    return _votes(
        judge(raw.rstrip(b"\0 "), declared, kind)
        for raw, declared, kind in values
        if not raw.isascii() or b"\x1b" in raw
    )


_NOTHING = Reading("", "", "", False, True)


def _votes(judged: Iterable[Judgement]) -> dict[str, float]:
    votes: dict[str, float] = {}
    for found in judged:
        if found.vote:
            votes[found.vote] = votes.get(found.vote, 0.0) + found.weight
    return votes


def _winner(votes: Mapping[str, float], device: Mapping[str, float]) -> str:
    """The charset with enough votes and twice as many as the next; the device is asked when the study is silent."""
    both = {name: votes.get(name, 0.0) + device.get(name, 0.0) for name in (*votes, *device)}
    for counted in (votes, both):
        ranked = sorted(((count, name) for name, count in counted.items()), reverse=True)
        if ranked and ranked[0][0] >= _ENOUGH:
            return ranked[0][1] if len(ranked) < 2 or ranked[0][0] >= 2 * ranked[1][0] else ""
    return ""


def _reading(found: Judgement, declared: str, winner: str) -> Reading:
    chosen, certain = found.chosen, found.certain
    if winner == chosen:
        certain = certain or not found.open or found.weight > 0
    elif found.open and found.weight <= 1 and winner in found.readings:
        chosen, certain = winner, not found.european
    text = _shown(found.readings[chosen])
    charset = found.charset or _charset(found, chosen)
    repaired = charset != found.label.used
    if not repaired and certain and not found.twice[0]:
        return Reading(text, charset, declared, False, True)
    other, other_charset = _other(found, chosen, text)
    return Reading(text, charset, declared, repaired, certain and not found.twice[0], other, other_charset)


def _shown(text: str) -> str:
    return (text if text.isprintable() else clean(text)).strip()


def _charset(found: Judgement, key: str) -> str:
    """The terms of one of the readings: the label's own where it says the same."""
    family = found.label.family
    if key == DECLARED or (key, family) in ((CHINESE, "chinese"), (UNICODE, "utf-8"), (LATIN, "latin")):
        return found.label.used
    return key


def _other(found: Judgement, chosen: str, text: str) -> tuple[str, str]:
    """The reading to show beside the chosen one: put right twice, as declared, or the next likely."""
    if found.twice[0]:
        return _shown(found.twice[0]), found.twice[1]
    for key in (DECLARED, CHINESE, UNICODE, LATIN):
        if key != chosen and key in found.readings:
            shown = _shown(found.readings[key])
            if shown and shown != text and "\ufffd" not in shown[:-1]:
                return shown, _charset(found, key)
    return "", ""
