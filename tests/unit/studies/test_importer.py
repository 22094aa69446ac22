"""Rows become lines: counts, copies, disagreement, missing UIDs, texts that vote, and memory that stays flat."""

import random
import sys
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from console.model.index_row import IndexRow
from console.studies.database import open_index
from console.studies.importer import import_rows
from console.studies.rows import Head
from console.studies.settle import Settler
from tests.synthetic import synthetic_rows
from tests.unit.studies.discs import ask, content

BLANK: dict[str, Any] = {
    **dict.fromkeys(IndexRow._fields, ""),
    **dict.fromkeys(
        ("patient_name", "patient_id", "study_id", "accession", "study_description", "institution", "referring",
         "series_description", "protocol", "station", "manufacturer", "model", "title"), b""
    ),
    "series_number": None, "instance_number": None, "frames": 1, "rows": 4, "columns": 4, "bits": 8, "fps": 0.0,
    "duration_s": 0.0, "primary_deg": None, "secondary_deg": None, "pixel_offset": 0, "pixel_length": 0, "notes": (),
    "study": "1.2", "series": "1.2.1", "sop_class": "1.2.840.10008.5.1.4.1.1.12.1", "modality": "XA",
}  # fmt: skip


def row(uid: str, **values: Any) -> IndexRow:
    return IndexRow(**{**BLANK, "sop_instance": uid, **values})


def take_in(home: Path, *rows: IndexRow, folder: str = "/disc", settle: bool = True) -> None:
    """Import rows as files of one folder, and settle."""
    with closing(open_index(home)) as connection:
        count = connection.execute("SELECT count(*) FROM instance").fetchone()[0]
        import_rows(connection, ((one, folder, f"IM{count + place}", 100, 7) for place, one in enumerate(rows)))
        if settle:
            assert Settler(connection).settle()


def study(home: Path, columns: str) -> list[tuple[Any, ...]]:
    return ask(home, f"SELECT {columns} FROM study ORDER BY patient_id, uid")


def test_the_head_is_the_part_of_a_row_that_a_series_shares() -> None:
    assert Head._fields == IndexRow._fields[2:25]


def test_a_study_is_counted_and_its_texts_are_taken_over(tmp_path: Path) -> None:
    take_in(
        tmp_path,
        row("1", patient_name=b"DOE^JOHN", patient_id=b"P1", study_date="20261120", study_time="101530.123",
            birth_date="1958.05.17", accession=b"A1", study_description=b"Coronary", frames=96, series_number=2),
        row("2", patient_name=b"DOE^JOHN", patient_id=b"P1", study_date="20261120", study_time="101530.123",
            birth_date="1958.05.17", accession=b"A1", study_description=b"Coronary", frames=4, series="1.2.2",
            modality="SR"),
    )  # fmt: skip
    texts = "name, patient_id, date, time, birth_date, accession, description, modalities"
    assert study(tmp_path, texts) == [
        ("DOE^JOHN", "P1", "2026-11-20", "10:15:30", "1958-05-17", "A1", "Coronary", "SR\\XA")
    ]
    assert study(tmp_path, "series_count, instance_count, frames, size") == [(2, 2, 100, 200)]
    assert study(tmp_path, "hay") == [("doe john|dej|dj|doejohn|p1|a1|2026-11-20|20261120|sr xa|coronary|",)]


@pytest.mark.parametrize(
    ("raw", "date"),
    [("20261120", "2026-11-20"), ("2026.11.20", "2026-11-20"), ("20261340", ""), ("2026", ""), ("", ""), ("x", "")],
)
def test_dates_become_iso_or_nothing(tmp_path: Path, raw: str, date: str) -> None:
    take_in(tmp_path, row("1", study_date=raw))
    assert study(tmp_path, "date") == [(date,)]


def test_copies_are_rows_of_their_own_and_count_once(tmp_path: Path) -> None:
    # GIVEN one object in two files, and one without any UID in two others
    take_in(tmp_path, row("1", frames=10), row("1", frames=10), row("", frames=3), row("", frames=3))
    # THEN four files, three objects; the copied cine plays once
    assert ask(tmp_path, "SELECT count(*) FROM instance") == [(4,)]
    assert study(tmp_path, "instance_count, frames, size, flags") == [(3, 16, 400, "copies")]
    assert ask(tmp_path, "SELECT instance_count, frames, size FROM series") == [(3, 16, 400)]


