"""One inspection as one zip: whole, the same bytes again, checkable without the console, and never half-written."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.errors import ConsoleError, StoreError
from console.i18n import set_language
from console.inspection import archive
from console.inspection.archive import archive_name, attachments_of, export
from console.inspection.archive_reading import Package
from console.inspection.records import Records
from console.model.checks import Evidence, Status
from console.model.inspections import (
    Action,
    Answer,
    Attachment,
    Inspection,
    Permission,
    Signature,
    SignatureState,
    Verdict,
)
from tests.unit.inspection.visits import NOON, answer, found, sealed, visit

ID = "a" * 32
LOOK = "displays/look"
PHOTO = b"\xff\xd8\xff photo " * 1000


def proven() -> Answer:
    """A measured item with what was asked and what came back."""
    proof = Evidence("df -P", "Filesystem 91%\n", "12" * 32, False, NOON, "ssh inspector@10.0.0.2")
    return replace(Answer(), verdict=Verdict.FAIL, findings=(replace(found(Status.CRIT), evidence=(proof,)),), run=7)


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records(tmp_path / "home")


@pytest.fixture
def inspection(records: Records) -> Inspection:
    """A sealed inspection with evidence and a photo, in its home."""
    (records.home).mkdir()
    records.take_in(visit(ID))
    photo = records.attach(ID, PHOTO, "左 边缘 [1].jpg", "flickers")
    answers = {"disks/used@pacs-a": proven(), LOOK: replace(answer(Verdict.FAIL, note="dark"), attachments=(photo,))}
    done = sealed(visit(ID, answers=answers))
    records.take_in(done)
    return done


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def test_an_archive_holds_report_record_evidence_attachments_and_their_sums(
    records: Records, inspection: Inspection, tmp_path: Path
) -> None:
    # WHEN a sealed inspection is exported with its report
    done = export(records, ID, tmp_path / "x.zip", b"%PDF-1.7 report")
    # THEN everything is in it
    inside = members(done.path)
    photo = f"attachments/{hashlib.sha256(PHOTO).hexdigest()[:16]}-左_边缘_1_.jpg"
    assert set(inside) == {
        "README.txt", "report.pdf", "sealed.json", "record.json", "actions.json",
        "evidence/0001-disk.used-pacs-a.txt", photo, "SHA256SUMS",
    }  # fmt: skip
    assert inside[photo] == PHOTO
    assert inside["report.pdf"] == b"%PDF-1.7 report"
    assert json.loads(inside["record.json"])["number"] == inspection.number
    assert b"Filesystem 91%" in inside["evidence/0001-disk.used-pacs-a.txt"]
    # AND the seal is the SHA-256 of the sealed part, which anybody can check
    assert inspection.seal is not None
    assert hashlib.sha256(inside["sealed.json"]).hexdigest() == inspection.seal.sha256
    assert inspection.seal.sha256 in inside["README.txt"].decode()
    # AND what is told of it is true
    assert (done.size, done.members) == (done.path.stat().st_size, len(inside))
    assert done.sha256 == hashlib.sha256(done.path.read_bytes()).hexdigest()


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="no sha256sum")
def test_the_sums_are_what_sha256sum_reads(records: Records, inspection: Inspection, tmp_path: Path) -> None:
    export(records, ID, tmp_path / "x.zip", b"%PDF")
    with zipfile.ZipFile(tmp_path / "x.zip") as opened:
        opened.extractall(tmp_path / "out")
    # WHEN the archive is unpacked and checked by another program
    checked = subprocess.run(
        ["sha256sum", "-c", "--strict", "SHA256SUMS"], cwd=tmp_path / "out", capture_output=True, text=True, check=False
    )
    # THEN each file is in order, and all of them are listed
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert checked.stdout.count(": OK") == 7
    assert inspection.number


def test_the_same_inspection_makes_the_same_bytes_whenever_and_in_whatever_language(
    records: Records, inspection: Inspection, tmp_path: Path
) -> None:
    first = export(records, ID, tmp_path / "a.zip", b"%PDF")
    set_language("zh")
    os.utime(records.attachment_path(hashlib.sha256(PHOTO).hexdigest()), (0, 0))
    second = export(Records(records.home, read_only=True), ID, tmp_path / "b.zip", b"%PDF")
    assert first.sha256 == second.sha256
    assert inspection.sealed


def test_a_draft_is_exported_as_a_draft(records: Records, inspection: Inspection, tmp_path: Path) -> None:
    records.take_in(visit("b" * 32))
    export(records, "b" * 32, tmp_path / "x.zip")
    inside = members(tmp_path / "x.zip")
    assert "report.pdf" not in inside
    assert "draft, not sealed" in inside["README.txt"].decode()
    assert inspection.sealed


def test_an_archive_is_named_by_number_and_revision() -> None:
    assert archive_name(visit(ID)) == "H-2026Q4-aaaa.zip"
    assert archive_name(replace(visit(ID), revision=2)) == "H-2026Q4-aaaa-r2.zip"
    assert archive_name(replace(visit(ID), number="../巡检 2026/4:1")) == "巡检_2026_4_1.zip"
    assert archive_name(replace(visit(ID), number="///")) == f"{ID}.zip"


def test_attachments_of_all_parts_are_found_once() -> None:
    one, two, three, four = (Attachment(f"{n}" * 64, f"{n}", 1, "text/plain", NOON) for n in range(4))
    inspection = replace(
        visit(ID, answers={LOOK: replace(answer(), attachments=(one, one))}),
        permission=Permission(NOON.date(), "Wang", attachment=two),
        signatures=(Signature("us", "Li", "", NOON.date(), "paper", SignatureState.SIGNED, three),),
        actions=(Action("1", ID, LOOK, "x", attachments=(four, one)),),
    )
    assert attachments_of(inspection) == {each.sha256: each for each in (one, two, three, four)}


# What is in the way


def test_an_earlier_archive_of_the_same_inspection_is_replaced_and_nothing_else(
    records: Records, inspection: Inspection, tmp_path: Path
) -> None:
    # GIVEN an archive of this inspection, a file of somebody else, and the archive of another inspection
    target, other, mine = tmp_path / "x.zip", tmp_path / "y.zip", tmp_path / "thesis.zip"
    export(records, ID, target)
    records.take_in(visit("b" * 32))
    export(records, "b" * 32, other)
    mine.write_bytes(b"three years of work")
    before = other.read_bytes()
    # WHEN it is exported over each of them
    export(records, ID, target, b"%PDF")
    for path in (other, mine):
        with pytest.raises(StoreError, match="Choose another name"):
            export(records, ID, path)
    # THEN only its own was replaced
    assert "report.pdf" in members(target)
    assert (other.read_bytes(), mine.read_bytes()) == (before, b"three years of work")
    assert inspection.sealed


@pytest.mark.parametrize("where", ["folder", "missing/x.zip"])
def test_a_target_that_cannot_be_is_refused_in_words(
    records: Records, inspection: Inspection, tmp_path: Path, where: str
) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(StoreError) as refused:
        export(records, ID, tmp_path / where)
    assert where.partition("/")[0] in refused.value.detail
    assert inspection.sealed


def test_an_attachment_that_is_gone_or_changed_stops_the_export_by_name(
    records: Records, inspection: Inspection, tmp_path: Path
) -> None:
    path = records.attachment_path(hashlib.sha256(PHOTO).hexdigest())
    path.chmod(0o600)
    path.write_bytes(PHOTO.replace(b"photo", b"PHOTO"))
    with pytest.raises(StoreError, match=r"左 边缘 \[1\].jpg was changed"):
        export(records, ID, tmp_path / "x.zip")
    path.unlink()
    with pytest.raises(StoreError, match=r"左 边缘 \[1\].jpg .*cannot be read"):
        export(records, ID, tmp_path / "x.zip")
    # THEN nothing is left at the target
    assert sorted(each.name for each in tmp_path.iterdir()) == ["home"]
    assert inspection.sealed


@contextmanager
def full_disk(limit: int) -> Iterator[None]:
    """No file of this process may grow beyond `limit` bytes, as on a disk that is full."""
    import resource
    import signal

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


@pytest.mark.skipif(os.name == "nt", reason="no such limit on Windows")
def test_a_full_disk_is_a_sentence_and_the_archive_before_stands(
    records: Records, inspection: Inspection, tmp_path: Path
) -> None:
    # GIVEN an archive that stands
    target = tmp_path / "x.zip"
    export(records, ID, target)
    before = target.read_bytes()
    # WHEN the next one does not fit
    with full_disk(2000), pytest.raises(ConsoleError) as refused:
        export(records, ID, target, os.urandom(50_000))
    # THEN one sentence says so, and the old one is unharmed, with nothing beside it
    assert "full" in refused.value.detail
    assert target.read_bytes() == before
    assert sorted(each.name for each in tmp_path.iterdir()) == ["home", "x.zip"]
    assert inspection.sealed


def test_an_archive_that_is_not_read_back_as_written_gets_no_name(
    records: Records, inspection: Inspection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a stick that turns a bit behind our back
    class Turned(Package):
        def __init__(self, path: Path) -> None:
            raw = bytearray(path.read_bytes())
            at = raw.index(PHOTO[:50])
            raw[at] ^= 1
            path.write_bytes(raw)
            super().__init__(path)

    monkeypatch.setattr(archive, "Package", Turned)
    with pytest.raises(StoreError, match="not read back as it was written"):
        export(records, ID, tmp_path / "x.zip")
    assert not (tmp_path / "x.zip").exists()
    assert inspection.sealed


def test_what_an_export_left_that_was_killed_is_removed(
    records: Records, inspection: Inspection, tmp_path: Path
) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left = tmp_path / f".x.zip.{ended.pid}.0badcafe.cathlab-tmp"
    left.write_bytes(b"half")
    export(records, ID, tmp_path / "x.zip")
    assert not left.exists()
    assert inspection.sealed


def test_a_moment_before_zip_began_is_no_trouble(records: Records, tmp_path: Path) -> None:
    records.home.mkdir()
    records.take_in(replace(visit("b" * 32), created=datetime(1970, 1, 1, tzinfo=UTC)))
    assert export(records, "b" * 32, tmp_path / "x.zip").members == 5
