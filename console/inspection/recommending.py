"""Recommendations drafted from what failed: what, where, measured against expected, remedy, urgency.

A draft is a sentence for the engineer to edit. What a person changed is left alone; what follows from nothing any
more goes, unless it was edited.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from console.inspection.drafting import URGENCIES, drafts_of, group_of
from console.model.inspections import Inspection, Recommendation


def drafted(inspection: Inspection) -> tuple[Recommendation, ...]:
    """The recommendations of an inspection, drafted anew in the language in use.

    Grouped by clause in the order of the form, the most urgent of a group first. Edited ones keep text and place.
    """
    fresh = {each.id: each for each in drafts_of(inspection)}
    kept = [
        each if each.edited else fresh[each.id]
        for each in inspection.recommendations
        if each.edited or each.id in fresh
    ]
    known = {each.id for each in kept}
    groups = _groups(inspection, kept)
    for each in _in_order(inspection, fresh.values()):
        if each.id not in known:
            _insert(kept, each)
    return tuple(sorted(kept, key=lambda each: groups.index(each.group)))


def with_drafts(inspection: Inspection) -> Inspection:
    """The inspection with its recommendations drafted anew."""
    return replace(inspection, recommendations=drafted(inspection))


def moved(recommendations: Sequence[Recommendation], recommendation_id: str, step: int) -> tuple[Recommendation, ...]:
    """One recommendation moved `step` places (-1 up, 1 down) inside its group; at the edge the whole group moves.

    KeyError when there is none of that id.
    """
    order = list(recommendations)
    at = next((index for index, each in enumerate(order) if each.id == recommendation_id), None)
    if at is None:
        raise KeyError(recommendation_id)
    to = at + step
    if 0 <= to < len(order) and order[to].group == order[at].group:
        order[at], order[to] = order[to], order[at]
        return tuple(order)
    groups = list(dict.fromkeys(each.group for each in order))
    here = groups.index(order[at].group)
    there = here + (1 if step > 0 else -1)
    if 0 <= there < len(groups):
        groups[here], groups[there] = groups[there], groups[here]
    return tuple(sorted(order, key=lambda each: groups.index(each.group)))


def edited(recommendations: Sequence[Recommendation], changed: Recommendation) -> tuple[Recommendation, ...]:
    """The recommendations with one of them as a person wrote it; a new one is put at the end of its group."""
    mine = replace(changed, edited=True)
    if any(each.id == mine.id for each in recommendations):
        return tuple(mine if each.id == mine.id else each for each in recommendations)
    order = list(recommendations)
    last = max((index for index, each in enumerate(order) if each.group == mine.group), default=len(order) - 1)
    order.insert(last + 1, mine)
    return tuple(order)


def removed(recommendations: Sequence[Recommendation], recommendation_id: str) -> tuple[Recommendation, ...]:
    """The recommendations without one of them. Drafting again brings back what still follows from a failed item."""
    return tuple(each for each in recommendations if each.id != recommendation_id)


def _insert(order: list[Recommendation], new: Recommendation) -> None:
    """Behind the last one of its group that is as urgent, so that nothing the engineer ordered changes its order."""
    rank = URGENCIES.index
    fits = [i for i, each in enumerate(order) if each.group == new.group and rank(each.urgency) <= rank(new.urgency)]
    first = next((i for i, each in enumerate(order) if each.group == new.group), len(order))
    order.insert(fits[-1] + 1 if fits else first, new)


def _groups(inspection: Inspection, kept: Sequence[Recommendation]) -> list[str]:
    """The groups in the engineer's order, new ones behind the one that comes before them in the form."""
    groups = list(dict.fromkeys(each.group for each in kept))
    form = list(dict.fromkeys(group_of(entry) for entry in inspection.entries))
    for at, group in enumerate(form):
        if group not in groups:
            before = next((groups.index(each) for each in reversed(form[:at]) if each in groups), -1)
            groups.insert(before + 1, group)
    return groups


def _in_order(inspection: Inspection, drafts: Iterable[Recommendation]) -> list[Recommendation]:
    clauses = list(dict.fromkeys(group_of(entry) for entry in inspection.entries))
    return sorted(drafts, key=lambda each: (clauses.index(each.group), URGENCIES.index(each.urgency)))
