"""`cathlab check` as cron and monitoring systems use it: whole processes, exit status, one document, one sentence."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from console.store.audit import AuditLog
from console.store.history import History
from console.store.lock import HomeLock

ROOT = str(Path(__file__).parents[3])
TCP = '[site]\nname = "Hospital"\n[[host]]\nid = "pacs"\naddress = "127.0.0.1"\nvia = "none"\n'
TCP += '[[interface]]\nid = "door"\nkind = "tcp"\naddress = "127.0.0.1"\nport = {port}\n'
DOOR = "interface.tcp"
SSH = '[site]\nname = "x"\n[[host]]\nid = "a"\naddress = "127.0.0.1"\nvia = "ssh"\n'
SSH += 'ssh = {{ user = "u", port = {port}, secret = "pw" }}\n'


def line(home: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "console", "--home", str(home), "--lang", "en", "check", *words]


def check(home: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    done = subprocess.run(
        line(home, *words), capture_output=True, check=False, stdin=subprocess.DEVNULL, timeout=120,
        env={**os.environ, "PYTHONPATH": ROOT, "CATHLAB_SECRET_PW": "x"}, encoding="utf-8",
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def put_site(home: Path, port: int) -> None:
    home.mkdir(exist_ok=True)
    (home / "site.toml").write_text(TCP.format(port=port), "utf-8")


def test_a_site_in_order_exits_0_and_prints_one_document(tmp_path: Path, listener: socket.socket) -> None:
    # GIVEN a site with one connection, whose other end listens
    put_site(tmp_path, listener.getsockname()[1])
    # WHEN it is checked, from "cron", while a console holds the home folder
    lock = HomeLock(tmp_path)
    assert lock.acquire("Li")
    done = check(tmp_path, "--json", "--only", DOOR)
    lock.release()
    # THEN it is green, standard output is one document, and history and audit log have it
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert (document["site"], document["status"]) == ("Hospital", "OK")
    assert [found["target"] for found in document["findings"]] == ["door"]
    history = History(tmp_path)
    history.open()
    with closing(history):
        (run,) = history.runs()
        assert len(history.findings(run.id)) == 1
        assert not run.stopped
    assert AuditLog(tmp_path).verify().ok


def test_a_connection_that_is_refused_exits_2_in_every_form(tmp_path: Path, listener: socket.socket) -> None:
    # GIVEN a port that nobody listens on any more
    put_site(tmp_path, listener.getsockname()[1])
    listener.close()
    # THEN the status line says so, with the exit status of a critical finding
    done = check(tmp_path, "--nagios", "--only", DOOR)
    assert done.returncode == 2
    assert done.stdout.startswith("CATHLAB CRITICAL - ")
    assert done.stdout.count("\n") == 1


def test_this_machine_is_examined_without_a_site_file(tmp_path: Path) -> None:
    # GIVEN an empty home folder WHEN it is checked
    done = check(tmp_path / "home", "--json")
    # THEN this machine answers, with many checks, and the exit status is that of the findings
    document = json.loads(done.stdout)
    assert len({found["check"] for found in document["findings"]}) > 5
    assert {found["target"] for found in document["findings"] if found["check"] == "host.access"} == {"localhost"}
    states = {found["status"] for found in document["findings"]}
    worst = next(status for status in ("CRIT", "UNKNOWN", "WARN", "OK") if status in states)
    assert done.returncode == {"OK": 0, "WARN": 1, "CRIT": 2, "UNKNOWN": 3}[worst]


def test_all_errors_of_a_site_file_are_told_at_once(tmp_path: Path) -> None:
    # GIVEN a site file with ten errors
    wrong = "".join(f'[[host]]\nid = "h{number}"\naddres = "10.0.0.{number}"\n' for number in range(10))
    (tmp_path / "bad.toml").write_text('[site]\nname = "x"\n' + wrong, "utf-8")
    # WHEN it is checked THEN each is named with its line, nothing is printed, and it is no warning but an error
    done = check(tmp_path / "home", "--site", str(tmp_path / "bad.toml"))
    assert done.returncode == 3
    assert done.stdout == ""
    assert done.stderr.count("addres") >= 10


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--site", "/no/such/site.toml"], "/no/such/site.toml"),
        (["--only", "disc.used"], "disc.used"),
        (["--only", DOOR, "disc.used"], "disc.used"),
        (["--host", "nobody"], "nobody"),
        (["--json", "--nagios"], "not allowed"),
        (["--only"], "expected"),
    ],
)
def test_a_slip_in_the_options_is_one_sentence_and_status_3(
    tmp_path: Path, listener: socket.socket, words: list[str], said: str
) -> None:
    put_site(tmp_path, listener.getsockname()[1])
    done = check(tmp_path, *words)
    assert done.returncode == 3
    assert done.stdout == ""
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_host_that_cannot_be_reached_is_unknown_with_the_reason(tmp_path: Path, listener: socket.socket) -> None:
    # GIVEN a host whose SSH port refuses, and another host
    port = listener.getsockname()[1]
    listener.close()
    site = SSH.format(port=port)
    site += '[[host]]\nid = "b"\nvia = "local"\n'
    (tmp_path / "site.toml").write_text(site, "utf-8")
    # WHEN only that host is checked
    done = check(tmp_path, "--json", "--host", "a")
    # THEN nothing of it is green, and the other host was left alone
    findings = json.loads(done.stdout)["findings"]
    assert done.returncode in (2, 3)
    assert findings
    assert {found["host"] for found in findings} == {"a"}
    assert not [found for found in findings if found["status"] == "OK"]
    assert all(found["summary"] for found in findings)


@pytest.mark.skipif(sys.platform == "win32", reason="signals are others there")
def test_ctrl_c_ends_the_run_in_order(tmp_path: Path, listener: socket.socket) -> None:
    # GIVEN a host that accepts and never answers, and a run that waits for it
    site = SSH.format(port=listener.getsockname()[1])
    (tmp_path / "site.toml").write_text(site, "utf-8")
    process = subprocess.Popen(
        line(tmp_path, "--json"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT,
        env={**os.environ, "CATHLAB_SECRET_PW": "x"},
    )  # fmt: skip
    listener.settimeout(20)
    connection, _address = listener.accept()
    # WHEN it is interrupted
    os.kill(process.pid, signal.SIGINT)
    out, errors = process.communicate(timeout=30)
    connection.close()
    # THEN the document is whole, what was not asked is SKIPPED, and that is no green
    assert process.returncode == 3, errors.decode()
    document = json.loads(out)
    assert document["stopped"]
    assert "SKIPPED" in {found["status"] for found in document["findings"]}
    assert b"Traceback" not in errors


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_help_names_every_option(language: str) -> None:
    words = [sys.executable, "-m", "console", "--lang", language, "check", "--help"]
    done = subprocess.run(words, capture_output=True, check=True, cwd=ROOT, encoding="utf-8")
    assert all(option in done.stdout for option in ("--site", "--only", "--host", "--json", "--nagios"))
