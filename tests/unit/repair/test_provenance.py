"""Who changed what: the record inside the object holds the old elements as bytes (PS3.3 C.12.1.1.9, C.12.1.1.5)."""

import io
import os
import subprocess
import warnings
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from console.model.repair import Edit
from console.repair import job
from console.repair.job import Order
from console.repair.pieces import edited
from console.repair.provenance import Origin, records
from console.repair.spans import walk
from tests.support import need_program
from tests.unit.repair.making import (
    CHARSET,
    EQUIPMENT,
    NAME,
    ORIGINALS,
    PATIENT_ID,
    REFERENCES,
    dicom,
    edit,
    el,
    find,
    item,
    planned,
    real_samples,
    rename,
    sq,
    value,
    xa,
)

ORIGIN = Origin(datetime(2026, 11, 20, 9, 30, 0, 5, timezone(timedelta(hours=8))), "CORRECT", "Li", "wrong worklist")
INNER = 0x04000550


def recorded(data: bytes, *edits: Edit, origin: Origin = ORIGIN) -> bytes:
    """The new file with its record."""
    tree = walk(data)
    pieces = edited(data, tree, edits, records(data, tree, edits, origin))
    return b"".join(part if isinstance(part, bytes) else data[part[0] : part[1]] for part in pieces.parts)


def old_elements(data: bytes, number: int = 0) -> bytes:
    """What the inner item of an item of the record holds."""
    node = find(walk(data).nodes, INNER, ((ORIGINALS, number),))
    assert node is not None
    (inner,) = (kid for kid in node.kids if kid.kind == "I")
    return data[inner.vo : inner.ve]


def test_the_old_elements_stand_in_the_record_byte_by_byte() -> None:
    # GIVEN an object whose name has odd length and whose private value is no text
    name = b"\xcd\xf5^\xce\xb0\xb0"
    data = xa(name)
    edits = [
        Edit((), NAME, "PN", name, b"LI^WEI"),
        Edit((), 0x00091001, "UN", value(data, 0x00091001), b"\0\0"),
    ]
    # WHEN both are changed
    new = recorded(data, *edits)
    # THEN the record holds them with header and odd length, and the private creator without which one means nothing
    kept = el(0x00090010, "LO", b"ACME 1.0") + el(0x00091001, "UN", b"\xb3\xc2\x00\xff\x01") + el(NAME, "PN", name)
    assert old_elements(new) == kept


def test_the_record_says_when_with_what_and_why() -> None:
    # GIVEN an object WHEN its name is changed
    new = recorded(xa(), Edit((), NAME, "PN", b"WANG^WEI", b"LI^WEI"))
    # THEN the item says so
    place = ((ORIGINALS, 0),)
    assert value(new, 0x04000562, place) == b"20261120093000.000005+0800"
    assert (value(new, 0x04000563, place) or b"").startswith(b"Cathlab Console ")
    assert value(new, 0x04000564, place) == b""
    assert value(new, 0x04000565, place) == b"CORRECT "


def test_the_equipment_that_changed_it_is_told_with_its_purpose() -> None:
    # GIVEN an object WHEN its name is changed
    new = recorded(xa(), Edit((), NAME, "PN", b"WANG^WEI", b"LI^WEI"))
    # THEN Contributing Equipment names us as modifying equipment (109103, DCM)
    place = ((EQUIPMENT, 0),)
    assert value(new, 0x00080070, place) == b"Cathlab Console "
    code = (*place, (0x0040A170, 0))
    assert [value(new, tag, code) for tag in (0x00080100, 0x00080102)] == [b"109103", b"DCM "]


def test_no_operator_and_no_patient_stand_in_the_equipment() -> None:
    # GIVEN an object WHEN it is changed THEN the operator's name is in the journal and not in the object
    new = recorded(xa(), Edit((), NAME, "PN", b"WANG^WEI", b"LI^WEI"))
    equipment = find(walk(new).nodes, EQUIPMENT)
    assert equipment is not None
    assert b"Li" not in new[equipment.vo : equipment.ve]
    assert b"WANG" not in new[equipment.vo : equipment.ve]


