"""Ways to damage a file, each as it happens: cut, overwritten, mislabelled, converted twice, copied, half filed."""

import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from console.demo.damage_kit import (
    RLE,
    Kit,
    at_value,
    dataset_at,
    directory,
    element,
    labelled,
    places,
    replaced,
    valued,
    without,
)
from console.demo.texts import Charset

PIXELS = 0x7FE00010
IMPLICIT, BIG, DEFLATED = "1.2.840.10008.1.2", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99"
EXPLICIT = "1.2.840.10008.1.2.1"
JPEG = "1.2.840.10008.1.2.4.70"


@dataclass(frozen=True)
class Damaged:
    """The files of one case."""

    files: Mapping[str, bytes]
    """By name below the folder of the case."""
    healthy: bytes = b""
    """What the file of the first name was; empty where it never was sound."""
    found: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Codes by file name, where not all belong to the first file."""


def changed(
    change: Callable[[Kit, bytes], bytes], source: Callable[[Kit], bytes] = Kit.native
) -> Callable[[Kit], Damaged]:
    def make(kit: Kit) -> Damaged:
        healthy = source(kit)
        return Damaged({"IMG0001.dcm": change(kit, healthy)}, healthy)

    return make


def misspelled(tag: int, vr: str, right: bytes, wrong: bytes) -> Callable[[Kit], Damaged]:
    """An element that the sound object has with another value."""
    return changed(lambda _kit, data: valued(data, tag, vr, wrong), lambda kit: valued(kit.native(), tag, vr, right))


def given(tag: int, vr: str, value: bytes, *, pad: bool = True) -> Callable[[Kit], Damaged]:
    return changed(lambda _kit, data: valued(data, tag, vr, value, pad=pad))


def cut(data: bytes, count: int) -> bytes:
    return data[: len(data) - count]


def fragments_of(data: bytes) -> list[tuple[int, int]]:
    """Where the fragments of compressed pixel data begin, and how long they are, the offset table first."""
    at = places(data)[PIXELS].value
    found = []
    while data[at : at + 4] == b"\xfe\xff\x00\xe0":
        length = struct.unpack_from("<I", data, at + 4)[0]
        found.append((at, length))
        at += 8 + length
    return found


def cut_in_frame(_kit: Kit, data: bytes) -> bytes:
    at, length = fragments_of(data)[3]
    return data[: at + 8 + length // 2]


def broken_chain(_kit: Kit, data: bytes) -> bytes:
    at, _length = fragments_of(data)[3]
    return data[:at] + b"\x12\x34\x56\x78" + data[at + 4 :]


def fewer(_kit: Kit, data: bytes) -> bytes:
    fragments = fragments_of(data)
    at, _length = fragments[-1]
    table, size = fragments[0]
    return data[:table] + b"\xfe\xff\x00\xe0" + bytes(4) + data[table + 8 + size : at] + data[-8:]


def misled_table(_kit: Kit, data: bytes) -> bytes:
    at, length = fragments_of(data)[0]
    offsets = [offset + 2 for offset in struct.unpack_from(f"<{length // 4}I", data, at + 8)]
    return data[: at + 8] + struct.pack(f"<{len(offsets)}I", *offsets) + data[at + 8 + length :]


def native_under_rle(_kit: Kit, data: bytes) -> bytes:
    return labelled(data, RLE)


def no_syntax(_kit: Kit, data: bytes) -> bytes:
    return without(data, 0x00020010)


def bad_deflate(_kit: Kit, data: bytes) -> bytes:
    at = dataset_at(labelled(data, DEFLATED))
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = packer.compress(data[dataset_at(data) :]) + packer.flush()
    return labelled(data, DEFLATED)[:at] + b"\xff\xff\xff\xff" + packed[4:]


def lost_delimiter(kit: Kit, data: bytes) -> bytes:
    """A sequence of undefined length that nothing ends."""
    body = b"\xfe\xff\x00\xe0\xff\xff\xff\xff" + element(0x00081150, "UI", b"1.2.840.10008.3.1.2.3.3")
    body += element(0x00081155, "UI", kit.item(9).uid("instance").encode()) + b"\xfe\xff\x0d\xe0" + bytes(4)
    sequence = struct.pack("<HH2sHI", 0x0008, 0x1111, b"SQ", 0, 0xFFFFFFFF) + body
    at = next(place.start for tag, place in places(data).items() if tag > 0x00081111)
    return data[:at] + sequence + data[at:]


def long_element(_kit: Kit, data: bytes) -> bytes:
    place = places(data)[0x00080070]
    return data[: place.length_at] + struct.pack("<H", 0x7FFF) + data[place.length_at + 2 :]


def nested_gbk(kit: Kit, data: bytes) -> bytes:
    item = element(0x00400007, "LO", "冠脉造影检查".encode("gbk")) + element(0x00400009, "SH", b"SPS1")
    body = b"\xfe\xff\x00\xe0" + struct.pack("<I", len(item)) + item
    return valued(data, 0x00400275, "SQ", body)


def implicit_element(_kit: Kit, data: bytes) -> bytes:
    place = places(data)[0x00080070]
    new = struct.pack("<HHI", 0x0008, 0x0070, place.end - place.value) + data[place.value : place.end]
    return data[: place.start] + new + data[place.end :]


def exchanged(_kit: Kit, data: bytes) -> bytes:
    known = places(data)
    one, other = known[0x00080060], known[0x00080070]
    return data[: one.start] + data[other.start : other.end] + data[one.start : one.end] + data[other.end :]


def doubled(_kit: Kit, data: bytes) -> bytes:
    place = places(data)[0x00080070]
    return data[: place.end] + data[place.start : place.end] + data[place.end :]


def unknown_vr(_kit: Kit, data: bytes) -> bytes:
    place = places(data)[0x00080070]
    return replaced(data, 0x00080070, element(0x00080070, "UN", data[place.value : place.end]))


def twice_pixels(_kit: Kit, data: bytes) -> bytes:
    place = places(data)[PIXELS]
    return data + data[place.start : place.end]


def mixed(kit: Kit, data: bytes) -> bytes:
    data = valued(data, 0x00081040, "LO", "心血管内科导管室".encode("gbk"))
    return valued(data, 0x00081050, "PN", "欧阳建国".encode("gbk"))


def twice_encoded(kit: Kit, data: bytes) -> bytes:
    name = kit.item().patient.name.partition("=")[2].encode().decode("latin-1").encode()
    return valued(data, 0x00100010, "PN", name)


def second_file(kit: Kit, data: bytes) -> bytes:
    return data + kit.native(2)


def pair(change: Callable[[bytes], bytes], code: str) -> Callable[[Kit], Damaged]:
    def make(kit: Kit) -> Damaged:
        data = kit.native()
        return Damaged({"IMG0001.dcm": data, "IMG0002.dcm": change(data)}, data, {"IMG0001.dcm": (code,)})

    return make


def other_patient(kit: Kit) -> Damaged:
    files = {f"IMG000{number}.dcm": kit.native(number) for number in (1, 2, 3)}
    healthy = files["IMG0003.dcm"]
    stray = valued(healthy, 0x00100020, "LO", b"D9999")
    return Damaged({**files, "IMG0003.dcm": stray}, healthy, {"IMG0003.dcm": ("study-two-patients",)})


def other_birth(kit: Kit) -> Damaged:
    files = {f"IMG000{number}.dcm": kit.native(number) for number in (1, 2, 3)}
    healthy = files["IMG0003.dcm"]
    stray = valued(healthy, 0x00100030, "DA", b"19391224")
    return Damaged({**files, "IMG0003.dcm": stray}, healthy, {"IMG0003.dcm": ("study-differs",)})


def gap(kit: Kit) -> Damaged:
    files = {f"IMG000{number}.dcm": kit.native(number) for number in (1, 2, 5)}
    return Damaged(files, b"", {"IMG0001.dcm": ("instance-gap",)})


def medium(kit: Kit, listed: tuple[int, ...], there: tuple[int, ...]) -> dict[str, bytes]:
    objects = {number: kit.native(number) for number in (1, 2, 3)}
    files = {"DICOMDIR": directory([(f"IMAGES/IM{number}", objects[number]) for number in listed])}
    return files | {f"IMAGES/IM{number}": objects[number] for number in there}


def mislabelled(charset: Charset) -> Callable[[Kit], Damaged]:
    """GBK texts, which the right label would explain."""

    def make(kit: Kit) -> Damaged:
        wrong = kit.native(charset=charset)
        return Damaged({"IMG0001.dcm": wrong}, valued(wrong, 0x00080005, "CS", b"GBK"))

    return make


def with_siblings(change: Callable[[bytes], bytes]) -> Callable[[Kit], Damaged]:
    """One of three files of a series."""

    def make(kit: Kit) -> Damaged:
        files = {f"IMG000{number}.dcm": kit.native(number) for number in (1, 2, 3)}
        healthy = files["IMG0001.dcm"]
        return Damaged({**files, "IMG0001.dcm": change(healthy)}, healthy)

    return make


def missing(kit: Kit) -> Damaged:
    files = medium(kit, (1, 2, 3), (1, 2))
    return Damaged(files, medium(kit, (1, 2), (1, 2))["DICOMDIR"], {"DICOMDIR": ("directory-file-missing",)})


def unlisted(kit: Kit) -> Damaged:
    files = medium(kit, (1, 2), (1, 2, 3))
    return Damaged(files, medium(kit, (1, 2, 3), ())["DICOMDIR"], {"DICOMDIR": ("directory-file-unlisted",)})


def broken_directory(kit: Kit) -> Damaged:
    files = medium(kit, (1, 2, 3), (1, 2, 3))
    healthy = files["DICOMDIR"]
    at = places(healthy)[0x00041220].value + 8 + 8
    files["DICOMDIR"] = healthy[:at] + struct.pack("<I", 12) + healthy[at + 4 :]
    return Damaged(files, healthy, {"DICOMDIR": ("directory-broken",)})


def page(_kit: Kit) -> Damaged:
    return Damaged({"IMG0001.dcm": b"<html><body>502 Bad Gateway</body></html>\n" * 40})


def shorter_group(_kit: Kit, data: bytes) -> bytes:
    return at_value(data, 0x00020000, lambda raw: struct.pack("<I", struct.unpack("<I", raw)[0] - 20))


def short_id(_kit: Kit, data: bytes) -> bytes:
    place = places(data)[0x00100020]
    return replaced(data, 0x00100020, element(0x00100020, "SH", data[place.value : place.end]))
