"""Which text was meant: the table of 200 names under every label, votes, both readings, and any bytes at all."""

import sys
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.dicom.characters import encode
from console.dicom.reading import RawText, Reading, read_texts, votes_of
from console.dicom.words import alphabet_strength
from tests.unit.dicom import names

LABELS = ("", "ISO_IR 100", "ISO_IR 192", "GB18030", "right")
GROUPS = {
    "Chinese": (names.chinese_names(), "\\ISO 2022 IR 58"),
    "European": (names.EUROPEAN, "ISO_IR 100"),
    "Japanese": (names.JAPANESE, "\\ISO 2022 IR 87"),
    "Korean": (names.KOREAN, "\\ISO 2022 IR 149"),
    "Cyrillic": (names.CYRILLIC, "ISO_IR 144"),
    "Greek": (names.GREEK, "ISO_IR 126"),
}
LIMITS = {("Cyrillic", "ISO_IR 144"), ("Greek", "ISO_IR 126")}
"""Single-byte alphabets under another label: their bytes are common Han characters, and nobody can tell."""
HOSPITAL = "东莞市人民医院"


def name(text: bytes, declared: str) -> Reading:
    """How one name is read by itself."""
    return read_texts([RawText(text, declared, "name")])[0]


def words(text: bytes, declared: str, *others: RawText) -> Reading:
    """How one description is read, beside `others`."""
    return read_texts([RawText(text, declared, "text"), *others])[0]


def gbk(text: str, declared: str = "ISO_IR 100") -> RawText:
    """A description or an institution in GBK, under a wrong label."""
    return RawText(text.encode("gbk"), declared, "text")


def encodable(texts: Iterable[str], term: str) -> list[tuple[str, bytes]]:
    """The texts that `term` can write, and how it writes them."""
    found = []
    for text in texts:
        try:
            found.append((text, encode(text, term)))
        except UnicodeEncodeError:
            continue
    return found


def test_two_hundred_names_under_every_label(
    capsys: pytest.CaptureFixture[str], record_property: Callable[[str, object], None]
) -> None:
    # GIVEN 200 names of many languages, 25 of them European
    assert sum(len(group) for group, _own in GROUPS.values()) == 200
    assert len(names.EUROPEAN) == 25
    lines = [f"{'names':9}{'written in':19}" + "".join(f"{label or 'none':>13}" for label in LABELS)]
    wrong: list[str] = []
    total = good = 0
    # WHEN each is written in each character set and read under each label
    for group, (texts, own) in GROUPS.items():
        for term in ("GB18030", "GBK", "ISO_IR 192", own):
            written = encodable(texts, term)
            if not written:
                continue
            counts = []
            for label in LABELS:
                declared = term if label == "right" else label
                missed = [text for text, raw in written if name(raw, declared).text != text]
                counts.append(len(written) - len(missed))
                limit = (group, term) in LIMITS and label != "right"
                total += 0 if limit else len(written)
                good += 0 if limit else counts[-1]
                if not limit and len(missed) > 0.01 * len(written):
                    wrong.append(f"{group} in {term} under {label or 'none'}: {missed}")
            row = "".join(f"{f'{count}/{len(written)}':>13}" for count in counts)
            lines.append(f"{group:9}{term:19}{row}" + ("  (limit)" if (group, term) in LIMITS else ""))
    lines.append(f"right: {good} of {total} ({100 * good / total:.1f} %), limits not counted")
    record_property("names_right_percent", round(100 * good / total, 1))
    with capsys.disabled():
        sys.stdout.write("\n  " + "\n  ".join(lines) + "\n")
    # THEN no row misses more than one in a hundred
    assert not wrong