def test_an_object_in_two_series_counts_once_in_the_study(tmp_path: Path) -> None:
    take_in(tmp_path, row("1", frames=10), row("1", frames=10, series="1.2.9"))
    assert study(tmp_path, "series_count, instance_count, frames, flags") == [(2, 1, 10, "copies")]
    assert ask(tmp_path, "SELECT instance_count FROM series") == [(1,), (1,)]


def test_one_study_uid_under_two_patients_is_two_lines_and_both_say_so(tmp_path: Path) -> None:
    take_in(tmp_path, row("1", patient_id=b"P1"), row("2", patient_id=b"P2"))
    assert study(tmp_path, "patient_id, instance_count, flags") == [
        ("P1", 1, "two-patients"),
        ("P2", 1, "two-patients"),
    ]
    # WHEN one of them goes
    with closing(open_index(tmp_path)) as connection:
        connection.execute("INSERT INTO touched SELECT id FROM study WHERE patient_id = 'P2'")
        connection.execute("DELETE FROM instance WHERE uid = '2'")
        Settler(connection).settle()
    # THEN the other is no longer marked
    assert study(tmp_path, "patient_id, flags") == [("P1", "")]


def test_the_most_frequent_value_stands_and_another_name_is_shown(tmp_path: Path) -> None:
    named = {"patient_id": b"P1", "study_description": b""}
    take_in(
        tmp_path,
        row("1", patient_name=b"DOE^JOHN", **named),
        row("2", patient_name=b"DOE^JANE", **named),
        row("3", patient_name=b"DOE^JOHN", **named | {"study_description": b"LCA"}),
        row("4", patient_name=b"doe john", **named),
    )
    assert study(tmp_path, "name, name_other, description, flags") == [("DOE^JOHN", "DOE^JANE", "LCA", "names-differ")]


def test_objects_without_uids_of_study_and_series_appear_by_their_folder(tmp_path: Path) -> None:
    take_in(tmp_path, row("1", study="", series=""), row("2", study="", series=""), folder="/disc/a")
    take_in(tmp_path, row("3", study="", series=""), folder="/disc/b")
    assert study(tmp_path, "uid, instance_count, flags") == [("", 2, "no-uid"), ("", 1, "no-uid")] or study(
        tmp_path, "uid, instance_count, flags"
    ) == [("", 1, "no-uid"), ("", 2, "no-uid")]


def test_chinese_texts_are_read_with_their_set_and_found_by_pinyin(tmp_path: Path) -> None:
    title = "造影报告".encode("gb18030")
    take_in(
        tmp_path,
        row("1", charset="GB18030", patient_name="张^伟".encode("gb18030"), institution="第一医院".encode("gb18030"),
            series_description="左冠".encode("gb18030"), title=title),
    )  # fmt: skip
    assert study(tmp_path, "name, name_flag, institution") == [("张^伟", 0, "第一医院")]
    assert "|zhangwei|" in study(tmp_path, "hay")[0][0]
    assert ask(tmp_path, "SELECT description FROM series") == [("左冠",)]
    assert ask(tmp_path, "SELECT title, title_raw FROM instance") == [("造影报告", title)]


def test_the_study_votes_on_a_name_under_a_wrong_label(tmp_path: Path) -> None:
    gbk = {
        "charset": "ISO_IR 100",
        "institution": "心脏导管室".encode("gb18030"),
        "study_description": "冠状动脉造影".encode("gb18030"),
    }
    take_in(tmp_path, row("1", patient_name="王^小明".encode("gb18030"), **gbk))
    (name, other, flag) = study(tmp_path, "name, name_other, name_flag")[0]
    assert name == "王^小明"
    assert flag in (1, 2)
    assert other == "王^小明".encode("gb18030").decode("latin-1")


def test_what_breaks_lines_or_terminals_is_taken_out(tmp_path: Path) -> None:
    take_in(tmp_path, row("1", patient_name=b"DOE\n|^JOHN\x07", study_description=b"a|b\nc"))
    assert study(tmp_path, "hay")[0][0].count("\n") == 0
    assert "a b c" in study(tmp_path, "hay")[0][0]
    assert "\x07" not in study(tmp_path, "name")[0][0]


