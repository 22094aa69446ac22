"""The lines of what was found: series with pictures and angles, objects with their files, and an index that changes."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from console.errors import StoreError
from console.studies.database import index_path, open_index
from console.studies.library import Library
from console.studies.query import Query, parse
from tests.archives import Study, fill

XA, SR, CT = "1.2.840.10008.5.1.4.1.1.12.1", "1.2.840.10008.5.1.4.1.1.88.67", "1.2.840.10008.5.1.4.1.1.2"

INSTANCE: dict[str, Any] = {
    "head": 0, "number": 1, "frames": 0, "duration_s": 0.0, "primary_deg": None, "secondary_deg": None, "acquired": "",
    "title": "", "pix": 0, "notes": "", "dir": 1, "name": "IM1", "size": 100, "mtime_ns": 0,
}  # fmt: skip
FORM: dict[str, Any] = {
    "sop_class": XA, "rows": 0, "columns": 0, "bits": 0, "photometric": "", "ts": "1.2.840.10008.1.2.1", "fps": 0.0,
    "image_type": "", "pixlen": 0,
}  # fmt: skip
SERIES: dict[str, Any] = {
    "study": 1, "number": 1, "modality": "XA", "description": "", "protocol": "", "body_part": "", "station": "",
    "manufacturer": "", "model": "", "instance_count": 1, "frames": 0, "size": 0, "first_instance": 0,
}  # fmt: skip


def put(home: Path, table: str, **values: object) -> None:
    """One row, what is not given taken from the defaults above."""
    if table == "instance":
        put(home, "form", id=values["id"], **FORM | {name: values.pop(name) for name in FORM if name in values})
        values["form"] = values["id"]
    row = {"instance": INSTANCE, "series": SERIES}.get(table, {}) | values
    with closing(open_index(home)) as index:
        marks = ", ".join("?" * len(row))
        index.execute(f"INSERT INTO {table}({', '.join(row)}) VALUES ({marks})", list(row.values()))


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A home whose index holds one study: a cine series of three objects, one of them twice, and a dose report."""
    fill(tmp_path, [Study(1, "张^伟", "P0017", "2026-11-20", modalities=("SR", "XA"))])
    put(tmp_path, "dir", id=1, root=1, path="/disc/A", mtime_ns=0, digest=b"", files=4)
    put(tmp_path, "dir", id=2, root=1, path=b"/disc/\xd5\xc5", mtime_ns=0, digest=b"", files=1)
    put(tmp_path, "series", id=10, uid="1.10", number=None, modality="SR", first_instance=105)
    put(tmp_path, "series", id=11, uid="1.11", number=3, description="LCA", first_instance=102)
    cine = {"series": 11, "frames": 96, "rows": 512, "columns": 512, "fps": 30.0, "duration_s": 3.2, "bits": 8}
    put(tmp_path, "instance", id=101, uid="1.1", **cine | {"number": 2, "primary_deg": -30.2, "secondary_deg": 0.4})
    put(tmp_path, "instance", id=102, uid="1.2", **cine | {"primary_deg": 32.0, "secondary_deg": 2.0, "fps": 15.0})
    put(tmp_path, "instance", id=103, uid="1.2", **cine | {"primary_deg": 32.1, "dir": 2, "name": b"\xce\xb0"})
    put(tmp_path, "instance", id=104, uid="1.3", series=11, number=None, acquired="20261120093015", title="State")
    put(tmp_path, "instance", id=105, uid="", series=10, sop_class=SR, acquired="202611")
    put(tmp_path, "instance", id=106, uid="", series=10, sop_class=SR, number=2)
    return tmp_path


def test_series_stand_by_number_and_say_what_is_in_them(run: Path) -> None:
    with Library(run) as library:
        # WHEN the series of the study are asked for
        cine, report = library.series(1)
    # THEN the numbered one is first, and its picture, rate and angles are those of its objects by their number
    assert (cine.id, cine.number, cine.description, cine.kind) == (11, 3, "LCA", "X-ray angiography")
    assert (cine.rows, cine.columns, cine.fps) == (512, 512, 15.0)
    assert cine.angles == ("LAO 32 CRA 2", "LAO 32", "RAO 30")
    assert (cine.transfer_syntax, cine.first_instance) == ("1.2.840.10008.1.2.1", 102)
    # AND an object that lies there twice plays once
    assert cine.duration_s == pytest.approx(6.4)
    assert (report.id, report.number, report.kind, report.angles) == (10, None, "Dose report", ())
    assert (report.rows, report.fps, report.duration_s) == (0, 0.0, 0.0)


def test_a_series_of_unlike_objects_is_called_nothing(run: Path) -> None:
    put(run, "instance", id=107, uid="1.7", series=11, sop_class=CT)
    with Library(run) as library:
        assert library.series(1)[0].kind == ""


def test_objects_stand_by_number_with_their_files_and_copies(run: Path) -> None:
    with Library(run) as library:
        lines = library.instances(11)
        # THEN those without a number are last, and copies are counted
        assert [(line.id, line.number, line.copies) for line in lines] == [
            (102, 1, 2), (103, 1, 2), (101, 2, 1), (104, None, 1),
        ]  # fmt: skip
        assert [line.angles for line in lines] == ["LAO 32 CRA 2", "LAO 32", "RAO 30", ""]
        assert (lines[0].folder, lines[0].name, lines[0].kind) == ("/disc/A", "IM1", "X-ray angiography")
        assert (lines[3].acquired, lines[3].title) == ("2026-11-20 09:30:15", "State")
        # AND a name that is no text comes back as the system knows it
        assert lines[1].folder.encode(errors="surrogateescape") == b"/disc/\xd5\xc5"
        assert lines[1].name.encode(errors="surrogateescape") == b"\xce\xb0"
        # AND objects without a UID are not copies of one another
        assert [(line.copies, line.acquired) for line in library.instances(10)] == [(1, "2026-11"), (1, "")]


