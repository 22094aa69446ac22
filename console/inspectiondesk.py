"""The inspections behind screens and verbs: records, what a check run found, the report, the archive.

Calls block. A screen hands them to `submit`: one thread takes them one after the other, so that fields reach the disk
in the order in which they were typed, and `close` waits for the last.
"""

import shutil
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from console.errors import ConsoleError, StoreError
from console.i18n import N_, _, ngettext
from console.inspection import actions, archive, lifecycle, merging, sealing
from console.inspection.attachments import media_of
from console.inspection.coverage import quarter_ends as quarter_end
from console.inspection.coverage import quarter_of as quarter_now
from console.inspection.coverage import quarters
from console.inspection.entries import entries_of
from console.inspection.past import carried, past_of
from console.inspection.prefill import prefill
from console.inspection.records import Records
from console.inspection.runs import findings_of
from console.inspection.templates import load_forms
from console.inspection.verifying import Broken
from console.model.board import DueLine
from console.model.forms import Form, FormProblem
from console.model.inspections import Action, Attachment, Coverage, Inspection, InspectionLine, Quarter
from console.model.site import NO_CONTRACT, Site

if TYPE_CHECKING:
    from console.report.job import ReportJob

P = ParamSpec("P")
T = TypeVar("T")

__all__ = [
    "COVERAGES", "PREVIEWS", "InspectionDesk", "Overview", "findings_of", "keep_file", "planned_day", "quarter_end",
    "quarter_now", "up_to_date", "with_past",
]  # fmt: skip

COVERAGES = {
    Coverage.MISSING: N_("not planned"),
    Coverage.NOTIFIED: N_("announced"),
    Coverage.PERMITTED: N_("permitted"),
    Coverage.DONE: N_("done"),
    Coverage.SEALED: N_("sealed"),
    Coverage.SIGNED: N_("signed"),
    Coverage.OVERDUE: N_("overdue"),
}
"""How a quarter stands, as people read it."""

PREVIEWS = "previews"
"""Folder below the home folder for pages that are only looked at."""


@dataclass(frozen=True)
class Overview:
    """Everything that the list of inspections shows."""

    lines: tuple[InspectionLine, ...] = ()
    """The newest first."""
    quarters: tuple[Quarter, ...] = ()
    """Of the contract."""
    actions: tuple[Action, ...] = ()
    """Those still open, the most urgent first."""
    forms: tuple[Form, ...] = ()
    """Those that are owed each quarter first."""
    problems: tuple[FormProblem, ...] = ()
    """What is wrong with forms of the home folder."""


