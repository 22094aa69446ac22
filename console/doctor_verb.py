"""`cathlab doctor PATH…`: says what is wrong with DICOM files, and changes nothing."""

import json
import shutil
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import closing, nullcontext
from itertools import groupby
from pathlib import Path

from console.i18n import N_, _, ngettext
from console.model.diagnosis import SEVERITIES, Diagnosis, DoctorReport, Severity
from console.model.progress import Progress
from console.paths import ensure_home
from console.plain import clean
from console.repair.doctor.baseline import NAME, Baseline
from console.repair.doctor.examine import examine

_WORDS = {Severity.CRITICAL: N_("critical"), Severity.WARNING: N_("warning"), Severity.NOTE: N_("note")}
_SIGNS = {Severity.CRITICAL: "✖", Severity.WARNING: "▲", Severity.NOTE: "·"}


def doctor(options: Namespace, home: Path) -> int:
    """Look at files and folders and say it; status 0 whatever is found, 130 where it was stopped."""
    shown = sys.stderr.isatty()
    try:
        with _baseline(options.baseline, home) as baseline:
            report = examine(
                [Path(path) for path in options.path],
                _show if shown else _hide,
                lambda: False,
                decode=options.decode,
                baseline=baseline,
                tools=options.tools,
            )
    finally:
        if shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
    if options.json:
        sys.stdout.write(json.dumps(report.to_json(), ensure_ascii=False, indent=1) + "\n")
    else:
        sys.stdout.write("".join(f"{line}\n" for line in lines(report)))
    return 0


def lines(report: DoctorReport) -> Iterator[str]:
    """The report for reading: file by file, worst first."""
    for path, found in groupby(report.findings, key=lambda finding: finding.path):
        yield clean(path)
        for finding in sorted(found, key=lambda one: SEVERITIES.index(one.severity)):
            yield from _finding(finding)
    counts = [
        ngettext("{count} file", "{count} files", report.files).format(count=report.files),
        _("{count} healthy").format(count=report.healthy),
        *(f"{_(_WORDS[severity])} {report.count(severity)}" for severity in SEVERITIES),
    ]
    if report.foreign:
        counts.append(_("{count} of other kinds").format(count=report.foreign))
    if report.unreadable:
        counts.append(_("{count} not readable").format(count=report.unreadable))
    yield ", ".join(counts) + " " + _("({seconds:.1f} s)").format(seconds=report.seconds)
    if report.cancelled:
        yield _("Stopped: the rest was not looked at, and nothing was compared across files.")
    if report.tools:
        yield _("Also asked: {programs}").format(programs=", ".join(report.tools))


def _finding(finding: Diagnosis) -> Iterator[str]:
    word = _(_WORDS[finding.severity])
    yield f"  {_SIGNS[finding.severity]} {word}  {finding.code}  {finding.summary}"
    if finding.detail:
        yield f"      {finding.detail}"
    if finding.others:
        first, more = clean(finding.others[0]), len(finding.others) - 1
        if more:
            yield "      " + _("with {path} and {count} more").format(path=first, count=more)
        else:
            yield "      " + _("with {path}").format(path=first)
    if finding.remedy:
        yield "      " + _("remedy: cathlab repair plan {remedy}").format(remedy=finding.remedy)


def _baseline(asked: str | None, home: Path) -> "closing[Baseline] | nullcontext[None]":
    if not asked:
        return nullcontext()
    ensure_home(home)
    return closing(Baseline(home / NAME, accept=asked == "accept"))


def _show(progress: Progress) -> None:
    done = ngettext("{count} file", "{count} files", progress.done).format(count=progress.done)
    rate = _("{rate:.0f} a second").format(rate=progress.rate)
    columns = max(shutil.get_terminal_size((80, 24)).columns - 1, 20)
    sys.stderr.write("\r\x1b[K" + f"{done}  {rate}"[:columns])
    sys.stderr.flush()


def _hide(_progress: Progress) -> None:
    """Nobody looks."""
