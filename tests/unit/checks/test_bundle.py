"""Files that were carried here: whole ones of both systems, old, damaged, foreign and outsized ones."""

import base64
import json
import os
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from console.checks.raw import Probe
from console.checks.transports import bundle
from console.checks.transports.answer import HostAnswer
from console.checks.transports.bundle import ask_bundle
from console.model.checks import Status
from tests.unit.checks.machine import NOW, host, judged, statuses

PORTS = Probe("ports")
SERVICES = Probe("services", ("Spooler", "打印"))
NONCE = "0123456789abcdef"
STREAM = f"""welcome
@{NONCE} H 100.0 Linux 1000

@{NONCE} B 0
= proc
00000000:0016
= end

@{NONCE} E 0 0 100.1 100.2

@{NONCE} END 1
"""


def head(system: str, **changes: Any) -> dict[str, Any]:
    """What stands in every bundle."""
    return {
        "format": "cathlab-bundle",
        "version": 1,
        "system": system,
        "host": "pacs-a",
        "hostname": "srv1",
        "user": "inspector",
        "tool": "0.4.0",
        "collected": (NOW - timedelta(hours=2)).isoformat(),
        **changes,
    }


def linux(**changes: Any) -> dict[str, Any]:
    """A bundle as collect.sh leaves it."""
    probes = [{"name": "ports", "args": [], "limit_s": 10.0}]
    stream = base64.b64encode(STREAM.encode()).decode()
    return {**head("linux"), "probes": probes, "nonce": NONCE, "encoding": "base64", "stream": stream, **changes}


def windows(**changes: Any) -> dict[str, Any]:
    """A bundle as collect.ps1 leaves it."""
    spooler = {"name": "Spooler", "found": True, "state": "Running", "start": "Auto", "exit_code": 0, "started": 1.0}
    value = {"now": 1795410000.0, "services": [spooler, {"name": "打印", "found": False}]}
    sections = [
        {"name": "services", "args": ["Spooler", "打印"], "limit_s": 15.0, "began": 0.5, "seconds": 1.5,
         "value": value, "error": ""},
        {"name": "ports", "args": [], "limit_s": 10.0, "began": 2.0, "seconds": 0.1, "value": None,
         "error": "Microsoft.Management.Infrastructure.CimException AccessDenied"},
        {"name": "journal", "args": [], "limit_s": 10.0, "began": 2.0, "seconds": 0.1, "value": None,
         "error": "unasked"},
    ]  # fmt: skip
    return {**head("windows"), "sections": sections, **changes}


def put(home: Path, document: object, name: str = "cathlab-pacs-a-20261123-030000.json", *, proof: bool = True) -> Path:
    """The file and its checksum, where the console looks for them."""
    folder = home / "bundles"
    folder.mkdir(exist_ok=True)
    path = folder / name
    content = document if isinstance(document, bytes) else json.dumps(document, ensure_ascii=False).encode()
    path.write_bytes(content)
    if proof:
        path.with_name(name + ".sha256").write_text(f"{sha256(content).hexdigest()}  {name}\n")
    return path


def ask(home: Path, *probes: Probe, now: datetime = NOW) -> HostAnswer:
    """The host's answers."""
    return ask_bundle(host(via="bundle"), home, probes or (PORTS,), now)


def found(answer: HostAnswer) -> dict[str, Status]:
    """Verdicts about the file."""
    return {verdict.item: verdict.status for verdict in answer.findings}


def test_a_linux_bundle_answers_what_was_asked_there(tmp_path: Path) -> None:
    put(tmp_path, linux())
    answer = ask(tmp_path, PORTS, Probe("services", ("sshd",)))
    ports, services = answer.answers
    assert statuses(judged("machine.ports", host(via="bundle", ports=(22,)), ports)) == {"22": Status.OK}
    assert (ports.system, ports.dialect) == ("linux", "posix")
    assert ports.tool.startswith("bundle cathlab-pacs-a")
    assert "holds no answer to this question" in str(services.trouble)
    assert found(answer) == {"bundle": Status.OK}


def test_a_windows_bundle_answers_in_objects(tmp_path: Path) -> None:
    put(tmp_path, b"\xef\xbb\xbf" + json.dumps(windows(), ensure_ascii=False).encode())
    services, ports, journal, missing = ask(tmp_path, SERVICES, PORTS, Probe("journal"), Probe("disk")).answers
    verdicts = judged("machine.services", host(via="bundle", services=SERVICES.args), services)
    assert statuses(verdicts) == {"Spooler": Status.OK, "打印": Status.CRIT}
    assert services.seconds == 1.5
    assert services.started == NOW - timedelta(hours=2) + timedelta(seconds=0.5)
    assert "may not ask this" in str(ports.trouble)
    assert "no such question" in str(journal.trouble)
    assert "holds no answer" in str(missing.trouble)