@pytest.mark.parametrize("undefined", [False, True])
def test_a_second_change_keeps_the_first_item(undefined: bool) -> None:
    # GIVEN an object that somebody else changed before
    first = item(sq(INNER, item(el(NAME, "PN", b"FIRST"), undefined=True)), el(0x04000565, "CS", b"COERCE"))
    data = xa(extra=[sq(ORIGINALS, first, undefined=undefined)])
    # WHEN it is changed twice
    once = recorded(data, Edit((), NAME, "PN", b"WANG^WEI", b"LI^WEI"))
    twice = recorded(once, Edit((), NAME, "PN", b"LI^WEI", b"ZHAO"))
    # THEN there are three items, the first of them byte by byte as it was
    record = find(walk(twice).nodes, ORIGINALS)
    assert record is not None
    items = [twice[kid.off : kid.end] for kid in record.kids if kid.kind == "I"]
    assert len(items) == 3
    assert items[0] == first
    assert old_elements(twice, 1) == el(NAME, "PN", b"WANG^WEI")
    assert old_elements(twice, 2) == el(NAME, "PN", b"LI^WEI")


def test_a_nested_change_is_recorded_with_its_whole_sequence() -> None:
    # GIVEN an object WHEN a value inside a sequence is changed
    data = xa()
    before = find(walk(data).nodes, REFERENCES)
    assert before is not None
    new = recorded(data, Edit(((REFERENCES, 0),), 0x00081155, "UI", b"1.2.3.9\0", b"1.2.3.10"))
    # THEN the record holds the whole sequence as it was, its undefined lengths too
    assert old_elements(new) == data[before.off : before.end]


def test_after_a_relabel_the_old_bytes_keep_their_old_label() -> None:
    # GIVEN GBK texts under a wrong label WHEN label and name change
    data = xa("王^伟".encode("gbk"), charset=b"ISO_IR 100")
    old = value(data, NAME) or b""
    new = recorded(
        data, Edit((), CHARSET, "CS", b"ISO_IR 100", b"ISO_IR 192"),
        Edit((), NAME, "PN", old, "王^伟 ".encode()),
    )  # fmt: skip
    # THEN the old label stands beside the old bytes
    assert old_elements(new) == el(CHARSET, "CS", b"ISO_IR 100") + el(NAME, "PN", old)


@pytest.mark.parametrize("also_the_name", [False, True])
def test_a_label_that_was_missing_is_recorded_as_empty(also_the_name: bool) -> None:
    # GIVEN GBK texts without a label WHEN one is put in, alone or with a name
    data = xa("王^伟".encode("gbk"), charset=b"")
    edits = [Edit((), CHARSET, "CS", None, b"GB18030 ")]
    if also_the_name:
        edits.append(Edit((), NAME, "PN", value(data, NAME), b"LI^WEI"))
    # THEN the record says that there was none: the old bytes meant something else then
    assert old_elements(recorded(data, *edits)).startswith(el(CHARSET, "CS", b""))


def test_a_changed_patient_id_is_recorded_with_its_issuer() -> None:
    # GIVEN an object with and without Issuer of Patient ID WHEN the ID is changed THEN the issuer is told as well
    change = Edit((), PATIENT_ID, "LO", b"P0017 ", b"P0018 ")
    bare = recorded(xa(), change)
    assert old_elements(bare) == el(PATIENT_ID, "LO", b"P0017 ") + el(0x00100021, "LO", b"")
    data = dicom(el(0x00080060, "CS", b"XA"), el(PATIENT_ID, "LO", b"P0017 "), el(0x00100021, "LO", b"HIS "))
    assert old_elements(recorded(data, change)).endswith(el(0x00100021, "LO", b"HIS "))


def test_the_envelope_is_not_recorded() -> None:
    # GIVEN an object WHEN only its file meta information changes THEN the object has no record of it
    data = xa()
    assert records(data, walk(data), [Edit((), 0x00020003, "UI", b"1.2.3.4\0", b"1.2.3.40")], ORIGIN) == {}


@pytest.mark.parametrize(("implicit", "little"), [(True, True), (False, False)], ids=["implicit", "big endian"])
def test_the_record_is_written_as_the_file_is(implicit: bool, little: bool) -> None:
    # GIVEN a file in another encoding WHEN its name is changed
    syntax = "1.2.840.10008.1.2" if implicit else "1.2.840.10008.1.2.2"
    old = el(NAME, "PN", b"A^B ", implicit=implicit, little=little)
    data = dicom(el(0x00080060, "CS", b"XA", implicit=implicit, little=little), old, syntax=syntax)
    new = recorded(data, Edit((), NAME, "PN", b"A^B ", b"C^D "))
    # THEN it is walked to its end, with the old element inside
    assert walk(new).trouble == ""
    assert old_elements(new) == old


