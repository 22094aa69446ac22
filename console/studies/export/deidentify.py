"""One object without its patient: the Basic Profile applied at every depth, the pixel bytes untouched.

Why not dicom-anonymizer itself, whose table this uses: it looks into no sequence that its table does not name, leaves
dates that it was to remove as 00010101, draws its new UIDs into a global dictionary, and saves through pydicom, which
rewrites or loses compressed frames that are not perfect. Here the header is written anew from raw bytes and the pixel
element follows as it stands in the source.
"""

import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydicom.datadict import dictionary_VR
from pydicom.dataelem import DataElement

from console import __version__
from console.dicom import syntaxes
from console.dicom.dataset import DicomFile, PixelElement, read_file
from console.dicom.elements import Elements
from console.dicom.source import FileSource, Source
from console.errors import DicomReadError
from console.i18n import _
from console.studies.export import leaks, suitability
from console.studies.export.content import CHUNK, SourceTrouble, unreadable
from console.studies.export.encoding import (
    IMPLEMENTATION_UID,
    IMPLEMENTATION_VERSION,
    UNDEFINED,
    Encoding,
    file_head,
)
from console.studies.export.profile import NewUids, Profile, dummy
from console.studies.export.transcribe import uid, value_for

_SOP_CLASS, _SOP_INSTANCE = 0x00080016, 0x00080018
_BURNED_IN, _FEATURES = 0x00280301, 0x00280302
_PATIENT_NAME, _PATIENT_ID = 0x00100010, 0x00100020
_REMOVED, _METHOD, _METHOD_CODES, _TIMES = 0x00120062, 0x00120063, 0x00120064, 0x00280303
WRITTEN = frozenset((_PATIENT_NAME, _PATIENT_ID, _REMOVED, _METHOD, _METHOD_CODES, _TIMES))
"""What is put in; every other element comes from the source."""
_REMOVED_ANYWHERE = frozenset(("PN", "DA", "TM", "DT"))
"""Kinds of values that the table should name wherever they stand; what it does not know of is removed."""
_TEXTS = frozenset(("AE", "AS", "CS", "DA", "DT", "LO", "LT", "PN", "SH", "ST", "TM", "UC", "UR", "UT"))
_LARGEST = 1 << 30


@dataclass
class Rules:
    """What is the same for all objects of one export."""

    profile: Profile
    uids: NewUids
    doubtful_pictures: bool
    warnings: set[str] = field(default_factory=set)
    """What the operator should look at; collected over the export."""


