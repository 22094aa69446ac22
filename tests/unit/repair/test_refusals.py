"""What is never changed, each by a file that really is so, with a reason that a person understands."""

import json
import os
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.errors import ConsoleError, StoreError, UsageError
from console.model.repair import Edit, JobState
from console.repair import job, preparing, writing
from console.repair.job import Order
from console.repair.remedies import catalogue
from console.repair.remedies.remedy import FilePlan, NewFile, Request
from tests.unit.repair.making import (
    DEFLATED,
    EXPLICIT,
    IMPLICIT,
    NAME,
    PIXELS,
    dicom,
    el,
    hidden,
    item,
    meta,
    patch,
    planned,
    rename,
    said,
    sq,
    state_of_tree,
    xa,
)
from tests.unit.repair.test_apply import COPIES, IN_PLACE, archive

CHECKOUT = Path(__file__).parents[3]


def refused(tmp_path: Path, path: Path, change: FilePlan | None = None) -> str:
    """Why a plan leaves a file alone; the file is what it was, and the plan has nothing to do."""
    before = path.read_bytes()
    plan = planned(tmp_path / "home", change or FilePlan(path, (Edit((), NAME, "PN", b"WANG^WEI", b"LI^WEI"),)))
    assert plan.files == ()
    (found,) = plan.refused
    assert found.path == str(path)
    assert path.read_bytes() == before
    with pytest.raises(UsageError, match="changes nothing"):
        job.apply(tmp_path / "home", plan.id, IN_PLACE)
    return str(found.why)