def test_pydicom_reads_the_record() -> None:
    # GIVEN a changed object WHEN pydicom reads it
    import pydicom

    new = recorded(xa(), Edit((), NAME, "PN", b"WANG^WEI", b"LI^WEI"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ds = pydicom.dcmread(io.BytesIO(new))
        # THEN it finds old and new name
        assert ds.PatientName == "LI^WEI"
        assert ds.OriginalAttributesSequence[0].ModifiedAttributesSequence[0].PatientName == "WANG^WEI"
        assert ds.OriginalAttributesSequence[0].ReasonForTheAttributeModification == "CORRECT"


def test_a_job_without_a_record_changes_the_element_alone(tmp_path: Path) -> None:
    # GIVEN a plan that says that nothing is to be recorded WHEN it is applied
    path = tmp_path / "data" / "one.dcm"
    path.parent.mkdir()
    path.write_bytes(xa())
    plan = planned(tmp_path / "home", rename(path), record=False)
    job.apply(tmp_path / "home", plan.id, Order(True, "T-1", "Li"))
    # THEN there is no record in the object
    tags = [node.tag for node in walk(path.read_bytes()).nodes]
    assert ORIGINALS not in tags
    assert EQUIPMENT not in tags


def errors_of(program: str, path: Path) -> set[str]:
    """What dciodvfy calls errors, but for those inside Original Attributes: old values are as wrong as they were."""
    found = subprocess.run([program, "-new", str(path)], capture_output=True, check=False, timeout=60)
    lines = (found.stdout + found.stderr).decode("latin-1").splitlines()
    inside = ("OriginalAttributesSequence", "(0x0400,0x0561)")
    return {line for line in lines if line.startswith("Error") and not any(word in line for word in inside)}


def test_dciodvfy_finds_no_new_errors_in_the_samples(tmp_path: Path) -> None:
    # GIVEN the samples up to 300 KB that have a name
    program = need_program("dciodvfy")
    home, folder = tmp_path / "home", tmp_path / "data"
    folder.mkdir()
    plans = []
    for number, sample in enumerate(real_samples(300_000)):
        data = sample.read_bytes()
        tree = walk(data)
        if tree.trouble or find(tree.nodes, NAME) is None or find(tree.nodes, 0x00041220) is not None:
            continue
        path = folder / f"{number}.dcm"
        path.write_bytes(data)
        plans.append(rename(path, b"LI^XIAO "))
    # WHEN their names are changed, into copies
    plan = planned(home, *plans)
    report = job.apply(home, plan.id, Order())
    assert report.problem == ""
    assert report.done == len(plan.files) > 15
    # THEN dciodvfy has nothing to say that it did not say before
    for outcome in report.files:
        new = errors_of(program, Path(outcome.result)) - errors_of(program, Path(outcome.path))
        assert new == set(), os.path.basename(outcome.path)


def test_a_moment_is_written_with_its_offset_from_utc() -> None:
    # GIVEN a moment in UTC WHEN it is recorded THEN the offset is told
    origin = Origin(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "COERCE")
    new = recorded(xa(), Edit((), NAME, "PN", b"WANG^WEI", b"LI^WEI"), origin=origin)
    assert value(new, 0x04000562, ((ORIGINALS, 0),)) == b"20260102030405.000000+0000"
    assert value(new, 0x04000565, ((ORIGINALS, 0),)) == b"COERCE"


def test_the_plan_of_a_change_names_what_is_recorded(tmp_path: Path) -> None:
    # GIVEN a plan WHEN it is made THEN the size it foresees is that of the file with its record
    path = tmp_path / "one.dcm"
    path.write_bytes(xa())
    plan = planned(tmp_path / "home", edit(path, PATIENT_ID, b"P0018 "))
    report = job.apply(tmp_path / "home", plan.id, Order())
    assert Path(report.files[0].result).stat().st_size == plan.files[0].new_size > len(xa())
