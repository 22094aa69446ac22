"""The walker: every byte belongs to one span, whatever the file is like (PS3.5 7.1-7.5, A.4)."""

import random
import time
from pathlib import Path

import pytest

from console.repair.spans import DEEPEST, Tree, flat, walk, walk_dataset
from tests.support import need_samples
from tests.unit.repair.making import (
    BIG,
    COMMENTS,
    IMPLICIT,
    ITEM_END,
    JPEG,
    NAME,
    PIXELS,
    PRIVATE,
    REFERENCES,
    SEQUENCE_END,
    UNDEFINED,
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
    sq,
    xa,
)

NAMED = el(NAME, "PN", b"WANG^WEI")


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


def samples() -> list[Path]:
    return sorted(
        path
        for path in need_samples().rglob("*")
        if path.is_file() and path.suffix not in (".md", ".tsv", ".txt", ".json") and path.stat().st_size < 4 << 20
    )


def test_the_spans_of_every_sample_are_the_file() -> None:
    # GIVEN every real sample WHEN it is walked
    files = samples()
    unread = []
    for path in files:
        data = path.read_bytes()
        tree = walk(data)
        # THEN the spans follow one another from the preamble to the end, and nearly all can be walked to the end
        check_partition(tree, len(data))
        unread += [path.name] if tree.trouble else []
    assert len(files) > 20
    assert len(unread) * 5 < len(files), unread


def damaged(dice: random.Random, data: bytes) -> bytes:
    """A copy with one to three things wrong."""
    hurt = bytearray(data)
    for _time in range(dice.randint(1, 3)):
        at = dice.randrange(len(hurt) + 1)
        what = dice.randrange(5)
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


def deep(levels: int, *, undefined: bool) -> bytes:
    """Sequences inside sequences."""
    inside = NAMED
    for _level in range(levels):
        inside = sq(REFERENCES, item(inside, undefined=undefined), undefined=undefined)
    return inside


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
        ),
        el(0x00091001, "UN", item(el(NAME, "PN", b"A^B ", implicit=True))),
        NAMED,
    ),
    "headless": xa()[132:],
}


@pytest.mark.parametrize("name", SEEDS)
def test_no_damage_breaks_the_walker(name: str) -> None:
    # GIVEN a small file, damaged some hundred times WHEN it is walked
    dice, data = random.Random(name), SEEDS[name]
    walked_whole(data)
    slowest = 0.0
    for _turn in range(1500):
        hurt = damaged(dice, data)
        started = time.perf_counter()
        tree = walk(hurt)
        slowest = max(slowest, time.perf_counter() - started)
        # THEN it is a partition at every depth, and nothing is raised
        try:
            check_partition(tree, len(hurt))
        except AssertionError:
            pytest.fail(f"{name}: {hurt.hex()}")
    # THEN none takes long: no loop
    assert slowest < 0.5


def test_an_undefined_sequence_does_not_leave_the_item_that_holds_it() -> None:
    # GIVEN an item of 20 bytes that holds a sequence of undefined length, whose delimiter stands behind the item
    inner = sq(0x00081110, undefined=True)
    broken = inner[:-8]
    data = dicom(sq(REFERENCES, item(broken)), SEQUENCE_END, NAMED)
    # WHEN it is walked
    tree = walked(data)
    # THEN that is damage, and no span begins inside another
    assert "delimiter is missing" in tree.trouble


def test_fragments_do_not_leave_the_item_that_holds_them() -> None:
    # GIVEN an item whose icon goes on behind its end
    icon = el(PIXELS, "OB", item(b"") + item(b"abcd"), length=UNDEFINED)
    data = dicom(sq(REFERENCES, item(icon[:-12])), icon[-12:], SEQUENCE_END, NAMED)
    # WHEN it is walked
    tree = walk(data)
    # THEN no span begins inside another
    check_partition(tree, len(data))


def test_an_implicit_item_in_an_explicit_file_is_walked_as_what_it_is() -> None:
    # GIVEN an explicit sequence whose one item is implicit
    data = dicom(sq(REFERENCES, item(el(NAME, "PN", b"A^B ", implicit=True)), item(NAMED)), NAMED)
    # WHEN it is walked
    tree = walked_whole(data)
    # THEN both items are read, and the odd one is noted
    one, two = (find(tree.nodes, NAME, ((REFERENCES, number),)) for number in (0, 1))
    assert one is not None and one.implicit and data[one.vo : one.ve] == b"A^B "
    assert two is not None and not two.implicit and data[two.vo : two.ve] == b"WANG^WEI"
    assert any("implicit item" in note for note in tree.notes)


