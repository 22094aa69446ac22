"""Every character set of DICOM, both ways: the standard's own examples, pydicom, DCMTK, and any bytes at all."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import dcmread
from pydicom.data import get_charset_files
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.multival import MultiValue
from pydicom.uid import ExplicitVRLittleEndian

from console.dicom.character_sets import label_of, normalise
from console.dicom.characters import decode, encode
from tests.support import need_program
from tests.unit.dicom.names import CYRILLIC, EUROPEAN, GREEK, JAPANESE, KOREAN, chinese_names

STANDARD = {
    "PS3.5 H.3.1": (
        "\\ISO 2022 IR 87",
        "Yamada^Tarou=山田^太郎=やまだ^たろう",
        b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B",
    ),
    "PS3.5 H.3.2": (
        "ISO 2022 IR 13\\ISO 2022 IR 87",
        "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう",
        b"\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J=\x1b$B$d$^$@\x1b(J^\x1b$B$?$m$&\x1b(J",
    ),
    "PS3.5 I.2": (
        "\\ISO 2022 IR 149",
        "Hong^Gildong=洪^吉洞=홍^길동",
        b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf",
    ),
    "PS3.5 J.1": (
        "ISO_IR 192",
        "Wang^XiaoDong=王^小东=",
        b"Wang^XiaoDong=\xe7\x8e\x8b^\xe5\xb0\x8f\xe4\xb8\x9c=",
    ),
    "PS3.5 J.3": ("GB18030", "Wang^XiaoDong=王^小东=", b"Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab="),
    "PS3.5 K.2": (
        "\\ISO 2022 IR 58",
        "Zhang^XiaoDong=张^小东=",
        b"Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab=",
    ),
    "PS3.5 K.3": (
        "\\ISO 2022 IR 58",
        "1. 第一行文字。\r\n2. 第二行文字。\r\n3. 第三行文字。\r\n",
        b"\x1b$)A1. \xb5\xda\xd2\xbb\xd0\xd0\xce\xc4\xd7\xd6\xa1\xa3\r\n"
        b"\x1b$)A2. \xb5\xda\xb6\xfe\xd0\xd0\xce\xc4\xd7\xd6\xa1\xa3\r\n"
        b"\x1b$)A3. \xb5\xda\xc8\xfd\xd0\xd0\xce\xc4\xd7\xd6\xa1\xa3\r\n",
    ),
    "PS3.5 6.1.2.5.3, two sets above 80": (
        "ISO_IR 100\\ISO 2022 IR 144",
        "Jérôme Люк^Zoé",
        b"J\xe9r\xf4me \x1b-L\xbb\xee\xda^Zo\xe9",
    ),
    "JIS X 0212": ("\\ISO 2022 IR 87\\ISO 2022 IR 159", "丂丄^山", b'\x1b$(D0!0"\x1b(B^\x1b$B;3\x1b(B'),
}
"""Examples with the bytes as they must stand."""


@pytest.mark.parametrize(("declared", "text", "data"), STANDARD.values(), ids=STANDARD)
def test_the_examples_of_the_standard_are_read_and_written_byte_for_byte(declared: str, text: str, data: bytes) -> None:
    assert decode(data, declared) == text
    assert encode(text, declared) == data


SINGLE = {
    "ISO_IR 100": "Äpfel é ß ÿ",
    "ISO_IR 101": "Dvořák ł ő",
    "ISO_IR 109": "Ħħ ĉ Ŭ",
    "ISO_IR 110": "Ā ķ Š ģ",
    "ISO_IR 144": "Люкceмбypг Ёё",
    "ISO_IR 127": "قباني^لنزار",
    "ISO_IR 126": "Διονυσιος άώ",
    "ISO_IR 138": "שרון^דבורה",
    "ISO_IR 148": "Çavuşoğlu^İpek ı",
    "ISO_IR 203": "Œuvre^Š € Ÿ",
    "ISO_IR 13": "ﾔﾏﾀﾞ^ﾀﾛｳ",
    "ISO_IR 166": "นามสกุล^ชื่อ",
}


@pytest.mark.parametrize(("term", "text"), SINGLE.items())
def test_single_byte_sets_go_both_ways_without_and_with_code_extensions(term: str, text: str) -> None:
    # GIVEN a set as the only one, as the first of two, and as the second of two
    extended = term.replace("ISO_IR", "ISO 2022 IR")
    for declared in (term, f"{extended}\\ISO 2022 IR 58", f"ISO 2022 IR 6\\{extended}"):
        data = encode(text, declared)
        assert decode(data, declared) == text
        assert (b"\x1b" in data) == declared.startswith("ISO 2022 IR 6")
        assert text.count("^") == data.count(b"^")
    assert len(encode(text, term)) == len(text)


def test_all_sets_of_the_standard_have_a_meaning() -> None:
    numbers = (6, 13, 87, 100, 101, 109, 110, 126, 127, 138, 144, 148, 149, 58, 159, 166, 203)
    families = {number: label_of(f"ISO 2022 IR {number}").family for number in numbers}
    assert [number for number, family in families.items() if family == "none"] == [6]
    assert {families[number] for number in (100, 101, 109, 110, 148, 203)} == {"latin"}
    assert [label_of(term).family for term in ("ISO_IR 192", "GB18030", "GBK")] == ["utf-8", "chinese", "chinese"]
    assert families[58] == "chinese"


@pytest.mark.parametrize(
    ("label", "term"),
    [
        ("ISO 2022 GBK", "GBK"),
        ("ISO 2022 58", "ISO 2022 IR 58"),
        ("iso8859-1", "ISO_IR 100"),
        ("ISO-8859-5", "ISO_IR 144"),
        ("ISO_IR_192", "ISO_IR 192"),
        ("ISO-IR-100", "ISO_IR 100"),
        ("IR 100", "ISO_IR 100"),
        ("cp936", "GBK"),
        ("ISO_IR 149", "ISO 2022 IR 149"),
        ("ISO 2022 IR 192", "ISO_IR 192"),
        ("\0ISO_IR 100 \0", "ISO_IR 100"),
    ],
)
def test_more_nicknames_of_labels(label: str, term: str) -> None:
    assert normalise(label) == term


# PS3.5 6.1.2.5.3: after a delimiter the first set is active again.


def test_a_delimiter_brings_the_first_set_back() -> None:
    declared = "ISO_IR 100\\ISO 2022 IR 58"
    for delimiter in (b"^", b"=", b"\\", b"\r\n", b"\n", b"\f", b"\t"):
        data = b"\x1b$)A\xd5\xc5" + delimiter + b"Zo\xe9"
        assert decode(data, declared) == f"张{delimiter.decode()}Zoé"


def test_carets_and_equal_signs_delimit_in_names_only() -> None:
    data = b"\x1b$)A\xc3\xe6\xbb\xfd=5, \xcf\xc1\xd5\xad^2"
    assert decode(data, "ISO_IR 100\\ISO 2022 IR 58", "text") == "面积=5, 狭窄^2"
    assert decode(data, "ISO_IR 100\\ISO 2022 IR 58", "name") == "面积=5, ÏÁÕ\xad^2"


def test_a_component_that_forgot_its_escape_is_still_read() -> None:
    # GIVEN the second component without the escape that PS3.5 K.2 asks for, and a value without any
    assert decode(b"\x1b$)A\xd5\xc5^\xd0\xa1\xb6\xab", "\\ISO 2022 IR 58") == "张^小东"
    assert decode(b"\xd5\xc5^\xd0\xa1\xb6\xab", "\\ISO 2022 IR 58") == "张^小东"
    assert decode(b"\xfb\xf3^\xd1\xce\xd4\xd7", "\\ISO 2022 IR 149") == "洪^吉洞"


def test_japanese_that_forgot_to_switch_back_ends_at_the_delimiter() -> None:
    assert decode(b"\x1b$B;3ED^\x1b$BB@O:", "\\ISO 2022 IR 87") == "山田^太郎"


def test_half_of_a_character_may_look_like_a_delimiter() -> None:
    # GIVEN Han characters whose second byte is 5C, 5E or 7C: decoded first, split after
    for text in ("玘^珅", "運\\瑋", "萟=琟"):
        data = text.encode("gbk")
        assert decode(data, "GBK") == decode(data, "GB18030") == text
        assert decode(b"\x1b$)A" + data, "GB18030") == text
    # AND kanji of ISO 2022 IR 87 that hold 5C, 5E and 3D
    text = "乗^傅=修"
    data = encode(text, "\\ISO 2022 IR 87")
    assert decode(data, "\\ISO 2022 IR 87") == text


def test_gb2312_is_written_and_gbk_is_refused_in_iso_2022_ir_58() -> None:
    assert encode("阿卜杜拉·买买提", "\\ISO 2022 IR 58").startswith(b"\x1b$)A")
    with pytest.raises(UnicodeEncodeError) as error:
        encode("张^玘", "\\ISO 2022 IR 58")
    assert (error.value.start, error.value.object) == (0, "玘")


def test_a_set_without_code_extensions_gets_no_escapes() -> None:
    for term, text in (("ISO_IR 100", "张"), ("ISO_IR 13", "~"), ("", "é"), ("ISO_IR 144", "é")):
        with pytest.raises(UnicodeEncodeError):
            encode(text, term)


def test_bytes_that_no_set_explains_become_the_replacement_character() -> None:
    assert decode(b"J\xe9r", "") == "J\ufffdr"
    assert decode(b"a\xff", "ISO_IR 192") == "a\ufffd"
    assert decode(b"a\xff", "ISO_IR 13") == "a\ufffd"
    assert decode(b"\x1b$Ba\xff", "\\ISO 2022 IR 87").endswith("\ufffd")


def test_escapes_that_nobody_knows_are_left_out() -> None:
    assert decode(b"a\x1b$)Zb\x1b[31mc\x1b", "ISO_IR 100") == "ab[31mc"


def test_two_sets_that_cannot_stand_together_are_tried_in_their_order() -> None:
    assert decode("张^三".encode(), "ISO_IR 192\\GB18030") == "张^三"
    assert decode("张^三".encode("gbk"), "ISO_IR 192\\GB18030") == "张^三"


LABELS = [
    "",
    *SINGLE,
    "ISO_IR 192",
    "GB18030",
    "GBK",
    "\\ISO 2022 IR 58",
    "\\ISO 2022 IR 149",
    "\\ISO 2022 IR 87\\ISO 2022 IR 159",
    "ISO 2022 IR 13\\ISO 2022 IR 87",
    "ISO 2022 IR 100\\ISO 2022 IR 144\\ISO 2022 IR 58",
    "nonsense",
]
_PIECES = st.lists(
    st.sampled_from(
        (
            *(b"\x1b$)A", b"\x1b$B", b"\x1b(J", b"\x1b(B", b"\x1b$(D", b"\x1b)I", b"\x1b-A"),
            *(b"^", b"=", b"\\", b"\xd5\xc5", b";3"),
        )
    )
    | st.binary(max_size=4),
    max_size=12,
).map(b"".join)


@given(_PIECES, st.sampled_from(LABELS), st.sampled_from(["name", "text"]))
def test_no_bytes_under_any_label_raise_or_leave_an_escape(data: bytes, declared: str, kind: str) -> None:
    assert "\x1b" not in decode(data, declared, "name" if kind == "name" else "text")


def repertoire(declared: str) -> str:
    """Characters that `declared` can write."""
    planes = [range(0x20, 0x7F), range(0xA0, 0x600), range(0xE00, 0xE60), range(0x3041, 0x30FF)]
    planes += [range(0x4E00, 0x9FA6, 7), range(0xAC00, 0xD7A4, 31), range(0xFF61, 0xFFA0)]
    found = []
    for point in (point for plane in planes for point in plane):
        try:
            encode(chr(point), declared)
        except UnicodeEncodeError:
            continue
        found.append(chr(point))
    return "".join(found)


REPERTOIRES = {declared: repertoire(declared) for declared in LABELS if declared not in ("nonsense", "ISO_IR 192")}


def test_the_repertoires_are_as_large_as_their_sets() -> None:
    sizes = {declared: len(characters) for declared, characters in REPERTOIRES.items()}
    assert sizes[""] == 95
    assert sizes["ISO_IR 100"] == 191
    assert sizes["ISO_IR 13"] == 94 + 63
    assert sizes["\\ISO 2022 IR 58"] > 900 > sizes["\\ISO 2022 IR 149"] - 600
    assert sizes["\\ISO 2022 IR 87\\ISO 2022 IR 159"] > 1500
    assert sizes["GB18030"] > sizes["GBK"] > 3000


@given(st.data(), st.sampled_from(sorted(REPERTOIRES)))
def test_what_is_written_is_read_again(data: st.DataObject, declared: str) -> None:
    characters = REPERTOIRES[declared] + "^=\r\n\t" * 10
    text = data.draw(st.text(st.sampled_from(characters), max_size=20))
    assert decode(encode(text, declared), declared) == text


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"))), st.sampled_from(["ISO_IR 192", "GB18030"]))
def test_any_text_goes_both_ways_in_unicode(text: str, declared: str) -> None:
    assert decode(encode(text, declared), declared) == text


# Peers.


@pytest.mark.parametrize("path", get_charset_files("*.dcm"), ids=lambda path: Path(str(path)).stem)
def test_the_samples_of_pydicom_read_as_in_pydicom(path: str) -> None:
    # GIVEN a file of pydicom's own, which has names in one character set or several
    ds = dcmread(path, stop_before_pixels=True)
    label = ds.get("SpecificCharacterSet", "")
    declared = label if isinstance(label, str) else "\\".join(label)
    tags = [tag for tag in ds.keys() if ds.get_item(tag).VR == "PN"]
    raws = [ds.get_item(tag).value.rstrip(b" \0") for tag in tags]
    # THEN its names read as pydicom reads them, which leaves out empty groups at the end
    values = [ds[tag].value for tag in tags]
    shown = ["\\".join(map(str, value)) if isinstance(value, MultiValue) else str(value) for value in values]
    assert [decode(raw, declared).rstrip("=") for raw in raws] == shown
    assert any(not raw.isascii() or b"\x1b" in raw for raw in raws) or "chrSQ" in str(path)


PEER_NAMES = [
    ("ISO_IR 100", EUROPEAN[0]),
    ("ISO_IR 101", "Dvořák^Łukasz"),
    ("ISO_IR 144", CYRILLIC[0]),
    ("ISO_IR 126", GREEK[1]),
    ("ISO_IR 127", SINGLE["ISO_IR 127"]),
    ("ISO_IR 138", SINGLE["ISO_IR 138"]),
    ("ISO_IR 148", "Çavuşoğlu^İpek"),
    ("ISO_IR 166", SINGLE["ISO_IR 166"]),
    ("ISO_IR 13", "ﾔﾏﾀﾞ^ﾀﾛｳ"),
    ("ISO_IR 192", chinese_names()[0]),
    ("GB18030", chinese_names()[1]),
    ("GB18030", "玘^珅"),
    ("GBK", chinese_names()[2]),
    ("\\ISO 2022 IR 58", "Zhang^XiaoDong=张^小东"),
    ("\\ISO 2022 IR 58", chinese_names()[3]),
    ("\\ISO 2022 IR 149", KOREAN[0]),
    ("ISO 2022 IR 100\\ISO 2022 IR 144", "Jérôme^Люк"),
]


JAPANESE_NAMES = [
    *(("\\ISO 2022 IR 87", name) for name in JAPANESE),
    ("ISO 2022 IR 13\\ISO 2022 IR 87", "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう"),
]
"""Debian's DCMTK cannot convert these, nor ISO_IR 203; pydicom knows them, but not ISO 2022 IR 58."""


