"""Findings, plans and jobs, in words: nothing here draws."""

import os
from collections.abc import Iterable, Mapping, Sequence

from console.i18n import N_, _, ngettext
from console.model.checks import SEVERITY, Status
from console.model.diagnosis import Confidence, Diagnosis, DoctorReport, Severity, worst_of
from console.model.repair import Change, JobLine, JobReport, JobState, PlannedFile, RepairPlan
from console.model.text import clean, size_text
from console.theme import Symbols
from console.widgets.bars import joined
from console.widgets.line_list import Line, wrap
from console.widgets.row_table import Column, Row, Tone

HIDDEN = "***"
"""Stands for what privacy hides."""
JOBS = "="
"""Key of the line that leads to the jobs."""
MOST = 500
"""Files and lines that are named; the rest is counted."""

_SIGNS = {Severity.CRITICAL: Status.CRIT, Severity.WARNING: Status.WARN, Severity.NOTE: Status.SKIPPED}
_TONES: Mapping[Severity, Tone] = {Severity.CRITICAL: "bad", Severity.WARNING: "careful", Severity.NOTE: "quiet"}
SEVERITIES = {
    Severity.CRITICAL: N_("critical"),
    Severity.WARNING: N_("warning"),
    Severity.NOTE: N_("remark"),
}
CONFIDENCES = {
    Confidence.CERTAIN: N_("certain"),
    Confidence.LIKELY: N_("likely"),
    Confidence.POSSIBLE: N_("possible"),
}
STATES = {
    JobState.PLANNED: N_("planned"),
    JobState.APPLIED: N_("applied"),
    JobState.PARTLY: N_("applied in part"),
    JobState.UNDONE: N_("undone"),
    JobState.BROKEN_OFF: N_("broken off"),
    JobState.STOPPED: N_("to be looked at"),
}
OUTCOMES = {
    "done": N_("written"),
    "rolled-back": N_("as it was"),
    "undone": N_("put back"),
    "stopped": N_("to be looked at"),
    "open": N_("not touched"),
}
_STATE_SIGNS: Mapping[JobState, tuple[Status, Tone]] = {
    JobState.PLANNED: (Status.MANUAL, ""),
    JobState.APPLIED: (Status.OK, "good"),
    JobState.PARTLY: (Status.WARN, "careful"),
    JobState.UNDONE: (Status.NA, "quiet"),
    JobState.BROKEN_OFF: (Status.CRIT, "bad"),
    JobState.STOPPED: (Status.CRIT, "bad"),
}


def sign(status: Status, symbols: Symbols) -> str:
    """The symbol of a status."""
    return symbols.verdicts[SEVERITY.index(status)]


def name_of(path: str, *, privacy: bool) -> str:
    """A file's name with its folder, since many are called alike; names of files may be names of patients."""
    folder, name = os.path.split(path)
    return HIDDEN if privacy else clean("/".join(filter(None, (os.path.basename(folder), name))) or path)


# What the doctor found


def groups(report: DoctorReport | None, jobs: int, symbols: Symbols) -> list[Line]:
    """The jobs first, then what is wrong, counted, the worst first."""
    lines = [Line(_("Jobs"), right=str(jobs) if jobs else "", key=JOBS)]
    if report is None:
        return lines
    for code, found in by_code(report):
        worst = worst_of(found) or Severity.NOTE
        name = symbols.fold(str(found[0].summary))
        lines.append(Line(f"{sign(_SIGNS[worst], symbols)} {name}", right=str(len(found)), key=code))
    return lines


def by_code(report: DoctorReport) -> list[tuple[str, list[Diagnosis]]]:
    """The findings by what is wrong, the worst first, then the most."""
    found: dict[str, list[Diagnosis]] = {}
    for each in report.findings:
        found.setdefault(each.code, []).append(each)
    order = list(Severity)
    return sorted(
        found.items(), key=lambda pair: (min(order.index(each.severity) for each in pair[1]), -len(pair[1]), pair[0])
    )


def finding_columns() -> tuple[Column, ...]:
    """Of the files with one thing wrong."""
    return (
        Column(_("File"), 16, flex=3),
        Column(_("What was found"), 14, flex=4),
        Column(_("Sure"), 8, rank=1),
        Column(_("At byte"), 9, rank=2, right=True),
    )


def finding_row(found: Diagnosis, place: int, symbols: Symbols, *, privacy: bool) -> Row:
    """One finding."""
    detail = str(found.detail) or str(found.summary)
    cells = (
        name_of(found.path, privacy=privacy),
        HIDDEN if privacy and str(found.detail) else symbols.fold(clean(detail)),
        _(CONFIDENCES[found.confidence]),
        str(found.offset) if found.offset is not None else "",
    )
    return Row(cells, str(place), sign(_SIGNS[found.severity], symbols), tone=_TONES[found.severity])


