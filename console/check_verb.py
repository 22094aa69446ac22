"""`cathlab check`: runs the checklists without a screen, for scripts, cron and monitoring systems.

Exit status: 0 OK, 1 WARN, 2 CRIT, 3 UNKNOWN, nothing measured as OK, or an error. Usable while a console is open: what
it writes (history, log bookmarks, audit) takes several writers.
"""

import os
import signal
import sys
import threading
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from console.checks.access import ACCESS
from console.checks.catalogue import load
from console.checks.exports import exit_status, nagios, to_json
from console.checks.runner import run_checks
from console.errors import ConsoleError, UsageError
from console.i18n import _
from console.model.check_run import Answered, CheckRun, Ended, Planned, RunEvent, Selection, Trust
from console.model.checks import SEVERITY, Status
from console.model.site import Site
from console.paths import ensure_home
from console.plain import clean
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
    _known(options.only or [], options.host or [], site, home)
    selection = Selection(tuple(options.only or ()), tuple(options.host or ()))
    stop = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda number, frame: _stop(stop))
    show = _Progress(sys.stderr.isatty())
    problem: list[str] = []

    def hear(event: RunEvent) -> None:
        show(event)
        if isinstance(event, Planned):
            for warning in event.warnings:
                sys.stderr.write(f"{clean(str(warning))}\n")
            if not event.rows:
                sentence = _("No check of the catalogue fits this site and the options. Leave --only or --host out.")
                raise UsageError(_("Nothing to check"), sentence)
        elif isinstance(event, Trust):
            sentence = _("{host} shows the key {fingerprint}, which nobody has confirmed. Confirm it in the console.")
            question = event.question
            said = sentence.format(host=clean(question.host), fingerprint=clean(question.fingerprint))
            sys.stderr.write(f"{said}\n")
        elif isinstance(event, Ended) and event.problem:
            problem.append(event.problem)

    try:
        # The passphrase of a vault is a person's; a run without one uses the keyring and the environment.
        run = run_checks(home, site, selection, hear, stop.is_set, secrets=Secrets(home))
    finally:
        show.end()
    for sentence in problem:
        sys.stderr.write(f"{clean(sentence)}\n")
    try:
        sys.stdout.write(to_json(run) if options.json else nagios(run) if options.nagios else text(run))
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader went away (| head); the exit status is read by somebody else.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    AuditLog(home).append("checks.ended", run=str(run.id), status=run.status.value, operator="")
    return WRONG if problem else exit_status(run.findings)


def _stop(stop: threading.Event) -> None:
    """The first signal ends the run in order, a second one at once."""
    stop.set()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_DFL)


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


def _known(only: Sequence[str], hosts: Sequence[str], site: Site, home: Path) -> None:
    """Raises UsageError for a host or a check that nobody knows: a slip must not look like a run without trouble."""
    for host in hosts:
        if site.host(host) is None:
            sentence = _("The site has no host {host}; it has {hosts}.")
            there = ", ".join(each.id for each in site.hosts) or "-"
            raise UsageError(_("No such host"), sentence.format(host=host, hosts=there))
    ids = [ACCESS.id, *(check.id for check in load(home).checks)] if only else []
    for name in only:
        if not any(each == name or each.startswith(name.rstrip(".") + ".") for each in ids):
            sentence = _("There is no check {name}. These begin alike or are all there are: {checks}.")
            near = [each for each in ids if each.startswith(name.partition(".")[0])] or ids
            raise UsageError(_("No such check"), sentence.format(name=name, checks=", ".join(near)))


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
