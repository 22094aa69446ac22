"""`cathlab index`: takes folders and media into the index.

A module of its own: it starts in a twentieth of a second, and what the other verbs need for pictures takes five.
"""

import json
import sys
from argparse import Namespace
from pathlib import Path

from console.i18n import _, ngettext
from console.model.index_report import IndexReport
from console.model.progress import Progress
from console.model.text import clean
from console.paths import ensure_home
from console.studies.build import build_index


def index(options: Namespace, home: Path) -> int:
    """Build or refresh the index. Status 0 when it stands, whatever is wrong with single files, which are listed."""
    ensure_home(home)
    shown = sys.stderr.isatty()
    try:
        report = build_index(home, [Path(path) for path in options.path], _show if shown else _hide, lambda: False)
    finally:
        if shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
    sys.stdout.write(json.dumps(document(report), ensure_ascii=False) + "\n" if options.json else text(report))
    return 0


def document(report: IndexReport) -> dict[str, object]:
    """The report for scripts."""
    return {
        "files": report.files,
        "instances": report.instances,
        "patients": report.patients,
        "studies": report.studies,
        "series": report.series,
        "seconds": round(report.seconds, 3),
        "read": report.read,
        "unchanged": report.unchanged,
        "removed": report.removed,
        "problems": [{"path": _sound(problem.path), "what": problem.what} for problem in report.problems],
    }


def text(report: IndexReport) -> str:
    """The report for reading."""
    counts = (
        ngettext("{count} patient", "{count} patients", report.patients).format(count=report.patients),
        ngettext("{count} study", "{count} studies", report.studies).format(count=report.studies),
        ngettext("{count} series", "{count} series", report.series).format(count=report.series),
        ngettext("{count} object", "{count} objects", report.instances).format(count=report.instances),
    )
    work = _("{files} files looked at in {seconds:.1f} s: {read} read, {unchanged} unchanged, {removed} gone").format(
        files=report.files,
        seconds=report.seconds,
        read=report.read,
        unchanged=report.unchanged,
        removed=report.removed,
    )
    lines = [", ".join(counts), work]
    if report.problems:
        form = ngettext("{count} problem:", "{count} problems:", len(report.problems))
        lines.append(form.format(count=len(report.problems)))
        lines += [f"  {clean(problem.path)}: {problem.what}" for problem in report.problems]
    return "".join(f"{line}\n" for line in lines)


def _show(progress: Progress) -> None:
    if progress.total:
        done = _("{done} of {total} files").format(done=progress.done, total=progress.total)
    else:
        done = ngettext("{count} file", "{count} files", progress.done).format(count=progress.done)
    left = "" if progress.remaining_s is None else _("{seconds:.0f} s left").format(seconds=progress.remaining_s)
    rate = _("{rate:.0f} a second").format(rate=progress.rate)
    parts = [part for part in (done, rate, left, progress.what[-40:]) if part]
    sys.stderr.write("\r\x1b[K" + "  ".join(parts)[: _columns()])
    sys.stderr.flush()


def _hide(_progress: Progress) -> None:
    """Nobody looks."""


def _columns() -> int:
    import shutil

    return max(shutil.get_terminal_size((80, 24)).columns - 1, 20)


def _sound(path: str) -> str:
    """A path that UTF-8 can carry; what is not Unicode in it becomes visible."""
    return path.encode("utf-8", "backslashreplace").decode("utf-8")