class DeidentifiedContent:
    """One object as it goes to the target, de-identified."""

    def __init__(
        self, source: Path, stamp: tuple[int, int], patient: str, known: tuple[str, ...], rules: Rules
    ) -> None:
        self.source = source
        self._stamp = stamp
        self._patient = patient
        self._known = known
        self._rules = rules
        self._needles = leaks.Needles()
        self._pixels = (0, 0)
        self._tags: tuple[int, ...] = ()

    def chunks(self) -> Iterator[bytes]:
        """The bytes of the new file."""
        try:
            source = FileSource(self.source)
        except OSError as error:
            raise unreadable(error) from error
        try:
            if (source.size, source.mtime_ns) != self._stamp:
                raise SourceTrouble(_("was changed since the export was planned; plan it again"))
            yield from self._new_file(source)
            status = os.stat(self.source)
            if (status.st_size, status.st_mtime_ns) != self._stamp:
                raise SourceTrouble(_("was changed while it was copied; export it again"))
        except OSError as error:
            raise unreadable(error) from error
        finally:
            source.close()

    def faults(self, written: Path) -> str:
        """Read the copy strictly: it must parse without a remark, be what was meant, and name nobody."""
        source = FileSource(written)
        try:
            file = read_file(source, written.name)
            if file.problems:
                return _("could not be written properly: {reason}").format(reason=file.problems[0])
            found = (file.pixels.length, _span(file.source, file.pixels)) if file.pixels else (0, 0)
            if tuple(sorted(file.elements.raw)) != self._tags or found != self._pixels:
                return _("could not be written properly: it reads as another object")
            where = leaks.found_in(file.elements, self._needles, WRITTEN)
        except (DicomReadError, SourceTrouble) as trouble:
            return _("could not be written properly: {reason}").format(reason=trouble)
        finally:
            source.close()
        return _still_there(*where) if where else ""

    def _new_file(self, source: FileSource) -> Iterator[bytes]:
        try:
            file = read_file(source, self.source.name)
        except DicomReadError as error:
            raise SourceTrouble(error.detail) from error
        self._check(file)
        implicit = file.syntax in (syntaxes.IMPLICIT, syntaxes.GE_PRIVATE)
        encoding = Encoding(implicit, file.little_endian)
        self._needles = leaks.needles_of(file.elements, self._known)
        elements = self._dataset(file.elements, encoding)
        self._tags = tuple(sorted(elements))
        head = self._meta(file)
        header = b"".join(elements[tag] for tag in self._tags)
        body = self._body(file, header, encoding)
        if file.syntax == syntaxes.DEFLATED:
            packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
            packed = b"".join([packer.compress(part) for part in body] + [packer.flush()])
            yield head + packed + b"\0" * (len(packed) & 1)
        else:
            yield head
            yield from body

    def _body(self, file: DicomFile, header: bytes, encoding: Encoding) -> Iterator[bytes]:
        yield header
        pixels = file.pixels
        if pixels is None:
            return
        length = _span(file.source, pixels)
        self._pixels = (pixels.length, length)
        front = 8 if encoding.implicit else 12
        yield file.source.at(pixels.offset - front, front)
        position, end = pixels.offset, pixels.offset + length
        tail = b""
        while position < end:
            data = file.source.at(position, min(CHUNK, end - position))
            if not data:
                raise SourceTrouble(_("is cut off inside its pictures; repair it first"))
            if label := leaks.found_in_pixels(tail + data, self._needles):
                raise SourceTrouble(_still_there(label, _("its pictures' data")))
            tail = data[-leaks.LONGEST :]
            position += len(data)
            yield data

    def _check(self, file: DicomFile) -> None:
        """Refuse what the profile cannot make anonymous, and what is not whole."""
        harmless = (
            _("The file has no DICOM preamble and no file meta group."),
            _("The file has no DICOM preamble."),
        )
        for problem in file.problems:
            if problem not in harmless:
                raise SourceTrouble(_("is damaged, so nobody knows what it holds: {reason}").format(reason=problem))
        if not uid(file.elements, _SOP_INSTANCE):
            raise SourceTrouble(_("cannot be de-identified: {reason}").format(reason=_(suitability.UNKNOWN)))
        sop_class = uid(file.elements, _SOP_CLASS)
        reason = suitability.never(sop_class)
        if not reason and any(
            file.elements.value_bytes(tag).strip(b"\0 ") == b"YES" for tag in (_BURNED_IN, _FEATURES)
        ):
            reason = suitability.BURNED_IN
            if self._rules.doubtful_pictures:
                reason = ""
                self._rules.warnings.add(_("Some pictures carry text about the patient: look at every one of them."))
        elif not reason and suitability.doubtful(sop_class):
            reason = "" if self._rules.doubtful_pictures else suitability.DOUBTFUL
            self._rules.warnings.add(
                _("Some pictures are of a kind that often shows the patient's name: look at them.")
            )
        if reason:
            raise SourceTrouble(_("cannot be de-identified: {reason}").format(reason=_(reason)))
        if any(
            tag & 0xFF00FFFF == 0x60000102 and file.elements.value_bytes(tag).strip(b"\0") for tag in file.elements.raw
        ):
            self._rules.warnings.add(_("Some pictures may hold an overlay in spare bits of their pixels, which stay."))

    def _meta(self, file: DicomFile) -> bytes:
        return file_head(
            (
                (0x00020002, "UI", uid(file.elements, _SOP_CLASS).encode("latin-1")),
                (0x00020003, "UI", self._rules.uids.new(uid(file.elements, _SOP_INSTANCE)).encode("latin-1")),
                (0x00020010, "UI", file.syntax.encode("latin-1")),
                (0x00020012, "UI", IMPLEMENTATION_UID.encode()),
                (0x00020013, "SH", IMPLEMENTATION_VERSION.encode()),
            )
        )

    def _dataset(self, elements: Elements, encoding: Encoding) -> dict[int, bytes]:
        cleaned = self._level(elements, encoding)
        method = f"PS3.15 {self._rules.profile.edition} Basic Profile; cathlab-console {__version__}"[:64]
        code = (
            (0x00080100, "SH", b"113100"),
            (0x00080102, "SH", b"DCM"),
            (0x00080104, "LO", b"Basic Application Confidentiality Profile"),
        )
        put = {
            _PATIENT_NAME: encoding.element(_PATIENT_NAME, "PN", self._patient.encode("ascii")),
            _PATIENT_ID: encoding.element(_PATIENT_ID, "LO", self._patient.encode("ascii")),
            _REMOVED: encoding.element(_REMOVED, "CS", b"YES"),
            _METHOD: encoding.element(_METHOD, "LO", method.encode("ascii")),
            _METHOD_CODES: encoding.sequence(_METHOD_CODES, [b"".join(encoding.element(*part) for part in code)]),
            _TIMES: encoding.element(_TIMES, "CS", b"REMOVED"),
        }
        return cleaned | put

    def _level(self, elements: Elements, encoding: Encoding) -> dict[int, bytes]:
        """The elements of one level that stay, each as it is to be written."""
        result = {}
        for tag in elements.raw:
            vr = elements.vr(tag)
            action = self._rules.profile.action(tag)
            if action == "K" and (vr in _REMOVED_ANYWHERE or not _is_known(tag)):
                action = "X"
            if action != "X":
                result[tag] = self._element(elements, tag, vr, action, encoding)
        return result

    def _element(self, elements: Elements, tag: int, vr: str, action: str, encoding: Encoding) -> bytes:
        if vr == "SQ" or isinstance(elements.raw[tag], DataElement):
            if action == "Z":
                return encoding.sequence(tag, ())
            treat = self._blanked if action == "D" else self._joined
            return encoding.sequence(tag, [treat(item, encoding) for item in elements.items_of(tag)])
        if action == "Z":
            return encoding.element(tag, vr, b"")
        if action == "D":
            return encoding.element(tag, vr, dummy(vr))
        if action == "U":
            return encoding.element(tag, vr, self._rules.uids.value(elements.value_bytes(tag)))
        value = value_for(elements, tag, encoding, _LARGEST)
        try:
            return encoding.element(tag, vr, value)
        except OverflowError:
            return encoding.element(tag, "UN", value)

    def _joined(self, item: Elements, encoding: Encoding) -> bytes:
        cleaned = self._level(item, encoding)
        return b"".join(cleaned[tag] for tag in sorted(cleaned))

    def _blanked(self, item: Elements, encoding: Encoding) -> bytes:
        """An item of a sequence that is replaced: its shape stays, every word in it becomes a dummy."""
        parts = []
        for tag in sorted(item.raw):
            vr, action = item.vr(tag), self._rules.profile.action(tag)
            if action == "X" or not _is_known(tag):
                continue
            if action == "K":
                action = "D" if vr in _TEXTS or vr in ("SQ", "UN", "OB", "OW") else "U" if vr == "UI" else "K"
            parts.append(self._element(item, tag, vr, action, encoding))
        return b"".join(parts)


def _is_known(tag: int) -> bool:
    """Whether the dictionary knows an attribute; what it does not know may be anything."""
    try:
        dictionary_VR(tag)
    except KeyError:
        return False
    return True


def _span(source: Source, pixels: PixelElement) -> int:
    """Bytes from the start of the pixel element's value to its end, its delimiter included. Raises SourceTrouble."""
    cut = _("is cut off inside its pictures; repair it first")
    if pixels.length != UNDEFINED:
        if pixels.offset + pixels.length > source.size:
            raise SourceTrouble(cut)
        return pixels.length
    position = pixels.offset
    while True:
        head = source.at(position, 8)
        length = int.from_bytes(head[4:8], "little")
        if head[:4] == b"\xfe\xff\xdd\xe0":
            return position + 8 - pixels.offset
        if head[:4] != b"\xfe\xff\x00\xe0" or position + 8 + length > source.size:
            raise SourceTrouble(cut)
        position += 8 + length


def _still_there(label: str, place: str) -> str:
    return _("was not exported: {what} would still have stood in {place}").format(what=label, place=place)
