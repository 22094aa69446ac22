"""Edits as pieces of the old file: what is touched is as planned, the rest is the old file, the inverse is exact."""

import random
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from struct import pack, unpack

import pytest

from console.model.repair import Edit, Place
from console.repair.offsets import OFFSETS, follow
from console.repair.pieces import EditError, Pieces, edited, from_json, inverse, to_json
from console.repair.pieces import item as whole_item
from console.repair.provenance import records
from console.repair.spans import UNDEFINED, Node, Tree, walk
from console.repair.verifying import check_tree
from tests.unit.repair.making import (
    BIG,
    CHARSET,
    COMMENTS,
    EQUIPMENT,
    IMPLICIT,
    NAME,
    ORIGINALS,
    PATIENT_ID,
    PIXELS,
    PRIVATE,
    REFERENCES,
    SEQUENCE_END,
    XA,
    dicom,
    el,
    encapsulated,
    find,
    item,
    real_samples,
    sq,
    value,
    xa,
)
from tests.unit.repair.test_provenance import ORIGIN

PIXELS_64 = el(PIXELS, "OW", bytes(64))
DEEP: Place = ((0x00081110, 0),)
"""The item of defined length in `xa`."""
LOOSE: Place = ((REFERENCES, 0),)
"""The item of undefined length in `xa`."""


def joined(pieces: Pieces, old: bytes) -> bytes:
    """The new file."""
    return b"".join(part if isinstance(part, bytes) else old[part[0] : part[1]] for part in pieces.parts)


def changed(
    data: bytes, *edits: Edit, appended: Mapping[int, bytes] | None = None,
    patches: Sequence[tuple[int, int, bytes]] = (),
) -> bytes:  # fmt: skip
    """The new file; its pieces were taken back on the way, and its tree held against the plan."""
    tree = walk(data)
    pieces = follow(data, tree, edited(data, tree, edits, appended, patches))
    new = joined(pieces, data)
    assert pieces.size == len(new)
    back = inverse(pieces, lambda start, end: data[start:end], len(data))
    assert joined(from_json(to_json(back)), new) == data
    check_tree(data, tree, new, edits, appended or {}, patched=bool(patches))
    return new


def test_a_longer_name_moves_what_follows_and_changes_nothing_else() -> None:
    # GIVEN an object with group lengths and odd private elements WHEN its name becomes longer
    data, new_name = xa(), b"ZHANG^XIAOMING^^DR"
    new = changed(data, Edit((), NAME, "PN", b"WANG^WEI", new_name))
    # THEN the file is the old one but for the length, the value and the length of its group
    at = data.rindex(el(NAME, "PN", b"WANG^WEI"))
    (group,) = unpack("<I", data[at - 4 : at])
    expected = data[: at - 4] + pack("<I", group + 10) + el(NAME, "PN", new_name) + data[at + 16 :]
    assert new == expected


@pytest.mark.parametrize("place", [DEEP, LOOSE, ((REFERENCES, 1),)])
def test_a_nested_value_fixes_the_lengths_around_it_up_to_the_root(place: Place) -> None:
    # GIVEN a nested text in items of defined and of undefined length
    data = xa()
    there = find(walk(data).nodes, NAME, place)
    tag, vr = (NAME, "PN") if there else (COMMENTS, "LT")
    old = value(data, tag, place)
    # WHEN it is put in or gets another value
    new = changed(data, Edit(place, tag, vr, old, b"longer by some"))
    # THEN it stands there, and all else at every depth is as it was, undefined lengths too
    assert value(new, tag, place) == b"longer by some"
    before, after = everything(data), everything(new)
    touched = {(*place_path(place), tag)}
    assert {path: raw for path, raw in after.items() if path not in touched} == {
        path: raw for path, raw in before.items() if path not in touched
    }
    assert new[-64:] == data[-64:]
    (group,) = unpack("<I", value(new, 0x00080000) or b"")
    first, last = (find(walk(new).nodes, each) for each in (0x00080000, REFERENCES))
    assert first is not None
    assert last is not None
    assert group == last.end - first.end