@pytest.mark.parametrize("declared", ["", "ISO_IR 100", "ISO_IR 192"])
def test_many_names_in_gbk_under_wrong_labels(
    declared: str, capsys: pytest.CaptureFixture[str], record_property: Callable[[str, object], None]
) -> None:
    # GIVEN 2,000 ordinary names, 1,000 of nearly only rare characters, 500 European ones in Latin-1
    ordinary, rare, european = names.many_chinese(2000), names.many_chinese(1000, rare=True), names.many_european(500)
    studies: dict[str, tuple[tuple[str, ...], str, list[RawText]]] = {
        "2,000 names in GBK": (ordinary, "gb18030", []),
        "1,000 rare names alone": (rare, "gb18030", []),
        "1,000 rare names in a GBK study": (rare, "gb18030", [gbk(HOSPITAL, declared)]),
        "500 Latin-1 names": (european, "latin-1", []),
        "500 Latin-1 names in a GBK study": (european, "latin-1", [gbk(HOSPITAL, declared)]),
    }
    floors = (0.995, 0.98, 0.99, 0.995, 0.99)
    for (what, (texts, codec, others)), floor in zip(studies.items(), floors, strict=True):
        # WHEN they are read one by one, or beside the institution of their study
        right = sum(
            read_texts([RawText(text.encode(codec), declared, "name"), *others])[0].text == text for text in texts
        )
        record_property(what, right)
        with capsys.disabled():
            sys.stdout.write(f"\n  {what}, label {declared or 'none'}: {right}/{len(texts)}")
        # THEN they come out right
        assert right >= floor * len(texts), what


# Both readings.


@pytest.mark.parametrize(
    ("data", "declared", "reading"),
    [
        (
            "张^三".encode("gbk"),
            "ISO_IR 100",
            Reading("张^三", "GB18030", "ISO_IR 100", True, True, "ÕÅ^Èý", "ISO_IR 100"),
        ),
        ("张^三".encode("gbk"), "", Reading("张^三", "GB18030", "", True, True, "ÕÅ^Èý", "ISO_IR 100")),
        ("张^三".encode(), "GB18030", Reading("张^三", "ISO_IR 192", "GB18030", True, True, "寮燺涓\ufffd", "GB18030")),
        ("张^三".encode("gbk"), "GBK", Reading("张^三", "GBK", "GBK", False, True)),
        ("张^三".encode(), "iso_ir 192", Reading("张^三", "ISO_IR 192", "iso_ir 192", False, True)),
        (
            "Jérôme".encode("latin-1"),
            "GB18030",
            Reading("Jérôme", "ISO_IR 100", "GB18030", True, False, "J閞鬽e", "GB18030"),
        ),
        (
            "Müller".encode(),
            "ISO_IR 100",
            Reading("Müller", "ISO_IR 192", "ISO_IR 100", True, True, "MÃ¼ller", "ISO_IR 100"),
        ),
        (
            b"\x1b$)A\xd5\xc5^\x1b$)A\xc8\xfd",
            "ISO_IR 100",
            Reading("张^三", "\\ISO 2022 IR 58", "ISO_IR 100", True, True),
        ),
        (b"Smith^John \0", "", Reading("Smith^John", "ISO_IR 6", "", False, True)),
        (b"", "ISO_IR 100", Reading("", "ISO_IR 100", "ISO_IR 100", False, True)),
    ],
)
def test_what_does_not_fit_its_label_has_two_readings(data: bytes, declared: str, reading: Reading) -> None:
    found = name(data, declared)
    if reading.other.endswith("\ufffd"):
        assert found.other
        reading = reading._replace(other=found.other)
    assert found == reading


@pytest.mark.parametrize(
    "text",
    ["Buc^Jérôme", "Müller^Jürgen", "Åse^Øyvind", "Núñez^José", "MÜLLER^JÜRGEN", "SÖRENSEN^ÅSE", "GONÇALVES^JOÃO"],
)
def test_valid_latin_1_names_stay_and_are_certain(text: str) -> None:
    assert name(text.encode("latin-1"), "ISO_IR 100") == Reading(text, "ISO_IR 100", "ISO_IR 100", False, True)
    # AND in a study full of GBK
    beside = read_texts([RawText(text.encode("latin-1"), "ISO_IR 100", "name"), gbk(HOSPITAL), gbk("冠状动脉造影")])
    assert beside[0] == Reading(text, "ISO_IR 100", "ISO_IR 100", False, True)


