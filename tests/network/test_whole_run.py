"""Whole runs over real SSH: what ships, asked, judged and kept; and no password in anything that is left behind."""

import base64
import json
import os
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest

from console.checks.catalogue import load
from console.checks.exports import nagios, to_csv, to_json, to_markdown
from console.checks.runner import Runner
from console.checks.transports.hostkeys import HostKeys
from console.model.check_run import CheckRun, Ended, RunEvent, Selection, Trust
from console.model.checks import Status
from console.model.site import Host, Site
from console.site.redactor import Redactor
from console.store.history import History
from tests.network.asking import Known, host_at, trusting
from tests.network.bad_hosts import BadServer
from tests.network.sshd import PASSWORD, Accounts, Sshd

if sys.platform == "win32":
    pytest.skip("there is no sshd to start", allow_module_level=True)


def run(
    home: Path, *hosts: Host, keys: HostKeys | None = None, selection: Selection | None = None, budget_s: float = 30.0
) -> tuple[CheckRun, list[RunEvent], Redactor]:
    """A run of what ships over some hosts."""
    events: list[RunEvent] = []
    redactor = Redactor()
    history = History(home)
    history.open()
    try:
        runner = Runner(
            home, Site("Ward", home / "site.toml", hosts=hosts), load(), redactor.watching(Known()), history,
            keys or HostKeys(home), redactor.text, "Li", budget_s=budget_s,
        )  # fmt: skip
        done = runner.run(selection or Selection(hosts=tuple(host.id for host in hosts)), events.append, lambda: False)
    finally:
        history.close()
    return done, events, redactor


def statuses(done: CheckRun, check: str) -> set[Status]:
    return {finding.status for finding in done.findings if finding.check == check}


def test_everything_that_ships_is_asked_over_one_login_and_kept(server: Sshd, tmp_path: Path) -> None:
    # GIVEN a host that is reached by SSH as an account without rights
    host = host_at(server.address, server.port, server.accounts)
    keys = trusting(tmp_path, host, server.host_key())
    before = server.logins()
    # WHEN all checks run
    done, events, _redactor = run(tmp_path, host, keys=keys)
    # THEN one login was enough, the disks and the machine were judged with proof, and nothing broke down
    assert server.logins() == before + 1
    assert statuses(done, "host.access") <= {Status.OK, Status.WARN}
    assert Status.OK in statuses(done, "disk.used") | statuses(done, "machine.memory")
    assert len({finding.check for finding in done.findings}) > 20
    assert isinstance(events[-1], Ended)
    assert not events[-1].problem
    broken = [str(finding.summary) for finding in done.findings if "could not be understood" in str(finding.summary)]
    assert broken == []
    # THEN the history holds the same findings
    history = History(tmp_path)
    history.open()
    kept = history.findings(done.id)
    history.close()
    assert [finding.key for finding in kept] == [finding.key for finding in done.findings]


def test_a_host_that_nobody_knows_yet_is_asked_for_trust_and_nothing_else(server: Sshd, tmp_path: Path) -> None:
    host = host_at(server.address, server.port, server.accounts)
    before = server.logins()
    done, events, _redactor = run(tmp_path, host)
    assert [event.question.host for event in events if isinstance(event, Trust)] == ["pacs-b"]
    assert server.logins() == before
    asked = {finding.status for finding in done.findings if finding.host == "pacs-b"}
    assert Status.OK not in asked


def test_a_changed_host_key_is_critical_and_no_login_happens(server: Sshd, tmp_path: Path) -> None:
    host = host_at(server.address, server.port, server.accounts)
    keys = trusting(tmp_path, host, ("ssh-ed25519", base64.b64encode(b"\0\0\0\x0bssh-ed25519" + b"x" * 36).decode()))
    before = server.logins()
    done, _events, _redactor = run(tmp_path, host, keys=keys)
    assert Status.CRIT in statuses(done, "host.access")
    assert server.logins() == before
    assert Status.OK not in {finding.status for finding in done.findings if finding.host == "pacs-b"}


def test_a_silent_host_costs_its_own_budget_only(server: Sshd, tmp_path: Path) -> None:
    # GIVEN a host that answers and one that takes the connection and keeps silent
    good = host_at(server.address, server.port, server.accounts)
    keys = trusting(tmp_path, good, server.host_key())
    with BadServer() as silent:
        bad = replace(good, id="mute", address=silent.address, ssh=replace(good.ssh, port=silent.port))  # type: ignore[type-var]
        started = time.monotonic()
        done, _events, _redactor = run(tmp_path, good, bad, keys=keys, budget_s=12.0)
    # THEN the run ends within the budget, the one is judged and the other unknown with a reason
    assert time.monotonic() - started < 22
    by_host = {host: {f.status for f in done.findings if f.host == host} for host in ("pacs-b", "mute")}
    assert Status.OK in by_host["pacs-b"]
    assert by_host["mute"] <= {Status.UNKNOWN, Status.MANUAL, Status.NA}


def test_no_password_stands_in_anything_that_is_left_behind(server: Sshd, tmp_path: Path, accounts: Accounts) -> None:
    # GIVEN a login by password, once right and once wrong
    accounts.need_root()
    host = host_at(server.address, server.port, accounts, key="", secret="inspector")
    keys = trusting(tmp_path, host, server.host_key())
    # WHEN everything ran, was kept, and was exported
    done, events, _redactor = run(tmp_path, host, keys=keys)
    assert Status.OK in {finding.status for finding in done.findings}
    for name, text in (
        ("run.json", to_json(done)),
        ("run.csv", to_csv(done)),
        ("run.md", to_markdown(done)),
        ("run.nagios", nagios(done)),
        ("events", json.dumps([repr(event) for event in events])),
    ):
        (tmp_path / name).write_text(text, "utf-8")
    # THEN no file under the home folder holds the password in any form
    forms = [
        PASSWORD.encode(),
        base64.b64encode(PASSWORD.encode()).rstrip(b"="),
        quote(PASSWORD, safe="").encode(),
        PASSWORD.encode("utf-16-le"),
    ]
    looked = 0
    for folder, _folders, files in os.walk(tmp_path):
        for name in files:
            content = Path(folder, name).read_bytes()
            looked += 1
            for form in forms:
                assert form not in content, (name, form)
    assert looked >= 6


def test_evidence_hides_a_password_that_a_server_says_back(tmp_path: Path) -> None:
    # GIVEN a redactor that has seen a password WHEN a server echoes it THEN the finding does not hold it
    from console.checks.judging import Judge
    from console.checks.kind import NO_PAST
    from console.checks.raw import Probe, Raw

    redactor = Redactor()
    redactor.watching(Known()).secret("inspector")
    judge = Judge(Site("Ward"), NO_PAST, lambda: datetime.now(UTC), redactor.text)
    proof = judge.evidence(Raw(Probe("x"), "posix", f"PGPASSWORD={PASSWORD} pg_dump\n".encode(), 0))
    assert PASSWORD not in proof.output
    assert "pg_dump" in proof.output