def place_path(place: Place) -> tuple[object, ...]:
    return tuple(step for each in place for step in each)


def everything(data: bytes) -> dict[tuple[object, ...], tuple[str, bool, bytes]]:
    """Every leaf at every depth: VR, whether its length is undefined, value; and the form of every container."""
    found: dict[tuple[object, ...], tuple[str, bool, bytes]] = {}

    def look(nodes: Sequence[Node], path: tuple[object, ...]) -> None:
        for node in nodes:
            if node.kind not in ("E", "X") or not node.tag & 0xFFFF:
                continue
            items = [kid for kid in node.kids if kid.kind == "I"]
            raw = b"" if items else data[node.vo : node.ve]
            found[(*path, node.tag)] = (node.vr, node.length == UNDEFINED, raw)
            for number, each in enumerate(items):
                found[(*path, node.tag, number)] = ("item", each.length == UNDEFINED, b"")
                look(each.kids, (*path, node.tag, number))

    look(walk(data).nodes, ())
    return found


def test_a_new_element_stands_in_the_order_of_the_tags() -> None:
    # GIVEN an object without a study description WHEN one is put in
    new = changed(xa(), Edit((), 0x00081030, "LO", None, b"PCI "))
    # THEN it stands behind the smaller and in front of the larger tags, and the group length counts it
    tags = [node.tag for node in walk(new).nodes]
    assert tags[tags.index(0x00081030) - 1 : tags.index(0x00081030) + 2] == [0x00080060, 0x00081030, 0x00081110]
    assert unpack("<I", value(new, 0x00080000) or b"") == (unpack("<I", value(xa(), 0x00080000) or b"")[0] + 12,)


def test_an_element_in_front_of_all_and_one_behind_all_find_their_places() -> None:
    # GIVEN an object WHEN an element in front of its first and one behind its pixels are put in
    new = changed(xa(), Edit((), 0x00080001, "LO", None, b"ab"), Edit((), 0xFFFCFFFC, "OB", None, bytes(4)))
    # THEN they stand behind the group length, and last
    tags = [node.tag for node in walk(new).nodes if node.tag >> 16 > 2]
    assert tags[:2] == [0x00080000, 0x00080001]
    assert tags[-1] == 0xFFFCFFFC


def test_an_element_taken_out_is_gone_and_comes_back() -> None:
    # GIVEN an object WHEN its Patient ID, a private value and a whole sequence are taken out
    data = xa()
    edits = [Edit((), tag, "LO", value(data, tag), None) for tag in (PATIENT_ID, 0x00091001, REFERENCES)]
    new = changed(data, *edits)
    # THEN they are gone and nothing else is
    assert set(everything(data)) - set(everything(new)) >= {(PATIENT_ID,), (0x00091001,), (REFERENCES,)}
    assert not set(everything(new)) - set(everything(data))


@pytest.mark.parametrize(
    ("syntax", "implicit", "little"), [(IMPLICIT, True, True), (BIG, False, False)], ids=["implicit", "big endian"]
)
def test_a_new_element_is_written_as_the_file_is(syntax: str, implicit: bool, little: bool) -> None:
    # GIVEN a file in another encoding
    def one(tag: int, vr: str, raw: bytes) -> bytes:
        return el(tag, vr, raw, implicit=implicit, little=little)

    inner = item(one(NAME, "PN", b"A^B "), little=little)
    data = dicom(
        one(0x00080016, "UI", XA.encode()),
        sq(REFERENCES, inner, implicit=implicit, little=little),
        one(NAME, "PN", b"A^B "),
        syntax=syntax,
    )
    # WHEN elements are put in, at the top and in an item THEN they are written as their neighbours are
    new = changed(
        data, Edit((), PATIENT_ID, "LO", None, b"P1"), Edit(((REFERENCES, 0),), PATIENT_ID, "LO", None, b"P2"),
        Edit((), 0x00020016, "AE", None, b"AE"),
    )  # fmt: skip
    assert new.endswith(one(NAME, "PN", b"A^B ") + one(PATIENT_ID, "LO", b"P1"))
    assert one(NAME, "PN", b"A^B ") + one(PATIENT_ID, "LO", b"P2") in new
    # THEN file meta information is explicit little endian all the same
    assert el(0x00020016, "AE", b"AE") in new