def finding_lines(found: Diagnosis, remedy: str, width: int, symbols: Symbols, *, privacy: bool) -> list[Line]:
    """All about one finding: what it means, how sure it is, what helps."""
    lines = [Line(part, heading=True) for part in wrap(symbols.fold(str(found.summary)), max(width - 3, 12))]
    if found.detail:
        lines += _text(HIDDEN if privacy else str(found.detail), width, symbols)
    facts = joined((_(SEVERITIES[found.severity]), _(CONFIDENCES[found.confidence]), found.code))
    lines.append(Line(symbols.fold(facts)))
    lines.append(Line(_("File"), heading=True))
    lines += _text(HIDDEN if privacy else clean(found.path), width, symbols)
    if found.offset is not None:
        lines.append(Line(_("at byte {offset}").format(offset=found.offset)))
    if found.others:
        lines.append(Line(_("Together with"), heading=True))
        for path in found.others:
            lines += _text(HIDDEN if privacy else clean(path), width, symbols)
    lines.append(Line(_("What helps"), heading=True))
    if remedy and found.repairable:
        lines += _text(_("{remedy}: enter or r begins it.").format(remedy=remedy), width, symbols)
    elif remedy:
        lines += _text(_("{remedy}, once more is known.").format(remedy=remedy), width, symbols)
    else:
        lines += _text(_("Nothing here can put it right: fetch the object again from another source."), width, symbols)
    return lines


def said(report: DoctorReport, symbols: Symbols) -> str:
    """How a visit went, in one line."""
    files = ngettext("{count} file", "{count} files", report.files).format(count=report.files)
    counts = [
        f"{sign(_SIGNS[severity], symbols)} {report.count(severity)} {_(SEVERITIES[severity])}"
        for severity in Severity
        if report.count(severity)
    ]
    healthy = f"{sign(Status.OK, symbols)} " + _("{count} healthy").format(count=report.healthy)
    seconds = _("{seconds} s").format(seconds=f"{report.seconds:.1f}")
    stopped = _("stopped, incomplete") if report.cancelled else ""
    return symbols.fold(joined((files, healthy, *counts, seconds, stopped)))


# Jobs


def job_columns() -> tuple[Column, ...]:
    """Of the list of jobs."""
    return (
        Column(_("Planned"), 11),
        Column(_("What"), 16, flex=3),
        Column(_("Files"), 6, right=True),
        Column(_("State"), 14, flex=2),
        Column(_("Who"), 8, rank=1),
    )


def job_row(line: JobLine, remedy: str, symbols: Symbols) -> Row:
    """One job."""
    status, tone = _STATE_SIGNS[line.state]
    state = clean(line.damaged) if line.damaged else _(STATES[line.state])
    if line.state not in (JobState.PLANNED, JobState.UNDONE) and not line.damaged:
        state = joined((state, _("in place") if line.in_place else _("copies")), ", ")
    made_at = line.made_at[5:16].replace("T", " ")
    cells = (made_at, remedy or line.remedy, str(line.files), state, clean(line.operator))
    return Row(cells, line.id, sign(status, symbols), tone=tone)


def job_lines(report: JobReport, remedy: str, width: int, symbols: Symbols, *, privacy: bool) -> list[Line]:
    """All about one job: why, who, what came of each file, how to undo it."""
    plan = report.plan
    lines = [Line(joined((remedy, _(STATES[report.state]))), heading=True)]
    lines += _text(
        joined((plan.made_at[:16].replace("T", " "), clean(plan.operator), clean(report.ticket))), width, symbols
    )
    if plan.why:
        lines += _text(clean(plan.why), width, symbols)
    if report.problem:
        lines += _text(f"{sign(Status.CRIT, symbols)} {report.problem}", width, symbols)
    lines += _text(undo_text(report), width, symbols)
    for outcome in report.files[:MOST]:
        lines.append(Line(name_of(outcome.path, privacy=privacy), right=_(OUTCOMES.get(outcome.state, outcome.state))))
        if outcome.new_sha256:
            lines.append(Line(f"{outcome.old_sha256[:16]} > {outcome.new_sha256[:16]}", indent=1))
    more = len(report.files) - MOST
    if more > 0:
        lines.append(Line(ngettext("and {count} more", "and {count} more", more).format(count=more)))
    return lines


