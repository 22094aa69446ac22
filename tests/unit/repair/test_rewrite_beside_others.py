"""The cases in which the usual tools lose something, side by side: what they lose, ours keeps."""

import hashlib
import json
import shutil
import subprocess
import urllib.request
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from pydicom import dcmread

from console.demo.damage_kit import element
from console.errors import UsageError
from console.repair import job, plan
from console.repair.job import Order
from console.repair.remedies.catalogue import propose
from console.repair.remedies.remedy import Request
from console.repair.spans import Node, flat, walk
from tests.network.test_net_dicom import free_port, running
from tests.support import missing, need_program, need_samples
from tests.unit.repair.jobs import NAME, head, meta, patient, picture, small, study, top
from tests.unit.repair.visits import kit

PIXELS = 0x7FE00010
WANG = "王^伟"
GBK = WANG.encode("gb18030")


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


def elements(data: bytes, nodes: "list[Node] | None" = None, way: str = "") -> Iterator[tuple[str, tuple[object, ...]]]:
    """Every element at every depth, by its way: VR, whether its length is defined, and its value; no group lengths."""
    for node in walk(data).nodes if nodes is None else nodes:
        if node.kind != "E":
            continue
        here = f"{way}/{node.tag:08X}"
        items = [kid for kid in node.kids if kid.kind == "I"]
        value = b"" if items else data[node.vo : node.ve]
        yield here, (node.vr, node.length == 0xFFFFFFFF, hashlib.sha256(value).hexdigest())
        for number, item in enumerate(items):
            yield f"{here}[{number}]", ("item", item.length == 0xFFFFFFFF, "")
            yield from elements(data, list(item.kids), f"{here}[{number}]")


def changed(old: bytes, new: bytes) -> set[str]:
    """What is not the same any more, or new."""
    before, after = dict(elements(old)), dict(elements(new))
    return {way for way in before.keys() | after.keys() if before.get(way) != after.get(way)}


def pydicom_saved(path: Path, name: str) -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ds = dcmread(path, force=True)
        ds.PatientName = name
        saved = path.with_name("pydicom.dcm")
        ds.save_as(saved)
    return saved.read_bytes()


def dcmodified(path: Path, *words: str) -> bytes:
    program = need_program("dcmodify")
    copy = path.with_name("dcmodify.dcm")
    shutil.copyfile(path, copy)
    subprocess.run([program, *words, str(copy)], check=False, capture_output=True)
    return copy.read_bytes()


def test_a_name_is_changed_and_nothing_else_is(tmp_path: Path) -> None:
    # GIVEN an object with private values, an odd length and items of undefined length
    data = small()
    path = written(tmp_path, data)
    # WHEN the name is changed by dcmodify and by us
    theirs = changed(data, dcmodified(path, "-nb", "-m", "PatientName=Li^Wei"))
    new = ours(tmp_path, path, "correct-attributes", {"PatientName": "Li^Wei"})
    # THEN they write sequences and the file meta group anew
    assert "/00081115" in theirs
    assert any(way.startswith("/0002") for way in theirs)
    # THEN ours changes the name and adds the record of it
    mine = changed(data, new)
    assert {way for way in mine if not way.startswith(("/04000561", "/0018A001"))} == {f"/{NAME:08X}"}


def test_group_lengths_and_items_stay_as_they_were_written(tmp_path: Path) -> None:
    # GIVEN an object with retired group lengths
    body = study("1.2.3.1")
    data = small().replace(body, element(0x00200000, "UL", len(body).to_bytes(4, "little")) + body)
    path = written(tmp_path, data)
    # WHEN pydicom saves it, and we do THEN they are gone there, and here they stand
    assert top(pydicom_saved(path, "Li^Wei"), 0x00200000) is None
    new = ours(tmp_path, path, "correct-attributes", {"PatientName": "Li^Wei"})
    assert top(new, 0x00200000) == len(body).to_bytes(4, "little")


def test_a_picture_whose_delimiter_is_lost_is_not_lost_with_it(tmp_path: Path) -> None:
    # GIVEN a compressed object without its last eight bytes (knowledge 0.1b)
    data = kit().compressed()
    path = written(tmp_path, data[:-8])
    # WHEN pydicom saves it with another name THEN it writes an object without a picture
    assert len(pydicom_saved(path, "Li^Wei")) < len(data) / 2
    # WHEN the delimiter is restored THEN every byte is there again
    assert ours(tmp_path, path, "restore-delimiter", {}) == data


