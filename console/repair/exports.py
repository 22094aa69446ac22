"""Plans and jobs as text for a terminal, and as documents for scripts."""

from collections.abc import Iterable
from typing import Any

from console.i18n import _, ngettext
from console.model.repair import JobReport, RepairPlan
from console.plain import clean
from console.repair.plan_json import change_to_json
from console.repair.preview import path_text
from console.repair.reporting import how_to_undo

_CHANGES = 60
"""Lines of a preview that are printed; the rest is counted, and stands in the report."""


def plan_text(plan: RepairPlan) -> Iterable[str]:
    """A plan for reading: file by file, element by element; then what is left alone, and what to do next."""
    for planned in plan.files[:_CHANGES]:
        yield clean(planned.named)
        for change in planned.changes[:_CHANGES]:
            place = path_text(change.place, change.tag) if change.tag else ""
            mark = "? " if change.doubtful else ""
            yield f"  {mark}{'  '.join(filter(None, (place, str(change.what))))}"
            for sign, text, raw in (("-", change.before, change.before_hex), ("+", change.after, change.after_hex)):
                if text or raw:
                    yield "    " + "  ".join(filter(None, (sign, text, f"[{raw}]" if raw else "")))
        for note in planned.notes:
            yield f"  {note}"
    if len(plan.files) > _CHANGES:
        more = len(plan.files) - _CHANGES
        yield ngettext("and {count} more", "and {count} more", more).format(count=more)
    for made in plan.made:
        yield f"{clean(made.path)}: {made.what}"
    for refused in plan.refused[:_CHANGES]:
        yield f"{clean(refused.path)}: {refused.why}"
    for note in plan.notes:
        yield str(note)
    counts = {"changed": len(plan.files) + len(plan.made), "same": plan.unchanged, "refused": len(plan.refused)}
    yield _("{changed} change, {same} need nothing, {refused} are left alone. Nothing was changed yet.").format(
        **counts
    )
    yield _("Job {id}: cathlab repair apply {id}").format(id=plan.id)


def plan_document(plan: RepairPlan) -> dict[str, Any]:
    """A plan for scripts."""
    return {
        "id": plan.id,
        "remedy": plan.remedy,
        "files": [
            {
                "path": clean(planned.path),
                "sha256": planned.sha256,
                "changes": [{**change_to_json(change), "what": str(change.what)} for change in planned.changes],
                "notes": [str(note) for note in planned.notes],
            }
            for planned in plan.files
        ],
        "made": [{"path": clean(made.path), "what": str(made.what)} for made in plan.made],
        "refused": [{"path": clean(each.path), "why": str(each.why)} for each in plan.refused],
        "unchanged": plan.unchanged,
    }


def report_document(done: JobReport) -> dict[str, Any]:
    """A job for scripts."""
    return {
        **plan_document(done.plan),
        "state": done.state.value,
        "in_place": done.in_place,
        "ticket": done.ticket,
        "backup": done.backup,
        "problem": done.problem,
        "undo": how_to_undo(done),
        "outcomes": [vars(outcome) for outcome in done.files],
    }