def stored(path: Path, data: bytes | None = None) -> Path:
    """A file at that place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(xa() if data is None else data)
    return path


UUID = "3f7a0c1e-6c0d-4f0e-9a52-0a1b2c3d4e5f"


def test_the_storage_of_an_orthanc_is_left_alone(tmp_path: Path) -> None:
    # GIVEN a file as an Orthanc lays it down WHEN a plan is made THEN it names the Orthanc
    assert "Orthanc" in refused(tmp_path, stored(tmp_path / "db" / "3f" / "7a" / UUID))


def test_a_folder_with_the_index_of_an_orthanc_is_left_alone(tmp_path: Path) -> None:
    # GIVEN a folder in which an Orthanc keeps its index
    for name in ("index", "index-wal"):
        stored(tmp_path / "db" / name, b"SQLite format 3\0")
    # WHEN a file below is to be changed THEN it names the Orthanc
    assert "Orthanc" in refused(tmp_path, stored(tmp_path / "db" / "a" / "b" / "image.dcm"))


@pytest.mark.parametrize("place", ["dcm4chee-arc/fs1/2026/11/23/AB", "fs1/2026/11/23/0A1B2C3D/4E5F6071/8293A4B5"])
def test_the_storage_of_a_dcm4chee_is_left_alone(tmp_path: Path, place: str) -> None:
    # GIVEN a file as a dcm4chee lays it down WHEN a plan is made THEN it names the dcm4chee
    assert "dcm4chee" in refused(tmp_path, stored(tmp_path / place))


def test_a_link_into_a_storage_is_seen_through(tmp_path: Path) -> None:
    # GIVEN a harmless name for a file in the storage of an Orthanc
    real = stored(tmp_path / "db" / "3f" / "7a" / UUID)
    link = tmp_path / "harmless.dcm"
    link.symlink_to(real)
    # WHEN it is to be changed by that name THEN it names the Orthanc
    assert "Orthanc" in refused(tmp_path, link)


def test_nothing_is_made_in_a_storage_either(tmp_path: Path) -> None:
    # GIVEN a plan that would make a file in the storage of a PACS WHEN it is made THEN that is refused
    path = tmp_path / "dcm4chee" / "fs1" / "DICOMDIR"
    plan = planned(tmp_path / "home", made=[NewFile(path, b"x", said("made"))])
    assert plan.made == ()
    assert "dcm4chee" in str(plan.refused[0].why)


def test_a_storage_that_appears_after_the_plan_is_left_alone_too(tmp_path: Path) -> None:
    # GIVEN a plan for a folder that becomes the storage of an Orthanc meanwhile
    (path,) = archive(tmp_path / "data", ["1.dcm"])
    plan = planned(tmp_path / "home", rename(path))
    for name in ("index", "index-wal"):
        (tmp_path / "data" / name).write_bytes(b"SQLite format 3\0")
    before = state_of_tree(tmp_path / "data")
    # WHEN it is applied in place THEN it is refused
    with pytest.raises(UsageError, match="Orthanc"):
        job.apply(tmp_path / "home", plan.id, IN_PLACE)
    assert state_of_tree(tmp_path / "data") == before


def deflated(level: int) -> bytes:
    """An object whose data set is deflated (PS3.5 A.5)."""
    packer = zlib.compressobj(level, wbits=-15)
    whole = xa()
    packed = packer.compress(whole[len(meta()) :]) + packer.flush()
    return meta(DEFLATED) + packed + b"\0" * (len(packed) % 2)


@pytest.mark.parametrize("level", [0, 1, 9])
def test_a_deflated_object_is_left_alone_and_called_deflated(tmp_path: Path, level: int) -> None:
    # GIVEN a deflated object WHEN a plan is made THEN that is the reason, and not that it cannot be parsed
    assert "deflated" in refused(tmp_path, stored(tmp_path / "1.dcm", deflated(level)))
    # WHEN a remedy looks at it THEN it says the same
    found = catalogue.propose("correct-attributes", Request((tmp_path / "1.dcm",), {"PatientName": "Li^Wei"}))
    assert [("deflated" in str(each.why)) for each in found.refused] == [True]


@pytest.mark.parametrize(
    ("declared", "implicit", "little"),
    [(EXPLICIT, True, True), (IMPLICIT, False, True), ("1.2.840.10008.1.2.2", False, True), (EXPLICIT, False, False)],
)
def test_a_mismatched_syntax_is_left_alone(tmp_path: Path, declared: str, implicit: bool, little: bool) -> None:
    # GIVEN an object that is written otherwise than it says
    data = dicom(
        el(0x00080060, "CS", b"XA", implicit=implicit, little=little),
        el(NAME, "PN", b"WANG^WEI", implicit=implicit, little=little),
        syntax=declared,
    )
    # WHEN a plan is made THEN that is the reason, and what helps
    why = refused(tmp_path, stored(tmp_path / "1.dcm", data))
    assert "otherwise than its transfer syntax says" in why
    assert "rebuild-meta" in why


def test_two_elements_of_pixels_are_left_alone(tmp_path: Path) -> None:
    # GIVEN an object with integer and with float pixels, and one with Pixel Data twice
    for number, more in enumerate((el(0x7FE00008, "OF", bytes(16)), el(PIXELS, "OW", bytes(64)))):
        path = stored(tmp_path / f"{number}.dcm", xa(extra=[more]))
        # WHEN a plan is made THEN that is the reason
        assert "more than one element of pixel data" in refused(tmp_path, path)


def test_pixels_of_an_icon_do_not_count(tmp_path: Path) -> None:
    # GIVEN an object with pixels and an icon WHEN a plan is made THEN it is a plan
    icon = sq(0x00880200, item(el(0x00280010, "US", b"\2\0"), el(PIXELS, "OB", bytes(4))))
    path = stored(tmp_path / "1.dcm", xa(extra=[icon]))
    assert len(planned(tmp_path / "home", rename(path)).files) == 1


@pytest.mark.parametrize("nested", [False, True])
def test_a_signed_object_is_left_alone(tmp_path: Path, nested: bool) -> None:
    # GIVEN an object with a digital signature, at its top or in an item
    signature = sq(0xFFFAFFFA, item(el(0x04000100, "UI", b"1.2\0")))
    inside = sq(0x0040A730, item(signature)) if nested else b""
    path = stored(tmp_path / "1.dcm", xa(extra=[inside]) + (b"" if nested else signature))
    # WHEN a plan is made THEN that is the reason
    assert "signature" in refused(tmp_path, path)


@pytest.mark.parametrize(
    "data",
    [xa()[:-64] + b"\0" * 200, xa().replace(b"WANG^WEI", b"WANG?^WEI"), b"hello " * 100, dicom(b"\xff" * 64)],
    ids=["zeros behind", "a stray byte", "text", "noise"],
)
def test_what_cannot_be_parsed_to_its_end_is_left_alone(tmp_path: Path, data: bytes) -> None:
    # GIVEN a file that cannot be parsed with certainty WHEN a plan is made THEN it is none, with the place
    why = refused(tmp_path, stored(tmp_path / "1.dcm", data))
    assert any(word in why for word in ("parsed", "cut off", "otherwise", "expects"))


def test_a_data_set_cut_in_its_header_is_left_alone(tmp_path: Path) -> None:
    # GIVEN an object that ends inside a text WHEN an element is to be put in THEN it is no plan
    whole = xa()
    path = stored(tmp_path / "1.dcm", whole[: whole.rindex(b"P0017 ") + 3])
    change = FilePlan(path, (Edit((), 0x00081030, "LO", None, b"PCI "),))
    assert "cut" in refused(tmp_path, path, change).lower()


def test_an_empty_file_and_a_folder_are_left_alone(tmp_path: Path) -> None:
    # GIVEN an empty file and a folder WHEN a plan is made THEN each has a reason
    edits = (Edit((), NAME, "PN", None, b"LI"),)
    assert refused(tmp_path, stored(tmp_path / "1.dcm", b""), FilePlan(tmp_path / "1.dcm", edits))
    (tmp_path / "folder").mkdir()
    plan = planned(tmp_path / "home", FilePlan(tmp_path / "folder", edits), FilePlan(tmp_path / "gone", edits))
    assert len(plan.refused) == 2
    assert all(str(each.why) for each in plan.refused)


def test_a_plan_that_expects_something_else_is_no_plan(tmp_path: Path) -> None:
    # GIVEN a proposal for another old value WHEN a plan is made of it THEN it says what does not fit
    path = stored(tmp_path / "1.dcm")
    change = FilePlan(path, (Edit((), NAME, "PN", b"ZHAO^LEI", b"LI^WEI"),))
    assert "(0010,0010) does not hold" in refused(tmp_path, path, change)


def test_a_patch_behind_the_end_is_no_plan(tmp_path: Path) -> None:
    # GIVEN a proposal to patch what is not there WHEN a plan is made of it THEN it is refused
    path = stored(tmp_path / "1.dcm")
    assert refused(tmp_path, path, FilePlan(path, patches=(patch(10**6, 1, b"x"),)))


@pytest.mark.parametrize("order", [IN_PLACE, COPIES], ids=["in place", "copies"])
def test_a_file_that_became_another_since_the_plan_is_left_alone(tmp_path: Path, order: Order) -> None:
    # GIVEN files that were touched, replaced, made longer or removed since the plan
    home, data = tmp_path / "home", tmp_path / "data"
    for number, what in enumerate(("touched", "longer", "replaced", "gone")):
        (path,) = archive(data / what, ["1.dcm"])
        plan = planned(home, rename(path))
        if what == "touched":
            os.utime(path, ns=(5, 5))
        elif what == "longer":
            path.write_bytes(path.read_bytes() + b"\0")
        elif what == "replaced":
            other = stored(path.with_name("other"), path.read_bytes())
            os.utime(other, ns=(path.stat().st_mtime_ns, path.stat().st_mtime_ns))
            os.replace(other, path)
        else:
            path.unlink()
        before = state_of_tree(data)
        # WHEN the plan is applied THEN it is refused before anything is written
        with pytest.raises(UsageError, match="changed since the plan"):
            job.apply(home, plan.id, order)
        assert state_of_tree(data) == before, number
        assert job.report(home, plan.id).state is JobState.PLANNED


@pytest.mark.parametrize("order", [IN_PLACE, COPIES], ids=["in place", "copies"])
@pytest.mark.parametrize("where", [-1, 700], ids=["in the pixels", "in the header"])
def test_other_bytes_under_the_same_size_and_moment_are_seen(tmp_path: Path, order: Order, where: int) -> None:
    # GIVEN a file of which one bit flipped since the plan, while size and moment are the same
    home, data = tmp_path / "home", tmp_path / "data"
    (path,) = archive(data, ["1.dcm"])
    plan = planned(home, rename(path))
    moment = path.stat().st_mtime_ns
    raw = bytearray(path.read_bytes())
    raw[where] ^= 1
    with path.open("r+b") as stream:
        stream.write(raw)
    os.utime(path, ns=(moment, moment))
    before = state_of_tree(data)
    # WHEN the plan is applied THEN nothing is changed, and the reason is told
    try:
        report = job.apply(home, plan.id, order)
        told = report.problem
        assert report.done == 0
    except ConsoleError as error:
        told = error.detail
    assert "plan" in told
    assert state_of_tree(data) == before
    assert not list((home / "repair" / plan.id).rglob("result/*"))
    assert hidden(data) == []


@pytest.mark.parametrize("step", ["intent", "copied", "compared"])
def test_a_file_that_somebody_writes_during_the_job_keeps_what_he_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    # GIVEN a file that somebody writes to at a step of its job
    (path,) = archive(tmp_path / "data", ["1.dcm"])
    plan = planned(tmp_path / "home", rename(path))

    def meddle(now: str) -> None:
        if now == step:
            path.write_bytes(xa(b"ZHAO^LEI"))

    monkeypatch.setattr(writing, "reached", meddle)
    # WHEN the plan is applied THEN his bytes stand there, the reason is told, and nothing lies about
    report = job.apply(tmp_path / "home", plan.id, IN_PLACE)
    assert report.done == 0
    assert "1.dcm" in report.problem
    assert path.read_bytes() == xa(b"ZHAO^LEI")
    assert hidden(tmp_path / "data") == []


@pytest.mark.parametrize("order", [IN_PLACE, COPIES], ids=["in place", "copies"])
def test_no_space_is_said_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, order: Order
) -> None:
    # GIVEN a disk that has less room than the job needs
    home, data = tmp_path / "home", tmp_path / "data"
    (path,) = archive(data, ["1.dcm"])
    plan = planned(home, rename(path))
    before = state_of_tree(data)
    monkeypatch.setattr(preparing, "free_bytes", lambda _folder: 5000)
    # WHEN the plan is applied THEN it says how much is needed and how much there is
    with pytest.raises(UsageError, match=r"\d+ bytes are needed, 5000 are free"):
        job.apply(home, plan.id, order)
    assert state_of_tree(data) == before
    assert [name.name for name in (home / "repair" / plan.id).iterdir() if "lock" not in name.name] == ["plan.json"]


def test_the_backup_needs_its_room_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a disk with room for the new file and not for the backup beside it
    (path,) = archive(tmp_path / "data", ["1.dcm"])
    plan = planned(tmp_path / "home", rename(path))
    room = plan.files[0].new_size + plan.files[0].size // 2 + (8 << 20)
    monkeypatch.setattr(preparing, "free_bytes", lambda _folder: room)
    # WHEN the plan is applied in place THEN it is refused, and into copies it is done
    with pytest.raises(UsageError, match="bytes are needed"):
        job.apply(tmp_path / "home", plan.id, IN_PLACE)
    assert job.apply(tmp_path / "home", plan.id, COPIES).done == 1


def test_a_job_that_just_fits_is_not_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a disk with room for old and new files and a little more WHEN the plan is applied THEN it is done
    (path,) = archive(tmp_path / "data", ["1.dcm"])
    plan = planned(tmp_path / "home", rename(path))
    room = 2 * plan.files[0].new_size + (16 << 20)
    monkeypatch.setattr(preparing, "free_bytes", lambda _folder: room)
    assert job.apply(tmp_path / "home", plan.id, IN_PLACE).done == 1


READ_ONLY = """
import json, os, sys
from pathlib import Path
import console.repair.job as job
from console.errors import ConsoleError
home, name = Path(sys.argv[1]), sys.argv[2]
import filelock
if os.getuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
try:
    job.apply(home, name, job.Order(True, "T-1", "Li"))
    print(json.dumps("applied"))
