"""`cathlab repair`: remedies, plans, jobs and their undo without a screen, for scripts.

Exit status: 0 done, 1 something failed, was refused or differs, 2 a wrong command line. What writes holds the home
folder for as long as it takes; when a console has it open, one sentence says who.
"""

import sys
from argparse import Namespace
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from console.demo.damage import FOLDER, TRUTH, score
from console.errors import UsageError
from console.i18n import _, ngettext
from console.inspect_place import operator_of, out, out_json, writing
from console.model.progress import Progress
from console.model.repair import FileOutcome, JobLine, JobReport, JobState
from console.paths import ensure_home
from console.plain import clean
from console.repair.exports import plan_document, plan_text, report_document
from console.repair.remedies.values import answers_of
from console.repair.reporting import STATES, how_to_undo, remedy_name
from console.repairdesk import RepairDesk
from console.store.audit import AuditLog

Verb = Callable[[Namespace, Path], int]


def repair(options: Namespace, home: Path) -> int:
    """Run what the options name; the exit status."""
    ensure_home(home)
    return _VERBS[options.what](options, home)


def _remedies(options: Namespace, home: Path) -> int:
    found = RepairDesk(home, read_only=True).remedies()
    if options.json:
        out_json(
            {
                "remedies": [
                    {
                        "id": remedy.id,
                        "name": _(remedy.name),
                        "about": _(remedy.about),
                        "asks": [
                            {"key": each.key, "what": _(each.what), "required": each.required}
                            for each in remedy.questions
                        ],
                    }
                    for remedy in found
                ]
            }
        )
        return 0
    for remedy in found:
        out(f"{remedy.id}  {_(remedy.name)}\n  {_(remedy.about)}\n")
        out("".join(f"  --set {each.key}=…  {_(each.what)}\n" for each in remedy.questions))
    return 0


def _plan(options: Namespace, home: Path) -> int:
    answers = answers_of(options.answers)
    with writing(options, home) as place:
        desk = RepairDesk(home, read_only=False)
        paths = [Path(path) for path in options.path]
        with _Showing() as tell:
            plan = desk.plan(options.remedy, paths, answers, why=options.why, operator=place.operator, progress=tell)
        place.audit.append(
            "repair.planned", operator=place.operator, job=plan.id, remedy=plan.remedy, files=str(len(plan.files))
        )
    if options.json:
        out_json(plan_document(plan))
    else:
        out("".join(f"{line}\n" for line in plan_text(plan)))
    return 0 if plan.files or plan.made else 1


def _apply(options: Namespace, home: Path) -> int:
    def work(desk: RepairDesk, job: str, operator: str, tell: Callable[[Progress], object]) -> JobReport:
        return desk.apply(job, in_place=options.in_place, ticket=options.ticket, operator=operator, progress=tell)

    return _job(options, home, "applied", work)


def _resume(options: Namespace, home: Path) -> int:
    return _job(
        options, home, "resumed", lambda desk, job, operator, tell: desk.resume(job, operator=operator, progress=tell)
    )


def _undo(options: Namespace, home: Path) -> int:
    return _job(
        options, home, "undone", lambda desk, job, operator, tell: desk.undo(job, operator=operator, progress=tell)
    )


def _job(
    options: Namespace,
    home: Path,
    event: str,
    work: Callable[[RepairDesk, str, str, Callable[[Progress], object]], JobReport],
) -> int:
    with writing(options, home) as place:
        desk = RepairDesk(home, read_only=False)
        job = _find(desk, options.job)
        with _Showing() as tell:
            done = work(desk, job, place.operator, tell)
        place.audit.append(
            f"repair.{event}", operator=place.operator, job=job, state=done.state.value, files=str(done.done),
            ticket=clean(done.ticket),
        )  # fmt: skip
    return _said(options, done)


def _show(options: Namespace, home: Path) -> int:
    desk = RepairDesk(home, read_only=True)
    done = desk.report(_find(desk, options.job))
    if options.json:
        out_json(report_document(done))
        return 0
    out("".join(f"{line}\n" for line in plan_text(done.plan)))
    return _said(options, done)


def _said(options: Namespace, done: JobReport) -> int:
    if options.json:
        out_json(report_document(done))
    else:
        out(f"{done.id}  {remedy_name(done.plan.remedy)}  {_(STATES[done.state])}\n")
        for each in done.files:
            out(
                "  ".join(filter(None, (f"  {each.state:12}", clean(each.path), _where(each), each.new_sha256[:16])))
                + "\n"
            )
        if done.problem:
            out(f"{done.problem}\n")
        out(f"{how_to_undo(done)}\n")
    return 1 if done.state in (JobState.PARTLY, JobState.STOPPED, JobState.BROKEN_OFF) else 0


def _where(outcome: FileOutcome) -> str:
    return f"> {clean(outcome.result)}" if outcome.result and outcome.result != outcome.path else ""


