"""Sound objects to be damaged, and the tools to damage bytes with: elements found, replaced, moved, cut."""

import struct
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cached_property
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np

from console.demo import angiogram
from console.demo.cases import Item, Patient, Study, fixed_uid
from console.demo.codec import fast_rle
from console.demo.contents import Angiogram
from console.demo.header import EXPLICIT_LITTLE, IMPLICIT_LITTLE, encapsulate_frames, file_bytes
from console.demo.recipe import CArm, Recipe
from console.demo.scene import Scene
from console.demo.texts import UTF8, Charset, label, put

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

RLE = "1.2.840.10008.1.2.5"
FRAMES = 4
_SIZE = 64
_NAMES = (
    "Gao^Yun=高^云", "Xie^Dan=谢^丹", "Pan^Hao=潘^昊", "Ren^Ying=任^莹", "Jiang^Tao=蒋^涛", "Cai^Min=蔡^敏",
    "Du^Wen=杜^文", "Ye^Qing=叶^青", "Cheng^Bo=程^波", "Su^Hong=苏^红",
)  # fmt: skip
_RECIPE = Recipe(frames=FRAMES, c_arm=CArm(size=_SIZE))


@dataclass
class Kit:
    """Makes the objects of one damaged archive; each case is a patient and a study of its own."""

    number: int = 0
    """Of the case, from 1."""

    def item(self, instance: int = 1, series: int = 1) -> Item:
        """Whose file it is."""
        name = _NAMES[self.number % len(_NAMES)]
        patient = Patient(
            name, f"D{self.number:04d}", f"19{40 + self.number % 50}0{1 + self.number % 9}15", "MF"[self.number % 2]
        )
        study = Study(patient, f"2021{1 + self.number % 12:02d}10", "091500", f"D{self.number:04d}-01", "冠状动脉造影")
        return Item(study, Angiogram(_RECIPE), "", "091700", series, instance, "左冠状动脉")

    def dataset(self, instance: int = 1, series: int = 1, charset: Charset = UTF8) -> "Dataset":
        """A native cine of four small frames."""
        from pydicom.dataset import Dataset

        # A data set of its own, not one that was read: pydicom would convert the texts to the label's character set.
        ds = Dataset()
        for tag in self._base.keys():
            ds[tag] = deepcopy(self._base.get_item(tag))
        item = self.item(instance, series)
        item = replace(item, study=replace(item.study, charset=charset))
        patient, study = item.patient, item.study
        ds.SOPInstanceUID = item.uid("instance")
        ds.StudyInstanceUID, ds.SeriesInstanceUID = item.uid("study"), item.uid("series")
        ds.PatientID, ds.PatientBirthDate, ds.PatientSex = patient.patient_id, patient.birth_date, patient.sex
        ds.StudyDate = ds.SeriesDate = ds.ContentDate = ds.InstanceCreationDate = study.date
        ds.AcquisitionDate = study.date
        ds.StudyID, ds.AccessionNumber = study.study_id, study.accession_number
        ds.SeriesNumber, ds.InstanceNumber = series, instance
        label(ds, charset)
        put(
            ds,
            charset,
            PatientName=patient.name if charset.actual != "GBK" else patient.name.partition("=")[2],
            InstitutionName="练习医院",
            StudyDescription=study.description,
            SeriesDescription=item.series_description,
            PatientComments="练习用的虚构患者",
        )
        return ds

    def native(self, instance: int = 1, syntax: str = EXPLICIT_LITTLE, charset: Charset = UTF8) -> bytes:
        """The file of it, uncompressed."""
        return file_bytes(self.dataset(instance, charset=charset), syntax)

    def implicit(self) -> bytes:
        """The same in implicit VR."""
        return file_bytes(self.dataset(), IMPLICIT_LITTLE)

    def compressed(self) -> bytes:
        """The same, its frames compressed (RLE)."""
        ds = self.dataset()
        pixels = np.frombuffer(ds.PixelData, np.uint8)[: FRAMES * _SIZE * _SIZE].reshape(FRAMES, _SIZE, _SIZE)
        encapsulate_frames(ds, [fast_rle(frame) for frame in pixels])
        return file_bytes(ds, RLE)

    def jpeg_2000(self, *, boxes: bool) -> bytes:
        """One frame as JPEG 2000, with the boxes of a JP2 file around the codestream or without."""
        from PIL import Image

        ds = self.dataset()
        picture = Image.frombytes("L", (_SIZE, _SIZE), ds.PixelData[: _SIZE * _SIZE])
        stream = BytesIO()
        picture.save(stream, "JPEG2000", no_jp2=not boxes, irreversible=False)
        ds.NumberOfFrames = 1
        encapsulate_frames(ds, [stream.getvalue()])
        return file_bytes(ds, "1.2.840.10008.1.2.4.90")

    @cached_property
    def _base(self) -> "Dataset":
        """A cine of the practice hospital, uncompressed. Rendered once: that is what takes time."""
        from pydicom import dcmread

        made = angiogram.make(self.item(), Angiogram(_RECIPE), lambda _frame: None)
        ds = dcmread(BytesIO(made.data))
        scene = Scene(_RECIPE)
        ds.PixelData = b"".join(np.asarray(scene.frame(number), np.uint8).tobytes() for number in range(FRAMES))
        ds["PixelData"].VR = "OB"
        ds["PixelData"].is_undefined_length = False
        for keyword in ("SpecificCharacterSet", "RWavePointer", "LossyImageCompression"):
            del ds[keyword]
        return ds


