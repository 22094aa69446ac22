"""The walker, rule by rule, each by a literal example, and by damaged files at every depth (PS3.5 7.1-7.5, A.4)."""

import random
import time

import pytest

from console.repair.spans import DEEPEST, UNDEFINED, Tree, flat, walk
from tests.unit.repair.making import (
    BIG,
    COMMENTS,
    IMPLICIT,
    ITEM_END,
    NAME,
    PIXELS,
    PRIVATE,
    REFERENCES,
    SEQUENCE_END,
    XA,
    check_partition,
    dicom,
    el,
    encapsulated,
    find,
    headers,
    item,
    mark,
    meta,
    real_samples,
    sq,
    xa,
)

NAMED = el(NAME, "PN", b"WANG^WEI")
TURNS = 1500
SLOWEST_S = 0.5


def walked(data: bytes) -> Tree:
    """The tree of a file, which is a partition of it."""
    tree = walk(data)
    check_partition(tree, len(data))
    return tree


def walked_whole(data: bytes) -> Tree:
    """The tree of a file that can be walked to its end."""
    tree = walked(data)
    assert tree.trouble == ""
    return tree


def deep(levels: int, *, undefined: bool) -> bytes:
    """Sequences inside sequences."""
    inside = NAMED
    for _level in range(levels):
        inside = sq(REFERENCES, item(inside, undefined=undefined), undefined=undefined)
    return inside


def damaged(dice: random.Random, data: bytes) -> bytes:
    """A copy with one to three things wrong."""
    hurt = bytearray(data)
    for _time in range(dice.randint(1, 3)):
        at, what = dice.randrange(len(hurt) + 1), dice.randrange(5)
        if what == 0:
            del hurt[at:]
        elif what == 1 and at < len(hurt):
            hurt[at] ^= 1 << dice.randrange(8)
        elif what == 2:
            del hurt[at : at + dice.randint(1, 9)]
        elif what == 3:
            hurt[at:at] = dice.randbytes(dice.randint(1, 9))
        else:
            # What hurts most: delimiters, undefined lengths and item marks where nobody expects them.
            word = dice.choice((ITEM_END, SEQUENCE_END, mark(0xFFFEE000, UNDEFINED), b"\xff" * 4, b"SQ\0\0", b"UN"))
            hurt[at : at + len(word)] = word
        if not hurt:
            hurt[:] = b"\0"
    return bytes(hurt)


SEEDS = {
    "xa": xa(),
    "fragments": xa(pixels=encapsulated(b"\xff\xd8\xff\xe0abcd", b"efgh")),
    "implicit": dicom(
        el(0x00080016, "UI", XA.encode(), implicit=True),
        sq(REFERENCES, item(el(NAME, "PN", b"A^B ", implicit=True)), implicit=True),
        el(NAME, "PN", b"WANG^WEI", implicit=True),
        syntax=IMPLICIT,
    ),
    "big endian": dicom(
        el(0x00080016, "UI", XA.encode(), little=False),
        sq(REFERENCES, item(el(NAME, "PN", b"A^B ", little=False), little=False), little=False, undefined=True),
        el(NAME, "PN", b"WANG^WEI", little=False),
        syntax=BIG,
    ),
    "mixed depths": dicom(
        sq(
            REFERENCES,
            item(sq(0x00081110, item(NAMED, undefined=True), undefined=True), NAMED),
            item(sq(0x00081110, item(NAMED)), encapsulated(b"icon"), undefined=True),
            item(sq(0x00081110, item(NAMED), undefined=True), encapsulated(b"icon")),
        ),
        el(0x00091001, "UN", item(el(NAME, "PN", b"A^B ", implicit=True))),
        NAMED,
    ),
    "headless": xa()[132:],
}


@pytest.mark.parametrize("name", SEEDS)
def test_no_damage_breaks_the_walker_at_any_depth(name: str) -> None:
    # GIVEN a small file, damaged many times WHEN it is walked
    dice, data = random.Random(name), SEEDS[name]
    walked_whole(data)
    slowest = 0.0
    for _turn in range(TURNS):
        hurt = damaged(dice, data)
        started = time.perf_counter()
        tree = walk(hurt)
        slowest = max(slowest, time.perf_counter() - started)
        # THEN it is a partition at every depth, and nothing is raised
        try:
            check_partition(tree, len(hurt))
        except AssertionError as error:
            pytest.fail(f"{name}: {error} in {hurt.hex()}")
    # THEN none takes long: no loop
    assert slowest < SLOWEST_S


def test_the_spans_of_every_sample_are_the_file() -> None:
    # GIVEN every real sample WHEN it is walked
    files = real_samples()
    unread = []
    for path in files:
        data = path.read_bytes()
        tree = walked(data)
        unread += [path.name] if tree.trouble else []
    # THEN nearly all can be walked to the end
    assert len(files) > 20
    assert len(unread) * 5 < len(files), unread