def write(path: Path, declared: str, name: bytes) -> Path:
    """A DICOM file whose Patient's Name is these bytes."""
    ds = Dataset()
    ds.SpecificCharacterSet = declared.split("\\")
    ds.SOPClassUID = "1.2.840.10008.5.1.4.1.1.7"
    ds.SOPInstanceUID = "2.25.1"
    ds.PatientName = "PLACE"
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.save_as(path, enforce_file_format=True)
    padded = name + b" " * (len(name) % 2)
    place = b"PN\x06\x00PLACE "
    data = path.read_bytes()
    assert data.count(place) == 1
    path.write_bytes(data.replace(place, b"PN" + len(padded).to_bytes(2, "little") + padded))
    return path


@pytest.mark.parametrize(("declared", "name"), [pair for pair in PEER_NAMES if "58" not in pair[0]] + JAPANESE_NAMES)
def test_pydicom_reads_what_is_written_here(tmp_path: Path, declared: str, name: str) -> None:
    path = write(tmp_path / "a.dcm", declared, encode(name, declared))
    assert str(dcmread(path).PatientName) == name


@pytest.mark.parametrize(("declared", "name"), PEER_NAMES)
def test_dcmtk_reads_what_is_written_here(tmp_path: Path, declared: str, name: str) -> None:
    # GIVEN a file whose name is written here
    path = write(tmp_path / "a.dcm", declared, encode(name, declared))
    # WHEN DCMTK converts it to UTF-8
    command = [need_program("dcmdump"), "+U8", "+L", "+P", "PatientName", str(path)]
    shown = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    # THEN it finds the same name
    assert shown.split("[", 1)[1].split("]")[0].rstrip() == name


@pytest.mark.parametrize(("declared", "name"), [pair for pair in PEER_NAMES if "\\" not in pair[0]])
def test_what_dcmtk_writes_is_read_here(tmp_path: Path, declared: str, name: str) -> None:
    # GIVEN a file in UTF-8, converted by DCMTK
    path = write(tmp_path / "a.dcm", "ISO_IR 192", name.encode())
    made = tmp_path / "b.dcm"
    subprocess.run([need_program("dcmconv"), "+C", declared, str(path), str(made)], check=True, capture_output=True)
    raw = dcmread(made).get_item("PatientName").value
    # THEN it reads the same
    assert isinstance(raw, bytes)
    assert decode(raw.rstrip(b" "), declared) == name