except ConsoleError as error:
    print(json.dumps(error.detail))
"""


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder that another account can reach, which pytest's own (0700) is not."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o711)
        yield Path(name)
        (Path(name) / "data").chmod(0o755)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no read-only folders of this kind")
@pytest.mark.parametrize("what", ["folder", "file"])
def test_a_read_only_folder_or_file_is_left_alone_before_anything_is_written(shared: Path, what: str) -> None:
    # GIVEN files in a folder that an account may not write, or that are read-only themselves
    home, data = shared / "home", shared / "data"
    paths = archive(data, ["1.dcm", "2.dcm"])
    plan = planned(home, *(rename(path) for path in paths))
    for each in [home, *home.rglob("*")]:
        each.chmod(0o777)
    data.chmod(0o555 if what == "folder" else 0o777)
    for path in paths:
        path.chmod(0o444 if what == "file" else 0o666)
    before = state_of_tree(data)
    # WHEN an unprivileged account applies the plan in place
    line = [sys.executable, "-B", "-c", READ_ONLY, str(home), plan.id]
    found = subprocess.run(line, cwd=CHECKOUT, capture_output=True, check=False, timeout=60)
    # THEN it says that it cannot be replaced, and nothing was done
    assert found.returncode == 0, found.stderr.decode()
    assert "is read-only" in json.loads(found.stdout)
    assert state_of_tree(data) == before
    assert not (home / "repair" / plan.id / "orig").exists()


def test_a_damaged_plan_is_a_sentence(tmp_path: Path) -> None:
    # GIVEN plans that somebody damaged
    (path,) = archive(tmp_path / "data", ["1.dcm"])
    plan = planned(tmp_path / "home", rename(path))
    where = tmp_path / "home" / "repair" / plan.id / "plan.json"
    whole = where.read_bytes()
    for damaged in (
        b"",
        whole[:-1],
        b"[]",
        b"{}",
        b"null",
        whole.replace(b'"format":1', b'"format":9'),
        b"[" * 100_000,
    ):
        where.write_bytes(damaged)
        # WHEN one is applied THEN it is said to be damaged
        with pytest.raises(StoreError, match="is damaged"):
            job.apply(tmp_path / "home", plan.id, IN_PLACE)
