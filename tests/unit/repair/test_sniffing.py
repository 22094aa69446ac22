"""Which encoding a data set has, by its bytes alone: a hint that is right or says nothing (PS3.5 7.1)."""

import random

import pytest

from console.repair.sniffing import scores, sniff
from console.repair.spans import walk
from tests.unit.repair.making import BIG, IMPLICIT, NAME, XA, dicom, el, meta, real_samples, xa

EXPLICIT_LITTLE = (False, True)
ENCODINGS = {EXPLICIT_LITTLE: "explicit", (True, True): "implicit", (False, False): "big endian"}


def data_set(implicit: bool, little: bool) -> bytes:
    """Six elements."""
    elements = [
        (0x00080016, "UI", XA.encode()),
        (0x00080018, "UI", b"1.2.3.4\0"),
        (0x00080060, "CS", b"XA"),
        (NAME, "PN", b"WANG^WEI"),
        (0x00100020, "LO", b"P0017 "),
        (0x0020000D, "UI", b"1.2.3\0"),
    ]
    return b"".join(el(tag, vr, value, implicit=implicit, little=little) for tag, vr, value in elements)


@pytest.mark.parametrize("encoding", ENCODINGS, ids=ENCODINGS.values())
def test_six_elements_say_how_they_are_written(encoding: tuple[bool, bool]) -> None:
    # GIVEN a data set of six elements WHEN it is sniffed THEN it is the one encoding, far in front of the others
    data = data_set(*encoding)
    assert sniff(data, 0) == encoding
    found = scores(data, 0)
    assert found[encoding] == 6
    assert max(count for other, count in found.items() if other != encoding) <= 1


def test_no_healthy_sample_is_taken_for_another_encoding() -> None:
    # GIVEN every sample that can be walked to its end under what it declares
    counted = 0
    for path in real_samples():
        data = path.read_bytes()
        tree = walk(data)
        declared = (tree.syntax == IMPLICIT, tree.syntax != BIG)
        if tree.trouble or not tree.syntax or (tree.implicit, tree.little) != declared:
            continue
        # WHEN its data set is sniffed THEN it is that, or the few elements do not say
        assert sniff(data, tree.start) in (declared, None), path.name
        counted += sniff(data, tree.start) == declared
    assert counted > 20


@pytest.mark.parametrize(
    "data",
    [b"", b"\0" * 7, bytes(4096), b"\xff" * 4096, b"%PDF-1.7\n" * 40, random.Random(1).randbytes(4096)],
    ids=["empty", "seven", "zeros", "ones", "text", "noise"],
)
def test_what_is_no_data_set_says_nothing(data: bytes) -> None:
    # GIVEN bytes that are no data set WHEN they are sniffed THEN no encoding is named
    assert sniff(data, 0) is None


def test_two_elements_are_too_few_to_say() -> None:
    # GIVEN a data set of two elements WHEN it is sniffed THEN no encoding is named
    assert sniff(el(0x00080060, "CS", b"XA") + el(NAME, "PN", b"A^B "), 0) is None


def test_a_data_set_begins_with_the_group_of_its_class() -> None:
    # GIVEN six elements that begin in the middle of a data set WHEN they are sniffed THEN that is no beginning
    inside = b"".join(el(0x00100010 + 0x10 * number, "LO", b"text") for number in range(6))
    assert scores(inside, 0)[EXPLICIT_LITTLE] >= 4
    assert sniff(inside, 0) is None


def test_a_value_that_passes_the_end_ends_the_count() -> None:
    # GIVEN a data set cut in its fourth element
    whole = data_set(*EXPLICIT_LITTLE)
    cut = whole[: whole.index(b"WANG") + 2]
    # WHEN it is scored THEN the elements behind do not count
    assert scores(cut, 0)[EXPLICIT_LITTLE] == 4
    assert scores(whole, 0)[EXPLICIT_LITTLE] == 6


def test_the_score_does_not_depend_on_what_stands_in_front() -> None:
    # GIVEN a whole file WHEN its data set is scored where it begins THEN that is the same as alone
    data = xa()
    assert scores(data, len(meta())) == scores(data[len(meta()) :], 0)
    assert sniff(dicom(data_set(True, True), syntax=IMPLICIT), len(meta(IMPLICIT))) == (True, True)