def test_a_guess_is_marked_as_one_until_the_study_agrees() -> None:
    # GIVEN a name of rare characters, which scores nothing
    rare = RawText("翀^赟".encode("gbk"), "ISO_IR 100", "name")
    alone = read_texts([rare])[0]
    assert (alone.text, alone.certain, alone.other_charset) == ("翀^赟", False, "ISO_IR 100")
    # WHEN it stands beside an institution in GBK, or on a device that writes GBK
    beside = read_texts([rare, gbk(HOSPITAL)])[0]
    device = read_texts([rare], votes_of([gbk(HOSPITAL), gbk("冠状动脉造影")]))[0]
    # THEN nothing is left to ask
    assert (beside.text, beside.certain) == (device.text, device.certain) == ("翀^赟", True)


@pytest.mark.parametrize("declared", ["", "ISO_IR 100", "ISO_IR 192"])
def test_texts_that_were_encoded_twice_are_offered_put_right(declared: str) -> None:
    text = "张^小东"
    chains = {
        "ISO_IR 192 > ISO_IR 100 > ISO_IR 192": text.encode().decode("latin-1").encode(),
        "GB18030 > ISO_IR 100 > ISO_IR 192": text.encode("gbk").decode("latin-1").encode(),
    }
    for chain, data in chains.items():
        found = name(data, declared)
        assert (found.other, found.other_charset, found.certain) == (text, chain, False)
        # AND they do not vote for what they were stored as
        assert votes_of([RawText(data, declared, "name")]) == {}
    # AND as Windows does it, and as GBK does it
    assert name("王^伟".encode().decode("cp1252").encode(), declared).other == "王^伟"
    assert name("张三丰明".encode().decode("gbk").encode(), declared).other == "张三丰明"


def test_ordinary_names_in_utf_8_are_not_taken_for_twice_encoded_ones() -> None:
    for text in (*names.EUROPEAN, *names.many_chinese(500), *names.many_european(200)):
        assert name(text.encode(), "ISO_IR 192") == Reading(text, "ISO_IR 192", "ISO_IR 192", False, True)


def test_each_value_is_read_by_itself_not_each_file() -> None:
    # GIVEN a name from a worklist in UTF-8 beside an institution in GBK
    values = [RawText("张^三".encode(), "ISO_IR 100", "name"), gbk(HOSPITAL)]
    assert [reading.text for reading in read_texts(values)] == ["张^三", HOSPITAL]
    many = names.many_chinese(1000)
    assert [
        text
        for text in many
        if read_texts([RawText(text.encode(), "ISO_IR 100", "name"), gbk(HOSPITAL)])[0].text != text
    ] == []


# Descriptions.


@pytest.mark.parametrize(
    "text",
    [
        "±5",
        "30° LAO",
        "µSv",
        "Ø 3 mm",
        "Größe",
        "Función",
        "CORAÇÃO FUNÇÃO",
        "30°±2°",
        "Außenmaß",
        "5 µm",
        "Gefäß",
        "Übersicht",
        "Sténose à gauche",
        "Coração, função",
    ],
)
def test_latin_1_descriptions_stay_even_in_a_gbk_study(text: str) -> None:
    raw = text.encode("latin-1")
    assert words(raw, "ISO_IR 100") == Reading(text, "ISO_IR 100", "ISO_IR 100", False, True)
    assert words(raw, "ISO_IR 100", gbk(HOSPITAL), gbk("冠状动脉造影")).text == text


@pytest.mark.parametrize("declared", ["", "ISO_IR 100", "ISO_IR 192"])
@pytest.mark.parametrize(
    "text", ["冠脉CTA", "LCA 左冠", "胸部", "头", "PCI术后", "平扫+增强", "X线", "30°头位", "≥50％狭窄", "（右）前降支"]
)
def test_short_chinese_descriptions_are_read_and_the_study_makes_them_certain(text: str, declared: str) -> None:
    raw = text.encode("gb18030")
    assert words(raw, declared).text == text
    beside = words(raw, declared, gbk(HOSPITAL, declared))
    assert (beside.text, beside.certain) == (text, True)


def test_a_character_cut_in_half_at_the_end_spoils_nothing() -> None:
    for codec, declared in (("gbk", ""), ("gbk", "ISO_IR 100"), ("gbk", "GB18030"), ("utf-8", "ISO_IR 100")):
        found = words(HOSPITAL.encode(codec)[:-1], declared)
        assert found.text == HOSPITAL[:-1] + "\ufffd"


