"""A DICOMDIR (PS3.3 F, PS3.10 8.6) over files as they stand, without changing a byte of them.

Written by hand: pydicom's FileSet copies each file through its own writer, refuses objects without Study Time, Study
ID or Series Number, and decodes names under their label, which is often wrong. Here raw values go from the object into
its records together with its Specific Character Set.
"""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from console.dicom.dataset import read_file
from console.dicom.elements import Elements, tag_of
from console.dicom.source import FileSource
from console.errors import DicomReadError
from console.i18n import _
from console.studies.export import records
from console.studies.export.encoding import EXPLICIT, IMPLEMENTATION_UID, IMPLEMENTATION_VERSION, file_head
from console.studies.export.records import NoRecord
from console.studies.export.transcribe import uid

_DIRECTORY_CLASS = "1.2.840.10008.1.3.10"
_EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
_IN_USE = 0xFFFF
_ITEM_HEAD = 8

_SOP_CLASS, _SOP_INSTANCE, _SYNTAX = 0x00080016, 0x00080018, 0x00020010
_PATIENT_ID, _STUDY, _SERIES = 0x00100020, 0x0020000D, 0x0020000E


@dataclass
class _Node:
    """One record and what is below it."""

    kind: str
    keys: bytes
    leaf: bytes = b""
    """Referenced file id, SOP class, SOP instance, transfer syntax; empty above the objects."""
    below: "dict[str, _Node]" = field(default_factory=dict)
    offset: int = 0

    @property
    def size(self) -> int:
        """Bytes with the head of its item."""
        return _ITEM_HEAD + len(self.written(0))

    def written(self, after: int) -> bytes:
        """The elements of the record; `after` is where the next record of its level begins, 0 for the last."""
        first = next(iter(self.below.values()), None)
        return b"".join(
            (
                EXPLICIT.element(0x00041400, "UL", EXPLICIT.long(after)),
                EXPLICIT.element(0x00041410, "US", EXPLICIT.short(_IN_USE)),
                EXPLICIT.element(0x00041420, "UL", EXPLICIT.long(first.offset if first else 0)),
                EXPLICIT.element(0x00041430, "CS", self.kind.encode("ascii")),
                self.leaf,
                self.keys,
            )
        )