def undo_text(report: JobReport) -> str:
    """How a job is taken back, in one sentence."""
    if report.state is JobState.UNDONE:
        return _("Everything is as it was before.")
    if report.state is JobState.PLANNED:
        return _("Nothing was written yet.")
    if report.in_place:
        return _("u puts the files back byte by byte; the originals lie in {path}.").format(path=clean(report.backup))
    return _("The files themselves were not touched; u removes the corrected copies.")


# Plans


def plan_lines(plan: RepairPlan, width: int, symbols: Symbols, *, privacy: bool) -> list[Line]:
    """The preview: file by file what stands there now and what will, then what is left alone and why."""
    lines = [Line(counted(plan), heading=True)]
    for note in plan.notes:
        lines += _text(str(note), width, symbols)
    for planned in plan.files[:MOST]:
        lines += _file_lines(planned, width, symbols, privacy=privacy)
    if len(plan.files) > MOST:
        more = len(plan.files) - MOST
        form = ngettext("and {count} more file, changed alike", "and {count} more files, changed alike", more)
        lines.append(Line(form.format(count=more)))
    for made in plan.made:
        lines.append(Line(_("New file: {name}").format(name=name_of(made.path, privacy=privacy)), heading=True))
        lines += _text(str(made.what), width, symbols)
    if plan.refused:
        count = len(plan.refused)
        form = ngettext("{count} file is left alone:", "{count} files are left alone:", count)
        lines.append(Line(form.format(count=count), heading=True))
        for refused in plan.refused[:MOST]:
            lines.append(Line(name_of(refused.path, privacy=privacy)))
            lines += [Line(part, indent=1) for part in wrap(symbols.fold(clean(str(refused.why))), max(width - 4, 12))]
    return lines


def counted(plan: RepairPlan) -> str:
    """How many files are changed, left as they are, left alone."""
    changed = len(plan.files) + len(plan.made)
    parts = [ngettext("{count} file changes", "{count} files change", changed).format(count=changed)]
    if plan.unchanged:
        form = ngettext("{count} needs nothing", "{count} need nothing", plan.unchanged)
        parts.append(form.format(count=plan.unchanged))
    if plan.refused:
        form = ngettext("{count} is left alone", "{count} are left alone", len(plan.refused))
        parts.append(form.format(count=len(plan.refused)))
    return joined(parts)


def _file_lines(planned: PlannedFile, width: int, symbols: Symbols, *, privacy: bool) -> list[Line]:
    sizes = f"{size_text(planned.size)} > {size_text(planned.new_size)}"
    lines = [Line(name_of(planned.path, privacy=privacy), heading=True, right=sizes)]
    for change in planned.changes[:MOST]:
        lines += _change_lines(change, width, symbols, privacy=privacy)
    for note in planned.notes:
        lines += [Line(part, indent=1) for part in wrap(symbols.fold(str(note)), max(width - 4, 12))]
    return lines


def _change_lines(change: Change, width: int, symbols: Symbols, *, privacy: bool) -> list[Line]:
    """One change: the element, then - what is there and + what will be, with bytes where the text is in doubt."""
    tag = f"({change.tag >> 16:04X},{change.tag & 0xFFFF:04X})" if change.tag else ""
    nested = _("nested") if change.place else ""
    mark = f"{sign(Status.WARN, symbols)} " if change.doubtful else ""
    said = f"{mark}{joined((str(change.what), tag, nested))}"
    lines = [Line(part, indent=1) for part in wrap(symbols.fold(said), max(width - 4, 12))]
    for before, shown, raw in (("-", change.before, change.before_hex), ("+", change.after, change.after_hex)):
        text = HIDDEN if privacy and shown else shown
        if text or raw:
            lines += [Line(part, indent=2) for part in wrap(symbols.fold(f"{before} {text}"), max(width - 6, 12))]
        if raw and not privacy:
            lines += [Line(part, indent=3) for part in wrap(raw, max(width - 8, 12))]
    return lines


def _text(text: str, width: int, symbols: Symbols) -> list[Line]:
    return [Line(part) for line in text.split("\n") for part in wrap(symbols.fold(line), max(width - 3, 12))]


def paths_of(findings: Iterable[Diagnosis]) -> tuple[str, ...]:
    """The files of several findings, each once."""
    return tuple(dict.fromkeys(found.path for found in findings))


def steps_line(names: Sequence[str], at: int, symbols: Symbols) -> str:
    """The steps of a wizard, the one that it stands on marked."""
    parts = [f"[{name}]" if number == at else name for number, name in enumerate(names)]
    return symbols.fold(" > ".join(parts))