def _list(options: Namespace, home: Path) -> int:
    found = RepairDesk(home, read_only=True).jobs()
    if options.json:
        out_json({"jobs": [_line_document(line) for line in found]})
        return 0
    for line in found:
        state = clean(line.damaged) or _(STATES[line.state])
        files = ngettext("{count} file", "{count} files", line.files).format(count=line.files)
        out("  ".join(filter(None, (line.id, remedy_name(line.remedy), files, state, clean(line.operator)))) + "\n")
    if not found:
        out(_("No job yet.") + "\n")
    return 0


def _verify(options: Namespace, home: Path) -> int:
    desk = RepairDesk(home, read_only=True)
    wrong = desk.verify(_find(desk, options.job))
    if options.json:
        out_json({"ok": not wrong, "differences": list(wrong)})
    else:
        out("".join(f"{sentence}\n" for sentence in wrong) or _("Everything is as the job left it.") + "\n")
    return 1 if wrong else 0


def _report(options: Namespace, home: Path) -> int:
    desk = RepairDesk(home, read_only=True)
    job = _find(desk, options.job)
    desk.write_report(job, Path(options.output))
    if options.json:
        out_json({"id": job, "path": options.output})
    else:
        out(_("Written: {path}").format(path=options.output) + "\n")
    return 0


def _lost(options: Namespace, home: Path) -> int:
    keys = ("name", "patient_id", "accession", "birth_date", "date")
    clues = {key: str(getattr(options, key)) for key in keys}
    found = RepairDesk(home, read_only=True).find_lost(clues)
    AuditLog(home).append("repair.searched", operator=operator_of(options, home), found=str(len(found)))
    if options.json:
        leads = [
            {
                "name": lead.line.name, "patient_id": lead.line.patient_id, "date": lead.line.date,
                "how": [str(each) for each in lead.how], "what": [str(each) for each in lead.what],
                "remedy": lead.remedy,
            }
            for lead in found
        ]  # fmt: skip
        out_json({"found": leads})
    else:
        for lead in found:
            out("  ".join(filter(None, (clean(lead.line.name), clean(lead.line.patient_id), lead.line.date))) + "\n")
            out("".join(f"    {each}\n" for each in (*lead.how, *lead.what)))
        if not found:
            out(_("Nothing like it in the index.") + "\n")
    return 0 if found else 1


def _score(options: Namespace, home: Path) -> int:
    """What came of the damaged archive of the practice site: status 0 once everything is right."""
    root, truth = home / FOLDER, home / TRUTH
    if not truth.exists():
        sentence = _("{home} has no damaged archive. It belongs to the practice site: cathlab demo.")
        raise UsageError(_("Nothing to score"), sentence.format(home=home))
    desk = RepairDesk(home, read_only=True)
    planned = {each.path for line in desk.jobs() if not line.damaged for each in desk.report(line.id).plan.files}
    found = score(root, truth, ())
    damaged = sorted({path for path, _code in found.missed} - set(found.repaired))
    open_ones = [path for path in damaged if path not in found.spoiled]
    tried = [path for path in open_ones if str(root / path) in planned]
    if options.json:
        out_json(
            {"repaired": list(found.repaired), "spoiled": list(found.spoiled), "open": open_ones, "planned": tried}
        )
        return 0 if not open_ones and not found.spoiled else 1
    lists = (
        (_("repaired right"), found.repaired),
        (_("spoiled"), found.spoiled),
        (_("planned, not repaired in place"), tried),
        (_("not found yet"), [path for path in open_ones if path not in tried]),
    )
    for name, paths in lists:
        out(f"{name}: {len(paths)}\n")
        out("".join(f"  {clean(path)}\n" for path in paths))
    return 0 if not open_ones and not found.spoiled else 1


def _line_document(line: JobLine) -> dict[str, Any]:
    return {**vars(line), "state": line.state.value}


def _find(desk: RepairDesk, named: str) -> str:
    """The job of that id, whose id begins so, or the newest for "last". Raises UsageError."""
    names = [line.id for line in desk.jobs()]
    if named == "last" and names:
        return names[0]
    found = [name for name in names if name == named] or [name for name in names if named and name.startswith(named)]
    if len(found) == 1:
        return found[0]
    sentence = _("{id} is no job. cathlab repair list names all of them.")
    if found:
        sentence = _("Several jobs begin with {id}; give more of it.")
    raise UsageError(_("No such job"), sentence.format(id=clean(named)[:80] or "-"))


class _Showing:
    """Progress on standard error while somebody looks."""

    def __enter__(self) -> Callable[[Progress], None]:
        self._shown = sys.stderr.isatty()
        return self._show if self._shown else self._hide

    def __exit__(self, *_error: object) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def _show(self, progress: Progress) -> None:
        sys.stderr.write(f"\r\x1b[K{progress.done}/{progress.total} {clean(progress.what)[:40]}")
        sys.stderr.flush()

    def _hide(self, progress: Progress) -> None:
        """Nobody looks."""


_VERBS: Mapping[str, Verb] = {
    "remedies": _remedies,
    "plan": _plan,
    "apply": _apply,
    "resume": _resume,
    "undo": _undo,
    "show": _show,
    "list": _list,
    "verify": _verify,
    "report": _report,
    "score": _score,
    "find": _lost,
}
