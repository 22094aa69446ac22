"""Which window or table a frame is shown with, and what it makes of the values (PS3.3 C.11.2)."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.dicom.pipeline.grey import difference_to_grey, grey_table, to_grey
from console.dicom.pipeline.render import render
from console.dicom.pipeline.renderer import chosen_window
from console.dicom.pipeline.stages import stages
from console.model.picture import Grayscale, LookupTable, Window
from console.model.pipeline import Presentation
from tests.unit.dicom.pipeline.makers import dataset, described, grey_object, renderer_of
from tests.unit.dicom.test_pixels import grayscales, published_byte, published_window, windows


@settings(max_examples=100, deadline=None)
@given(grayscales(), windows(), st.booleans())
def test_every_byte_of_a_frame_is_that_of_the_published_formulas(
    grayscale: Grayscale, window: Window, inverted: bool
) -> None:
    # GIVEN stored values from end to end
    low = -(1 << (grayscale.bits_stored - 1)) if grayscale.signed else 0
    every = np.linspace(low, low + (1 << grayscale.bits_stored) - 1, 80).astype(np.int32).reshape(8, 10)
    stored = every.astype(np.dtype(f"{'i' if grayscale.signed else 'u'}{1 if grayscale.bits_stored == 8 else 2}"))
    # WHEN the whole pipeline runs
    shown = render(stored, described(grayscale, 8, 10), Presentation(voi=window, inverted=inverted))
    # THEN each byte is that of C.11.2.1.2.1, C.11.2.1.3.1, C.11.2.1.3.2; halves may round either way
    for value, byte in zip(every.reshape(-1), shown.reshape(-1), strict=True):
        assert abs(int(byte) - published_byte(int(value), grayscale, window, inverted)) <= 1


@settings(max_examples=100, deadline=None)
@given(
    st.integers(-600, 600),
    st.sampled_from([1.0, 2.0, 3.5, 100.0, 1000.0]),
    st.sampled_from(["LINEAR", "LINEAR_EXACT", "SIGMOID"]),
)
def test_differences_are_windowed_by_the_same_formulas(center: int, width: float, function: str) -> None:
    values = np.linspace(-800, 800, 161).astype(np.float32)
    window = Window(center / 2, width, function)
    shown = difference_to_grey(values.copy(), window, False)
    for value, byte in zip(values.tolist(), shown.tolist(), strict=True):
        assert abs(byte - published_window(value, window)) <= 0.51 or (function != "SIGMOID" and width <= 1.0)


@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
def test_a_voi_table_of_any_depth_fills_the_range_of_the_screen(bits: int) -> None:
    # GIVEN a table of 16 entries that begins at 100 and falls from white to black
    top = (1 << bits) - 1
    table = LookupTable(100, bits, tuple(top - top * at // 15 for at in range(16)))
    stored = np.array([[0, 100, 107, 115, 4095]], np.uint16)
    shown = to_grey(stored, Grayscale(12, False, False), table)
    # THEN inputs below take the first entry, above the last
    assert shown[0, [0, 1]].tolist() == [255, 255]
    assert abs(int(shown[0, 2]) - 136) <= 1
    assert shown[0, [3, 4]].tolist() == [0, 0]


def test_a_presentation_table_comes_after_the_window() -> None:
    # GIVEN a presentation LUT that swaps the halves of grey
    table = LookupTable(0, 8, tuple((at + 128) % 256 for at in range(256)))
    stored = np.array([[0, 64, 128, 255]], np.uint8)
    shown = to_grey(stored, Grayscale(8, False, False), None, False, table)
    assert shown.tolist() == [[128, 192, 0, 127]]


FIRST, SECOND = Window(40, 400, explanation="SOFT"), Window(300, 1500, explanation="BONE")
TABLE = LookupTable(0, 8, (0, 255), "Sharp edges")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("1", FIRST),
        ("2", SECOND),
        ("3", TABLE),
        ("bone", SECOND),
        (" Sharp", TABLE),
        ("s", None),
        ("0", None),
        ("4", None),
        ("", None),
        ("lung", None),
    ],
)
def test_windows_and_tables_are_named_by_number_or_explanation(asked: str, found: object) -> None:
    grayscale = Grayscale(12, False, False, windows=(FIRST, SECOND), voi_tables=(TABLE,))
    assert chosen_window(described(grayscale), asked) == found


def test_each_frame_of_an_enhanced_object_has_its_own_window_and_rescale(tmp_path: Path) -> None:
    # GIVEN two frames of the same values, with a window each, the second of two windows and a rescale
    def group(centers: list[str], widths: list[str], slope: str) -> object:
        return dataset(
            FrameVOILUTSequence=[dataset(WindowCenter=centers, WindowWidth=widths)],
            PixelValueTransformationSequence=[dataset(RescaleSlope=slope, RescaleIntercept="0")],
        )

    frames = np.tile(np.arange(0, 1600, 100, dtype=np.uint16).reshape(4, 4), (2, 1, 1))
    opened = grey_object(
        tmp_path / "a", frames, 12, Modality="CT",
        PerFrameFunctionalGroupsSequence=[
            group(["500", "100"], ["1000", "50"], "1"), group(["500", "300"], ["1000", "50"], "2"),
        ],
    )  # fmt: skip
    renderer = renderer_of(opened)
    grayscale = opened.info.grayscale
    assert grayscale is not None

    def expected(slope: float, window: Window) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
        return to_grey(frames[0], Grayscale(12, False, False, slope), window)

    # THEN each is shown with its own first window, and the second where the operator takes the second
    assert np.array_equal(renderer.visible(1, opened.frame(1)), expected(1, Window(500, 1000)))
    assert np.array_equal(renderer.visible(2, opened.frame(2)), expected(2, Window(500, 1000)))
    second = Presentation(voi=grayscale.windows[1])
    assert np.array_equal(renderer.visible(1, opened.frame(1), second), expected(1, Window(100, 50)))
    assert np.array_equal(renderer.visible(2, opened.frame(2), second), expected(2, Window(300, 50)))
    # AND the inspector gives the frame's own numbers
    told = {stage.stage: stage.parameters for stage in stages(renderer.description, number=2)}
    assert told["modality-lut"]["rescale_slope"] == 2.0
    assert told["voi"]["window_center"] == 500.0


def test_stages_that_are_switched_off_do_nothing() -> None:
    grayscale = Grayscale(12, False, True, 2.0, 100.0, None, (Window(2048, 4096),), padding=7)
    stored = np.array([[7, 1000]], np.uint16)
    off = Presentation(off=frozenset({"modality-lut", "padding"}))
    shown = render(stored, described(grayscale, 1, 2), off)
    plain = replace(grayscale, slope=1.0, intercept=0.0, padding=None)
    assert np.array_equal(shown, to_grey(stored, plain, grayscale.windows[0]))
    assert not np.array_equal(shown, render(stored, described(grayscale, 1, 2)))


def test_padding_is_black_where_a_negative_would_make_it_white() -> None:
    # GIVEN MONOCHROME1 with padding from 0 to 10
    grayscale = Grayscale(8, False, True, padding=0, padding_limit=10)
    stored = np.array([[0, 5, 10, 11, 255]], np.uint8)
    assert to_grey(stored, grayscale, None).tolist() == [[0, 0, 0, 244, 0]]
    # AND in a positive it stays as dark as the window makes it
    assert to_grey(stored, replace(grayscale, inverted=False), None).tolist() == [[0, 5, 10, 11, 255]]


def test_a_table_that_was_made_once_is_not_made_again() -> None:
    grayscale = Grayscale(12, False, False)
    assert grey_table(grayscale, FIRST, False) is grey_table(grayscale, FIRST, False)
    assert grey_table(grayscale, SECOND, False) is not grey_table(grayscale, FIRST, False)