def test_an_undefined_sequence_does_not_leave_the_item_that_holds_it() -> None:
    # GIVEN an item with a sequence of undefined length, whose delimiter stands behind the item
    broken = sq(0x00081110, undefined=True)[:-8]
    # WHEN it is walked
    tree = walked(dicom(sq(REFERENCES, item(broken)), SEQUENCE_END, NAMED))
    # THEN that is damage, and no span begins inside another
    assert "delimiter is missing" in tree.trouble


def test_fragments_do_not_leave_the_item_that_holds_them() -> None:
    # GIVEN an item whose icon goes on behind its end
    icon = el(PIXELS, "OB", item(b"") + item(b"abcd"), length=UNDEFINED)
    # WHEN it is walked
    tree = walked(dicom(sq(REFERENCES, item(icon[:-12])), icon[-12:], SEQUENCE_END, NAMED))
    # THEN that is damage, and no span begins inside another
    assert "do not end inside their container" in tree.trouble


def test_an_implicit_item_in_an_explicit_file_is_walked_as_what_it_is() -> None:
    # GIVEN an explicit sequence whose first item is implicit
    data = dicom(sq(REFERENCES, item(el(NAME, "PN", b"A^B ", implicit=True)), item(NAMED)), NAMED)
    # WHEN it is walked
    tree = walked_whole(data)
    # THEN both items are read, and the odd one is noted
    one, two = (find(tree.nodes, NAME, ((REFERENCES, number),)) for number in (0, 1))
    assert one is not None
    assert one.implicit
    assert data[one.vo : one.ve] == b"A^B "
    assert two is not None
    assert not two.implicit
    assert data[two.vo : two.ve] == b"WANG^WEI"
    assert any("implicit item" in note for note in tree.notes)


def test_un_of_undefined_length_holds_implicit_items() -> None:
    # GIVEN a private sequence that some software wrote as UN of undefined length (CP-246)
    body = item(el(NAME, "PN", b"A^B ", implicit=True), undefined=True) + SEQUENCE_END
    data = dicom(el(0x00091010, "UN", body, length=UNDEFINED), NAMED)
    # WHEN it is walked
    tree = walked_whole(data)
    # THEN its item is implicit, and the file goes on behind it
    found = find(tree.nodes, NAME, ((0x00091010, 0),))
    assert found is not None
    assert found.implicit
    assert data[found.vo : found.ve] == b"A^B "
    assert tree.nodes[-1].tag == NAME


def test_a_private_value_that_begins_like_an_item_stays_a_leaf_when_it_is_none() -> None:
    # GIVEN a private value with the bytes of an item in front, that does not parse to its end as one
    odd = mark(0xFFFEE000, 400) + b"calibration"
    data = dicom(el(0x00091010, "UN", odd), NAMED)
    # WHEN it is walked THEN it is one leaf, with a note
    tree = walked_whole(data)
    node = find(tree.nodes, 0x00091010)
    assert node is not None
    assert not node.kids
    assert data[node.vo : node.ve] == odd
    assert any("begins like an item" in note for note in tree.notes)


def test_dicm_inside_a_value_is_no_preamble() -> None:
    # GIVEN a headless file in which "DICM" happens to stand at byte 128
    front = el(0x00080016, "UI", XA.encode()) + el(0x00080018, "UI", b"1.2.3.4\0") + el(0x00080060, "CS", b"XA")
    maker = b"x" * (128 - len(front) - 8) + b"DICM" + b"y" * 10
    data = front + el(0x00080070, "LO", maker) + el(0x00080080, "LO", b"Hospital") + NAMED
    assert data[128:132] == b"DICM"
    # WHEN it is walked THEN it begins at its first byte
    tree = walked_whole(data)
    assert not tree.preamble
    assert tree.head == 0
    assert tree.start == 0
    assert [node.tag for node in tree.nodes][:4] == [0x00080016, 0x00080018, 0x00080060, 0x00080070]


@pytest.mark.parametrize("start", [0, 132], ids=["whole", "headless"])
def test_one_stray_byte_in_a_value_is_named_by_its_offset(start: int) -> None:
    # GIVEN a file with one byte too many in its name
    whole = xa()
    at = whole.rindex(b"WANG^WEI")
    data = (whole[: at + 3] + b"?" + whole[at + 3 :])[start:]
    # WHEN it is walked THEN it stops at the header behind, and what follows is one opaque span
    tree = walked(data)
    assert tree.trouble.startswith(f"@{at + 8 - start}: ")
    assert tree.nodes[-1].kind == "X"
    assert tree.nodes[-1].end == len(data)


@pytest.mark.parametrize("count", [1, 2, 5, 7])
def test_stray_bytes_in_front_of_the_data_set_are_no_healthy_file(count: int) -> None:
    # GIVEN bytes between the file meta information and the data set
    tree = walked(meta() + b"\x55" * count + xa()[len(meta()) :])
    # WHEN it is walked THEN it stops, or its last element is cut, and the file meta information is read all the same
    assert tree.trouble or tree.nodes[-1].flag == "truncated"
    assert tree.nodes[0].tag == 0x00020000