class Directory:
    """The records so far. Objects are added one by one, from their headers alone."""

    def __init__(self) -> None:
        self._patients: dict[str, _Node] = {}
        self._instances: set[str] = set()

    def __len__(self) -> int:
        """How many objects it leads to."""
        return len(self._instances)

    def add(self, path: Path, target: str, patient: int) -> str:
        """Take in the object that stands at `path` under the file id `target`; `patient` is its number, from 0.

        Returns why it cannot stand in a DICOMDIR, in one sentence without its name; empty when it does.
        """
        try:
            source = FileSource(path)
        except OSError as error:
            return _("cannot be read: {reason}").format(reason=error.strerror or type(error).__name__)
        try:
            file = read_file(source, path.name)
            if source.at(128, 4) != b"DICM":
                return _("has no DICOM preamble")
            if not file.meta.raw:
                return _("has no file meta group")
            return self._add(file.elements, uid(file.meta, _SYNTAX) or file.syntax, target, patient)
        except DicomReadError:
            return _("is no DICOM object that can be read")
        finally:
            source.close()

    def _add(self, elements: Elements, syntax: str, target: str, patient: int) -> str:
        instance, study, series = (uid(elements, tag) for tag in (_SOP_INSTANCE, _STUDY, _SERIES))
        if instance in self._instances:
            return _("is a second copy of an object that the DICOMDIR already leads to")
        try:
            kind = records.type_of(uid(elements, _SOP_CLASS))
            for value, keyword in ((instance, "SOPInstanceUID"), (study, "StudyInstanceUID")):
                if not value:
                    raise NoRecord(keyword)
            if not series:
                raise NoRecord("SeriesInstanceUID")
            leaf = self._leaf(elements, syntax, target)
            keys = records.body(kind, elements, {})
            # Nothing is hung into the tree before everything that may fail is done.
            top = self._level(self._patients, "PATIENT", self._patient_key(elements, patient), elements, patient + 1)
            middle = self._level(top.below, "STUDY", study, elements, len(top.below) + 1)
            lower = self._level(middle.below, "SERIES", series, elements, len(middle.below) + 1)
        except NoRecord as lacking:
            if lacking.keyword:
                return _("has no {keyword}, without which nothing can stand in a DICOMDIR").format(
                    keyword=lacking.keyword
                )
            return _("is a kind of object that has no place in a DICOMDIR")
        except OverflowError:
            return _("has a value that is too long for a DICOMDIR")
        lower.below[instance] = _Node(kind, keys, leaf)
        self._instances.add(instance)
        return ""

    def _patient_key(self, elements: Elements, patient: int) -> str:
        value = elements.value_bytes(_PATIENT_ID).strip(b"\0 ").decode("latin-1")
        return value or f"\0{patient}"

    def _level(self, nodes: dict[str, _Node], kind: str, key: str, elements: Elements, number: int) -> _Node:
        if key not in nodes:
            invented = {"PatientID": f"NOID{number:05}", "StudyID": f"ST{number:05}", "SeriesNumber": str(number)}
            nodes[key] = _Node(kind, records.body(kind, elements, invented))
        return nodes[key]

    def _leaf(self, elements: Elements, syntax: str, target: str) -> bytes:
        values = (
            (0x00041500, "CS", target.replace("/", "\\")),
            (0x00041510, "UI", uid(elements, _SOP_CLASS)),
            (0x00041511, "UI", uid(elements, _SOP_INSTANCE)),
            (0x00041512, "UI", syntax),
        )
        return b"".join(EXPLICIT.element(tag, vr, value.encode("latin-1")) for tag, vr, value in values)

    def data(self) -> bytes:
        """The whole file. Every offset is absolute and points at the item of a record (PS3.3 F.2.2.2)."""
        head = file_head(
            (
                (0x00020002, "UI", _DIRECTORY_CLASS.encode()),
                (0x00020003, "UI", f"2.25.{uuid.uuid4().int}".encode()),
                (0x00020010, "UI", _EXPLICIT_LITTLE.encode()),
                (0x00020012, "UI", IMPLEMENTATION_UID.encode()),
                (0x00020013, "SH", IMPLEMENTATION_VERSION.encode()),
            )
        )
        first = len(head) + len(self._front(0, 0, 0))
        end = first
        for node in _all(self._patients):
            node.offset = end
            end += node.size
        tops = list(self._patients.values())
        front = self._front(tops[0].offset if tops else 0, tops[-1].offset if tops else 0, end - first)
        parts = [head, front]
        _write(self._patients, parts.append)
        return b"".join(parts)

    def _front(self, first: int, last: int, length: int) -> bytes:
        """Everything before the first record."""
        return b"".join(
            (
                EXPLICIT.element(0x00041130, "CS", b"CATHLAB"),
                EXPLICIT.element(0x00041200, "UL", EXPLICIT.long(first)),
                EXPLICIT.element(0x00041202, "UL", EXPLICIT.long(last)),
                EXPLICIT.element(0x00041212, "US", EXPLICIT.short(0)),
                EXPLICIT.head(tag_of("DirectoryRecordSequence"), "SQ", length),
            )
        )


def _all(nodes: dict[str, _Node]) -> Iterator[_Node]:
    for node in nodes.values():
        yield node
        yield from _all(node.below)


def _write(nodes: dict[str, _Node], put: Callable[[bytes], None]) -> None:
    level = list(nodes.values())
    for number, node in enumerate(level):
        after = level[number + 1].offset if number + 1 < len(level) else 0
        put(EXPLICIT.item(node.written(after)))
        _write(node.below, put)