def test_a_wrong_label_is_changed_and_the_bytes_stay(tmp_path: Path) -> None:
    # GIVEN GBK bytes under the label of Latin-1 (knowledge 0.1c)
    data = (meta() + head() + patient(GBK) + study() + picture()).replace(b"ISO_IR 192", b"ISO_IR 100")
    path = written(tmp_path, data)
    # WHEN pydicom is told the right set THEN it writes the mojibake in it
    ds = dcmread(path)
    assert str(ds.PatientName) != WANG
    ds.SpecificCharacterSet = "GB18030"
    ds.save_as(tmp_path / "pydicom.dcm")
    assert GBK not in (tmp_path / "pydicom.dcm").read_bytes()
    # WHEN it is relabelled THEN the bytes stay, and pydicom reads the name
    new = ours(tmp_path, path, "relabel-charset", {"SpecificCharacterSet": "GB18030"})
    assert top(new, NAME) == GBK + b" " * (len(GBK) % 2)
    assert str(dcmread(written(tmp_path, new)).PatientName) == WANG


def test_a_name_that_cannot_be_read_keeps_its_bytes(tmp_path: Path) -> None:
    # GIVEN GBK bytes under the label of UTF-8 (knowledge 0.1d)
    data = meta() + head() + patient(GBK) + study() + picture()
    path = written(tmp_path, data)
    # WHEN pydicom shows it before it saves it THEN the bytes are gone
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ds = dcmread(path)
        assert "\ufffd" in str(ds)
        ds.save_as(tmp_path / "pydicom.dcm")
    assert GBK not in (tmp_path / "pydicom.dcm").read_bytes()
    # WHEN another element is corrected THEN they are there, and after the name is corrected still in the record
    new = ours(tmp_path, path, "correct-attributes", {"PatientID": "P-2"})
    assert (top(new, NAME) or b"").rstrip() == GBK
    new = ours(tmp_path, path, "correct-attributes", {"PatientName": "Wang^Wei"})
    assert GBK in (top(new, 0x04000561) or b"")


def test_nested_texts_are_written_in_the_new_set_too(tmp_path: Path) -> None:
    # GIVEN GBK texts, one of them in an item (knowledge 0.1e)
    label = element(0x00080005, "CS", b"GB18030")
    item = element(NAME, "PN", GBK)
    sequence = element(0x00081110, "SQ", b"\xfe\xff\x00\xe0" + len(item).to_bytes(4, "little") + item)
    front = head().replace(element(0x00080005, "CS", b"ISO_IR 192"), label)
    data = meta() + front + sequence + patient(GBK) + study() + picture()
    path = written(tmp_path, data)
    # WHEN pydicom changes the set THEN the nested bytes stay what they were, under another label
    ds = dcmread(path)
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.save_as(tmp_path / "pydicom.dcm")
    theirs = (tmp_path / "pydicom.dcm").read_bytes()
    # WHEN we do THEN no such byte is left outside the record of what was
    new = ours(tmp_path, path, "transcode-charset", {"SpecificCharacterSet": "ISO_IR 192"})
    nested = [
        new[node.vo : node.ve].rstrip()
        for outer in walk(new).nodes
        if outer.tag != 0x04000561
        for node in flat([outer])
        if node.tag == NAME
    ]
    assert nested == [WANG.encode()] * 2
    assert GBK in theirs


def test_a_wrong_day_is_refused_where_dcmodify_writes_it(tmp_path: Path) -> None:
    # GIVEN a birth date as nobody may write it (knowledge 1.4)
    path = written(tmp_path, small())
    # WHEN dcmodify is asked THEN it writes it
    assert b"31/12/1950" in dcmodified(path, "-nb", "-i", "PatientBirthDate=31/12/1950")
    # WHEN we are asked THEN there is no plan
    with pytest.raises(UsageError, match="PatientBirthDate=31/12/1950"):
        propose("correct-attributes", Request((path,), {"PatientBirthDate": "31/12/1950"}))


def test_a_second_job_keeps_the_first_backup(tmp_path: Path) -> None:
    # GIVEN an object that dcmodify changes twice THEN its first backup is gone
    path = written(tmp_path, small())
    program = need_program("dcmodify")
    for name in ("One", "Two"):
        subprocess.run([program, "-m", f"PatientName={name}", str(path)], check=True, capture_output=True)
    assert top(path.with_name("object.dcm.bak").read_bytes(), NAME) == b"One "
    # WHEN we change one twice THEN the first backup still holds what stood there first
    path.write_bytes(small())
    (tmp_path / "home").mkdir()
    backups = []
    for name in ("One", "Two"):
        found = propose("correct-attributes", Request((path,), {"PatientName": name}))
        made = plan.make(tmp_path / "home", found, operator="Li", why="test")
        backups.append(job.apply(tmp_path / "home", made.id, Order(True, "T-1", "Li")).backup)
    assert (Path(backups[0]) / "object.dcm").read_bytes() == small()
    assert backups[0] != backups[1]


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
