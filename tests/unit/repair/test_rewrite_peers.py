"""What was rewritten is read, stored and given back by the programs of others as before."""

import json
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from console.errors import UsageError
from console.repair import job, plan
from console.repair.job import Order
from console.repair.remedies.catalogue import propose
from console.repair.remedies.remedy import Request
from tests.network.test_net_dicom import free_port, running
from tests.support import missing, need_program, need_samples
from tests.unit.repair.jobs import small
from tests.unit.repair.visits import kit


def ours(folder: Path, path: Path, remedy: str, answers: Mapping[str, str]) -> bytes:
    """The result of a remedy, made as a copy."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    made = plan.make(home, propose(remedy, Request((path,), dict(answers))), operator="Li", why="test")
    assert [str(each.why) for each in made.refused] == []
    report = job.apply(home, made.id, Order(operator="Li"))
    assert report.problem == ""
    return Path(report.files[0].result).read_bytes()


def written(folder: Path, data: bytes) -> Path:
    path = folder / "object.dcm"
    path.write_bytes(data)
    return path


def dcmodified(path: Path, *words: str) -> bytes:
    program = need_program("dcmodify")
    copy = path.with_name("dcmodify.dcm")
    shutil.copyfile(path, copy)
    subprocess.run([program, *words, str(copy)], check=False, capture_output=True)
    return copy.read_bytes()


def test_a_wrong_day_is_refused_where_dcmodify_writes_it(tmp_path: Path) -> None:
    # GIVEN a birth date as nobody may write it (knowledge 1.4)
    path = written(tmp_path, small())
    # WHEN dcmodify is asked THEN it writes it
    assert b"31/12/1950" in dcmodified(path, "-nb", "-i", "PatientBirthDate=31/12/1950")
    # WHEN we are asked THEN there is no plan
    with pytest.raises(UsageError, match="PatientBirthDate=31/12/1950"):
        propose("correct-attributes", Request((path,), {"PatientBirthDate": "31/12/1950"}))


@pytest.fixture(scope="module")
def orthanc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an Orthanc that takes objects over HTTP."""
    program = shutil.which("Orthanc") or shutil.which("Orthanc", path="/usr/sbin")
    if program is None:
        missing("the program Orthanc is not installed")
    folder = tmp_path_factory.mktemp("orthanc")
    dicom, http = free_port(), free_port()
    settings = {
        "Name": "test", "DicomPort": dicom, "HttpPort": http, "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False, "Plugins": [], "StorageDirectory": str(folder / "db"),
        "IndexDirectory": str(folder / "db"),
    }  # fmt: skip
    (folder / "orthanc.json").write_text(json.dumps(settings))
    with running(folder, dicom, program, str(folder / "orthanc.json")):
        yield f"http://127.0.0.1:{http}"


def stored(address: str, data: bytes) -> dict[str, object]:
    request = urllib.request.Request(f"{address}/instances", data, {"Content-Type": "application/dicom"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        found: dict[str, object] = json.loads(answer.read())
    return found


def test_orthanc_stores_what_was_corrected_and_gives_it_back(tmp_path: Path, orthanc: str) -> None:
    # GIVEN corrected objects of several encodings
    objects = (kit(1).native(), kit(2).implicit(), kit(3).compressed(), small())
    for number, data in enumerate(objects):
        folder = tmp_path / str(number)
        folder.mkdir()
        new = ours(folder, written(folder, data), "correct-attributes", {"PatientName": "Li^Wei", "PatientID": "P-9"})
        # WHEN they are sent to Orthanc THEN it stores them, and what it gives back has the new name
        answer = stored(orthanc, new)
        assert answer["Status"] == "Success"
        with urllib.request.urlopen(f"{orthanc}/instances/{answer['ID']}/file", timeout=20) as back:
            assert back.read() == new
        with urllib.request.urlopen(f"{orthanc}/instances/{answer['ID']}/content/0010-0010", timeout=20) as name:
            assert name.read().strip() == b"Li^Wei"


def test_dcmdump_reads_the_samples_after_the_rewrite_as_before(tmp_path: Path) -> None:
    # GIVEN every sample that a name can be corrected in WHEN that is done
    program = need_program("dcmdump")
    paths = [path for path in sorted(need_samples().rglob("*.dcm")) if path.stat().st_size < 60_000]
    (tmp_path / "home").mkdir()
    answers = {"PatientName": "Li^Wei", "SeveralPatients": "yes"}
    made = plan.make(tmp_path / "home", propose("correct-attributes", Request(tuple(paths), answers)),
                     operator="Li", why="test")  # fmt: skip
    report = job.apply(tmp_path / "home", made.id, Order())
    assert report.done == len(made.files) > 20
    # THEN what dcmdump could read it can read still
    for outcome in report.files:
        before, after = (
            subprocess.run([program, "-q", name], capture_output=True, check=False).returncode
            for name in (outcome.path, outcome.result)
        )
        assert after == 0 or before != 0, outcome.path