def test_un_of_undefined_length_holds_implicit_items() -> None:
    # GIVEN a private sequence that some software wrote as UN of undefined length (CP-246)
    body = item(el(NAME, "PN", b"A^B ", implicit=True), undefined=True) + SEQUENCE_END
    data = dicom(el(0x00091010, "UN", body, length=UNDEFINED), NAMED)
    # WHEN it is walked
    tree = walked_whole(data)
    # THEN its item is implicit, and the file goes on behind it
    found = find(tree.nodes, NAME, ((0x00091010, 0),))
    assert found is not None and found.implicit and data[found.vo : found.ve] == b"A^B "
    assert tree.nodes[-1].tag == NAME


def test_a_private_value_that_begins_like_an_item_stays_opaque_when_it_is_none() -> None:
    # GIVEN a private value with the bytes of an item in front, that does not parse to its end as one
    odd = mark(0xFFFEE000, 400) + b"calibration"
    data = dicom(el(0x00091010, "UN", odd), NAMED)
    # WHEN it is walked
    tree = walked_whole(data)
    # THEN it is one leaf, with a note
    node = find(tree.nodes, 0x00091010)
    assert node is not None and not node.kids and data[node.vo : node.ve] == odd
    assert any("begins like an item" in note for note in tree.notes)


def test_fragments_are_walked_by_their_lengths_though_they_hold_a_delimiter() -> None:
    # GIVEN a codestream in which the bytes of FFFE,E0DD stand by chance
    code = b"\xff\xd8" + SEQUENCE_END + b"\xff\xd9"
    data = dicom(NAMED, encapsulated(code, b"next"), syntax=JPEG)
    # WHEN it is walked
    tree = walked_whole(data)
    # THEN there are the offset table, two fragments and the delimiter at the end
    pixels = tree.nodes[-1]
    assert [kid.kind for kid in pixels.kids] == ["F", "F", "F", "D"]
    assert data[pixels.kids[1].vo : pixels.kids[1].ve] == code
    assert pixels.flag == ""


@pytest.mark.parametrize(
    ("cut", "flag"), [(0, ""), (8, "no-delimiter"), (3, "half-delimiter"), (9, "truncated"), (13, "truncated")]
)
def test_what_the_end_of_fragments_lacks_is_told_apart(cut: int, flag: str) -> None:
    # GIVEN compressed pixels that lack the last bytes
    data = dicom(NAMED, encapsulated(b"abcd", b"efgh"), syntax=JPEG)
    # WHEN the file is walked THEN the pixels say what they lack, and their elements before are whole
    tree = walked_whole(data[: len(data) - cut])
    assert tree.nodes[-1].flag == flag
    assert find(tree.nodes, NAME) is not None


def test_dicm_inside_a_value_is_no_preamble() -> None:
    # GIVEN a headless file in which "DICM" happens to stand at byte 128
    front = el(0x00080016, "UI", XA.encode()) + el(0x00080018, "UI", b"1.2.3.4\0") + el(0x00080060, "CS", b"XA")
    maker = b"x" * (128 - len(front) - 8) + b"DICM" + b"y" * 10
    data = front + el(0x00080070, "LO", maker) + el(0x00080080, "LO", b"Hospital") + NAMED
    assert data[128:132] == b"DICM"
    # WHEN it is walked
    tree = walked_whole(data)
    # THEN it begins at its first byte
    assert not tree.preamble and tree.head == 0 and tree.start == 0
    assert [node.tag for node in tree.nodes][:4] == [0x00080016, 0x00080018, 0x00080060, 0x00080070]


