"""Pictures in the terminal's own pixels, read back by another decoder, and by real programs."""

import base64
import io
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from console.graphics.encoder import best, choose
from console.graphics.letters import Letters
from console.graphics.png import PngWriter
from console.graphics.sixel import SixelWriter
from console.graphics.terminal import Terminal
from console.graphics.texts import CellText
from console.resources import fonts
from tests.support import need_program
from tests.unit.graphics import undraw
from tests.unit.graphics.test_encoder import XTERM

CELL = (6, 12)
PLAIN = replace(XTERM, kitty=False, sixel=False, cell_pixels=CELL, columns=80, rows=24)
SIXEL = replace(PLAIN, sixel=True, sixel_colors=256)


def noisy(height: int, width: int, seed: int = 7) -> NDArray[np.uint8]:
    """A smooth ramp with the noise of an X-ray."""
    noise = np.random.default_rng(seed).normal(0, 6, (height, width))
    ramp = np.add.outer(np.linspace(20, 200, height), np.linspace(0, 40, width))
    return (ramp + noise).clip(0, 255).astype(np.uint8)


def _itself(part: NDArray[np.uint8], _top: int, _left: int) -> NDArray[np.uint8]:
    return part


@settings(max_examples=60, deadline=None)
@given(
    height=st.integers(1, 200),
    width=st.integers(1, 240),
    greys=st.integers(2, 100),
    kind=st.sampled_from(["noise", "flat", "ramp"]),
    seed=st.integers(0, 9),
    side=st.integers(0, 80),
)
def test_every_pixel_of_a_sixel_picture_has_its_colour(
    height: int, width: int, greys: int, kind: str, seed: int, side: int
) -> None:
    # GIVEN a palette of greys and any picture of them
    ramp = (np.arange(greys) * 255 // (greys - 1)).astype(np.uint8)
    colors = np.repeat(ramp[:, None], 3, axis=1)
    random = np.random.default_rng(seed)
    indices = {
        "noise": random.integers(0, greys, (height, width)),
        "flat": np.full((height, width), seed % greys),
        "ramp": np.add.outer(np.arange(height), np.arange(width)) * greys // (height + width),
    }[kind].astype(np.uint8)
    # AND black beside it, and corners in which something stands
    indices[:, :side] = indices[:, width - side // 2 :] = 0
    indices[: height // 5, : width // 6] = greys - 1
    # WHEN it is written and read back THEN each pixel has exactly its register's colour
    found = undraw.sixel(SixelWriter(colors, greys).write(indices, _itself))
    assert np.array_equal(found, (colors.astype(int) * 100 + 127)[indices] // 255)


def test_one_writer_draws_one_picture_after_another() -> None:
    writer = SixelWriter(np.repeat(np.arange(0, 250, 10, dtype=np.uint8)[:, None], 3, axis=1), 25)
    for size in ((40, 30), (40, 30), (13, 90), (200, 30)):
        indices = np.random.default_rng(size[0]).integers(0, 25, size).astype(np.uint8)
        assert np.array_equal(
            undraw.sixel(writer.write(indices, _itself))[:, :, 0], (indices.astype(int) * 1000 + 127) // 255
        )


@pytest.mark.parametrize(("still", "near"), [(False, 255 / 23 + 2.6), (True, 255 / 63 + 2.6)])
def test_a_sixel_frame_is_near_its_greys_and_right_on_average(still: bool, near: float) -> None:
    encoder = choose("sixel", SIXEL, "true")
    frame = noisy(24 * 12, 80 * 6)
    found = undraw.sixel(encoder.encode(frame, 80, 24, still=still).blob)[:, :, 0] * 2.55
    assert np.abs(found - frame).max() <= near
    # Dithering keeps the average of every part, so that a smooth shade has no steps.
    parts = (found - frame).reshape(12, 24, 10, 48).mean(axis=(1, 3))
    assert np.abs(parts).max() < 0.5


def test_an_independent_program_reads_the_sixel_picture(tmp_path: Path) -> None:
    sixel2png = need_program("sixel2png")
    frame = noisy(24 * 12, 80 * 6)
    (tmp_path / "a.six").write_bytes(choose("sixel", SIXEL, "true").encode(frame, 80, 24).blob)
    subprocess.run([sixel2png, "-i", tmp_path / "a.six", "-o", tmp_path / "a.png"], check=True, timeout=60)
    with Image.open(tmp_path / "a.png") as image:
        found = np.asarray(image.convert("L")).astype(int)
    assert found.shape == frame.shape
    assert np.abs(found - frame).max() <= 13


def test_colours_are_near_in_sixel_and_exact_in_kitty() -> None:
    # GIVEN a grey frame with a coloured line
    frame = np.repeat(noisy(24 * 12, 80 * 6)[:, :, None], 3, axis=2)
    frame[100:104, :] = (135, 215, 255)
    # THEN sixel draws the line in a colour near to it, and the greys beside it as greys
    found = undraw.sixel(choose("sixel", SIXEL, "true").encode(frame, 80, 24).blob) * 2.55
    assert np.abs(found[100:104] - (135, 215, 255)).max() < 40
    grey = np.delete(found, slice(100, 104), axis=0)
    assert np.all(grey[:, :, 0] == grey[:, :, 1])
    # AND kitty exactly
    control, exact = undraw.kitty(choose("kitty", SIXEL, "true").encode(frame, 80, 24).blob)
    assert np.array_equal(exact, frame)
    assert (control["a"], control["c"], control["r"], control["C"], control["q"]) == ("T", "80", "24", "1", "2")


@settings(max_examples=30, deadline=None)
@given(height=st.integers(1, 90), width=st.integers(1, 90), color=st.booleans(), seed=st.integers(0, 9))
def test_a_png_holds_every_pixel(height: int, width: int, color: bool, seed: int) -> None:
    shape = (height, width, 3) if color else (height, width)
    pixels = np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8)
    with Image.open(io.BytesIO(PngWriter().write(pixels))) as image:
        assert np.array_equal(np.asarray(image), pixels)


def test_frames_of_one_view_replace_each_other_and_another_view_has_its_own() -> None:
    first, second = choose("kitty", SIXEL, "true"), choose("kitty", SIXEL, "true")
    frames = [noisy(24 * 12, 80 * 6, seed) for seed in (1, 2)]
    paintings = [first.encode(frame, 80, 24) for frame in frames]
    ids = [undraw.kitty(painting.blob)[0]["i"] for painting in paintings]
    assert ids[0] == ids[1] != undraw.kitty(second.encode(frames[0], 80, 24).blob)[0]["i"]
    assert paintings[0].erase == b"\x1b_Ga=d,d=I,i=%b,q=2\x1b\\" % ids[0].encode()


def test_an_inline_image_says_its_size_in_cells() -> None:
    frame = noisy(24 * 12, 80 * 6)
    head, _colon, load = choose("iterm", SIXEL, "true").encode(frame, 80, 24).blob.partition(b":")
    assert head.startswith(b"\x1b]1337;File=inline=1;size=")
    assert b"width=80;height=24;preserveAspectRatio=0" in head
    with Image.open(io.BytesIO(base64.b64decode(load[:-1]))) as image:
        assert np.array_equal(np.asarray(image), frame)


@pytest.mark.parametrize("mode", ["sixel", "kitty", "iterm"])
def test_the_same_frame_is_there_as_cells_for_a_dialog(mode: str) -> None:
    frame = noisy(24 * 12, 80 * 6)
    painting = choose(mode, SIXEL, "true").encode(frame, 80, 24, [CellText(3, 5, "冠脉")])
    assert (painting.kind, painting.size, painting.rows) == ("pixels", (80, 24), None)
    assert "冠脉" in "".join(text for text, _fg, _bg in painting.cells(3))
    assert len({background for _text, _fg, background in painting.cells(20)}) > 5


def test_texts_stand_in_the_picture_light_on_dark() -> None:
    letters = Letters(fonts(), (9, 20))
    canvas = np.full((100, 180), 180, np.uint8)
    drawn = letters.draw(canvas, [CellText(1, 2, "冠脉 LAO 32"), CellText(3, 16, "1/96")], 20, 5)
    place = drawn[20:40, 18:100]
    assert place.max() > 200
    assert np.median(place) <= 45
    # what stands at the right edge ends there, and everything else is untouched
    assert drawn[60:80, 172:180].min() < 60
    assert np.all(drawn[80:] == 180)
    assert np.all(canvas == 180)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"kitty": True, "sixel": True}, "kitty"),
        ({"sixel": True}, "sixel"),
        ({"iterm": True}, "iterm"),
        ({}, "half"),
        ({"kitty": True, "multiplexed": True}, "half"),
        ({"kitty": True, "web": True}, "half"),
        ({"sixel": True, "cell_pixels": None}, "half"),
        ({"sixel": True, "sixel_pixels": (300, 300)}, "half"),
        ({"sixel": True, "sixel_pixels": (1000, 1000)}, "sixel"),
        ({"utf8": False}, "ascii"),
    ],
)
def test_auto_takes_the_best_that_the_terminal_is_known_to_have(changes: dict[str, object], expected: str) -> None:
    terminal: Terminal = replace(PLAIN, **changes)  # type: ignore[arg-type]
    assert best(terminal) == expected
    assert choose("auto", terminal).name == expected


@pytest.mark.parametrize("registers", [2, 16, 32, 64, 256, 1024])
def test_no_more_registers_are_used_than_there_are(registers: int) -> None:
    encoder = choose("sixel", replace(SIXEL, sixel_colors=registers), "true")
    color = np.random.default_rng(3).integers(0, 256, (24 * 12, 80 * 6, 3)).astype(np.uint8)
    for frame in (color, color[:, :, 0]):
        for still in (False, True):
            blob = encoder.encode(frame, 80, 24, still=still).blob
            assert len(re.findall(rb"#\d+;2;", blob)) <= registers
            undraw.sixel(blob)
