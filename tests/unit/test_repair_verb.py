"""`cathlab repair` and `cathlab doctor` as scripts use them, on the damaged archive of the practice site."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from console.cli import main
from console.demo.damage import FOLDER, build_damaged
from console.store.audit import AuditLog
from console.store.lock import HomeLock


@pytest.fixture
def home(isolated_home: Path) -> Path:
    """A practice home with the damaged archive."""
    isolated_home.mkdir(mode=0o700, parents=True, exist_ok=True)
    build_damaged(isolated_home)
    return isolated_home


def run(home: Path, *words: str) -> int:
    return main(["--home", str(home), "--lang", "en", *words])


def sums(home: Path) -> dict[str, str]:
    root = home / FOLDER
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def said(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def planned(home: Path, capsys: pytest.CaptureFixture[str], remedy: str, *words: str) -> dict[str, Any]:
    status = run(home, "repair", "plan", remedy, str(home / FOLDER), "--json", "--by", "Li", *words)
    document: dict[str, Any] = said(capsys)
    assert status == 0
    return document


def test_plan_apply_in_place_and_undo_give_the_tree_back(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # GIVEN the damaged archive
    before = sums(home)
    # WHEN a plan is made THEN nothing changes
    plan = planned(home, capsys, "rebuild-meta", "--why", "course")
    assert len(plan["files"]) >= 8
    assert all(each["why"] for each in plan["refused"])
    assert sums(home) == before
    # WHEN it is applied in place with a ticket THEN those files change and no other
    assert run(home, "repair", "apply", plan["id"], "--in-place", "--ticket", "T-1", "--by", "Li", "--json") == 0
    done = said(capsys)
    changed = {Path(each["path"]).relative_to(home / FOLDER).as_posix() for each in done["outcomes"]}
    assert done["state"] == "applied"
    assert {name for name, digest in sums(home).items() if before[name] != digest} == changed
    assert run(home, "repair", "verify", "last") == 0
    # WHEN it is undone THEN every byte is as it was
    assert run(home, "repair", "undo", "last", "--by", "Li") == 0
    assert sums(home) == before
    # AND the audit log has it without a word of a patient
    text = (home / "audit.jsonl").read_text("utf-8")
    assert AuditLog(home).verify().ok
    assert all(event in text for event in ("repair.planned", "repair.applied", "repair.undone"))
    assert FOLDER not in text


def test_copies_leave_the_files_alone(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sums(home)
    plan = planned(home, capsys, "restore-delimiter")
    assert run(home, "repair", "apply", plan["id"], "--json", "--by", "Li") == 0
    done = said(capsys)
    assert sums(home) == before
    assert all(Path(each["result"]).is_file() for each in done["outcomes"])
    assert run(home, "repair", "undo", plan["id"], "--by", "Li") == 0
    assert not any(Path(each["result"]).exists() for each in done["outcomes"])


def test_a_trainee_is_told_what_was_repaired_right_and_what_is_open(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # GIVEN nothing repaired yet THEN everything is open
    assert run(home, "repair", "score", "--json") == 1
    first = said(capsys)
    assert first["repaired"] == []
    # WHEN one remedy is applied in place THEN what it put right is named
    plan = planned(home, capsys, "rebuild-meta")
    assert run(home, "repair", "apply", plan["id"], "--in-place", "--ticket", "T", "--by", "Li", "--json") == 0
    capsys.readouterr()
    assert run(home, "repair", "score", "--json") == 1
    second = said(capsys)
    assert "03-no-preamble/IMG0001.dcm" in second["repaired"]
    assert second["spoiled"] == []
    assert set(second["open"]) == set(first["open"]) - set(second["repaired"])
    # WHEN a file is spoiled THEN that is told too
    spoiled = home / FOLDER / "03-no-preamble" / "IMG0001.dcm"
    spoiled.write_bytes(spoiled.read_bytes()[:-2] + b"xx")
    run(home, "repair", "score", "--json")
    assert said(capsys)["spoiled"] == ["03-no-preamble/IMG0001.dcm"]


def test_a_job_is_shown_listed_and_reported(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = planned(home, capsys, "fix-meta-uid", "--why", "PACS refuses it")
    assert run(home, "repair", "list") == 0
    assert plan["id"] in capsys.readouterr().out
    assert run(home, "repair", "show", plan["id"][:12]) == 0
    assert "Nothing was written yet" in capsys.readouterr().out
    for name in ("job.md", "job.pdf"):
        assert run(home, "repair", "report", "last", "-o", str(tmp_path / name)) == 0
    assert "PACS refuses it" in (tmp_path / "job.md").read_text("utf-8")
    assert (tmp_path / "job.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("apply", "nothing"), "is no job"),
        (("plan", "make-it-nice", "FOLDER"), "There is no remedy"),
        (("plan", "correct-attributes", "FOLDER", "--set", "PatientID"), "Keyword=VALUE"),
        (("plan", "correct-attributes", "FOLDER", "--set", "PatientID=1", "--set", "PatientID=2"), "Say it once"),
        (("plan", "correct-attributes", "FOLDER", "--set", "PatientNam=Li"), "PatientName"),
        (("plan", "correct-attributes", "FOLDER", "--set", "PatientBirthDate=31.12."), "PatientBirthDate"),
        (("plan", "rebuild-meta", "/not/there"), "is no file that is there"),
        (("find",), "Say what is known"),
        (("report", "last", "-o", "x.md"), "is no job"),
    ],
)
def test_bad_input_is_one_sentence(
    home: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], expected: str
) -> None:
    before = sums(home)
    status = run(home, "repair", *(str(home / FOLDER) if word == "FOLDER" else word for word in words))
    error = capsys.readouterr().err
    assert status not in (0, None)
    assert expected in error
    assert "Traceback" not in error
    assert sums(home) == before


def test_in_place_needs_a_ticket(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sums(home)
    plan = planned(home, capsys, "rebuild-meta")
    assert run(home, "repair", "apply", plan["id"], "--in-place", "--by", "Li") != 0
    assert "--ticket" in capsys.readouterr().err
    assert sums(home) == before


def test_a_home_that_another_console_holds_is_not_written(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lock = HomeLock(home)
    assert lock.acquire("Wang")
    try:
        assert run(home, "repair", "plan", "rebuild-meta", str(home / FOLDER), "--by", "Li") != 0
        assert "Wang" in capsys.readouterr().err
    finally:
        lock.release()


def test_the_doctor_finds_the_archive_ill(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(home, "doctor", str(home / FOLDER), "--json") == 0
    found = said(capsys)
    assert found["files"] > 60
    assert {"code", "severity", "remedy", "path"} <= set(found["findings"][0])