class InspectionDesk:
    """The inspections of one home folder."""

    def __init__(
        self,
        home: Path,
        *,
        read_only: bool,
        clock: Callable[[], datetime],
        tell: Callable[[str], None] | None = None,
    ) -> None:
        """`tell` hears sentences that the operator has to know besides, such as a damaged file, from any thread."""
        self.home = home
        self.read_only = read_only
        self.notices: list[str] = []
        """What was told and not shown yet."""
        self._clock = clock
        self.records = Records(home, read_only, clock, tell or self.notices.append)
        self._turns = ThreadPoolExecutor(1, "inspections")

    def submit(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        """Have `call` made after everything that was handed over before."""
        return self._turns.submit(call, *args, **kwargs)

    def close(self) -> None:
        """Wait for what was handed over; pages that were only looked at go."""
        self._turns.shutdown(wait=True)
        if not self.read_only:
            shutil.rmtree(self.home / PREVIEWS, ignore_errors=True)

    # Looking

    def overview(self, site: Site) -> Overview:
        """What there is, and how the quarters of the site's contract stand. Raises StoreError."""
        found = load_forms(self.home)
        lines = self.records.lines()
        owed = [form.id for form in found.forms.values() if form.quarterly] or ["quarterly"]
        today = self._clock().date()
        return Overview(
            lines,
            quarters(site.contract, lines, today, forms=owed, site_name=site.name),
            actions.open_actions(self.records),
            tuple(sorted(found.forms.values(), key=lambda form: not form.quarterly)),
            tuple(found.problems),
        )

    def dues(self, site: Site) -> tuple[DueLine, ...]:
        """What is owed by a day: the quarter's inspection, and actions that are still open. Raises StoreError."""
        view = self.overview(site)
        today = self._clock().date()
        lines = []
        # Without a contract nothing is owed: the quarters of the year only say what was done.
        for quarter in view.quarters if site.contract != NO_CONTRACT else ():
            late = quarter.coverage is Coverage.OVERDUE
            running = quarter.days_left >= 0 and quarter.coverage not in (Coverage.SEALED, Coverage.SIGNED)
            if late or running:
                what = _("{quarter} inspection").format(quarter=quarter.name)
                lines.append(DueLine(what, today + timedelta(days=quarter.days_left), "inspection"))
            if running:
                break
        dated = [action.due for action in view.actions if action.due is not None]
        if view.actions:
            count = len(view.actions)
            what = ngettext("{count} open action", "{count} open actions", count).format(count=count)
            lines.append(DueLine(what, min(dated, default=today), "action"))
        return tuple(lines)

    def open(self, inspection_id: str) -> Inspection:
        """An inspection with the values of the quarters before. Raises StoreError."""
        return with_past(self.records, self.records.open(inspection_id))

    # Writing

    def new(self, form: Form, site: Site, quarter: str, planned: date, operator: str) -> Inspection:
        """Begin one, with what the last one of its kind carries over. Raises StoreError."""
        made = self.records.new(form, site, quarter, planned, operator, entries_of(form, site))
        begun = carried(self.records, made)
        if begun != made:
            self.records.change(made.id, lambda _draft: begun)
        return self.open(made.id)

    def change(self, inspection_id: str, how: Callable[[Inspection], Inspection]) -> Inspection:
        """Change one by `how`; on the disk when this returns. What `how` raises passes through."""
        return with_past(self.records, self.records.change(inspection_id, how))

    def fill(self, inspection_id: str, run: str = "last") -> tuple[Inspection, int, int]:
        """Take over what a check run found: the inspection, the run's number, how many items changed."""
        before = self.records.open(inspection_id)
        findings, number = findings_of(self.home, run, before.site_name)
        after = self.records.change(inspection_id, lambda draft: prefill(draft, findings, number))
        changed = sum(one != other for one, other in zip(before.entries, after.entries, strict=True))
        return with_past(self.records, after), number, changed

    def attach(self, inspection_id: str, path: Path, caption: str = "") -> Attachment:
        """Keep a file for an inspection; a picture only when the report can print it. Raises ConsoleError."""
        return keep_file(self.records, inspection_id, path, caption)

    def review(self, inspection_id: str, how: Callable[[Inspection], Inspection]) -> Inspection:
        """Change a draft that has first got the open actions of earlier inspections."""
        return self.change(inspection_id, lambda draft: how(up_to_date(self.records, draft)))

    def seal(self, inspection_id: str, by: str) -> Inspection:
        """Seal it. Raises UsageError while something is missing."""
        self.records.change(inspection_id, lambda draft: up_to_date(self.records, draft))
        return with_past(self.records, self.records.seal(inspection_id, by))

    def revise(self, inspection_id: str, reason: str, by: str) -> Inspection:
        """A new draft beside the sealed one, which stays as it is. Raises UsageError, StoreError."""
        return with_past(self.records, self.records.revise(inspection_id, reason, by))

    def restore(self, inspection_id: str) -> Inspection:
        """Put the version before in the place of a damaged file. Raises StoreError where none helps."""
        return self.records.restore(inspection_id)

    def remember(self, inspection_id: str, entry_id: str) -> None:
        """Keep where the operator stood; what cannot be kept costs nothing but the place."""
        with suppress(ConsoleError):
            self.records.change(inspection_id, lambda draft: lifecycle.stand_on(draft, entry_id))

    def verify(self, inspection_id: str | None = None) -> tuple[Broken, ...]:
        """Every change to what is sealed, by name. Raises StoreError."""
        return sealing.verify(self.records, inspection_id)

    # What leaves the console, and comes in

    def print(self, inspection: Inspection, target: Path, language: str, team: str = "") -> "ReportJob":
        """A report that `start` begins to write. Raises StoreError."""
        from console.report.job import ReportJob
        from console.reporting import report_of

        return ReportJob(report_of(self.records, with_past(self.records, inspection), team=team), target, language)

    def preview_path(self, inspection_id: str) -> Path:
        """Where pages lie that are only looked at, in the home folder. Raises StoreError."""
        folder = self.home / PREVIEWS
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            sentence = _("{path} cannot be made: {reason}.")
            raise StoreError(_("No preview"), sentence.format(path=folder, reason=error.strerror)) from error
        return folder / f"{inspection_id}.pdf"

    def export(self, inspection_id: str, target: Path, pdf: Path) -> archive.Exported:
        """Write the archive with the report at `pdf`. Raises ConsoleError."""
        try:
            data = pdf.read_bytes()
        except OSError as error:
            sentence = _("{path} cannot be read: {reason}.")
            raise StoreError(_("Not exported"), sentence.format(path=pdf, reason=error.strerror)) from error
        done = archive.export(self.records, inspection_id, target, data)
        with suppress(OSError):
            pdf.unlink()
        return done

    def take_in(self, path: Path, *, take: bool = False) -> merging.Merged:
        """Take in an archive from elsewhere. Raises ConsoleError; then nothing was changed."""
        return merging.import_archive(self.records, path, take=take)

    # Actions

    def close_action(self, action_id: str, by: str, evidence: str, proof: Path | None) -> Action:
        """Close an action with what proves that it is done. Raises ConsoleError."""
        found = actions.find(self.records, action_id)
        files = (self.attach(found.inspection, proof),) if proof is not None else ()
        return actions.close(self.records, found.id, by=by, evidence=evidence, at=self._clock(), attachments=files)

    def assign(self, action_id: str, owner: str, due: date) -> Action:
        """Give an action an owner and a day. Raises ConsoleError."""
        return actions.assign(self.records, action_id, owner=owner, due=due)

    def all_actions(self) -> tuple[Action, ...]:
        """Every action as it stands now: open ones first, the most urgent first. Raises StoreError."""
        still = actions.open_actions(self.records)
        return (*still, *reversed([each for each in actions.all_actions(self.records) if each.closed is not None]))


def planned_day(quarter_end: date, today: date) -> date:
    """The day that is offered for a visit: in a week, or the quarter's last day when that is sooner."""
    return max(min(today + timedelta(days=7), quarter_end), today)


def with_past(records: Records, inspection: Inspection) -> Inspection:
    """The inspection with the values of the quarters before, where it does not hold them already."""
    return inspection if inspection.past else replace(inspection, past=past_of(records, inspection))


def up_to_date(records: Records, draft: Inspection) -> Inspection:
    """A draft with the actions of earlier inspections of its site, and their values, as they stand now."""
    if draft.sealed:
        return draft
    current = actions.with_open(draft, actions.all_actions(records, draft.site_name))
    return replace(current, past=past_of(records, draft))


def keep_file(records: Records, inspection_id: str, path: Path, caption: str = "") -> Attachment:
    """Keep a file for an inspection; a picture only when the report can print it. Raises ConsoleError."""
    path = path.expanduser()
    try:
        with path.open("rb") as stream:
            media = media_of(stream.read(4096))
    except OSError:
        # `attach` says what is the matter.
        media = ""
    if media.startswith("image/"):
        # Only the verbs and screens that take a picture pay for what reads one.
        from console.report.photos import check_photo

        check_photo(path)
    return records.attach(inspection_id, path, path.name, caption)
