"""The walker: every byte belongs to one span, whatever the file is."""

import mmap
import os
import struct
import sys
import time
from pathlib import Path

import pytest

from console.demo.damage_kit import directory, element
from console.model.repair import Edit
from console.repair.pieces import edited, inverse
from console.repair.spans import UNDEFINED, Node, flat, walk, walk_dataset
from tests.support import need_samples
from tests.unit.repair.jobs import BIG_ENDIAN, NAME, assert_partition, head, meta, patient, reemitted, small, study
from tests.unit.repair.visits import kit

ITEM, ITEM_END, SEQUENCE_END = b"\xfe\xff\x00\xe0", b"\xfe\xff\x0d\xe0\0\0\0\0", b"\xfe\xff\xdd\xe0\0\0\0\0"
UNKNOWN_LENGTH = b"\xff\xff\xff\xff"


def node_of(data: bytes, tag: int) -> Node:
    """The first node of a tag, at any depth."""
    return next(node for node in flat(walk(data).nodes) if node.tag == tag)


def sound() -> dict[str, bytes]:
    """Small whole files of every encoding, by what they are."""
    made = kit()
    native = made.native()
    return {
        "explicit": native,
        "implicit": made.implicit(),
        "fragments": made.compressed(),
        "DICOMDIR": directory([("IMAGES/IM1", native), ("IMAGES/IM2", made.native(2))]),
        "small": small(),
        "big endian": big_endian(),
    }


def big_endian() -> bytes:
    """A data set in explicit VR big endian, with a sequence."""

    def put(tag: int, vr: str, value: bytes) -> bytes:
        start = struct.pack(">HH", tag >> 16, tag & 0xFFFF) + vr.encode()
        long = vr in ("OW", "SQ")
        return start + (struct.pack(">HI", 0, len(value)) if long else struct.pack(">H", len(value))) + value

    inner = put(0x00081150, "UI", b"1.2.840.10008.5.1.4.1.1.7\0")
    item = struct.pack(">HHI", 0xFFFE, 0xE000, len(inner)) + inner
    values = put(0x00080016, "UI", b"1.2.840.10008.5.1.4.1.1.7\0") + put(0x00080018, "UI", b"1.2.3\0")
    values += put(0x00081115, "SQ", item) + put(0x00100010, "PN", b"Big^Endian") + put(0x00100020, "LO", b"P1")
    return meta(BIG_ENDIAN) + values + put(0x7FE00010, "OW", bytes(range(64)))


@pytest.mark.parametrize("kind", ["explicit", "implicit", "fragments", "DICOMDIR", "small", "big endian"])
def test_a_sound_file_is_written_again_from_its_spans_byte_by_byte(kind: str) -> None:
    # GIVEN a whole file of one encoding WHEN it is walked
    data = sound()[kind]
    tree = walk(data)
    # THEN nothing is in doubt, and headers made of the fields alone give the same file
    assert (tree.trouble, tree.notes) == ("", [])
    assert_partition(tree, data)
    assert reemitted(tree, data) == data


def test_every_real_sample_is_written_again_from_its_spans_byte_by_byte() -> None:
    # GIVEN the real samples, broken ones too WHEN each is walked THEN every byte of it is in one span
    walked = 0
    for path in sorted(need_samples().rglob("*")):
        data = path.read_bytes() if path.is_file() else b""
        if len(data) < 200 or path.suffix in (".md", ".tsv"):
            continue
        tree = walk(data)
        assert_partition(tree, data)
        if not tree.trouble and not any("reserved" in note for note in tree.notes):
            walked += 1
            assert reemitted(tree, data) == data, path.name
    # THEN most of them are walked to their end
    assert walked > 60


def test_a_delimiter_inside_a_codestream_is_no_delimiter() -> None:
    # GIVEN a fragment that holds the bytes of a sequence delimiter
    stream = b"\xff\xd8\xff" + SEQUENCE_END + b"more!"
    data = meta() + head() + b"\xe0\x7f\x10\x00OB\0\0" + UNKNOWN_LENGTH + ITEM + bytes(4)
    data += ITEM + struct.pack("<I", len(stream)) + stream + SEQUENCE_END
    # WHEN it is walked THEN the fragment is whole, and the delimiter behind it counts
    pixels = node_of(data, 0x7FE00010)
    assert [(kid.kind, kid.ve - kid.vo) for kid in pixels.kids] == [("F", 0), ("F", len(stream)), ("D", 0)]
    assert pixels.flag == ""


@pytest.mark.parametrize(
    ("lost", "flag"), [(8, "no-delimiter"), (5, "half-delimiter"), (12, "truncated")], ids=["whole", "half", "fragment"]
)
def test_what_a_compressed_picture_lost_at_its_end_is_told_apart(lost: int, flag: str) -> None:
    # GIVEN a compressed picture without its delimiter, with half of it, and cut inside its last fragment
    data = kit().compressed()
    # WHEN it is walked THEN the verdict differs, and the walk still reaches the end
    tree = walk(data[:-lost])
    assert next(node.flag for node in tree.nodes if node.tag == 0x7FE00010) == flag
    assert tree.trouble == ""


