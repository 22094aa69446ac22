"""Small discs for the tests of the index: DICOM files of a few hundred bytes, and what the index makes of them."""

import sqlite3
import struct
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from console.model.index_report import IndexReport
from console.model.progress import Progress
from console.studies.build import build_index
from console.studies.database import open_index

XA = "1.2.840.10008.5.1.4.1.1.12.1"
EXPLICIT = "1.2.840.10008.1.2.1"

_TAGS = {
    "charset": (0x00080005, "CS"), "sop_class": (0x00080016, "UI"), "uid": (0x00080018, "UI"),
    "date": (0x00080020, "DA"), "time": (0x00080030, "TM"), "accession": (0x00080050, "SH"),
    "modality": (0x00080060, "CS"), "manufacturer": (0x00080070, "LO"), "institution": (0x00080080, "LO"),
    "station": (0x00081010, "SH"), "description": (0x00081030, "LO"), "series_description": (0x0008103E, "LO"),
    "name": (0x00100010, "PN"), "patient_id": (0x00100020, "LO"), "birth_date": (0x00100030, "DA"),
    "sex": (0x00100040, "CS"), "study": (0x0020000D, "UI"), "series": (0x0020000E, "UI"),
    "study_id": (0x00200010, "SH"), "series_number": (0x00200011, "IS"), "number": (0x00200013, "IS"),
    "frames": (0x00280008, "IS"), "rows": (0x00280010, "US"), "columns": (0x00280011, "US"),
    "title": (0x00420010, "ST"),
}  # fmt: skip
_DEFAULTS: dict[str, object] = {
    "sop_class": XA, "date": "20261120", "time": "101530", "modality": "XA", "name": "ZHANG^WEI", "patient_id": "P1",
    "study": "1.2.3", "series": "1.2.3.1", "manufacturer": "Acme", "station": "LAB1",
}  # fmt: skip


def dicom(uid: str, **values: object) -> bytes:
    """A DICOM file in explicit little endian with these values; bytes stand as they are, None leaves one out."""
    data = b"".join(
        _element(tag, vr, found[key])
        for key, (tag, vr) in _TAGS.items()
        if (found := {**_DEFAULTS, "uid": uid, **values}).get(key) is not None
    )
    if "rows" in values:
        data += _element(0x7FE00010, "OW", b"\0" * 64)
    meta = _element(0x00020002, "UI", XA) + _element(0x00020003, "UI", uid) + _element(0x00020010, "UI", EXPLICIT)
    return b"\0" * 128 + b"DICM" + _element(0x00020000, "UL", struct.pack("<I", len(meta))) + meta + data


def _element(tag: int, vr: str, value: object) -> bytes:
    raw = value if isinstance(value, bytes) else struct.pack("<H", value) if vr == "US" else str(value).encode()
    raw += (b"\0" if vr == "UI" else b" ") * (len(raw) % 2)
    head = struct.pack("<HH", tag >> 16, tag & 0xFFFF) + vr.encode()
    return head + (struct.pack("<HI", 0, len(raw)) if vr == "OW" else struct.pack("<H", len(raw))) + raw


def burn(folder: Path, files: dict[str, bytes]) -> Path:
    """Put files of these names and contents below `folder`."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def archive(folder: Path, patients: int, series: int = 2, instances: int = 5) -> Path:
    """A folder with one study a patient, one folder a series."""
    for patient in range(patients):
        for one in range(series):
            where = folder / f"p{patient:03d}" / f"s{one}"
            where.mkdir(parents=True, exist_ok=True)
            for number in range(instances):
                uid = f"1.2.{patient}.{one}.{number}"
                name = f"DOE^{'ABCDEFGH'[patient % 8]}{patient}" if patient % 3 else "张^伟".encode("gb18030")
                (where / f"IM{number}").write_bytes(
                    dicom(uid, study=f"1.2.{patient}", series=f"1.2.{patient}.{one}", patient_id=f"P{patient}",
                          name=name, charset="GB18030", number=number, series_number=one, rows=4, columns=4)
                )  # fmt: skip
    return folder


def index(
    home: Path,
    *paths: Path,
    processes: int = 1,
    progress: Callable[[Progress], object] = lambda moment: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> IndexReport:
    """Build the index of `home`, in this process."""
    return build_index(home, paths, progress, cancelled, processes)


def ask(home: Path, query: str, *values: object) -> list[tuple[Any, ...]]:
    """Rows of the index of `home`."""
    with closing(open_index(home, read_only=True)) as connection:
        return connection.execute(query, values).fetchall()


def counts(report: IndexReport) -> tuple[int, int, int, int]:
    """Instances, patients, studies, series."""
    return report.instances, report.patients, report.studies, report.series


def content(home: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All that the index holds, whatever numbers it gave: two indices of the same files have the same content."""
    with closing(open_index(home, read_only=True)) as connection:
        return {
            table: sorted(connection.execute(f"SELECT {_columns(connection, table)}").fetchall(), key=repr)
            for table in ("study", "series", "instance", "other", "dir", "head", "touched", "swayed", "fresh")
        }


def _columns(connection: sqlite3.Connection, table: str) -> str:
    """What of a table does not depend on the way it was filled, and where from."""
    names: Sequence[str] = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    if table == "series":
        kept = ", ".join(f"s.{name}" for name in names if name != "first_instance")
        return f"{kept}, i.uid FROM series s LEFT JOIN instance i ON i.id = s.first_instance"
    dropped = {"instance": ("id",), "dir": ("root", "mtime_ns")}.get(table, ())
    return f"{', '.join(name for name in names if name not in dropped)} FROM {table}"
