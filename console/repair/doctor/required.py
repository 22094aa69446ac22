"""Elements that must be there, or must have a value (PS3.3, the modules that every composite object has).

A subset on purpose: those without which archives, viewers and searches fail. dciodvfy knows all of them.
"""

from datetime import date

from console.i18n import N_
from console.repair.doctor.codes import Found
from console.repair.doctor.forms import is_day
from console.repair.doctor.harvest import name_of
from console.repair.remedies.sight import Sight

_STORAGE = "1.2.840.10008.5.1.4.1.1."
_TYPE_1 = (0x00080016, 0x00080018, 0x00080060, 0x0020000D, 0x0020000E)
"""SOP Class, SOP Instance, Modality, Study Instance, Series Instance."""
_TYPE_1_IMAGE = (0x00280002, 0x00280004, 0x00280010, 0x00280011, 0x00280100, 0x00280101, 0x00280102, 0x00280103)
_TYPE_1_FLOAT = (0x00280002, 0x00280004, 0x00280010, 0x00280011, 0x00280100)
_TYPE_1_OF_XA = (0x00080008, 0x00181155)
"""Image Type, Radiation Setting."""
_XA = ("1.2.840.10008.5.1.4.1.1.12.1", "1.2.840.10008.5.1.4.1.1.12.2")
_TYPE_2 = (
    0x00080020, 0x00080030, 0x00080050, 0x00080090, 0x00100010, 0x00100020, 0x00100030, 0x00100040, 0x00200010,
    0x00200011,
)  # fmt: skip
"""Study Date and Time, Accession Number, Referring Physician, patient, Study ID, Series Number."""
_FUNCTIONAL_GROUPS = 0x52009229
_BIRTH, _STUDY = 0x00100030, 0x00080020
_DAYS = (0x00080020, 0x00080021, 0x00080022, 0x00080023, 0x00080012, _BIRTH)
_FIRST_BIRTH = 1850
_FIRST_STUDY = 1970


def required_findings(sight: Sight) -> list[Found]:
    """Empty and missing elements of a file."""
    sop_class = sight.text(0x00080016)
    if sop_class and not sop_class.startswith(_STORAGE):
        return []
    wanted = list(_TYPE_1)
    if sight.node(0x7FE00010) is not None:
        wanted += _TYPE_1_IMAGE
    elif sight.node(0x7FE00008) is not None or sight.node(0x7FE00009) is not None:
        wanted += _TYPE_1_FLOAT
    if sop_class in _XA:
        wanted += _TYPE_1_OF_XA
    empty = [tag for tag in wanted if not (sight.raw(tag) or b"").strip(b"\0 ") and not _is_number(sight, tag)]
    found = [_named("empty-type-1", empty)] if empty else []
    missing = [tag for tag in _TYPE_2 if sight.node(tag) is None]
    return [*found, _named("missing-type-2", missing)] if missing else found


def day_findings(sight: Sight, today: date) -> list[Found]:
    """Days that cannot be true: in the future, before the method existed, a study before the birth."""
    latest = f"{today.year:04d}{today.month:02d}{today.day:02d}"
    days: dict[int, str] = {}
    for tag in _DAYS:
        raw = (sight.raw(tag) or b"").strip(b"\0 ")
        if is_day(raw):
            days[tag] = raw.decode("ascii")
    for tag, day in days.items():
        first = _FIRST_BIRTH if tag == _BIRTH else _FIRST_STUDY
        # A day ahead is a clock in another time zone.
        if day > latest and date(int(day[:4]), int(day[4:6]), int(day[6:])).toordinal() > today.toordinal() + 1:
            return [_day(sight, tag, day, N_("{element} {value} lies in the future."))]
        if int(day[:4]) < first:
            return [_day(sight, tag, day, N_("{element} {value} is too long ago."))]
    if days.get(_BIRTH, "") > days.get(_STUDY, "9999"):
        return [_day(sight, _BIRTH, days[_BIRTH], N_("{element} {value} lies behind the day of the study."))]
    return []


def _is_number(sight: Sight, tag: int) -> bool:
    """A binary zero is a value, although it looks like padding."""
    return tag >> 16 == 0x28 and tag != 0x00280004 and len(sight.raw(tag) or b"") == 2


def _named(code: str, tags: list[int]) -> Found:
    names = ", ".join(name_of(tag) for tag in tags[:8])
    return Found(code, N_("{elements}."), {"elements": names, "count": len(tags)}, -1, tags[0])


def _day(sight: Sight, tag: int, day: str, detail: str) -> Found:
    node = sight.node(tag)
    return Found("improbable-date", detail, {"element": name_of(tag), "value": day}, node.off if node else -1, tag)
