"""Carrying out a plan: copy, compare, directory, lists, and the last word about whether the stick may be taken out."""

import os
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from console.errors import ConsoleError
from console.i18n import _, ngettext
from console.model.export import ExportPlan, ExportProblem, ExportReport, PlannedFile
from console.model.progress import Progress, Ticker
from console.model.text import clean
from console.store.disk import fill, sync_folder
from console.studies.export import lists, profile, target, trouble
from console.studies.export.content import BytesContent, Content, PlainContent
from console.studies.export.copy import Copied, Copier, Failed, Stopped, TargetGone
from console.studies.export.deidentify import DeidentifiedContent, Rules
from console.studies.export.dicomdir import Directory
from console.studies.export.medium import Flusher

_EVERY_S = 0.1


def run_export(plan: ExportPlan, progress: Callable[[Progress], None], cancelled: Callable[[], bool]) -> ExportReport:
    """Carry out `plan`. Everything that goes wrong stands in the report; nothing is raised for what a medium does.

    `progress` counts bytes: half when a file is written, half when it was read back. Raises ConsoleError only for a
    plan that was refused and for a table of the profile that cannot be read.
    """
    if plan.refused:
        raise ConsoleError(_("Not exported"), plan.refused)
    return _Run(plan, progress, cancelled).report()


@dataclass
class _Tally:
    copied: list[Copied] = field(default_factory=list)
    objects: int = 0
    bytes: int = 0
    problems: list[ExportProblem] = field(default_factory=list)
    listed: bool = True
    """Directory and lists stand on the target."""
    stopped: str = ""
    """Why it did not come to its end."""


