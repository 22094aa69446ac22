"""A plan as JSON and back: what is previewed is what is applied, also by another console a day later."""

from collections.abc import Mapping
from typing import Any

from console.model.repair import Change, Edit, MadeFile, Place, PlannedFile, Refused, RepairPlan
from console.model.sentence import Sentence

FORMAT = 1


def plan_to_json(plan: RepairPlan) -> dict[str, Any]:
    """A plan as plain values; bytes as hexadecimal."""
    return {
        "format": FORMAT,
        "id": plan.id,
        "remedy": plan.remedy,
        "why": plan.why,
        "operator": plan.operator,
        "made_at": plan.made_at,
        "reason": plan.reason,
        "record": plan.record,
        "root": plan.root,
        "unchanged": plan.unchanged,
        "notes": [note.to_json() for note in plan.notes],
        "refused": [{"path": each.path, "why": each.why.to_json()} for each in plan.refused],
        "made": [{"path": each.path, "data": each.data.hex(), "what": each.what.to_json()} for each in plan.made],
        "files": [_file_to_json(each) for each in plan.files],
    }


def plan_from_json(data: Mapping[str, Any]) -> RepairPlan:
    """What `plan_to_json` made. KeyError, ValueError, TypeError or AttributeError when it is something else."""
    if data["format"] != FORMAT:
        raise ValueError("another format")
    return RepairPlan(
        id=str(data["id"]),
        remedy=str(data["remedy"]),
        why=str(data["why"]),
        operator=str(data["operator"]),
        made_at=str(data["made_at"]),
        reason=str(data["reason"]),
        record=bool(data["record"]),
        root=str(data["root"]),
        unchanged=int(data["unchanged"]),
        notes=tuple(Sentence.from_json(note) for note in data["notes"]),
        refused=tuple(Refused(str(each["path"]), Sentence.from_json(each["why"])) for each in data["refused"]),
        made=tuple(
            MadeFile(str(each["path"]), bytes.fromhex(each["data"]), Sentence.from_json(each["what"]))
            for each in data["made"]
        ),
        files=tuple(_file_from_json(each) for each in data["files"]),
    )


def change_to_json(change: Change) -> dict[str, Any]:
    """One line of a preview for scripts and for the plan's file."""
    return {
        "path": change.path,
        "what": change.what.to_json(),
        "place": [list(step) for step in change.place],
        "tag": change.tag,
        "before": change.before,
        "after": change.after,
        "before_hex": change.before_hex,
        "after_hex": change.after_hex,
        "doubtful": change.doubtful,
    }


def _file_to_json(planned: PlannedFile) -> dict[str, Any]:
    return {
        "path": planned.path,
        "named": planned.named,
        "size": planned.size,
        "mtime_ns": planned.mtime_ns,
        "inode": planned.inode,
        "sha256": planned.sha256,
        "new_size": planned.new_size,
        "new_object": planned.new_object,
        "links": planned.links,
        "edits": [
            [[list(step) for step in edit.place], edit.tag, edit.vr, _hex(edit.old), _hex(edit.new)]
            for edit in planned.edits
        ],
        "patches": [[offset, length, new.hex()] for offset, length, new in planned.patches],
        "changes": [change_to_json(change) for change in planned.changes],
        "notes": [note.to_json() for note in planned.notes],
    }


def _file_from_json(data: Mapping[str, Any]) -> PlannedFile:
    return PlannedFile(
        path=str(data["path"]),
        named=str(data["named"]),
        size=int(data["size"]),
        mtime_ns=int(data["mtime_ns"]),
        inode=int(data["inode"]),
        sha256=str(data["sha256"]),
        new_size=int(data["new_size"]),
        new_object=bool(data["new_object"]),
        links=int(data["links"]),
        edits=tuple(
            Edit(_place(place), int(tag), str(vr), _bytes(old), _bytes(new))
            for place, tag, vr, old, new in data["edits"]
        ),
        patches=tuple((int(offset), int(length), bytes.fromhex(new)) for offset, length, new in data["patches"]),
        changes=tuple(_change_from_json(change) for change in data["changes"]),
        notes=tuple(Sentence.from_json(note) for note in data["notes"]),
    )


def _change_from_json(data: Mapping[str, Any]) -> Change:
    return Change(
        str(data["path"]), Sentence.from_json(data["what"]), _place(data["place"]), int(data["tag"]),
        str(data["before"]), str(data["after"]), str(data["before_hex"]), str(data["after_hex"]),
        bool(data["doubtful"]),
    )  # fmt: skip


def _place(steps: Any) -> Place:
    return tuple((int(tag), int(number)) for tag, number in steps)


def _hex(value: bytes | None) -> str | None:
    return None if value is None else value.hex()


def _bytes(value: str | None) -> bytes | None:
    return None if value is None else bytes.fromhex(value)
