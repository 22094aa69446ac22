"""The report of a job: what, why, who, before, after, hashes, and how to take it back."""

from collections.abc import Iterator

from console.i18n import N_, _
from console.model.repair import Change, FileOutcome, JobReport, JobState, PlannedFile
from console.plain import clean
from console.repair.preview import path_text
from console.repair.remedies.catalogue import REMEDIES

STATES = {
    JobState.PLANNED: N_("planned"),
    JobState.APPLIED: N_("applied"),
    JobState.PARTLY: N_("applied in part"),
    JobState.UNDONE: N_("undone"),
    JobState.BROKEN_OFF: N_("broken off"),
    JobState.STOPPED: N_("to be looked at"),
}
"""How far a job has come, as people read it."""


def markdown(report: JobReport) -> str:
    """The whole report as Markdown, in the language in use."""
    return "\n".join(_lines(report)) + "\n"


def how_to_undo(report: JobReport) -> str:
    """One sentence: how the job is taken back."""
    if report.state is JobState.UNDONE:
        return _("It was undone: everything is as it was before.")
    if report.state is JobState.PLANNED:
        return _("Nothing was written yet.")
    sentence = _("cathlab repair undo {id} puts every file back, byte by byte.")
    if not report.in_place:
        sentence = _("The files themselves were not touched. cathlab repair undo {id} removes the corrected copies.")
    return sentence.format(id=report.id)


def remedy_name(remedy: str) -> str:
    """The name of a remedy in the language in use; its id for one that is not known any more."""
    found = REMEDIES.get(remedy)
    return _(found.name) if found is not None else clean(remedy)


def _lines(report: JobReport) -> Iterator[str]:
    plan = report.plan
    yield f"# {_('Repair')}: {remedy_name(plan.remedy)}"
    yield ""
    facts = (
        (_("Job"), report.id), (_("State"), _(STATES[report.state])), (_("Planned"), plan.made_at),
        (_("Who"), plan.operator), (_("Why"), plan.why), (_("Ticket"), report.ticket),
        (_("Where"), _("in place") if report.in_place else _("copies")), (_("Backup"), report.backup),
    )  # fmt: skip
    for name, value in facts:
        if value:
            yield f"- {name}: {_safe(value)}"
    yield f"- {_('Undo')}: {how_to_undo(report)}"
    if report.problem:
        yield f"- {_('Problem')}: {_safe(report.problem)}"
    outcomes = {outcome.path: outcome for outcome in report.files}
    for planned in plan.files:
        yield ""
        yield from _file(planned, outcomes.get(planned.path))
    for made in plan.made:
        yield ""
        yield f"## {_safe(made.path)}"
        yield ""
        yield f"- {made.what}"
    if plan.refused:
        yield ""
        yield f"## {_('Left alone')}"
        yield ""
        for refused in plan.refused:
            yield f"- {_safe(refused.path)}: {refused.why}"


def _file(planned: PlannedFile, outcome: FileOutcome | None) -> Iterator[str]:
    yield f"## {_safe(planned.path)}"
    yield ""
    if outcome is not None and outcome.new_sha256:
        if outcome.result != planned.path:
            yield f"- {_('Corrected copy')}: {_safe(outcome.result)}"
        yield f"- SHA-256 {_('before')}: {outcome.old_sha256}"
        yield f"- SHA-256 {_('after')}: {outcome.new_sha256}"
        if outcome.pixels_sha256:
            yield f"- SHA-256 {_('pixel data, the same before and after')}: {outcome.pixels_sha256}"
        yield ""
    if planned.changes:
        yield f"| {_('Element')} | {_('What')} | {_('Old value')} | {_('New value')} |"
        yield "|---|---|---|---|"
        for change in planned.changes:
            yield _row(change)
    for note in planned.notes:
        yield f"- {note}"


def _row(change: Change) -> str:
    place = path_text(change.place, change.tag) if change.tag else ""
    before = _cell(change.before, change.before_hex)
    return f"| {place} | {_safe(str(change.what))} | {before} | {_cell(change.after, change.after_hex)} |"


def _cell(text: str, raw: str) -> str:
    return " ".join(filter(None, (_safe(text), f"`{raw}`" if raw else "")))


def _safe(text: str) -> str:
    """A text of a stranger that can neither end a cell nor begin markup."""
    plain = clean(text)
    for sign in "\\`*_{}[]<>|#":
        plain = plain.replace(sign, f"\\{sign}")
    return plain
