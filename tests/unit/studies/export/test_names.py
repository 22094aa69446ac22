"""Names that no system refuses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.studies.export import names


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("P0017 Zhang^Wei", "P0017 Zhang Wei"),
        ("张^伟 P0017", "张 伟 P0017"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("com1 ", "_com1"),
        ("LPT9.dcm", "_LPT9.dcm"),
        ("CONSUL", "CONSUL"),
        ("../../etc/passwd", "etc passwd"),
        ('a/b\\c:d*e?f"g<h>i|j', "a b c d e f g h i j"),
        ("trailing dot.", "trailing dot"),
        ("  .hidden", "hidden"),
        ("-rf ~", "rf ~"),
        ("bell\x07esc\x1b[2J", "bell esc [2J"),
        ("\u202eevil", "evil"),
        ("", "PATIENT"),
        ("...", "PATIENT"),
        ("\udcff\udcfe", "PATIENT"),
    ],
)
def test_traps_in_names(text: str, expected: str) -> None:
    assert names.safe(text, "PATIENT") == expected


@given(st.text(max_size=300))
def test_no_text_makes_a_name_that_some_system_refuses(text: str) -> None:
    # GIVEN any text WHEN it is made a name THEN Windows, FAT and a shell take it
    name = names.safe(text, "PATIENT")
    assert name
    assert not set('<>:"/\\|?*') & set(name)
    assert name.isprintable()
    assert name == name.strip(" .")
    assert name[0] not in "-~."
    assert len(name.encode("utf-8")) <= 130
    assert name.partition(".")[0].rstrip().upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT1"}


def test_names_that_differ_in_case_only_are_told_apart() -> None:
    taken: set[str] = set()
    assert [names.distinct(name, taken) for name in ("Li Wei", "LI WEI", "li wei", "Li Wei (2)")] == [
        "Li Wei",
        "LI WEI (2)",
        "li wei (3)",
        "Li Wei (2) (2)",
    ]


@given(st.integers(1, 359999))
def test_numbered_names_are_file_ids(number: int) -> None:
    assert names.is_file_id(f"DICOM/PAT00001/{names.numbered('IM', number)}")


def test_numbered_names_go_on_after_the_last_digit() -> None:
    assert [names.numbered("IM", number) for number in (1, 99999, 100000, 109999, 110000)] == [
        "IM00001", "IM99999", "IMA0000", "IMA9999", "IMB0000",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="359999"):
        names.numbered("IM", 360000)


@pytest.mark.parametrize("path", ["", "a", "ÄÖÜ", "TOOLONG12", "A/B/C/D/E/F/G/H/I", "A//B", "IM1.DCM", "A\n"])
def test_what_is_no_file_id(path: str) -> None:
    assert not names.is_file_id(path)