def test_pages_of_objects_are_parts_of_the_whole(run: Path) -> None:
    with Library(run) as library:
        pages = [library.instances(11, offset, 3) for offset in (0, 3, 6)]
        assert pages == [library.instances(11)[:3], library.instances(11)[3:], ()]
        assert library.instances(999) == ()
        assert library.instance(103) == library.instances(11)[1]
        assert library.instance(999) is None


def test_a_study_is_read_whole_and_a_missing_one_is_none(run: Path) -> None:
    study = Study(2, "李^娜", "P2", "2026-01-01", "08:00:00", ("US",), "Echo", "A1", "S1", 7, 3, "Li", 1, ("copies",))
    fill(run, [study])
    with Library(run) as library:
        line = library.study(2)
        assert line is not None
        assert (line.name, line.name_other, line.name_flag, line.flags) == ("李^娜", "Li", 1, ("copies",))
        assert (line.patient_key, line.patient_id, line.date, line.time) == ("P2", "P2", "2026-01-01", "08:00:00")
        assert (line.modalities, line.description, line.accession, line.study_id) == (("US",), "Echo", "A1", "S1")
        assert (line.series_count, line.instance_count, line.frames, line.size) == (1, 1, 3, 7)
        assert library.study(99) is None
        assert [found.id for found in library.studies([2, 99, 1])] == [2, 1]


def test_more_studies_than_one_statement_takes_come_in_order(tmp_path: Path) -> None:
    fill(tmp_path, [Study(n) for n in range(1, 1303)])
    with Library(tmp_path) as library:
        wanted = [*range(1302, 0, -1)]
        assert [line.id for line in library.studies(wanted)] == wanted


def test_an_index_that_is_made_while_the_library_is_open_is_seen(tmp_path: Path) -> None:
    # GIVEN a library of a home without an index
    with Library(tmp_path) as library:
        assert len(library.reload()) == 0
        # WHEN one is made, grows, and is made anew
        fill(tmp_path, [Study(1)])
        first = library.reload()
        assert library.reload() is first
        fill(tmp_path, [Study(2)])
        second = library.reload()
        # THEN each state is seen, and older catalogues stay what they were
        assert (len(first), len(second)) == (1, 2)
        for suffix in ("", "-wal", "-shm"):
            Path(f"{index_path(tmp_path)}{suffix}").rename(tmp_path / f"old{suffix}")
        fill(tmp_path, [Study(3)])
        assert [line.id for line in library.studies([1, 2, 3])] in ([1, 2], [3])
        assert library.reload().find(Query()).ids.tolist() == [3]
        assert len(first) == 1


def test_a_study_that_is_gone_meanwhile_is_missing_from_its_page(tmp_path: Path) -> None:
    fill(tmp_path, [Study(n, date=f"2026-01-0{n}") for n in (1, 2, 3)])
    with Library(tmp_path) as library:
        catalogue = library.reload()
        hits = catalogue.find(Query())
        with closing(open_index(tmp_path)) as index:
            index.execute("DELETE FROM study WHERE id = 2")
        assert [line.id for line in catalogue.page(hits, 0, 10)] == [3, 1]


def test_a_damaged_index_is_a_sentence(tmp_path: Path) -> None:
    index_path(tmp_path).write_bytes(b"no index at all" * 100)
    with pytest.raises(StoreError, match=r"index\.sqlite"):
        Library(tmp_path).reload()


def test_an_index_that_cannot_be_read_on_is_a_sentence(tmp_path: Path) -> None:
    # GIVEN an index whose table is lost behind the library's back
    fill(tmp_path, [Study(1)])
    with Library(tmp_path) as library:
        with closing(sqlite3.connect(index_path(tmp_path))) as index:
            index.execute("DROP TABLE study")
        # THEN asking on raises a sentence, no error of SQLite
        with pytest.raises(StoreError):
            library.reload()
        with pytest.raises(StoreError):
            library.study(1)


def test_texts_with_line_breaks_in_them_do_not_move_the_lines(tmp_path: Path) -> None:
    fill(tmp_path, [Study(1, "a", "1\n2", description="x\ny"), Study(2, "b", "3", description="z")])
    with Library(tmp_path) as library:
        catalogue = library.reload()
        assert catalogue.find(parse("z")).ids.tolist() == [2]
        assert catalogue.find(parse("y")).ids.tolist() == [1]


def test_the_catalogue_is_searched_by_another_thread_than_the_one_that_loaded_it(tmp_path: Path) -> None:
    fill(tmp_path, [Study(1, "张^伟"), Study(2)])
    with Library(tmp_path) as library:
        catalogue = library.reload()
        found: list[object] = []
        thread = threading.Thread(
            target=lambda: found.append(catalogue.page(catalogue.find(parse("zw")), 0, 9)[0].name)
        )
        thread.start()
        thread.join()
        assert found == ["张^伟"]