@pytest.mark.parametrize(
    ("age", "status"),
    [
        (timedelta(hours=23), Status.OK),
        (timedelta(hours=25), Status.WARN),
        (timedelta(days=32), Status.CRIT),
        (timedelta(hours=-1), Status.WARN),
    ],
)
def test_the_age_of_a_bundle_is_a_verdict(tmp_path: Path, age: timedelta, status: Status) -> None:
    put(tmp_path, linux(collected=(NOW - age).isoformat()))
    assert found(ask(tmp_path)) == {"bundle": status}


def test_a_missing_checksum_is_told_and_a_wrong_one_refused(tmp_path: Path) -> None:
    path = put(tmp_path, linux(), proof=False)
    assert found(ask(tmp_path)) == {"bundle": Status.OK, "bundle-proof": Status.WARN}
    path.with_name(path.name + ".sha256").write_text("0" * 64 + "  x\n")
    answer = ask(tmp_path)
    assert "changed or cut" in str(answer.trouble)
    assert answer.answers[0].trouble == answer.trouble
    assert not answer.findings


def test_the_newest_bundle_counts_and_a_neighbours_never(tmp_path: Path) -> None:
    put(tmp_path, linux(collected=(NOW - timedelta(days=9)).isoformat()), "cathlab-pacs-a-20261114-030000.json")
    put(tmp_path, linux(), "cathlab-pacs-a-20261123-030000.json")
    put(tmp_path, linux(host="pacs-a-2"), "cathlab-pacs-a-2-20261123-040000.json")
    os.utime(tmp_path / "bundles" / "cathlab-pacs-a-20261123-030000.json", (1, 1))
    assert "20261123-030000" in ask(tmp_path).answers[0].tool


def test_a_foreign_bundle_is_named(tmp_path: Path) -> None:
    put(tmp_path, linux(host="ris"))
    assert "collected on ris, not on pacs-a" in str(ask(tmp_path).trouble)


def test_no_bundle_says_where_to_put_one(tmp_path: Path) -> None:
    assert str(tmp_path / "bundles") in str(ask(tmp_path).trouble)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"PK\x03\x04 not a bundle",
        b"[" * 200_000,
        b'{"format": "cathlab-bundle"',
        b"[]",
        b"{}",
        b'"text"',
        b'{"format": "something else"}',
        b'{"format": "cathlab-bundle", "version": 99}',
        b'{"format": "cathlab-bundle", "version": 1}',
        b"1" * 5000,
    ],
)
def test_a_damaged_file_gives_a_sentence(tmp_path: Path, content: bytes) -> None:
    put(tmp_path, content)
    assert "cathlab-pacs-a" in str(ask(tmp_path).trouble)


@pytest.mark.parametrize(
    "document",
    [
        linux(stream="%%%"),
        linux(encoding="rot13"),
        linux(encoding="hex", stream="zz"),
        linux(probes=7),
        linux(probes=[{"name": "ports"}]),
        linux(collected="yesterday"),
        linux(collected="2026-11-23T00:00:00"),
        linux(system="plan9"),
        windows(sections={"a": 1}),
        windows(sections=[{"name": "ports"}]),
        windows(sections=[{"name": "ports", "args": [], "seconds": "long"}]),
    ],
)
def test_a_document_with_other_things_in_it_gives_a_sentence(tmp_path: Path, document: dict[str, Any]) -> None:
    put(tmp_path, document)
    assert "damaged" in str(ask(tmp_path).trouble)


def test_a_stream_that_was_cut_leaves_its_questions_unanswered(tmp_path: Path) -> None:
    put(tmp_path, linux(stream=base64.b64encode(STREAM.encode()[:90]).decode()))
    assert ask(tmp_path).answers[0].trouble


def test_a_file_beyond_all_measure_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "SIZE_CAP", 1000)
    put(tmp_path, linux(stream="A" * 2000))
    assert "It was not read" in str(ask(tmp_path).trouble)


def test_a_sparse_giant_costs_no_memory(tmp_path: Path) -> None:
    path = put(tmp_path, b"{")
    os.truncate(path, 1 << 40)
    assert "It was not read" in str(ask(tmp_path).trouble)