@dataclass(frozen=True)
class Place:
    """Where a top-level element stands in an explicit VR little endian file."""

    start: int
    length_at: int
    value: int
    end: int


_LONG = (b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV")


def places(data: bytes) -> dict[int, Place]:
    """The top-level elements by tag, up to the first of undefined length or without VR, which is the last."""
    found: dict[int, Place] = {}
    at = 132
    while at + 8 <= len(data):
        group, number = struct.unpack_from("<HH", data, at)
        vr = data[at + 4 : at + 6]
        long = vr in _LONG
        if not vr.isalpha() or (long and at + 12 > len(data)):
            break
        length_at = at + 8 if long else at + 6
        length = struct.unpack_from("<I" if long else "<H", data, length_at)[0]
        value = at + (12 if long else 8)
        end = len(data) if length == 0xFFFFFFFF else value + length
        found[group << 16 | number] = Place(at, length_at, value, end)
        at = end
    return found


def dataset_at(data: bytes) -> int:
    """Where the data set begins."""
    return next(place.start for tag, place in places(data).items() if tag >> 16 > 2)


def element(tag: int, vr: str, value: bytes, *, pad: bool = True) -> bytes:
    """One element in explicit VR little endian."""
    if pad and len(value) % 2:
        value += b"\0" if vr in ("UI", "OB", "UN") else b" "
    head = struct.pack("<HH", tag >> 16, tag & 0xFFFF) + vr.encode()
    if vr.encode() in _LONG:
        return head + struct.pack("<HI", 0, len(value)) + value
    return head + struct.pack("<H", len(value)) + value


def replaced(data: bytes, tag: int, new: bytes) -> bytes:
    """`data` with the bytes `new` in the place of a top-level element (group 2: its length is put right)."""
    place = places(data)[tag]
    result = data[: place.start] + new + data[place.end :]
    return _regrouped(result, len(new) - (place.end - place.start)) if tag >> 16 == 2 and tag & 0xFFFF else result


def valued(data: bytes, tag: int, vr: str, value: bytes, *, pad: bool = True) -> bytes:
    """`data` with another value of a top-level element, which is put in where it is missing."""
    known = places(data)
    new = element(tag, vr, value, pad=pad)
    if tag in known:
        return replaced(data, tag, new)
    at = next((place.start for other, place in known.items() if other > tag), len(data))
    return data[:at] + new + data[at:]


def without(data: bytes, tag: int) -> bytes:
    """`data` without a top-level element."""
    return replaced(data, tag, b"")


def _regrouped(data: bytes, more: int) -> bytes:
    at = places(data)[0x00020000].value
    length = struct.unpack_from("<I", data, at)[0] + more
    return data[:at] + struct.pack("<I", length) + data[at + 4 :]


def labelled(data: bytes, syntax: str) -> bytes:
    """`data` with another transfer syntax in its file meta information."""
    return valued(data, 0x00020010, "UI", syntax.encode())


def at_value(data: bytes, tag: int, change: Callable[[bytes], bytes]) -> bytes:
    """`data` with the value of a top-level element changed to another of the same length."""
    place = places(data)[tag]
    new = change(data[place.value : place.end])
    assert len(new) == place.end - place.value
    return data[: place.value] + new + data[place.end :]


def directory(files: Sequence[tuple[str, bytes]]) -> bytes:
    """A DICOMDIR of one patient, study and series that leads to `files`, given as file ids and the files' bytes."""
    values = {tag: files[0][1][place.value : place.end] for tag, place in places(files[0][1]).items()}
    charset = element(0x00080005, "CS", values[0x00080005])
    keys = {
        "PATIENT": charset + _copied(values, (0x00100010, "PN"), (0x00100020, "LO")),
        "STUDY": charset
        + _copied(values, (0x00080020, "DA"), (0x00080030, "TM"), (0x00080050, "SH"), (0x00081030, "LO"))
        + _copied(values, (0x0020000D, "UI"), (0x00200010, "SH")),
        "SERIES": _copied(values, (0x00080060, "CS"), (0x0020000E, "UI"), (0x00200011, "IS")),
    }
    bodies = [(kind, b"", body) for kind, body in keys.items()]
    for name, data in files:
        own = {tag: data[place.value : place.end] for tag, place in places(data).items()}
        reference = element(0x00041500, "CS", name.replace("/", "\\").encode())
        for tag, source in ((0x00041510, 0x00080016), (0x00041511, 0x00080018), (0x00041512, 0x00020010)):
            reference += element(tag, "UI", own[source].rstrip(b"\0"))
        bodies.append(("IMAGE", reference, _copied(own, (0x00200013, "IS"))))
    front = bytes(128) + b"DICM" + _directory_meta() + element(0x00041130, "CS", b"DAMAGED")
    # Behind it stand three short elements and the head of the sequence.
    head = len(front) + 12 + 12 + 10 + 12
    sizes = [len(_record(0, 0, kind, reference, body)) for kind, reference, body in bodies]
    starts = [head + sum(sizes[:at]) for at in range(len(sizes))]
    records = b""
    for at, (kind, reference, body) in enumerate(bodies):
        lower = starts[at + 1] if at < 3 else 0
        following = starts[at + 1] if 3 <= at < len(bodies) - 1 else 0
        records += _record(following, lower, kind, reference, body)
    root = struct.pack("<I", head)
    links = element(0x00041200, "UL", root) + element(0x00041202, "UL", root) + element(0x00041212, "US", b"\0\0")
    return front + links + element(0x00041220, "SQ", records)


def _directory_meta() -> bytes:
    body = element(0x00020001, "OB", b"\0\1") + element(0x00020002, "UI", b"1.2.840.10008.1.3.10")
    body += element(0x00020003, "UI", fixed_uid("damaged", "directory").encode())
    body += element(0x00020010, "UI", EXPLICIT_LITTLE.encode()) + element(
        0x00020012, "UI", fixed_uid("implementation").encode()
    )
    return element(0x00020000, "UL", struct.pack("<I", len(body))) + body


def _record(following: int, lower: int, kind: str, reference: bytes, keys: bytes) -> bytes:
    body = element(0x00041400, "UL", struct.pack("<I", following)) + element(0x00041410, "US", b"\xff\xff")
    body += element(0x00041420, "UL", struct.pack("<I", lower)) + element(0x00041430, "CS", kind.encode())
    body += reference + keys
    return b"\xfe\xff\x00\xe0" + struct.pack("<I", len(body)) + body


def _copied(values: Mapping[int, bytes], *elements: tuple[int, str]) -> bytes:
    return b"".join(element(tag, vr, values[tag]) for tag, vr in elements)