@pytest.mark.parametrize("headless", [False, True])
def test_one_stray_byte_in_a_value_is_named_by_its_offset(headless: bool) -> None:
    # GIVEN a file with one byte too many in its name
    whole = xa()
    at = whole.rindex(b"WANG^WEI")
    data = whole[: at + 3] + b"?" + whole[at + 3 :]
    start = 132 if headless else 0
    # WHEN it is walked
    tree = walked(data[start:])
    # THEN the walk stops at the header behind, and what follows is one opaque span
    assert tree.trouble.startswith(f"@{at + 8 - start}: ")
    assert tree.nodes[-1].kind == "X" and tree.nodes[-1].end == len(data) - start


@pytest.mark.parametrize("count", [1, 2, 5, 7])
def test_a_stray_byte_in_front_of_the_data_set_stops_the_walk(count: int) -> None:
    # GIVEN bytes between the file meta information and the data set
    data = meta() + b"\x55" * count + xa()[len(meta()) :]
    # WHEN it is walked THEN it says so, and the file meta information is read all the same
    tree = walked(data)
    assert tree.trouble
    assert tree.nodes[0].tag == 0x00020000


def test_a_zero_filled_tail_is_no_data_set() -> None:
    # GIVEN a file with 4 KiB of zeros behind it, and one that is zeros from its middle
    behind, inside = xa() + bytes(4096), xa()[:-200] + bytes(200)
    # WHEN they are walked
    one, two = walked(behind), walked(inside)
    # THEN the zeros are an opaque span, and no elements
    assert one.trouble == f"@{len(xa())}: no element header"
    assert one.nodes[-1].kind == "X" and one.nodes[-1].end - one.nodes[-1].off == 4096
    assert not any(node.tag == 0 and node.kind == "E" for node in flat(two.nodes))


@pytest.mark.parametrize("undefined", [False, True])
def test_nesting_has_a_limit(undefined: bool) -> None:
    # GIVEN sequences as deep as the walker follows, and one deeper
    walked_whole(dicom(deep(DEEPEST, undefined=undefined)))
    data = dicom(deep(DEEPEST + 1, undefined=undefined))
    # WHEN the deeper one is walked THEN it says so
    assert "nested too deep" in walked(data).trouble


def test_a_thousand_levels_are_damage_and_no_crash() -> None:
    # GIVEN ten thousand sequences that open and never close
    opening = el(REFERENCES, "SQ", mark(0xFFFEE000, UNDEFINED), length=UNDEFINED)
    # WHEN they are walked THEN it says so
    assert "nested too deep" in walked(dicom(opening * 10_000)).trouble