def test_an_element_put_into_an_odd_item_is_written_as_that_item_is() -> None:
    # GIVEN an implicit item in an explicit file
    data = dicom(sq(REFERENCES, item(el(NAME, "PN", b"A^B ", implicit=True))), el(NAME, "PN", b"A^B "))
    # WHEN an element is put into it THEN it is implicit too
    new = changed(data, Edit(((REFERENCES, 0),), PATIENT_ID, "LO", None, b"P2"))
    assert el(NAME, "PN", b"A^B ", implicit=True) + el(PATIENT_ID, "LO", b"P2", implicit=True) in new


@pytest.mark.parametrize("undefined", [False, True])
def test_an_item_is_put_behind_the_others_which_stay_byte_by_byte(undefined: bool) -> None:
    # GIVEN a sequence with an item, of defined and of undefined length, and one to put behind
    first = item(el(NAME, "PN", b"odd"), undefined=True)
    data = dicom(el(0x00080060, "CS", b"XA"), sq(ORIGINALS, first, undefined=undefined), PIXELS_64)
    more = whole_item(el(NAME, "PN", b"C^D "), little=True)
    # WHEN it is put there
    new = changed(data, appended={ORIGINALS: more})
    # THEN it stands behind the first, in front of the delimiter where there is one
    assert first + more + (SEQUENCE_END if undefined else b"") in new
    assert len(new) == len(data) + len(more)


def test_a_missing_sequence_is_made_in_its_place() -> None:
    # GIVEN an object that was never changed WHEN an item is put into a sequence that it has not
    more = whole_item(el(NAME, "PN", b"C^D "), little=True)
    new = changed(xa(), appended={ORIGINALS: more, EQUIPMENT: more})
    # THEN both sequences stand in order, around that item
    tags = [node.tag for node in walk(new).nodes]
    assert tags == sorted(tags)
    assert {ORIGINALS, EQUIPMENT} < set(tags)
    assert el(ORIGINALS, "SQ", more) in new


def test_pixels_that_follow_a_change_are_the_same_bytes() -> None:
    # GIVEN compressed pixels with an offset table, and a file that lacks the last delimiter
    for pixels in (encapsulated(b"\xff\xd8\xff\xe0abcd"), encapsulated(b"\xff\xd8\xff\xe0abcd", end=b"")):
        data = xa(pixels=pixels)
        # WHEN the name becomes longer THEN they stand at the end as they did
        assert changed(data, Edit((), NAME, "PN", b"WANG^WEI", b"ZHANG^XIAOMING")).endswith(pixels)


def test_a_value_that_is_not_what_the_plan_expects_is_left_alone() -> None:
    # GIVEN a plan for another value, for one that is missing, for one that is there, and for an item that is not
    data = xa()
    for edit in (
        Edit((), NAME, "PN", b"WANG^WEi", b"A^B "),
        Edit((), 0x00101010, "AS", b"055Y", b"056Y"),
        Edit((), NAME, "PN", None, b"A^B "),
        Edit(((REFERENCES, 7),), NAME, "PN", b"A^B ", b"C^D "),
        Edit(((0x00082112, 0),), NAME, "PN", b"A^B ", b"C^D "),
    ):
        # WHEN it is asked for THEN nothing is made of it
        with pytest.raises(EditError, match="does not hold what the plan expects"):
            edited(data, walk(data), [edit])


