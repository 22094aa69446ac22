"""The report of a repair as PDF/A: what was done with which file, before and after, and how it is taken back.

Made with the same type, pages and proof as the reports of inspections.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from console.i18n import _, language, ngettext
from console.model.repair import FileOutcome, JobReport, PlannedFile
from console.plain import clean
from console.report import sheet
from console.report.fontfiles import Shelf
from console.report.grid import Grid
from console.report.manuscript import Composition
from console.report.pdfa import archive
from console.report.placing import place
from console.report.settings import Settings
from console.report.sheet import Furniture, Known, Sheets
from console.report.style import H1
from console.report.tounicode import whole_characters
from console.report.typecase import Typecase

_PASSES = 3
_MOST = 500
"""Files that are printed one by one; the rest is counted, and stands in the job's folder."""


@dataclass(frozen=True)
class JobWords:
    """What the report says of a job in words, translated."""

    remedy: str
    state: str
    undo: str
    """How it is taken back, in one sentence."""


def write_job_report(report: JobReport, words: JobWords, target: Path, epoch: int | None = None) -> str:
    """Print the report of a job in the language in use to `target`; its SHA-256. Raises ConsoleError."""
    shelf = Shelf()
    try:
        case = Typecase(shelf)
        furniture = _furniture(report, words)
        _compose(report, words, case, Known())
        sheet.need(case, furniture)
        case.cast(lambda: False)
        moment = int(time.time()) if epoch is None else epoch
        known = Known()
        for number in range(_PASSES):
            stream = BytesIO()
            story = _compose(report, words, case, known).story
            sheets = Sheets(stream, case, furniture, known, _information(report, words, case), counting=number == 0)
            with whole_characters(), Settings(moment):
                sheets.build(story)
            if number and sheets.now == known:
                break
            known = sheets.now
        done = archive(stream.getvalue(), moment)
        place(done.data, target)
    finally:
        shelf.close()
    return sha256(done.data).hexdigest()


def _compose(report: JobReport, words: JobWords, case: Typecase, known: Known) -> Composition:
    plan = report.plan
    made = Composition(case, known)
    made.add(made.text(f"{_('Repair')}: {words.remedy}", H1))
    made.add(
        made.facts(
            (
                (_("Job"), report.id), (_("State"), words.state), (_("Planned"), plan.made_at[:19].replace("T", " ")),
                (_("Who"), clean(plan.operator)), (_("Why"), clean(plan.why)), (_("Ticket"), clean(report.ticket)),
                (_("Where"), _("in place") if report.in_place else _("copies")), (_("Backup"), clean(report.backup)),
                (_("Undo"), words.undo), (_("Problem"), clean(report.problem)),
            )
        )
    )  # fmt: skip
    outcomes: Mapping[str, FileOutcome] = {outcome.path: outcome for outcome in report.files}
    changed = len(plan.files) + len(plan.made)
    made.chapter(ngettext("{count} file", "{count} files", changed).format(count=changed), "files")
    for number, planned in enumerate(plan.files[:_MOST], 1):
        _file(made, planned, outcomes.get(planned.path), number)
    for new in plan.made:
        made.group(clean(new.path), f"made-{new.path}")
        made.add(made.text(str(new.what)))
    if len(plan.files) > _MOST:
        more = len(plan.files) - _MOST
        made.add(made.text(ngettext("and {count} more", "and {count} more", more).format(count=more)))
    if plan.refused:
        made.chapter(_("Left alone"), "refused")
        made.add(made.facts([(clean(each.path), str(each.why)) for each in plan.refused[:_MOST]], columns=(0.4, 0.6)))
    return made


def _file(made: Composition, planned: PlannedFile, outcome: FileOutcome | None, number: int) -> None:
    made.group(f"{number}  {clean(planned.path)}", f"file-{number}")
    if outcome is not None and outcome.new_sha256:
        result = clean(outcome.result) if outcome.result != planned.path else ""
        made.add(
            made.facts(
                (
                    (_("Corrected copy"), result),
                    (f"SHA-256 {_('before')}", outcome.old_sha256),
                    (f"SHA-256 {_('after')}", outcome.new_sha256),
                    (_("Pixel data"), outcome.pixels_sha256),
                )
            )
        )
    if planned.changes:
        rows = [made.head(_("Element"), _("What"), _("Old value"), _("New value"))]
        for change in planned.changes[:_MOST]:
            tag = f"{change.tag >> 16:04X},{change.tag & 0xFFFF:04X}" if change.tag else ""
            before = " ".join(filter(None, (change.before, change.before_hex)))
            after = " ".join(filter(None, (change.after, change.after_hex)))
            rows.append(made.row(tag, str(change.what), before, after))
        made.add(Grid((0.12, 0.26, 0.31, 0.31), rows))
    for note in planned.notes:
        made.add(made.text(str(note)))


def _furniture(report: JobReport, words: JobWords) -> Furniture:
    return Furniture(
        header_left=words.remedy,
        header_right=report.id,
        footer=(words.state, clean(report.plan.operator)),
        page_of=_("Page {page} of {pages}"),
        code=report.id,
    )


def _information(report: JobReport, words: JobWords, case: Typecase) -> dict[str, str]:
    return {
        "title": case.shown(f"{_('Repair')} {report.id}"),
        "author": case.shown(clean(report.plan.operator)),
        "subject": case.shown(words.remedy),
        "creator": "Cathlab Console",
        "keywords": report.id,
        "lang": "zh-CN" if language() == "zh" else "en",
    }
