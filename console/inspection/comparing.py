"""Two copies of one inspection held against each other: which of them says more, and where they differ."""

from dataclasses import replace

from console.model.inspections import EMPTY, Answer, Entry, Inspection, SignatureState, Stage

STAGES = tuple(Stage)
"""In the order in which an inspection goes through them."""


def with_signatures(ours: Inspection, theirs: Inspection) -> Inspection:
    """A sealed inspection with the signatures, and the later stage, of another copy of it; its own stand."""
    sides = {each.side: each for each in theirs.signatures if each.state is SignatureState.SIGNED}
    for each in ours.signatures:
        known = sides.get(each.side)
        if each.state is not SignatureState.SIGNED and known is not None:
            continue
        if known is not None and each.attachment is None and replace(known, attachment=None) == each:
            # The same signature; its signed copy was attached elsewhere.
            continue
        sides[each.side] = each
    later = max(ours.stage, theirs.stage, key=STAGES.index)
    order = list(dict.fromkeys(each.side for each in (*ours.signatures, *theirs.signatures)))
    return replace(ours, stage=later, signatures=tuple(sides[side] for side in order if side in sides))


def holds(one: Inspection, other: Inspection) -> bool:
    """Whether `one` has everything that a person put into `other`: replacing `other` by it loses nothing."""
    if one.form != other.form or STAGES.index(one.stage) < STAGES.index(other.stage):
        return False
    if differing(other, one, missing_only=True):
        return False
    parts = ((other.notice, one.notice), (other.permission, one.permission), (other.conclusion, one.conclusion))
    if any(theirs and theirs != ours for theirs, ours in parts):
        return False
    written = {each for each in other.recommendations if each.edited}
    return written <= set(one.recommendations) and set(other.actions) <= set(one.actions)


def differing(one: Inspection, other: Inspection, *, missing_only: bool = False) -> tuple[str, ...]:
    """Ids of the entries that hold something else; `missing_only`: those of `one` that `other` does not hold."""
    theirs = {entry.id: entry for entry in other.entries}
    found = []
    for entry in one.entries:
        there = theirs.get(entry.id)
        mine, its = _said(entry), _said(there) if there is not None else EMPTY
        if mine != its and not (missing_only and mine == EMPTY):
            found.append(entry.id)
    if not missing_only:
        known = {entry.id for entry in one.entries}
        found += [entry.id for entry in other.entries if entry.id not in known and _said(entry) != EMPTY]
    return tuple(found)


def _said(entry: Entry) -> Answer:
    """What counts of an answer: not who typed it when, nor what is only offered."""
    return EMPTY if entry.answer.carried else replace(entry.answer, by="", at=None)
