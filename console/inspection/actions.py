"""Actions across inspections: opened by a failed item, followed until somebody closes them with evidence.

A sealed record never changes, so what becomes of its actions afterwards stands in the action book, one document a
year (HOME/actions/2026.json). While an inspection is a draft, its own actions change in its record.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from console.errors import UsageError
from console.i18n import _
from console.inspection.action_index import held_actions
from console.inspection.layout import NOT_READ
from console.inspection.record_json import action_from_json, action_to_json
from console.inspection.records import Records
from console.model.inspections import Action, Attachment, Inspection
from console.plain import clean
from console.store.documents import Documents, open_documents

FOLDER = "actions"
"""In the home folder."""
_TABLE = "actions"
_LONGEST = 4000


class ActionBook:
    """What became of actions after their records were sealed. All calls may block."""

    def __init__(self, home: Path, *, read_only: bool = False) -> None:
        self._folder = home / FOLDER
        self._read_only = read_only

    def states(self) -> Mapping[str, Action]:
        """By id: the newest state of each action in the book. Raises StoreError."""
        found: dict[str, Action] = {}
        for path in sorted(self._folder.glob("[0-9][0-9][0-9][0-9].json")):
            for document in self._open(path).table(_TABLE).all():
                # What a hand or a later version wrote otherwise is left out; the record still names the action.
                with suppress(*NOT_READ):
                    action = action_from_json(document)
                    found[action.id] = action
        return found

    def keep(self, action: Action) -> None:
        """Write the state of an action; on the disk when this returns. Raises StoreError."""
        if not self._read_only:
            self._folder.mkdir(mode=0o700, exist_ok=True)
        year = action.opened.year if action.opened is not None else 0
        documents = self._open(self._folder / f"{year:04d}.json")
        documents.table(_TABLE).upsert(action_to_json(action), lambda known: known.get("id") == action.id)

    def _open(self, path: Path) -> Documents:
        return open_documents(path, read_only=self._read_only)


def all_actions(records: Records, site_name: str = "") -> tuple[Action, ...]:
    """Every action of every inspection, or of those of one site, as it stands now, the oldest first. StoreError."""
    states = dict(ActionBook(records.home, read_only=True).states())
    for action in _in_records(records):
        states[action.id] = newest(states.get(action.id), action)
    elsewhere = {line.id for line in records.lines() if line.site_name != site_name} if site_name else set()
    return tuple(sorted((each for each in states.values() if each.inspection not in elsewhere), key=_age))


def actions_of(records: Records, inspection: Inspection) -> tuple[Action, ...]:
    """The actions that an inspection names, as they stand now. Raises StoreError."""
    now = {action.id: action for action in all_actions(records)} if inspection.actions else {}
    return tuple(newest(now.get(action.id), action) for action in inspection.actions)


def open_actions(records: Records, site_name: str = "") -> tuple[Action, ...]:
    """Those that nobody has closed, the most urgent first. Raises StoreError."""
    still = [action for action in all_actions(records, site_name) if action.closed is None]
    return tuple(sorted(still, key=lambda action: (action.due or date.max, *_age(action))))


def overdue(actions: Iterable[Action], today: date) -> tuple[Action, ...]:
    """Those still open whose day has passed."""
    return tuple(each for each in actions if each.closed is None and each.due is not None and each.due < today)


def newest(one: Action | None, other: Action) -> Action:
    """Which of two states of an action holds: a closed one, else the first, which is the one that was followed up."""
    if one is None:
        return other
    return other if one.closed is None and other.closed is not None else one


def close(
    records: Records,
    action_id: str,
    *,
    by: str,
    evidence: str,
    at: datetime,
    attachments: Sequence[Attachment] = (),
) -> Action:
    """Close an action with what proves that it is done. UsageError without evidence; StoreError."""
    action = find(records, action_id)
    if action.closed is not None:
        sentence = _("This action was closed on {day} already: {evidence}")
        said = sentence.format(day=action.closed.date(), evidence=clean(action.evidence))
        raise UsageError(_("Not closed"), said)
    said = evidence.strip()
    if not said:
        raise UsageError(_("Not closed"), _("Say what proves that it is done: an action is closed with evidence."))
    if len(said) > _LONGEST:
        sentence = _("The evidence may have {limit} characters; attach a longer one as a file.")
        raise UsageError(_("Not closed"), sentence.format(limit=_LONGEST))
    closed = replace(action, closed=at, closed_by=by, evidence=said, attachments=(*action.attachments, *attachments))
    return _keep(records, closed)


def assign(records: Records, action_id: str, *, owner: str, due: date) -> Action:
    """Give an action an owner and a day. UsageError when it is closed or the owner is missing; StoreError."""
    action = find(records, action_id)
    if action.closed is not None:
        raise UsageError(_("Not changed"), _("This action is closed; what was done stands in its evidence."))
    if not clean(owner).strip():
        raise UsageError(_("Not changed"), _("An action needs an owner: who sees to it."))
    return _keep(records, replace(action, owner=clean(owner).strip(), due=due))


def find(records: Records, beginning: str) -> Action:
    """The action whose id begins like that. Raises UsageError when there is none, or more than one."""
    found = [action for action in all_actions(records) if beginning and action.id.startswith(beginning)]
    if len(found) == 1:
        return found[0]
    sentence = _("No action begins with {id}.") if not found else _("Several actions begin with {id}; give more of it.")
    raise UsageError(_("No such action"), sentence.format(id=clean(beginning) or "-"))


def with_open(inspection: Inspection, everything: Iterable[Action]) -> Inspection:
    """A draft with the actions of earlier inspections that are still open, as they stand now.

    Those that were closed since they were taken over stay, closed; its own come first.
    """
    now = {action.id: action for action in everything}
    own = tuple(each for each in inspection.actions if each.inspection == inspection.id)
    taken = {each.id for each in inspection.actions if each.inspection != inspection.id}
    earlier = [
        each for each in now.values() if each.inspection != inspection.id and (each.closed is None or each.id in taken)
    ]
    return replace(inspection, actions=(*own, *sorted(earlier, key=_age)))


def _keep(records: Records, action: Action) -> Action:
    holder = records.open(action.inspection) if _has(records, action.inspection) else None
    if holder is not None and not holder.sealed and any(each.id == action.id for each in holder.actions):
        records.change(action.inspection, lambda draft: _replaced(draft, action))
    else:
        ActionBook(records.home, read_only=records.read_only).keep(action)
    return action


def _replaced(draft: Inspection, action: Action) -> Inspection:
    return replace(draft, actions=tuple(action if each.id == action.id else each for each in draft.actions))


def _has(records: Records, inspection_id: str) -> bool:
    return any(line.id == inspection_id and not line.damaged for line in records.lines())


def _in_records(records: Records) -> Iterable[Action]:
    """The actions of all records, those of an inspection itself before the copies that others took over."""
    held = held_actions(records.folder, records.home / FOLDER, read_only=records.read_only)
    own = [each for key, found in held.items() for each in found if each.inspection == key]
    copies = [each for key, found in held.items() for each in found if each.inspection != key]
    return (*own, *copies)


def _age(action: Action) -> tuple[str, str]:
    return (action.opened.isoformat() if action.opened is not None else "", action.id)
