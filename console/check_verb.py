"""`cathlab check`: runs the checklists without a screen, for scripts, cron and monitoring systems.

Exit status: 0 OK, 1 WARN, 2 CRIT, 3 UNKNOWN, nothing measured as OK, or an error. Usable while a console is open: what
it writes (history, log bookmarks, audit) takes several writers.
"""

import signal
import sys
import threading
from argparse import Namespace
from pathlib import Path

from console.checks.exports import exit_status, nagios, to_json
from console.checks.runner import run_checks
from console.errors import ConsoleError, UsageError
from console.i18n import _
from console.model.check_run import Answered, CheckRun, Ended, Planned, RunEvent, Selection
from console.model.checks import SEVERITY, Status
from console.model.text import clean
from console.paths import ensure_home
from console.site.reading import find_site, load_site, this_machine
from console.site.secrets import Secrets
from console.store.audit import AuditLog

WRONG = 3
"""Exit status when nothing can be said."""


def check(options: Namespace, home: Path) -> int:
    """Run what the options choose; the exit status."""
    try:
        return _check(options, home)
    except ConsoleError as error:
        sys.stderr.write(f"{error}\n")
        return WRONG


def _check(options: Namespace, home: Path) -> int:
    ensure_home(home)
    path = find_site(home, Path(options.site) if options.site else None)
    site = this_machine() if path is None else load_site(path)
    _known(options.host or [], [host.id for host in site.hosts])
    selection = Selection(tuple(options.only or ()), tuple(options.host or ()))
    stop = threading.Event()
    signal.signal(signal.SIGINT, lambda number, frame: stop.set())
    show = _Progress(sys.stderr.isatty())
    problem: list[str] = []

    def hear(event: RunEvent) -> None:
        show(event)
        if isinstance(event, Planned):
            for warning in event.warnings:
                sys.stderr.write(f"{clean(str(warning))}\n")
            if not event.rows:
                raise UsageError(_("Nothing to check"), _("No check fits --only and --host; see data/checks for ids."))
        elif isinstance(event, Ended) and event.problem:
            problem.append(event.problem)

    # The passphrase of a vault is a person's; a run without one uses the keyring and the environment.
    run = run_checks(home, site, selection, hear, stop.is_set, secrets=Secrets(home))
    show.end()
    for sentence in problem:
        sys.stderr.write(f"{clean(sentence)}\n")
    sys.stdout.write(to_json(run) if options.json else nagios(run) if options.nagios else text(run))
    AuditLog(home).append("checks ended", run=str(run.id), status=run.status.value, operator="")
    return exit_status(run.findings) if not problem else max(exit_status(run.findings), WRONG)


def text(run: CheckRun) -> str:
    """The findings for reading, what is wrong first, then how many are in order."""
    lines = []
    for finding in sorted(run.findings, key=lambda finding: SEVERITY.index(finding.status)):
        if finding.status is Status.NA:
            continue
        where = " ".join(filter(None, (finding.target, finding.item)))
        lines.append(f"{finding.status.value:8} {finding.check:24} {clean(where)}: {finding.summary}")
    counts = ", ".join(f"{status.value} {count}" for status, count in run.counts if count)
    lines.append(
        _("{site}: {counts} in {seconds} s").format(site=run.site, counts=counts, seconds=f"{run.seconds:.1f}")
    )
    return "".join(f"{line}\n" for line in lines)


def _known(asked: list[str], hosts: list[str]) -> None:
    for host in asked:
        if host not in hosts:
            sentence = _("The site has no host {host}; it has {hosts}.")
            raise UsageError(_("No such host"), sentence.format(host=host, hosts=", ".join(hosts) or "-"))


class _Progress:
    """How far a run is, on one line of a terminal."""

    def __init__(self, shown: bool) -> None:
        self._shown = shown
        self._total = self._done = 0

    def __call__(self, event: RunEvent) -> None:
        if isinstance(event, Planned):
            self._total = len(event.rows)
        elif isinstance(event, Answered):
            self._done += 1
        if self._shown:
            said = _("checking: {done} of {total}").format(done=self._done, total=self._total)
            sys.stderr.write(f"\r\x1b[K{said}")
            sys.stderr.flush()

    def end(self) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