def test_a_zero_filled_tail_is_no_data_set() -> None:
    # GIVEN a file with 4 KiB of zeros behind it, and one that is zeros from its middle
    one, two = walked(xa() + bytes(4096)), walked(xa()[:-200] + bytes(200))
    # WHEN they are walked THEN the zeros are an opaque span, and no elements
    assert one.trouble.startswith(f"@{len(xa())}: ")
    assert one.nodes[-1].kind == "X"
    assert one.nodes[-1].end - one.nodes[-1].off == 4096
    assert not any(node.tag == 0 and node.kind == "E" for node in flat(two.nodes))


def test_zeros_are_no_implicit_elements_either() -> None:
    # GIVEN an implicit object with 4 KiB of zeros behind it, which read like elements (0000,0000) of no length
    data = SEEDS["implicit"]
    # WHEN it is walked THEN they are one opaque span
    tree = walked(data + bytes(4096))
    assert tree.trouble == f"@{len(data)}: no element header"
    assert tree.nodes[-1].kind == "X"


@pytest.mark.parametrize("undefined", [False, True])
def test_nesting_has_a_limit(undefined: bool) -> None:
    # GIVEN sequences as deep as the walker follows, and one deeper
    walked_whole(dicom(deep(DEEPEST, undefined=undefined)))
    # WHEN the deeper one is walked THEN it says so
    assert "nested too deep" in walked(dicom(deep(DEEPEST + 1, undefined=undefined))).trouble


def test_ten_thousand_sequences_that_never_close_are_damage_and_no_crash() -> None:
    # GIVEN ten thousand sequences that open and never close
    opening = el(REFERENCES, "SQ", mark(0xFFFEE000, UNDEFINED), length=UNDEFINED)
    # WHEN they are walked THEN it says so
    assert "nested too deep" in walked(dicom(opening * 10_000)).trouble


def test_a_length_that_passes_its_item_names_where_and_by_how_much() -> None:
    # GIVEN an element that is 24 bytes longer than its item
    wrong = el(NAME, "PN", b"WANG^WEI", length=32)
    data = dicom(sq(REFERENCES, item(wrong)), NAMED)
    # WHEN it is walked THEN offset and difference are told
    assert walked(data).trouble == f"@{data.index(wrong)}: element length 32 passes its container by 24"


def test_an_item_that_passes_its_sequence_names_where_and_by_how_much() -> None:
    # GIVEN an item that says 24 bytes more than its sequence has
    header = mark(0xFFFEE000, len(NAMED) + 24)
    data = dicom(el(REFERENCES, "SQ", header + NAMED), NAMED)
    # WHEN it is walked THEN offset and difference are told
    expected = f"@{data.index(header)}: item length {len(NAMED) + 24} passes its container by 24"
    assert walked(data).trouble == expected


def test_a_sequence_that_says_zero_and_has_items_is_damage() -> None:
    # GIVEN a sequence of length 0 with an item behind it WHEN it is walked THEN the item between elements is named
    assert "unexpected FFFEE000 between elements" in walked(dicom(sq(REFERENCES), item(NAMED), NAMED)).trouble


def test_tags_out_of_order_and_odd_lengths_are_oddities_and_no_damage() -> None:
    # GIVEN private elements of odd length, and a name in front of them that belongs behind
    tree = walked_whole(dicom(NAMED, *PRIVATE))
    # WHEN it is walked THEN all are read, and the order is noted
    assert [node.tag for node in tree.nodes[-4:]] == [NAME, 0x00090010, 0x00091001, 0x00091002]
    assert [node.length for node in tree.nodes[-2:]] == [5, 3]
    assert any("stands behind" in note for note in tree.notes)


def test_an_unknown_vr_is_read_in_the_form_that_fits() -> None:
    # GIVEN elements of VRs that nobody knows, in the short and in the long form
    short = el(0x00091010, "ZZ", b"ab")
    long = el(0x00091011, "UN", b"sixsix").replace(b"UN", b"ZY")
    # WHEN they are walked THEN both have their own lengths, and the name follows
    tree = walked_whole(dicom(el(0x00080060, "CS", b"XA"), short, long, NAMED))
    assert [(node.tag, node.vr, node.ve - node.vo) for node in tree.nodes[-3:]] == [
        (0x00091010, "ZZ", 2),
        (0x00091011, "ZY", 6),
        (NAME, "PN", 8),
    ]


@pytest.mark.parametrize("data", [b"", b"\0", b"DICM", bytes(132), bytes(128) + b"DICM", b"\x02\0", meta()[:140]])
def test_what_is_hardly_a_file_is_walked_too(data: bytes) -> None:
    # GIVEN next to nothing WHEN it is walked THEN it is a partition, and nothing is raised
    walked(data)


def test_all_spans_stand_in_the_order_of_the_file() -> None:
    # GIVEN a file with nested sequences WHEN it is walked THEN `flat` gives all of it in the order of the file
    tree = walked_whole(xa())
    offsets = [node.off for node in flat(tree.nodes)]
    assert offsets == sorted(offsets)
    assert ("E", COMMENTS) in headers(tree)
