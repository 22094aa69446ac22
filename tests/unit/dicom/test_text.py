"""Texts: what is shown is safe on a terminal, and Chinese names are read even under a wrong label."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.dicom.text import choose, clean, decode, normalise


def read(declared: str, data: bytes) -> tuple[str, str, bool]:
    """(text, set used, repaired) of one value."""
    found = choose(declared.split("\\") if declared else [], [data])
    return clean(decode(data, found.used)), found.used, found.repaired


def test_a_name_with_markup_and_escape_comes_out_as_its_visible_characters() -> None:
    assert clean("[red]x[/foo]") == "[red]x[/foo]"
    assert clean("\x1b[red]x\x1b[/foo]\x07") == "[red]x[/foo]"


@pytest.mark.parametrize(
    "character",
    [
        "\x00",
        "\x07",
        "\x1b",
        "\x7f",
        "\x80",
        "\x9b",
        "\x9f",
        "\u202a",
        "\u202e",
        "\u2066",
        "\u2069",
        "\u200f",
        "\ufeff",
    ],
)
def test_control_characters_are_dropped(character: str) -> None:
    assert clean(f"a{character}b") == "ab"


@pytest.mark.parametrize("character", ["\n", "\r", "\t", "\x85", "\u2028", "\u2029"])
def test_line_breaks_become_a_space(character: str) -> None:
    assert clean(f"a{character}b") == "a b"


@given(st.text(st.characters(exclude_categories=())))
def test_clean_text_holds_nothing_that_a_terminal_obeys(text: str) -> None:
    shown = clean(text)
    assert not any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in shown)
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    shown.encode("utf-8")
    assert clean(shown) == shown


@pytest.mark.parametrize(
    ("declared", "codec"),
    [("ISO_IR 192", "utf-8"), ("GB18030", "gb18030"), ("GBK", "gbk")],
)
@pytest.mark.parametrize("name", ["张^三", "Zhang^XiaoDong=张^小东", "欧阳^明", "李", "王^镕基", "陈^喆"])
def test_declared_chinese_is_read_as_declared(declared: str, codec: str, name: str) -> None:
    assert read(declared, name.encode(codec)) == (name, declared, False)


def test_designations_of_iso_2022_ir_58_are_no_text() -> None:
    # GIVEN the example of PS3.5 annex K
    data = b"Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab= "
    text, _used, repaired = read("\\ISO 2022 IR 58", data)
    assert text == "Zhang^XiaoDong=张^小东="
    assert not repaired


@pytest.mark.parametrize("declared", ["", "ISO_IR 100", "ISO_IR 6", "ISO_IR 192", "ISO-IR 100"])
@pytest.mark.parametrize(
    "name", ["张^三", "张三", "王^建国", "Wang^XiaoDong=王^小东", "心脏DSA造影", "李", "东莞市人民医院"]
)
def test_gbk_under_a_wrong_label_is_repaired(declared: str, name: str) -> None:
    assert read(declared, name.encode("gbk")) == (name, "GB18030", True)


@pytest.mark.parametrize("declared", ["", "ISO_IR 100", "GB18030", "GBK", "ISO 2022 IR 58"])
@pytest.mark.parametrize("name", ["张^三", "王^建国", "Wang^XiaoDong=王^小东", "心脏DSA造影"])
def test_utf_8_under_a_wrong_label_is_repaired(declared: str, name: str) -> None:
    assert read(declared, name.encode("utf-8")) == (name, "ISO_IR 192", True)


@pytest.mark.parametrize(
    "name",
    [
        "Buc^Jérôme",
        "Müller^Jürgen",
        "Größe",
        "Grüßen",
        "Åse^Øyvind",
        "Núñez^José",
        "François",
        "30° LAO",
        "5 µm",
        "Böör",
    ],
)
def test_european_names_stay_as_declared(name: str) -> None:
    assert read("ISO_IR 100", name.encode("latin-1")) == (name, "ISO_IR 100", False)


def test_latin_1_without_a_label_is_shown_and_said() -> None:
    assert read("", "Buc^Jérôme".encode("latin-1")) == ("Buc^Jérôme", "ISO_IR 100", True)


def test_utf_8_umlauts_under_latin_1_are_repaired() -> None:
    assert read("ISO_IR 100", "Müller".encode()) == ("Müller", "ISO_IR 192", True)


@pytest.mark.parametrize(
    ("declared", "data", "text"),
    [
        ("ISO_IR 144", b"\xbb\xee\xda\x63\x65\xdc\xd1\x79\x70\xd3", "Люкceмбypг"),
        ("\\ISO 2022 IR 149", b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7", "Hong^Gildong=洪^吉洞"),
        (
            "ISO 2022 IR 13\\ISO 2022 IR 87",
            b"\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J",
            "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎",
        ),
    ],
)
def test_other_sets_are_read_as_declared(declared: str, data: bytes, text: str) -> None:
    assert read(declared, data)[::2] == (text, False)


@pytest.mark.parametrize(
    ("label", "term"),
    [
        ("iso-ir 100", "ISO_IR 100"),
        ("ISO_IR  192 ", "ISO_IR 192"),
        ("GB 18030", "GB18030"),
        ("gb2312", "GB18030"),
        ("ISO-2022-IR 58", "ISO 2022 IR 58"),
        ("ISO_IR 58", "ISO 2022 IR 58"),
    ],
)
def test_labels_are_recognised_in_their_common_misspellings(label: str, term: str) -> None:
    assert normalise(label) == term


@given(
    st.binary(max_size=64), st.sampled_from(["", "ISO_IR 100", "ISO_IR 192", "GB18030", "\\ISO 2022 IR 58", "nonsense"])
)
@pytest.mark.filterwarnings("ignore:Unknown encoding")
def test_no_bytes_under_any_label_raise(data: bytes, declared: str) -> None:
    text, _used, _repaired = read(declared, data)
    assert "\x1b" not in text


def test_ascii_needs_no_repair_under_any_label() -> None:
    for declared in ("ISO_IR 6", "ISO_IR 100", "GB18030", "ISO_IR 192"):
        assert read(declared, b"Smith^John") == ("Smith^John", declared, False)
    assert read("", b"Smith^John") == ("Smith^John", "ISO_IR 6", False)


def test_a_han_character_cut_in_half_by_a_field_limit_spoils_nothing() -> None:
    # GIVEN a name of three characters of which the third lost its last byte
    cut = "东莞市".encode("gbk")[:-1]
    for declared in ("GB18030", "", "ISO_IR 100"):
        text, used, _repaired = read(declared, cut)
        assert text == "东莞\ufffd"
        assert used == "GB18030"


def test_one_bad_value_does_not_change_how_the_others_are_read() -> None:
    # GIVEN a UTF-8 name beside an institution in GBK
    found = choose(["ISO_IR 192"], ["张^三".encode(), "医院".encode("gbk")])
    assert (found.used, found.repaired) == ("ISO_IR 192", False)
    assert decode("张^三".encode(), found.used) == "张^三"
    # AND the institution is read as what it is
    assert decode("医院".encode("gbk"), found.used) == "医院"


def test_signs_of_chinese_reports_do_not_hide_that_they_are_chinese() -> None:
    for text in ("左室Ⅱ级", "≥50％狭窄", "（右）前降支", "①冠脉造影", "5㎜导管"):
        assert read("", text.encode("gb18030"))[::2] == (text, True)


def test_a_label_that_nobody_knows_is_as_good_as_none() -> None:
    assert read("CHINESE", "张^三".encode("gbk")) == ("张^三", "GB18030", True)