def test_ascii_names_load_no_dictionary_of_pinyin(tmp_path: Path) -> None:
    import subprocess

    script = (
        "import sys; from pathlib import Path; from tests.unit.studies.test_importer import row, take_in\n"
        "take_in(Path(sys.argv[1]), row('1', patient_name=b'ZHANG^WEI'))\n"
        "heavy = ('pypinyin', 'pydicom', 'numpy', 'console.dicom.reading')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    line = [sys.executable, "-c", script, str(tmp_path)]
    done = subprocess.run(line, cwd=Path(__file__).parents[3], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stderr


SMALL = st.builds(
    row,
    st.sampled_from(["1", "2", "3", ""]),
    study=st.sampled_from(["1.2", "1.3", ""]),
    series=st.sampled_from(["5", "6", ""]),
    patient_id=st.sampled_from([b"P1", b"P2", b""]),
    patient_name=st.sampled_from([b"A^B", b"C^D", "张^伟".encode("gb18030"), b"M\xfcller"]),
    charset=st.sampled_from(["", "GB18030", "ISO_IR 100"]),
    frames=st.integers(0, 3),
    instance_number=st.sampled_from([None, 1, 2]),
    study_description=st.sampled_from([b"", b"x", "造影".encode("gb18030")]),
)


def small(patient_id: bytes, patient_name: bytes, charset: str = "") -> IndexRow:
    return row("1", series="5", patient_id=patient_id, patient_name=patient_name, charset=charset, frames=0)


SWAYED_TWICE = [
    small(b"P2", b"A^B"),
    small(b"P1", b"M\xfcller", "GB18030"),
    small(b"P2", "张^伟".encode("gb18030")),
    small(b"P1", b"M\xfcller"),
    small(b"P1", b"M\xfcller", "ISO_IR 100"),
    small(b"P2", b"M\xfcller"),
]
"""The second study makes the first certain of its name, and with its last file uncertain again."""


@settings(max_examples=40, deadline=None)
@example(rows=SWAYED_TWICE, cut=5, seed=1)
@given(rows=st.lists(SMALL, min_size=1, max_size=12), cut=st.integers(0, 12), seed=st.integers(0, 99))
def test_the_order_and_the_parts_in_which_rows_come_change_nothing(
    tmp_path_factory: pytest.TempPathFactory, rows: list[IndexRow], cut: int, seed: int
) -> None:
    # GIVEN the same files once at once, once in another order and in two runs
    first, second = tmp_path_factory.mktemp("first"), tmp_path_factory.mktemp("second")
    files = [(one, "/disc", f"IM{place}", 100, 7) for place, one in enumerate(rows)]
    shuffled = random.Random(seed).sample(files, len(files))
    for home, parts in ((first, [files]), (second, [shuffled[:cut], shuffled[cut:]])):
        with closing(open_index(home)) as connection:
            for part in parts:
                import_rows(connection, iter(part))
                Settler(connection).settle()
    # THEN both indices are the same, and so is one that counts by hand
    assert content(first) == content(second)
    distinct = {(one.study, one.patient_id) for one in rows}
    assert ask(first, "SELECT count(*) FROM study") == [(len(distinct),)]
    for uid, patient_id, instances, frames in ask(first, "SELECT uid, patient_id, instance_count, frames FROM study"):
        own = [one for one in rows if (one.study, one.patient_id) == (uid, patient_id.encode())]
        named: dict[str, int] = {}
        for one in own:
            if one.sop_instance:
                named[one.sop_instance] = max(named.get(one.sop_instance, 0), one.frames)
        nameless = [one.frames for one in own if not one.sop_instance]
        assert (instances, frames) == (len(named) + len(nameless), sum(named.values()) + sum(nameless))


def test_memory_stays_flat_while_rows_come_in(tmp_path: Path) -> None:
    # GIVEN rows of studies in random order, many times the number that gathers before it is written
    peaks = []
    for count in (10_000, 40_000):
        home = tmp_path / str(count)
        home.mkdir()
        with closing(open_index(home)) as connection:
            tracemalloc.start()
            import_rows(connection, islice(synthetic_rows(count, seed=1), count))
            Settler(connection).settle()
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    # THEN four times the rows take no more than twice the memory: what grows is one entry a head
    assert peaks[1] < 2 * peaks[0]


def test_synthetic_rows_are_what_they_claim(tmp_path: Path) -> None:
    rows: Iterator[tuple[IndexRow, str, str, int, int]] = synthetic_rows(2_000, seed=3)
    with closing(open_index(tmp_path)) as connection:
        assert import_rows(connection, rows) == 2_000
        Settler(connection).settle()
    assert ask(tmp_path, "SELECT count(*), sum(instance_count) FROM study") == [(200, 2000)]
    assert ask(tmp_path, "SELECT count(*) FROM study WHERE name GLOB '*[一-龥]*'")[0][0] > 50