def test_what_cannot_be_meant_is_refused() -> None:
    # GIVEN two edits of one element, an element that stands twice, an edit inside a value, and too long a value
    data = xa()
    twice = dicom(el(NAME, "PN", b"A^B "), el(PATIENT_ID, "LO", b"P1"), el(PATIENT_ID, "LO", b"P1"))
    name = Edit((), NAME, "PN", b"WANG^WEI", b"A^B ")
    cases: list[tuple[bytes, list[Edit]]] = [
        (data, [name, name]),
        (twice, [Edit((), PATIENT_ID, "LO", b"P1", b"P2")]),
        (data, [Edit(((NAME, 0),), NAME, "PN", b"A^B ", b"C^D ")]),
        (data, [Edit((), NAME, "PN", b"WANG^WEI", bytes(65536))]),
        (data, [Edit((), 0x00104000, "LT", None, bytes(65536))]),
        (data, [Edit((), REFERENCES, "SQ", value(data, REFERENCES), b"")]),
        (data[:-64] + b"\0" * 100, [name]),
    ]
    for old, edits in cases:
        # WHEN they are asked for THEN it says why, and nothing is made
        with pytest.raises(EditError):
            edited(old, walk(old), edits)


def test_a_truncated_value_is_not_replaced() -> None:
    # GIVEN a file whose last element is cut
    data = dicom(el(0x00080060, "CS", b"XA"), el(NAME, "PN", b"WANG^WEI"))[:-3]
    # WHEN that one is to be replaced THEN it is refused
    with pytest.raises(EditError):
        edited(data, walk(data), [Edit((), NAME, "PN", b"WANG^", b"A^B ")])


def test_patches_in_front_behind_and_beside_edits_are_taken_back_too() -> None:
    # GIVEN a headless file without its last delimiter
    data = dicom(el(0x00080060, "CS", b"XA"), el(NAME, "PN", b"A^B "), encapsulated(b"abcd", end=b""))[132:]
    # WHEN the preamble is put in front, the delimiter behind, a byte replaced and an element changed
    at = data.index(b"XA")
    new = changed(
        data, Edit((), NAME, "PN", b"A^B ", b"C^D^E "),
        patches=[(0, 0, bytes(128) + b"DICM"), (at, 2, b"RF"), (len(data), 0, SEQUENCE_END)],
    )  # fmt: skip
    # THEN all of them stand there
    assert new[128:132] == b"DICM"
    assert new.endswith(SEQUENCE_END)
    assert value(new, NAME) == b"C^D^E "
    assert value(new, 0x00080060) == b"RF"


def test_patches_that_meet_an_edit_or_leave_the_file_are_refused() -> None:
    # GIVEN an edit of the name
    data = xa()
    edit = Edit((), NAME, "PN", b"WANG^WEI", b"A^B ")
    at = data.rindex(b"WANG^WEI")
    # WHEN bytes of the same value, or such behind the end, are patched as well THEN that is refused
    for patch in ((at + 2, 2, b"XX"), (at - 4, 8, b"XX"), (len(data) + 1, 0, b"XX"), (len(data) - 1, 5, b"")):
        with pytest.raises(EditError):
            edited(data, walk(data), [edit], patches=[patch])


def random_edits(dice: random.Random, data: bytes, tree: Tree, most: int) -> list[Edit]:
    """Some elements at any depth, with another value, gone, or put in."""
    found: list[tuple[Place, Node]] = []

    def look(nodes: Sequence[Node], place: Place) -> None:
        tags = [node.tag for node in nodes]
        for node in nodes:
            if node.kind != "E" or tags.count(node.tag) > 1 or not node.tag & 0xFFFF or node.tag == 0x00020010:
                continue
            items = [kid for kid in node.kids if kid.kind == "I"]
            for number, each in enumerate(items):
                look(each.kids, (*place, (node.tag, number)))
            if not node.kids and not node.flag and node.vr != "SQ" and node.tag not in (PIXELS, CHARSET, *OFFSETS):
                found.append((place, node))

    look(tree.nodes, ())
    edits = {}
    for place, node in dice.sample(found, min(len(found), dice.randint(1, most))):
        old = data[node.vo : node.ve]
        new = None if dice.random() < 0.2 else dice.randbytes(dice.randrange(0, 40, 2))
        edits[place, node.tag] = Edit(place, node.tag, node.vr or "LO", old, new)
        there = find(tree.nodes, 0x00104001, place)
        if dice.random() < 0.3 and there is None:
            edits[place, 0x00104001] = Edit(place, 0x00104001, "LT", None, b"put in")
    return list(edits.values())


