"""The whole catalogue against silence, garbage and answers that came too late: none of them may come back OK."""

from datetime import date
from pathlib import Path

import pytest

from console.checks.catalogue import kind_of, load
from console.checks.judging import Judge
from console.checks.kind import NO_PAST, Check, Wanted
from console.checks.plan import Row
from console.checks.raw import Probe, Raw
from console.model.checks import Status
from console.model.sentence import Sentence
from console.model.site import (
    Backup,
    Contract,
    Database,
    Display,
    Due,
    FolderAt,
    Host,
    Interface,
    Log,
    LogFiles,
    Node,
    Pair,
    Queue,
    Site,
)
from tests.unit.checks.judged import GARBAGE, NOW

SITE = Site(
    "Ward",
    Path("/srv/site.toml"),
    contract=Contract("7", date(2026, 1, 1), date(2027, 12, 31)),
    hosts=(Host("a", via="local", services=("ssh",), processes=("orthanc",), ports=(104,), address="127.0.0.1"),),
    databases=(Database("ris", "x", backup=Backup("/b/*", "a"), log_files=LogFiles("/l/*", "a")),),
    nodes=(Node("archive", "PACS", "127.0.0.1", 104, tls=True, web="https://127.0.0.1/"),),
    queues=(Queue("send", "folder", "a", "/q"),),
    pairs=(Pair("mirror", FolderAt("a", "/l"), FolderAt("a", "/r")),),
    logs=(
        Log("error", "a", "error", "/l/e.log"),
        Log("app", "a", "app", "/l/a.log"),
        Log("unit", "a", "error", unit="x"),
    ),
    interfaces=(
        Interface("his", "hl7", "127.0.0.1", 1),
        Interface("web", "http", url="https://127.0.0.1/"),
        Interface("door", "tcp", "127.0.0.1", 2),
    ),
    displays=(Display("d", calibration_due=date(2027, 12, 31)),),
    dues=(Due("licence", "Licence", date(2027, 12, 31)),),
)
CHECKS = load().checks


def answers(check: Check) -> list[tuple[Row, int]]:
    """Each row of a check, and how many answers its judge wants."""
    kind = kind_of(check)
    found = []
    for target in kind.targets(check, SITE):
        wanted = Wanted(check, target, SITE)
        probes = len(kind.probes(wanted)) + len(kind.elsewhere(wanted) if kind.elsewhere else ())
        count = probes * (2 if kind.again_after else 1) or (1 if kind.ask else 0)
        if count:
            found.append((Row(check, kind, target), count))
    return found


def judged(row: Row, raws: list[Raw]) -> set[Status]:
    _asked, findings = Judge(SITE, NO_PAST, lambda: NOW, str).findings(row, raws)
    assert findings
    assert all(str(finding.summary) for finding in findings)
    return {finding.status for finding in findings}


def test_the_site_of_this_test_gives_nearly_every_check_something_to_look_at() -> None:
    looked_at = [check.id for check in CHECKS if list(kind_of(check).targets(check, SITE))]
    assert len(looked_at) >= len(CHECKS) - 3, sorted({check.id for check in CHECKS} - set(looked_at))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: str(check.id))
@pytest.mark.parametrize("dialect", ["posix", "json"])
def test_garbage_and_silence_are_never_ok(check: Check, dialect: str) -> None:
    for row, count in answers(check):
        for output in (*GARBAGE, b"end\n", b"now 5\nend\n", b"count 1 1\n", b"{", b"[[[[", b'{"now": 5}'):
            raws = [Raw(Probe("x"), dialect, output, 0, system="linux")] * count  # type: ignore[arg-type]
            assert Status.OK not in judged(row, raws), (check.id, output)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: str(check.id))
def test_a_host_that_did_not_answer_in_time_is_never_ok(check: Check) -> None:
    late = Sentence("No answer within {seconds} s.", {"seconds": "10"})
    for row, count in answers(check):
        raws = [Raw(Probe("x"), "posix", b"", None, late)] * count
        assert judged(row, raws) <= {Status.UNKNOWN, Status.CRIT, Status.MANUAL}, check.id