class _Run:
    def __init__(self, plan: ExportPlan, progress: Callable[[Progress], None], cancelled: Callable[[], bool]) -> None:
        self._plan = plan
        self._tell = progress
        self._cancelled = cancelled
        self._started = time.monotonic()
        self._tally = _Tally()
        self._by_target = {file.target: file for file in plan.files}
        self._directory = Directory()
        self._moved = 0
        self._what = ""
        self._ticker = Ticker(_EVERY_S, self._progress)
        self._rules = self._make_rules()
        self._from_medium = False

    def report(self) -> ExportReport:
        """Do it, and say what came of it."""
        tally = self._tally
        was_cancelled = verified = False
        try:
            verified = self._write()
        except Stopped:
            was_cancelled = True
            tally.stopped = _("The export was stopped and is not complete.")
        except TargetGone:
            tally.stopped = trouble.gone_sentence(self._plan.target)
        except OSError as error:
            tally.stopped = trouble.target_sentence(self._plan.target, error)
        if tally.stopped and not was_cancelled:
            tally.problems.append(ExportProblem("", tally.stopped))
        flushed = not tally.stopped or self._settled()
        complete = not tally.stopped and tally.listed and tally.objects == len(self._plan.files)
        key_list = self._keys() if tally.objects else None
        return ExportReport(
            self._plan.target,
            tally.objects,
            tally.bytes,
            time.monotonic() - self._started,
            tuple(tally.problems),
            complete,
            verified=verified,
            from_medium=verified and self._from_medium,
            cancelled=was_cancelled,
            safe_to_remove=flushed,
            sentence=self._sentence(complete, flushed),
            warnings=self._warnings(),
            in_dicomdir=0 if tally.stopped else len(self._directory),
            key_list=key_list,
            patients=self._plan.patients,
        )

    def _write(self) -> bool:
        plan = self._plan
        plan.target.mkdir(parents=True, exist_ok=True)
        marker = plan.target / target.INCOMPLETE
        if not plan.continues:
            fill(marker, target.marker_text(plan.files).encode("utf-8"))
            sync_folder(plan.target)
        with Copier(plan.target, self._done, self._count, self._cancelled) as copier:
            for file in plan.files:
                self._what = clean(file.source.name)
                if file.already:
                    copier.compare(file.target, self._content(file))
                else:
                    copier.add(file.target, self._content(file))
            copier.flush()
            self._lists(copier)
            copier.finish()
            self._from_medium = copier.all_from_medium
            # The last name to go: from here on the export is what its lists say.
            os.unlink(marker)
            copier.settle()
        self._progress(0, "")
        return copier.all_equal

    def _settled(self) -> bool:
        """Whether nothing is on its way any more after an export that did not come to its end."""
        try:
            Flusher(self._plan.target).flush([])
        except OSError:
            return False
        return True

    def _lists(self, copier: Copier) -> None:
        """DICOMDIR, README and checksums. What a broken-off export left of them is the one thing that is replaced."""
        folder = self._plan.target
        names = [target.SUMS]
        if self._plan.options.dicomdir and len(self._directory):
            names.append(target.DICOMDIR)
        if self._plan.continues or not os.path.lexists(folder / target.README):
            names.append(target.README)
        if self._plan.continues:
            for name in names:
                with suppress(FileNotFoundError):
                    os.unlink(folder / name)
        missing = len(self._plan.files) - self._tally.objects + len(self._plan.left_out)
        if target.DICOMDIR in names:
            copier.add(target.DICOMDIR, BytesContent(self._directory.data()))
        if target.README in names:
            copier.add(target.README, BytesContent(lists.readme(self._tally.objects, self._plan.options, missing)))
        copier.flush()
        copier.add(target.SUMS, BytesContent(lists.sums(self._tally.copied)))
        copier.flush()

    def _content(self, file: PlannedFile) -> Content:
        if self._rules is None:
            return PlainContent(file.source, file.size, file.mtime_ns)
        patient = self._plan.patients[file.patient]
        return DeidentifiedContent(
            file.source,
            (file.size, file.mtime_ns),
            patient.new_name,
            tuple(text for text in (patient.name, patient.patient_id) if text),
            self._rules,
        )

    def _make_rules(self) -> Rules | None:
        if not self._plan.options.deidentify:
            return None
        uids = profile.NewUids(secrets.token_bytes(32))
        return Rules(profile.load(), uids, self._plan.options.doubtful_pictures)

    def _done(self, result: Copied | Failed) -> None:
        if isinstance(result, Failed):
            ours = result.target not in self._by_target
            self._tally.listed = self._tally.listed and not ours
            name = result.target if ours else clean(str(result.source))
            self._tally.problems.append(ExportProblem(name, result.what))
            return
        self._tally.copied.append(result)
        file = self._by_target.get(result.target)
        if file is None:
            return
        self._tally.objects += 1
        self._tally.bytes += result.size
        if file.in_dicomdir:
            path = self._plan.target.joinpath(*result.target.split("/"))
            why = self._directory.add(path, result.target, file.patient)
            if why:
                sentence = _("is exported, but does not stand in the DICOMDIR: {reason}").format(reason=why)
                self._tally.problems.append(ExportProblem(clean(str(file.source)), sentence))

    def _count(self, count: int) -> None:
        self._moved += count
        self._ticker(self._moved, self._what)

    def _progress(self, moved: int, what: str) -> None:
        done = min(self._moved // 2, self._plan.bytes)
        self._tell(Progress(done, self._plan.bytes, time.monotonic() - self._started, what))

    def _keys(self) -> Path | None:
        options = self._plan.options
        if not options.deidentify or options.key_folder is None:
            return None
        try:
            return lists.write_keys(options.key_folder, self._plan.patients)
        except ConsoleError as error:
            self._tally.problems.append(ExportProblem("", error.detail))
            return None

    def _warnings(self) -> tuple[str, ...]:
        if self._rules is None:
            return ()
        general = _("What stands in the pictures themselves was not examined.")
        return (general, *sorted(self._rules.warnings))

    def _sentence(self, complete: bool, flushed: bool) -> str:
        tally, plan = self._tally, self._plan
        if tally.stopped:
            if tally.problems and tally.problems[-1].what == tally.stopped:
                return tally.stopped
            return _(
                "{what} {path} says so in {file}; the sources are untouched, and the medium may be taken out."
            ).format(what=tally.stopped, path=plan.target, file=target.INCOMPLETE)
        said = ngettext(
            "{count} object stands in {path}, read back and equal.",
            "{count} objects stand in {path}, read back and equal.",
            tally.objects,
        ).format(count=tally.objects, path=plan.target)
        if not complete:
            missing = len(plan.files) - tally.objects
            said += " " + ngettext("{count} could not be exported.", "{count} could not be exported.", missing).format(
                count=missing
            )
        if not self._from_medium:
            said += " " + _("The system does not say whether it read them from the medium or from its memory.")
        return said + " " + self._removal()

    def _removal(self) -> str:
        kind = self._plan.medium.kind
        if kind == "network":
            return _("The server has confirmed all of it.")
        if kind == "fixed":
            return _("All of it is on the disk.")
        return _("All of it is on the medium: it is safe to remove it, after ejecting it where the system offers that.")