def test_a_last_element_that_passes_the_end_is_kept_as_truncated() -> None:
    # GIVEN a native picture that was cut WHEN it is walked THEN declared and present lengths can be told
    data = kit().native()
    pixels = node_of(data[:-100], 0x7FE00010)
    assert pixels.flag == "truncated"
    assert pixels.vo + pixels.length - pixels.ve == 100


def test_a_few_bytes_behind_the_end_are_one_opaque_span() -> None:
    # GIVEN three bytes behind the last element WHEN it is walked THEN they are noted, and nothing is in doubt
    tree = walk(small() + b"\0\0\0")
    assert tree.trouble == ""
    assert (tree.nodes[-1].kind, tree.nodes[-1].end - tree.nodes[-1].off) == ("X", 3)
    assert "3 bytes behind" in tree.notes[0]


def test_a_data_set_is_walked_in_one_encoding_and_no_other() -> None:
    # GIVEN an implicit data set WHEN it is walked as such and as an explicit one
    data = kit().implicit()
    start = walk(data).start
    assert walk_dataset(data, start, implicit=True, little=True).trouble == ""
    # THEN the wrong encoding does not reach the end
    assert walk_dataset(data, start, implicit=False, little=False).trouble != ""


def synthetic_report(nodes: int) -> bytes:
    """A structured report of about `nodes` spans: items of undefined and defined length in turn."""
    made = bytearray(meta() + head() + patient() + study())
    made += b"\x40\x00\x30\xa7SQ\0\0" + UNKNOWN_LENGTH
    code = element(0x00080100, "SH", b"113706") + element(0x00080102, "SH", b"DCM")
    code = ITEM + struct.pack("<I", len(code)) + code
    inner = element(0x0040A010, "CS", b"CONTAINS") + element(0x0040A040, "CS", b"NUM")
    inner += b"\x40\x00\x43\xa0SQ\0\0" + struct.pack("<I", len(code)) + code + element(0x0040A160, "UT", b"text")
    # Item, five elements, one of them with an item of two, delimiter.
    for number in range(nodes // 9):
        if number % 2:
            made += ITEM + struct.pack("<I", len(inner)) + inner
        else:
            made += ITEM + UNKNOWN_LENGTH + inner + ITEM_END
    return bytes(made + SEQUENCE_END)


def test_a_report_of_97000_nodes_is_walked_within_two_seconds() -> None:
    # GIVEN a structured report of 97,000 spans WHEN it is walked
    data = synthetic_report(110_000)
    began = time.monotonic()
    tree = walk(data)
    seconds = time.monotonic() - began
    # THEN it takes a moment, not minutes
    assert sum(1 for _node in flat(tree.nodes)) > 97_000
    assert tree.trouble == ""
    assert seconds < 2.0


def test_a_picture_of_300_mb_is_walked_without_being_read(tmp_path: Path) -> None:
    # GIVEN a file whose picture is a hole of 300 MB WHEN it is walked through a map
    path = tmp_path / "cine.dcm"
    size = 300 << 20
    with path.open("wb") as made:
        made.write(meta() + head() + patient() + b"\xe0\x7f\x10\x00OB\0\0" + struct.pack("<I", size))
        made.truncate(made.tell() + size)
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        began = time.monotonic()
        for _turn in range(20):
            tree = walk(data)
        seconds = (time.monotonic() - began) / 20
    # THEN that takes no more than the header does
    assert tree.nodes[-1].length == size != UNDEFINED
    assert seconds < 0.01


def test_a_file_of_five_gigabytes_is_changed_in_pieces(tmp_path: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("a file with holes takes all of its room there")
    # GIVEN a compressed object of five fragments, which are holes of 1 GiB each
    path, hole = tmp_path / "long.dcm", 1 << 30
    with path.open("wb") as made:
        made.write(meta() + head() + patient() + b"\xe0\x7f\x10\x00OB\0\0" + UNKNOWN_LENGTH + ITEM + bytes(4))
        for _fragment in range(5):
            made.write(ITEM + struct.pack("<I", hole))
            made.seek(hole, os.SEEK_CUR)
        made.write(SEQUENCE_END)
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        # WHEN it is walked, and a name in front of them becomes longer
        tree = walk(data)
        pieces = edited(data, tree, (Edit((), NAME, "PN", b"Old^Name", b"Somebody^Else "),))
        back = inverse(pieces, lambda start, end: data[start:end], len(data))
    # THEN offsets beyond 4 GiB are right, and nothing but the name is written or kept
    assert tree.trouble == ""
    assert len(next(node for node in tree.nodes if node.tag == 0x7FE00010).kids) == 7
    assert pieces.size == path.stat().st_size + 6 > 5 << 30
    assert back.size == path.stat().st_size
    assert sum(len(part) for part in (*pieces.parts, *back.parts) if isinstance(part, bytes)) < 40
