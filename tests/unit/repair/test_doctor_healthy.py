"""Sound objects of every kind: nothing is said of them."""

import struct
import zlib

import pytest

from console.demo.contents import Angiogram, Capture, DoseReport, Electrocardiogram, Paper, Presentation, Slice
from console.demo.damage_kit import dataset_at, element, labelled, places, valued
from console.demo.hospital import ITEMS
from console.demo.make import make
from tests.unit.demo.small import CINE, first_of
from tests.unit.repair.visits import codes_of, kit

PIXELS = 0x7FE00010


@pytest.mark.parametrize("kind", [Capture, DoseReport, Electrocardiogram, Paper, Presentation, Slice])
def test_each_kind_of_practice_object_is_healthy(kind: type) -> None:
    sound = [item for item in ITEMS if isinstance(item.content, kind) and not item.faults]
    data, _truth = make(sound[0] if sound else first_of(kind), lambda _frame: None)
    assert codes_of(data) == set()


def test_a_compressed_cine_is_healthy() -> None:
    assert isinstance(CINE.content, Angiogram)
    data, _truth = make(CINE, lambda _frame: None)
    assert codes_of(data) == set()


def test_every_encoding_is_healthy() -> None:
    for data in (kit().native(), kit().implicit(), kit().compressed(), kit().jpeg_2000(boxes=False)):
        assert codes_of(data) == set()


def test_a_deflated_object_is_looked_at_inside() -> None:
    # GIVEN a sound object that is deflated as a whole, and one whose birth date is wrong
    for data, expected in (
        (kit().native(), set()),
        (valued(kit().native(), 0x00100030, "DA", b"19501350"), {"bad-date"}),
    ):
        packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        packed = packer.compress(data[dataset_at(data) :]) + packer.flush()
        deflated = labelled(data, "1.2.840.10008.1.2.1.99")
        deflated = deflated[: dataset_at(deflated)] + packed + b"\0" * (len(packed) % 2)
        # THEN what is inside is judged
        assert codes_of(deflated) == expected


def test_trailing_padding_and_elements_behind_the_pixels_are_legal() -> None:
    data = kit().native()
    padding = element(0xFFFCFFFC, "OB", bytes(100))
    private = element(0x7FE10010, "LO", b"SIEMENS CSA")
    assert codes_of(data + padding) == set()
    assert codes_of(data + private) == set()


def test_a_missing_last_frame_of_an_uncompressed_cine_is_told_in_frames() -> None:
    # GIVEN a cine whose length field was written before its last frame was
    data = kit().native()
    place = places(data)[PIXELS]
    shorter = data[: place.length_at] + struct.pack("<I", 3 * 64 * 64) + data[place.value : place.value + 3 * 64 * 64]
    # THEN header and pixels disagree, and nothing is cut
    assert codes_of(shorter) == {"pixel-length"}


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("ISO_IR 192", "张^伟"),
        ("GB18030", "张^伟"),
        ("GBK", "张^伟"),
        ("ISO_IR 100", "Müller^Jérôme"),
        ("ISO_IR 144", "Люкceмбypг"),
        ("\\ISO 2022 IR 58", "Zhang^XiaoDong=张^小东"),
        ("ISO 2022 IR 13\\ISO 2022 IR 87", "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎"),
        ("\\ISO 2022 IR 149", "Hong^Gildong=洪^吉洞"),
    ],
)
def test_names_under_a_true_label_are_healthy(charset: str, text: str) -> None:
    from console.dicom.characters import encode

    data = kit().native()
    for tag in (0x00080080, 0x00081030, 0x0008103E, 0x00104000):
        data = valued(data, tag, "LO" if tag != 0x00104000 else "LT", b"")
    data = valued(valued(data, 0x00080005, "CS", charset.encode()), 0x00100010, "PN", encode(text, charset))
    assert codes_of(data) == set()


def test_values_that_are_legal_though_unusual_are_left_alone() -> None:
    data = kit().native()
    for tag, vr, value in (
        (0x00080030, "TM", b"0915"),
        (0x00080030, "TM", b"091500.123456"),
        (0x0008002A, "DT", b"20210410091500.000000+0800"),
        (0x00101030, "DS", b" 7.1e1 "),
        (0x00100030, "DA", b""),
        (0x00100040, "CS", b"O"),
        (0x00101010, "AS", b"045Y"),
        (0x00080018, "UI", b"1.2.840.0.1"),
    ):
        changed = valued(data, tag, vr, value)
        if tag == 0x00080018:
            changed = valued(changed, 0x00020003, "UI", value)
        assert codes_of(changed) == set(), (hex(tag), value)