def report_of(nodes: int) -> bytes:
    """A dose report: one long sequence of items of ten elements."""
    short = b"".join(el(0x00080100 + number, "SH", b"code") for number in range(9))
    item_ = item(short, el(0x0040A160, "UT", b"x"))
    return dicom(sq(0x0040A730, *[item_] * (nodes // 11)))


def test_a_report_of_97000_nodes_is_walked_in_time() -> None:
    # GIVEN a dose report of 97,000 nodes
    data = report_of(97_000)
    # WHEN it is walked
    started = time.perf_counter()
    tree = walk(data)
    took = time.perf_counter() - started
    # THEN it took no seconds
    assert tree.trouble == ""
    assert sum(1 for _node in flat(tree.nodes)) > 96_000
    assert took < 3.0


def test_the_pixels_are_never_read() -> None:
    # GIVEN a file of 256 MB, nearly all of it a hole
    class Counting(bytes):
        """Bytes that count how many of them are looked at."""

    data = memoryview(bytearray(xa()[: -64 - 12] + el(PIXELS, "OW", b"", length=1 << 28) + bytes(1 << 28)))
    # WHEN it is walked THEN that takes no time
    started = time.perf_counter()
    tree = walk(data)
    assert time.perf_counter() - started < 0.05
    assert tree.nodes[-1].end - tree.nodes[-1].vo == 1 << 28


def test_a_last_element_that_passes_the_end_is_truncated_and_nothing_else_is() -> None:
    # GIVEN native pixels that lack five bytes
    data = xa()[:-5]
    # WHEN the file is walked THEN the last element says so, with what it declares
    tree = walked_whole(data)
    assert tree.nodes[-1].flag == "truncated" and tree.nodes[-1].length == 64
    assert [node.flag for node in tree.nodes[:-1] if node.flag] == []


def test_a_length_that_passes_its_item_names_where_and_by_how_much() -> None:
    # GIVEN an element in an item that is 24 bytes longer than its item
    wrong = el(NAME, "PN", b"WANG^WEI", length=32)
    data = dicom(sq(REFERENCES, item(wrong)), NAMED)
    # WHEN it is walked THEN offset and difference are told
    tree = walked(data)
    assert tree.trouble == f"@{data.index(wrong)}: element length 32 passes its container by 24"


def test_an_item_that_passes_its_sequence_names_where_and_by_how_much() -> None:
    # GIVEN an item that says 24 bytes more than its sequence has
    data = dicom(el(REFERENCES, "SQ", mark(0xFFFEE000, len(NAMED) + 24) + NAMED), NAMED)
    # WHEN it is walked THEN offset and difference are told
    at = data.index(mark(0xFFFEE000, len(NAMED) + 24))
    assert walked(data).trouble == f"@{at}: item length {len(NAMED) + 24} passes its container by 24"


def test_a_sequence_that_says_zero_and_has_items_is_damage() -> None:
    # GIVEN a sequence of length 0 with an item behind it
    data = dicom(sq(REFERENCES), item(NAMED), NAMED)
    # WHEN it is walked THEN the item between elements is named
    assert "unexpected FFFEE000 between elements" in walked(data).trouble


def test_tags_out_of_order_and_odd_lengths_are_oddities_and_no_damage() -> None:
    # GIVEN private elements of odd length, and a name in front of them that belongs behind
    data = dicom(NAMED, *PRIVATE)
    # WHEN it is walked THEN all are read, and the order is noted
    tree = walked_whole(data)
    assert [node.tag for node in tree.nodes[-4:]] == [NAME, 0x00090010, 0x00091001, 0x00091002]
    assert any("stands behind" in note for note in tree.notes)


def test_an_unknown_vr_is_read_in_the_form_that_fits() -> None:
    # GIVEN elements of VRs that nobody knows, in the short and in the long form
    short = el(0x00091010, "ZZ", b"ab")
    long = short[:4] + b"ZY\0\0" + (6).to_bytes(4, "little") + b"sixsix"
    long = (0x0009).to_bytes(2, "little") + (0x1011).to_bytes(2, "little") + long[4:]
    data = dicom(short, long, NAMED)
    # WHEN they are walked THEN both have their own lengths, and the name follows
    tree = walked_whole(data)
    assert [(node.tag, node.vr, node.ve - node.vo) for node in tree.nodes[-3:]] == [
        (0x00091010, "ZZ", 2),
        (0x00091011, "ZY", 6),
        (NAME, "PN", 8),
    ]


def test_a_few_bytes_behind_the_last_element_are_an_oddity() -> None:
    # GIVEN three bytes behind the data set
    tree = walked_whole(xa() + b"\0\0\0")
    # WHEN it is walked THEN they are a span of their own, noted
    assert tree.nodes[-1].kind == "X" and tree.nodes[-1].end - tree.nodes[-1].off == 3
    assert any("3 bytes behind" in note for note in tree.notes)


@pytest.mark.parametrize("data", [b"", b"\0", b"DICM", bytes(132), bytes(128) + b"DICM", b"\x02\0", meta()[:140]])
def test_what_is_hardly_a_file_is_walked_too(data: bytes) -> None:
    # GIVEN next to nothing WHEN it is walked THEN it is a partition, and nothing is raised
    walked(data)


def test_a_data_set_is_walked_in_one_encoding_and_no_other() -> None:
    # GIVEN an explicit data set
    data = xa()[len(meta()) :]
    # WHEN it is walked as what it is, and as what it is not
    right = walk_dataset(data, 0, implicit=False, little=True)
    wrong = [walk_dataset(data, 0, implicit=True, little=True), walk_dataset(data, 0, implicit=False, little=False)]
    # THEN only the first reaches the pixels
    assert right.trouble == "" and right.nodes[-1].tag == PIXELS
    assert all(tree.trouble or tree.nodes[-1].flag for tree in wrong)


def test_a_comment_of_the_walk_is_in_file_order() -> None:
    # GIVEN a file with nested sequences WHEN it is walked THEN `flat` gives all of it in the order of the file
    tree = walked_whole(xa())
    offsets = [node.off for node in flat(tree.nodes)]
    assert offsets == sorted(offsets)
    assert ("E", COMMENTS) in headers(tree)