SEEDS = {
    "xa": xa(),
    "fragments": xa(pixels=encapsulated(b"\xff\xd8\xff\xe0abcd", b"efgh")),
    "existing record": xa(extra=[sq(ORIGINALS, item(el(NAME, "PN", b"odd")), undefined=True)]),
    "odd items": dicom(
        sq(
            REFERENCES,
            item(el(NAME, "PN", b"A^B ", implicit=True)),
            item(sq(0x00081110, item(el(NAME, "PN", b"A^B "), undefined=True), undefined=True), *PRIVATE),
        ),
        el(0x00091010, "UN", item(el(NAME, "PN", b"A^B ", implicit=True)) + SEQUENCE_END, length=UNDEFINED),
        el(NAME, "PN", b"A^B "),
    ),
    "implicit": dicom(
        el(0x00080000, "UL", pack("<I", 8 + 28), implicit=True),
        el(0x00080016, "UI", XA.encode(), implicit=True),
        sq(REFERENCES, item(el(NAME, "PN", b"A^B ", implicit=True)), implicit=True),
        el(NAME, "PN", b"WANG^WEI", implicit=True),
        syntax=IMPLICIT,
    ),
}


@pytest.mark.parametrize("name", SEEDS)
def test_whatever_is_changed_the_rest_is_untouched_and_the_inverse_is_exact(name: str) -> None:
    # GIVEN a small file of each kind
    dice, data = random.Random(name), SEEDS[name]
    tree = walk(data)
    assert tree.trouble == ""
    for _turn in range(120):
        # WHEN random elements are changed, with the record that a job writes THEN `changed` finds nothing else changed
        edits = random_edits(dice, data, tree, 6)
        changed(data, *edits, appended=records(data, tree, edits, ORIGIN))


def test_every_sample_is_changed_and_taken_back_to_the_same_bytes() -> None:
    # GIVEN every sample that can be walked to its end
    done = 0
    for path in real_samples():
        data = path.read_bytes()
        tree = walk(data)
        if tree.trouble or not tree.nodes:
            continue
        dice = random.Random(path.name)
        edits = random_edits(dice, data, tree, 4)
        if not edits:
            continue
        # WHEN some elements are changed, with the record THEN the rest is as it was, and the inverse gives the old file
        changed(data, *edits, appended=records(data, tree, edits, ORIGIN))
        done += 1
    assert done > 20


def test_many_edits_of_a_long_report_take_no_minutes() -> None:
    # GIVEN a dose report of 97,000 nodes
    short = b"".join(el(0x00080100 + number, "SH", b"code") for number in range(9))
    data = dicom(sq(0x0040A730, *[item(short, el(0x0040A160, "UT", b"x "))] * 8800))
    # WHEN a text in each of its items becomes longer
    edits = [Edit(((0x0040A730, number),), 0x0040A160, "UT", b"x ", b"longer") for number in range(8800)]
    started = time.perf_counter()
    new = changed(data, *edits)
    # THEN that takes seconds, and all of them stand there
    assert time.perf_counter() - started < 12
    assert len(new) == len(data) + 8800 * 4


def test_the_recipe_holds_only_what_was_replaced(tmp_path: Path) -> None:
    # GIVEN an object with 1 MB of pixels
    data = xa(pixels=el(PIXELS, "OW", random.Random(1).randbytes(1 << 20)))
    # WHEN its name is changed
    pieces = edited(data, walk(data), [Edit((), NAME, "PN", b"WANG^WEI", b"A^B ")])
    back = inverse(pieces, lambda start, end: data[start:end], len(data))
    # THEN the recipe of the way back holds a few dozen bytes
    assert sum(len(part) for part in back.parts if isinstance(part, bytes)) < 40


@pytest.mark.parametrize("parts", [None, {}, [1], [[1]], [["a", "b"]], ["zz"], [[1, 2, 3]]])
def test_what_is_no_recipe_is_said_to_be_none(parts: object) -> None:
    # GIVEN something else out of a journal WHEN it is read as pieces THEN it is refused
    with pytest.raises(ValueError, match=r".+"):
        from_json(parts)
