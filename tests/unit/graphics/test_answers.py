"""Answers as real terminals gave them, and what else may come out of a terminal."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.graphics.answers import LateAnswers, identify, name_has_true_color, parse, questions

# Recorded from the terminals themselves, asked with `questions`.
XTERM = (
    b"\x1bP>|XTerm(379)\x1b\\\x1b[>41;379;0c\x1b[?2026;0$y\x1bP1$r0;38:2::1:2:3m\x1b\\"
    b"\x1b[1;3R\x1b[1;5R\x1b[1;3R\x1b[?64;1;2;6;9;15;16;17;18;21;22;28c"
)
KITTY = (
    b"\x1bP>|kitty(0.26.5)\x1b\\\x1b[>1;4000;26c\x1b[4;396;639t\x1b[6;18;9t\x1b[?2026;2$y"
    b"\x1bP1$r38:2:1:2:3m\x1b\\\x1b_Gi=31;OK\x1b\\\x1b[1;3R\x1b[1;5R\x1b[1;3R\x1b[?62;c"
)
TMUX = b"\x1bP>|tmux 3.3a\x1b\\\x1b[>84;0;0c\x1b[1;3R\x1b[1;5R\x1b[1;3R\x1b[?1;2c"
PTERM = b"\x1b[>0;136;0c\x1b[4;314;496t\x1b[1;3R\x1b[1;5R\x1b[1;3R\x1b[?6c"
RECORDED = [XTERM, KITTY, TMUX, PTERM]


def test_xterm_keeps_true_colour_and_has_no_synchronized_update() -> None:
    answers = parse(XTERM)
    assert (answers.complete, answers.name, answers.secondary) == (True, "XTerm(379)", (41, 379, 0))
    assert (answers.true_color, answers.synchronized, answers.kitty) == (True, False, False)
    assert answers.widths == (1, 2, 1)
    assert 4 not in answers.attributes


def test_kitty_answers_everything() -> None:
    answers = parse(KITTY)
    assert (answers.true_color, answers.synchronized, answers.kitty) == (True, True, True)
    assert (answers.window_pixels, answers.cell_pixels) == ((639, 396), (9, 18))


def test_tmux_and_putty_answer_less() -> None:
    assert (parse(TMUX).name, parse(TMUX).true_color, parse(TMUX).widths) == ("tmux 3.3a", False, (1, 2, 1))
    assert (parse(PTERM).name, parse(PTERM).window_pixels, parse(PTERM).attributes) == ("", (496, 314), (6,))


@pytest.mark.parametrize("recorded", RECORDED)
def test_keys_typed_ahead_do_not_change_what_is_understood(recorded: bytes) -> None:
    # GIVEN letters, arrows, function keys, Chinese, a mouse report and ctrl+F3, which looks like a cursor report
    for keys in (
        b"ls -l\r",
        b"\x1b[A\x1bOP\x1b[15~",
        "张".encode(),
        b"\x1b[<0;5;5M",
        b"\x1b[1;5R",
        b"\x1b",
        b"\xff\x9b",
    ):
        # WHEN they come before, after, or between two answers
        places = [0, len(recorded), recorded.index(b"\x1b[1;3R"), recorded.rindex(b"\x1b[?")]
        for place in places:
            assert parse(recorded[:place] + keys + recorded[place:]) == parse(recorded)


@given(st.binary(max_size=200), st.sampled_from(RECORDED))
@settings(max_examples=300)
def test_no_bytes_crash_the_parser(noise: bytes, recorded: bytes) -> None:
    parse(noise)
    parse(noise.join([recorded[:20], recorded[20:]]))
    assert parse(noise + recorded).complete


@given(st.sampled_from(RECORDED), st.integers(0, 200))
def test_an_answer_cut_short_is_not_taken_for_whole(recorded: bytes, length: int) -> None:
    assert parse(recorded[:length]).complete is (length >= len(recorded))


def test_a_colour_that_was_rounded_is_not_true_colour() -> None:
    assert not parse(b"\x1bP1$r0;38:5:17m\x1b\\").true_color
    assert not parse(b"\x1bP1$r0;38:2::1:2:35m\x1b\\").true_color
    assert not parse(b"\x1bP0$rm\x1b\\").true_color
    assert parse(b"\x1bP1$r0;38;2;1;2;3m\x1b\\").true_color


def test_a_terminal_name_cannot_smuggle_control_characters() -> None:
    assert parse(b"\x1bP>|Evil\r\n\x9b2J(1)\x1b\\").name == "Evil�2J(1)"


def test_inside_tmux_no_graphics_query_is_sent_and_on_the_linux_console_no_device_string() -> None:
    assert b"\x1b_G" in questions(plain=False, multiplexed=False)
    assert b"\x1b_G" not in questions(plain=False, multiplexed=True)
    plain = questions(plain=True, multiplexed=False)
    assert b"\x1bP" not in plain
    assert b"\x1b_" not in plain
    for asked in (questions(False, False), questions(False, True), plain):
        # THEN the cursor comes back to where it was and the sentinel is last
        assert asked.startswith(b"\x1b7")
        assert asked.endswith(b"\x1b[2K\x1b8\x1b[c")


@pytest.mark.parametrize(
    ("secondary", "name", "color"),
    [
        ((0, 136, 0), "PuTTY", "256"),
        ((0, 10, 1), "Windows Terminal", "true"),
        ((65, 6003, 1), "VTE", "true"),
        ((65, 2800, 1), "", None),
        ((77, 30105, 0), "mintty", "true"),
        ((41, 379, 0), "XTerm(379)", "true"),
        ((41, 280, 0), "", None),
        ((), "", None),
        ((0,), "", None),
    ],
)
def test_secondary_attributes_give_terminals_away(secondary: tuple[int, ...], name: str, color: str | None) -> None:
    assert identify(secondary) == (name, color)


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("XTerm(379)", True),
        ("XTerm(330)", False),
        ("kitty(0.26.5)", True),
        ("WezTerm 20240203", True),
        ("foot(1.16.2)", True),
        ("tmux 3.3a", True),
        ("football", False),
        ("", False),
    ],
)
def test_names_that_stand_for_true_colour(name: str, known: bool) -> None:
    assert name_has_true_color(name) is known


@given(
    st.sampled_from(RECORDED), st.lists(st.integers(0, 200), max_size=6), st.sampled_from(["", "q", "\x1b[A", "张i"])
)
@settings(max_examples=300)
def test_late_answers_are_taken_out_of_the_keys_however_they_are_cut(
    recorded: bytes, cuts: list[int], keys: str
) -> None:
    # GIVEN answers that arrive while the application reads keys, in pieces of any size, keys before and after
    text = keys + recorded.decode() + keys
    edges = [0, *sorted(cut for cut in cuts if cut < len(text)), len(text)]
    # A piece never ends inside the first two bytes of a sequence, which a terminal sends at once.
    pieces = [text[start:end] for start, end in pairwise(edges)]
    if any(piece.endswith(("\x1b", "\x1b[", "\x1bP", "\x1b_")) for piece in pieces[:-1]):
        pieces = [text]
    late = LateAnswers()
    # THEN only the keys come through
    assert "".join(late.strip(piece) for piece in pieces) == keys + keys
    assert late.done


@pytest.mark.parametrize("keys", ["\x1b", "\x1b[A", "\x1b[15~", "\x1b[1;5A", "\x1b[<0;10;10M", "\x1bP", "\x1b[", "a张"])
def test_keys_pass_at_once_when_no_answer_comes(keys: str) -> None:
    assert LateAnswers().strip(keys) == keys


def test_what_only_looked_like_the_beginning_of_an_answer_comes_with_the_next_key() -> None:
    late = LateAnswers()
    assert late.strip("a\x1b[1;5") == "a"
    assert late.strip("Ab") == "\x1b[1;5Ab"
