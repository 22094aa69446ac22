"""A DICOMDIR names its records by their offsets: when bytes move, these follow."""

from pathlib import Path
from struct import pack

import pytest

from console.demo.damage_kit import directory, element, places
from console.errors import UsageError
from console.model.repair import Edit, RepairPlan
from console.model.sentence import Sentence
from console.repair import job, plan
from console.repair.offsets import lost
from console.repair.pieces import EditError, edited
from console.repair.remedies.remedy import FilePlan, Patch, Proposal
from console.repair.spans import walk
from tests.unit.repair.jobs import IN_PLACE, NAME, top
from tests.unit.repair.visits import kit

RECORDS, SET_ID = 0x00041220, 0x00041130
ORIGINALS = 0x04000561


@pytest.fixture(scope="module")
def two_images() -> bytes:
    """A DICOMDIR of two images."""
    return directory([("IMAGES/IM1", kit().native()), ("IMAGES/IM2", kit().native(2))])


def kinds_reached(data: bytes) -> list[str]:
    """The kinds of the records in the order in which their offsets lead from one to the other."""
    tree = walk(data)
    items = {}
    for node in tree.nodes:
        if node.tag == RECORDS:
            items = {item.off: {kid.tag: data[kid.vo : kid.ve] for kid in item.kids} for item in node.kids}
    found = []

    def follow(offset: int) -> None:
        while offset:
            record = items[offset]
            found.append(record[0x00041430].decode().strip())
            follow(int.from_bytes(record[0x00041420], "little"))
            offset = int.from_bytes(record[0x00041400], "little")

    follow(int.from_bytes(top(data, 0x00041200) or b"", "little"))
    return found


def planned(home: Path, file: FilePlan) -> RepairPlan:
    home.mkdir(exist_ok=True)
    return plan.make(home, Proposal("correct-attributes", (file,)), operator="Li", why="test")


def test_records_are_found_after_a_longer_set_id_and_a_longer_name(tmp_path: Path, two_images: bytes) -> None:
    # GIVEN a DICOMDIR WHEN an element in front of its records, and one inside the first, become longer
    path = tmp_path / "DICOMDIR"
    path.write_bytes(two_images)
    tree = walk(two_images)
    records = next(node for node in tree.nodes if node.tag == RECORDS)
    name = next(kid for kid in records.kids[0].kids if kid.tag == NAME)
    edits = (
        Edit((), SET_ID, "CS", top(two_images, SET_ID), b"A_LONGER_SET_ID "),
        Edit(((RECORDS, 0),), NAME, "PN", two_images[name.vo : name.ve], b"Somebody^With^A^Long^Name "),
    )
    made = planned(tmp_path / "home", FilePlan(path, edits))
    assert [str(each.why) for each in made.refused] == []
    report = job.apply(tmp_path / "home", made.id, IN_PLACE)
    # THEN every record is reached as before, and no history is written into a directory
    assert report.problem == ""
    new = path.read_bytes()
    assert kinds_reached(new) == kinds_reached(two_images) == ["PATIENT", "STUDY", "SERIES", "IMAGE", "IMAGE"]
    assert not lost(new, walk(new))
    assert top(new, ORIGINALS) is None
    # THEN undo gives back the same bytes
    job.undo(tmp_path / "home", made.id)
    assert path.read_bytes() == two_images


def test_a_front_that_comes_back_leaves_the_offsets_as_they_are(tmp_path: Path, two_images: bytes) -> None:
    # GIVEN a DICOMDIR that lost its preamble, so that its offsets lead past their records
    path = tmp_path / "DICOMDIR"
    path.write_bytes(two_images[132:])
    assert lost(two_images[132:], walk(two_images[132:]))
    # WHEN it is put in front again
    patch = Patch(0, 0, two_images[:132], Sentence("preamble"))
    made = planned(tmp_path / "home", FilePlan(path, patches=(patch,)))
    job.apply(tmp_path / "home", made.id, IN_PLACE)
    # THEN it is what it was
    assert path.read_bytes() == two_images


def test_a_directory_whose_offsets_lead_nowhere_is_not_changed(tmp_path: Path, two_images: bytes) -> None:
    # GIVEN a DICOMDIR with an offset that leads into the middle of a record
    place = places(two_images)[0x00041200]
    wrong = pack("<I", 777)
    path = tmp_path / "DICOMDIR"
    path.write_bytes(two_images[: place.value] + wrong + two_images[place.end :])
    # WHEN a longer value is planned THEN it is refused, and names the remedy
    edit = Edit((), SET_ID, "CS", top(two_images, SET_ID), b"LONGER_ID ")
    made = planned(tmp_path / "home", FilePlan(path, (edit,)))
    assert [str(each.why) for each in made.refused] == [
        "Its offsets lead to no records: it is made anew with rebuild-dicomdir."
    ]
    with pytest.raises(UsageError):
        job.apply(tmp_path / "home", made.id, IN_PLACE)


def test_without_following_them_the_offsets_would_be_lost(two_images: bytes) -> None:
    # GIVEN the pieces of a longer value WHEN nobody follows the offsets THEN they lead nowhere: the check can fail
    edit = Edit((), SET_ID, "CS", top(two_images, SET_ID), b"LONGER_ID ")
    pieces = edited(two_images, walk(two_images), (edit,))
    new = b"".join(part if isinstance(part, bytes) else two_images[part[0] : part[1]] for part in pieces.parts)
    assert lost(new, walk(new))
    assert issubclass(EditError, UsageError)
    assert element(SET_ID, "CS", b"LONGER_ID") in new