# Other labels.


def test_other_labels_are_believed_unless_the_bytes_belie_them() -> None:
    # GIVEN a Cyrillic name under its label, and Japanese machines that pass on Chinese names
    assert name("Иванов".encode("iso8859-5"), "ISO_IR 144").repaired is False
    for declared in ("\\ISO 2022 IR 87", "ISO 2022 IR 13\\ISO 2022 IR 87", "ISO_IR 13"):
        found = name("李^伟".encode("gbk"), declared)
        assert (found.text, found.charset, found.repaired) == ("李^伟", "GB18030", True)
        # AND one whose bytes are all half-width kana as well is in doubt until the study has spoken
        both = RawText("张^伟".encode("gbk"), declared, "name")
        alone = read_texts([both])[0]
        assert (alone.text, alone.other, alone.certain) in (("ﾕﾅ^ﾎｰ", "张^伟", False), ("张^伟", "ÕÅ^Î°", True))
        assert read_texts([both, gbk(HOSPITAL, declared)])[0].text == "张^伟"


def test_a_gb18030_label_may_stand_over_a_european_description() -> None:
    assert words("Größe".encode("latin-1"), "GB18030").text == "Größe"
    assert words("ABC线DEF".encode("gbk"), "GB18030").text == "ABC线DEF"


def test_votes_are_counted_by_character_set() -> None:
    values = [gbk(HOSPITAL), gbk("冠状动脉造影"), RawText(b"Smith", "ISO_IR 100", "name")]
    assert votes_of(values) == {"GB18030": 6.0}
    assert votes_of([RawText("张^三".encode(), "", "name")]) == {"ISO_IR 192": 3.0}
    assert votes_of([]) == {}


def test_a_divided_study_decides_nothing() -> None:
    rare = RawText("翀^赟".encode("gbk"), "ISO_IR 100", "name")
    divided = [rare, gbk(HOSPITAL), RawText(HOSPITAL.encode(), "ISO_IR 100", "text")]
    assert read_texts(divided)[0].certain is False


def test_what_is_shown_is_safe() -> None:
    found = name("张^三\x1b[31m\x07".encode("gbk"), "ISO_IR 100")
    assert found.text == "张^三[31m"
    assert name(b"[red]\x1b[31mx\x07\r\n", "").text == "[red][31mx"


@given(
    st.lists(
        st.tuples(
            st.binary(max_size=40) | st.text(max_size=10).map(lambda text: text.encode("gb18030", "ignore")),
            st.sampled_from(
                ["", "ISO_IR 100", "ISO_IR 192", "GB18030", "\\ISO 2022 IR 58", "ISO_IR 13", "ISO_IR 144", "?"]
            ),
            st.sampled_from(["name", "text"]),
        ),
        max_size=4,
    ),
    st.dictionaries(st.sampled_from(["GB18030", "ISO_IR 192", "ISO_IR 100", "?"]), st.floats(0, 100)),
)
def test_any_bytes_have_a_reading_that_is_safe_to_show(
    values: list[tuple[bytes, str, str]], device: dict[str, float]
) -> None:
    raws = [RawText(raw, declared, "name" if kind == "name" else "text") for raw, declared, kind in values]
    readings = read_texts(raws, device)
    assert len(readings) == len(raws)
    for reading in readings:
        for text in (reading.text, reading.other):
            assert not any(
                ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0 or 0xD800 <= ord(char) < 0xE000 for char in text
            )
        assert reading.other != reading.text or not reading.other
        assert bool(reading.other) == bool(reading.other_charset)


@pytest.mark.parametrize(
    ("text", "strength"),
    [
        ("Müller^Jürgen", 2),
        ("Иванов^Иван", 2),
        ("ΔΙΟΝΥΣΙΟΣ", 2),
        ("김^민수", 1),
        ("½^Ёлка", 0),
        ("лС^Иван", 0),
        ("Иваnоv", 0),
        ("л^Иванов", 0),
        ("Zo\x92e", 0),
    ],
)
def test_alphabets_are_told_from_bytes_at_random(text: str, strength: int) -> None:
    assert alphabet_strength(text, name=True) == strength
