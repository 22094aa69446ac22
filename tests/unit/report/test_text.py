"""Texts on paper."""

from console.report.text import paragraphs, printable


def test_what_no_paper_can_show_is_taken_out_and_names_stay() -> None:
    # GIVEN a name with an escape sequence, a direction mark, a joiner and a variation selector
    entered = "王\x1b[31m喆\u202e𬱖\u200b堃\ufe0f\U000e0101"
    # WHEN it is printed THEN only what has a shape is left
    assert printable(entered) == "王[31m喆𬱖堃"


def test_letters_and_their_marks_are_composed_but_compatibility_ideographs_stay_themselves() -> None:
    # GIVEN an e with a combining accent, and an ideograph that NFC would turn into another one
    assert printable("Ange\u0301lique \uf91d") == "Angélique \uf91d"


def test_lines_of_a_note_stay_lines_and_empty_ends_go() -> None:
    assert paragraphs("\r\n一\r\n\n二 \x0b三\n\n") == ("一", "", "二", "三")
    assert paragraphs("  \n") == ()
