"""The same small change by pydicom's save_as, by dcmodify and by ours: what they lose, and that ours keeps it.

Each test shows the loss of the other first: where a later version keeps it too, the test says so by failing there, and
that line may go.
"""

import hashlib
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from struct import pack, unpack

import pydicom
import pytest

from console.repair import job
from console.repair import plan as planning
from console.repair.remedies.catalogue import propose
from console.repair.remedies.remedy import Request
from console.repair.spans import UNDEFINED, Tree, flat, walk
from tests.support import need_program
from tests.unit.repair.making import (
    CHARSET,
    COMMENTS,
    EQUIPMENT,
    JPEG,
    NAME,
    ORIGINALS,
    PATIENT_ID,
    PIXELS,
    REFERENCES,
    XA,
    dicom,
    el,
    encapsulated,
    find,
    item,
    planned,
    rename,
    sq,
    value,
    xa,
)
from tests.unit.repair.test_apply import IN_PLACE

CHECKOUT = Path(__file__).parents[3]
NEW = b"LI^WEI"


def by_pydicom(path: Path, change: Callable[[pydicom.Dataset], object]) -> bytes:
    """Read, change, save over itself, as in every tutorial."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ds = pydicom.dcmread(path)
        change(ds)
        ds.save_as(path)
    return path.read_bytes()


def named(ds: pydicom.Dataset) -> None:
    ds.PatientName = NEW.decode()


def by_dcmodify(path: Path, *words: str) -> bytes:
    """The same by DCMTK, without its backup."""
    program = need_program("dcmodify")
    subprocess.run([program, "-nb", *words, str(path)], check=True, capture_output=True, timeout=60)
    return path.read_bytes()


def by_ours(path: Path, home: Path, new: bytes = NEW) -> bytes:
    """The same by a job in place."""
    report = job.apply(home, planned(home, rename(path, new)).id, IN_PLACE)
    assert report.problem == ""
    assert report.done == 1
    return path.read_bytes()


@pytest.fixture
def trio(tmp_path: Path) -> Callable[[bytes], list[Path]]:
    """Three files with the same bytes."""

    def make(data: bytes) -> list[Path]:
        paths = [tmp_path / name for name in ("pydicom.dcm", "dcmodify.dcm", "ours.dcm")]
        for path in paths:
            path.write_bytes(data)
        return paths

    return make


Trio = Callable[[bytes], list[Path]]


def loose(tree: Tree) -> int:
    """Sequences and items of undefined length outside the record of the change."""
    record = {ORIGINALS, EQUIPMENT}
    return sum(
        node.length == UNDEFINED
        for top in tree.nodes
        if top.tag not in record and top.tag != PIXELS
        for node in flat([top])
    )


def test_undefined_lengths_stay_undefined(tmp_path: Path, trio: Trio) -> None:
    # GIVEN an object with a sequence and an item of undefined length
    _one, two, three = trio(xa())
    before = loose(walk(xa()))
    assert before == 2
    # WHEN the name is changed THEN dcmodify writes them all with lengths, and ours leaves them
    assert loose(walk(by_dcmodify(two, "-m", f"PatientName={NEW.decode()}"))) == 0
    assert loose(walk(by_ours(three, tmp_path / "home"))) == before


def test_group_lengths_stay_and_are_right(tmp_path: Path, trio: Trio) -> None:
    # GIVEN an object with group lengths, as old modalities write them
    one, _two, three = trio(xa())
    # WHEN the name is changed THEN pydicom drops them, and ours writes the right ones
    lost = walk(by_pydicom(one, named))
    assert [node.tag for node in lost.nodes if not node.tag & 0xFFFF] == [0x00020000]
    new = by_ours(three, tmp_path / "home")
    for group in (0x00080000, 0x00100000):
        nodes = [node for node in walk(new).nodes if node.tag >> 16 == group >> 16]
        assert unpack("<I", value(new, group) or b"") == (nodes[-1].end - nodes[0].end,)


def test_who_wrote_the_file_stays_in_its_meta_information(tmp_path: Path, trio: Trio) -> None:
    # GIVEN an object that says which software wrote it
    source = el(0x00020012, "UI", b"1.2.3\0") + el(0x00020013, "SH", b"MAKER_1 ") + el(0x00020016, "AE", b"CATHLAB1")
    data = xa().replace(el(0x00020012, "UI", b"1.2.3\0"), source)
    data = data.replace(
        el(0x00020000, "UL", value(xa(), 0x00020000) or b""),
        el(0x00020000, "UL", pack("<I", unpack("<I", value(xa(), 0x00020000) or b"")[0] + 32)),
    )
    _one, two, three = trio(data)
    # WHEN the name is changed THEN dcmodify puts itself there, and ours leaves what stands there
    lost = by_dcmodify(two, "-m", f"PatientName={NEW.decode()}")
    assert value(lost, 0x00020013) != b"MAKER_1 "
    assert value(lost, 0x00020016) is None
    new = by_ours(three, tmp_path / "home")
    assert new[: walk(data).start] == data[: walk(data).start]


def test_odd_private_values_and_padding_behind_the_pixels_stay(tmp_path: Path, trio: Trio) -> None:
    # GIVEN an object with private elements of odd length and with padding behind its pixels
    data = xa() + el(0xFFFCFFFC, "OB", bytes(34))
    _one, two, three = trio(data)
    # WHEN the name is changed
    lost, new = by_dcmodify(two, "-m", f"PatientName={NEW.decode()}"), by_ours(three, tmp_path / "home")
    # THEN dcmodify takes the padding out and makes the odd values even, and ours keeps all of it byte by byte
    assert value(lost, 0xFFFCFFFC) is None
    assert value(lost, 0x00091002) != b"odd"
    start, end = data.index(el(0x00090010, "LO", b"ACME 1.0")), data.index(el(0x00091002, "LO", b"odd")) + 11
    assert data[start:end] in new
    assert new.endswith(data[data.index(bytes(range(64))) :])


@pytest.mark.parametrize("first", ["delimiter missing", "pixels cut"])
def test_compressed_pixels_without_their_end_stay(tmp_path: Path, trio: Trio, first: str) -> None:
    # GIVEN a compressed object whose last bytes were lost
    pixels = encapsulated(b"\xff\xd8\xff\xe0" + bytes(1000), end=b"")
    if first == "pixels cut":
        pixels = pixels[:-300]
    data = dicom(el(0x00080016, "UI", XA.encode()), el(NAME, "PN", b"WANG^WEI"), pixels, syntax=JPEG)
    one, _two, three = trio(data)
    # WHEN the name is changed THEN pydicom warns and writes a file without pixels, and ours keeps what there is
    assert bytes(500) not in by_pydicom(one, named)
    new = by_ours(three, tmp_path / "home")
    assert new.endswith(pixels)
    assert value(new, NAME) == NEW


def test_a_wrong_label_is_corrected_without_a_byte_of_the_text(tmp_path: Path, trio: Trio) -> None:
    # GIVEN a name in GBK that is labelled Latin-1
    name = "王^伟".encode("gbk")
    data = xa(name, charset=b"ISO_IR 100")
    one, _two, three = trio(data)

    def relabelled(ds: pydicom.Dataset) -> None:
        ds.decode()
        ds.SpecificCharacterSet = "GB18030"

    # WHEN the label is corrected THEN pydicom writes the mojibake in the new encoding
    assert value(by_pydicom(one, relabelled), NAME) != value(data, NAME)
    # THEN ours changes the label alone, at the top and inside, and the name reads as it should
    home = tmp_path / "home"
    home.mkdir()
    proposal = propose("relabel-charset", Request((three,), {"SpecificCharacterSet": "GB18030"}))
    made = planning.make(home, proposal, operator="Li", why="label")
    assert job.apply(home, made.id, IN_PLACE).done == 1
    new = three.read_bytes()
    assert (value(new, CHARSET) or b"").strip() == b"GB18030"
    assert value(new, NAME) == name == value(new, NAME, ((0x00081110, 0),))
    assert str(pydicom.dcmread(three).PatientName) == "王^伟"


def test_a_name_that_cannot_be_decoded_survives_being_looked_at(tmp_path: Path, trio: Trio) -> None:
    # GIVEN a name in GBK that is labelled UTF-8, which no program can read
    name = "王^伟".encode("gbk")
    data = xa(name, charset=b"ISO_IR 192")
    one, _two, three = trio(data)

    def shown(ds: pydicom.Dataset) -> None:
        str(ds)
        ds.PatientID = "P0018"

    # WHEN it is shown and another element is changed THEN pydicom writes replacement characters over the name
    assert "\ufffd".encode() in (value(by_pydicom(one, shown), NAME) or b"")
    # THEN ours keeps the bytes, though its preview showed them
    home = tmp_path / "home"
    home.mkdir()
    answers = {"PatientID": "P0018"}
    made = planning.make(home, propose("correct-attributes", Request((three,), answers)), operator="Li", why="ID")
    assert made.files
    assert job.apply(home, made.id, IN_PLACE).done == 1
    assert value(three.read_bytes(), NAME) == name
    assert value(three.read_bytes(), PATIENT_ID) == b"P0018 "


def test_texts_in_sequences_are_transcoded_with_their_label(tmp_path: Path, trio: Trio) -> None:
    # GIVEN a name in GB18030, at the top and inside a sequence
    name = "王^伟".encode("gb18030")
    data = xa(name)
    one, _two, three = trio(data)

    def as_utf8(ds: pydicom.Dataset) -> None:
        ds.SpecificCharacterSet = "ISO_IR 192"
        ds.PatientName = "王^伟"

    # WHEN the object is brought to UTF-8 THEN pydicom leaves the bytes inside under the new label
    assert value(by_pydicom(one, as_utf8), NAME, ((0x00081110, 0),)) == name
    # THEN ours transcodes both
    home = tmp_path / "home"
    home.mkdir()
    proposal = propose("transcode-charset", Request((three,), {"SpecificCharacterSet": "ISO_IR 192"}))
    made = planning.make(home, proposal, operator="Li", why="label")
    assert job.apply(home, made.id, IN_PLACE).done == 1
    new = three.read_bytes()
    assert [(value(new, NAME, place) or b"").strip() for place in ((), ((0x00081110, 0),))] == ["王^伟".encode()] * 2


def test_a_nested_patient_id_is_corrected_with_the_one_outside(tmp_path: Path, trio: Trio) -> None:
    # GIVEN an object whose Patient ID stands in a sequence too
    inner = item(el(PATIENT_ID, "LO", b"P0017 "))
    data = xa(extra=[sq(0x00380004, inner)])
    _one, two, three = trio(data)
    place = ((0x00380004, 0),)
    # WHEN it is corrected THEN dcmodify leaves the inner one, and ours asks for both
    assert value(by_dcmodify(two, "-m", "PatientID=P0018"), PATIENT_ID, place) == b"P0017 "
    home = tmp_path / "home"
    home.mkdir()
    answers = {"PatientID": "P0018"}
    made = planning.make(home, propose("correct-attributes", Request((three,), answers)), operator="Li", why="ID")
    assert job.apply(home, made.id, IN_PLACE).done == 1
    assert value(three.read_bytes(), PATIENT_ID, place) == b"P0018 "


def test_every_originals_backup_is_kept(tmp_path: Path, trio: Trio) -> None:
    # GIVEN an object that is changed twice
    _one, two, three = trio(xa())
    program = need_program("dcmodify")
    for name in ("FIRST", "SECOND"):
        subprocess.run([program, "-m", f"PatientName={name}", str(two)], check=True, capture_output=True, timeout=60)
        by_ours(three, tmp_path / "home", name.encode() + b" " * (len(name) % 2))
    # WHEN the original is looked for THEN dcmodify's only backup is that of the second time, and ours are both
    assert value(two.with_name(two.name + ".bak").read_bytes(), NAME) != b"WANG^WEI"
    kept = [path.read_bytes() for path in sorted((tmp_path / "home").rglob("orig/*"))]
    assert xa() in kept
    assert len(kept) == 2


def test_untouched_elements_are_the_same_bytes_whoever_reads_them(tmp_path: Path, trio: Trio) -> None:
    # GIVEN an object with everything that others tidy up
    data = xa(extra=[sq(0x00400555, item(el(COMMENTS, "LT", b"odd"), undefined=True), undefined=True)])
    one, two, three = trio(data)
    results = {
        "pydicom": by_pydicom(one, named),
        "dcmodify": by_dcmodify(two, "-m", f"PatientName={NEW.decode()}"),
        "ours": by_ours(three, tmp_path / "home"),
    }
    # WHEN the top-level elements are compared with the old ones, header and all
    changed = {name: differing(data, new) for name, new in results.items()}
    # THEN ours changed the name and the length of its group, and nothing else; the others did more than that
    assert changed["ours"] == {NAME, 0x00100000}
    assert changed["pydicom"] - {NAME} >= {0x00080000, 0x00100000}
    assert changed["dcmodify"] - {NAME} >= {REFERENCES, 0x00400555, 0x00091002}


def differing(old: bytes, new: bytes) -> set[int]:
    """Top-level elements of the old file that are not there byte by byte any more."""
    found = {node.tag: new[node.off : node.end] for node in walk(new).nodes}
    return {
        node.tag
        for node in walk(old).nodes
        if found.get(node.tag) != old[node.off : node.end] and find(walk(old).nodes, node.tag) is not None
    }


LIMITED = """
import resource, sys, warnings
warnings.simplefilter("ignore")
from pathlib import Path
path, how, home, name = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), sys.argv[4]
import pydicom
from console.repair import job
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
try:
    if how == "pydicom":
        ds = pydicom.dcmread(path)
        ds.PatientName = "LI^WEI"
        ds.save_as(path)
    else:
        report = job.apply(home, name, job.Order(True, "T-1", "Li"))
        sys.exit(3 if report.problem else 0)
except OSError:
    sys.exit(3)
except Exception as error:
    print(error)
    sys.exit(3)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of files")
def test_a_disk_that_is_full_in_the_middle_leaves_the_old_file(tmp_path: Path, trio: Trio) -> None:
    # GIVEN an object of 300 KB where files may have 200 KB
    data = xa(pixels=el(PIXELS, "OW", bytes(range(256)) * 1200))
    one, _two, three = trio(data)
    home = tmp_path / "home"
    name = planned(home, rename(three)).id
    # WHEN its name is changed
    for path, how in ((one, "pydicom"), (three, "ours")):
        line = [sys.executable, "-c", LIMITED, str(path), how, str(home), name]
        done = subprocess.run(line, cwd=CHECKOUT, capture_output=True, check=False, timeout=60)
        assert done.returncode == 3, done.stderr.decode()
    # THEN pydicom leaves a part of it, and ours the old file
    assert len(one.read_bytes()) < len(data)
    assert hashlib.sha256(three.read_bytes()).digest() == hashlib.sha256(data).digest()
    assert value(three.read_bytes(), NAME) == b"WANG^WEI"
