"""The phantom's pictures agree with the truth that lies beside them: measured in the pixels, not read from the code."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from console.demo.phantom import phantom
from console.demo.recipe import CArm, Recipe, Stenosis
from console.demo.render import Strokes, blur, enlarge, shrink, tubes
from console.demo.scene import Scene
from console.demo.truth import describe
from tests.unit.demo.measuring import half_maximum_width, values_at

Floats = NDArray[np.float64]


@pytest.fixture(scope="module")
def scene() -> Scene:
    """The usual recipe, breathing."""
    return Scene(Recipe())


@pytest.mark.parametrize(
    "recipe",
    [Recipe(), Recipe(c_arm=CArm(size=1024)), Recipe(french=7.0, lumen_mm=1.8), Recipe(seed=5, heart_rate=60.0)],
    ids=["usual", "1024 matrix", "7 F", "another seed"],
)
def test_the_catheter_measures_its_french_size_empty_and_filled(recipe: Recipe) -> None:
    # GIVEN a run without noise and the truth about its catheter
    scene = Scene(recipe)
    catheter = describe(scene)["catheter"]
    assert catheter["outer_diameter_mm"] == pytest.approx(recipe.french / 3.0)
    assert [place["filling"] for place in catheter["measured"]] == ["empty", "contrast"]
    for place in catheter["measured"]:
        # WHEN its width is measured at half maximum along the normal
        width = half_maximum_width(scene.frame(place["frame"] - 1, noise=False), place) * place["mm_per_pixel"]
        # THEN it is the true outer diameter within five per cent
        assert width == pytest.approx(recipe.french / 3.0, rel=0.05), place["filling"]


def test_edge_points_lie_one_true_diameter_apart(scene: Scene) -> None:
    for place in describe(scene)["catheter"]["measured"]:
        first, second = np.array(place["edges"])
        assert np.hypot(*(second - first)) * place["mm_per_pixel"] == pytest.approx(2.0, rel=0.001)
        assert (first + second) / 2 == pytest.approx(np.array(place["middle"]), abs=0.002)


def vessel_columns(scene: Scene, row: int, frames: range) -> Floats:
    """Where the darkest vessel crosses a row, frame by frame, from the pixels alone."""
    found = []
    for number in frames:
        line = scene.frame(number, noise=False)[row, 140:225].astype(np.float64)
        place = np.arange(len(line))
        dark = np.polyval(np.polyfit(place, line, 2), place) - line
        near = slice(max(int(np.argmax(dark)) - 4, 0), int(np.argmax(dark)) + 5)
        weight = np.maximum(dark[near], 0.0)
        found.append(float((weight * place[near]).sum() / weight.sum()))
    return np.array(found)


@pytest.mark.parametrize("rate", [75.0, 60.0, 90.0])
def test_the_vessels_move_with_the_heart_rate_of_the_truth(rate: float) -> None:
    # GIVEN a run in which the circumflex stays filled for several beats
    scene = Scene(Recipe(heart_rate=rate, injection_s=(0.2, 5.0), frames=75, breath_mm=0.0))
    period = describe(scene)["heart"]["period_frames"]
    # WHEN its position is followed through the frames and compared with itself later
    track = vessel_columns(scene, 240, range(24, 72))
    assert track.max() - track.min() > 3.0
    moved = track - track.mean()
    lags = np.arange(5, 24)
    likeness = np.array([np.mean(moved[lag:] * moved[:-lag]) for lag in lags])
    # THEN it is most like itself after one true period
    assert lags[int(np.argmax(likeness))] == round(period)
    assert period == pytest.approx(60.0 / rate * 15.0)


def test_systole_is_a_snap_and_diastole_a_rest(scene: Scene) -> None:
    places = np.array([scene.tree.position(scene.rhythm.clock(n).squeeze, 0.0).mean(axis=0) for n in range(12)])
    steps = np.sqrt((np.diff(places, axis=0) ** 2).sum(axis=1))
    assert steps[:4].max() > 5 * np.median(steps[7:])


def test_frames_of_the_same_phase_are_alike_and_others_are_not() -> None:
    scene = Scene(Recipe(breath_mm=0.0, injection_s=(90.0, 91.0)))
    first, next_beat, systole = (scene.frame(n, noise=False).astype(int) for n in (0, 12, 4))
    assert np.abs(first - next_beat).max() <= 1
    assert np.abs(first - systole).max() > 20


def darkening(scene: Scene, blank: Scene, number: int, name: str) -> Floats:
    """How much darker than without contrast the nodes of a vessel are in one frame, grey levels."""
    clock = scene.rhythm.clock(number)
    span = scene.tree.span(name)
    points = scene.tree.position(clock.squeeze, clock.breath_mm)[span.first : span.stop]
    x, y, _ = scene.recipe.c_arm.project(points)
    lit, clear = scene.frame(number, noise=False), blank.frame(number, noise=False)
    return values_at(clear, x, y) - values_at(lit, x, y)


def test_contrast_runs_from_the_ostium_to_the_periphery_and_washes_out(scene: Scene) -> None:
    # GIVEN the same run with and without contrast
    blank = Scene(Recipe(injection_s=(90.0, 91.0)))
    frames = (6, 12, 15, 24, 45, 59)
    seen = {number: darkening(scene, blank, number, "LAD") for number in frames}
    ends = {number: (float(dark[8:20].mean()), float(dark[-20:-6].mean())) for number, dark in seen.items()}
    # THEN nothing is dark before the injection, the proximal part fills first, then the distal part
    assert max(abs(value) for value in ends[6]) < 1.5
    assert ends[12][0] > 25.0
    assert ends[12][1] < 3.0
    means = [float(seen[number].mean()) for number in frames]
    assert means[0] < means[1] < means[2] < means[3]
    assert ends[24][1] > 12.0
    # AND it leaves first where it came from, and at the end it is nearly gone
    assert ends[45][0] / ends[24][0] < 0.5 * ends[45][1] / ends[24][1]
    assert ends[59][0] < 0.2 * ends[24][0]
    assert ends[59][1] < 0.2 * ends[24][1]


def test_every_named_vessel_is_dark_along_the_centreline_of_the_truth(scene: Scene) -> None:
    blank = Scene(Recipe(injection_s=(90.0, 91.0)))
    truth = describe(scene)
    number = truth["vessels_frame"] - 1
    lit, clear = scene.frame(number, noise=False), blank.frame(number, noise=False)
    assert {vessel["name"] for vessel in truth["vessels"]} >= {"LM", "LAD", "LCX", "D1", "D2", "OM1", "OM2", "S1"}
    for vessel in truth["vessels"]:
        points = [point for point in vessel["points"] if 25 < point["x"] < 486 and point["diameter_mm"] > 0.6]
        x, y = (np.array([point[axis] for point in points]) for axis in "xy")
        dark = values_at(clear, x, y) - values_at(lit, x, y)
        # The first point of the left main is the catheter's tip, the last ones may still be filling.
        assert np.median(dark) > 5.0, vessel["name"]
        assert (dark[1:-2] > 1.0).all(), vessel["name"]


def test_a_stenosis_narrows_by_the_percentage_of_the_truth() -> None:
    scene = Scene(Recipe(stenoses=(Stenosis("LCX", 0.5, 70.0, 8.0),)))
    healthy = Scene(Recipe(stenoses=()))
    span = scene.tree.span("LCX")
    ratio = scene.tree.radius_mm[span.first : span.stop] / healthy.tree.radius_mm[span.first : span.stop]
    assert ratio.min() == pytest.approx(0.30, abs=0.01)
    assert int(np.argmin(ratio)) == pytest.approx(0.5 * len(ratio), abs=1.5)
    assert np.count_nonzero(ratio < 0.999) * 0.75 == pytest.approx(8.0, abs=1.6)


def test_noise_follows_the_number_of_quanta(scene: Scene) -> None:
    # GIVEN the same frame with and without noise
    noisy, quiet = scene.frame(0).astype(float), scene.frame(0, noise=False).astype(float)
    difference = noisy - quiet
    bright, dark = difference[40:90, 300:400], difference[200:300, 25:75]
    # THEN it has no mean, is weaker in the dark, and is neither invisible nor overwhelming
    assert abs(difference[100:400, 100:400].mean()) < 0.1
    assert 1.0 < bright.std() < 3.5
    assert 0.4 < dark.std() < bright.std()
    # AND the detector has blurred it a little: neighbours are alike, distant pixels are not
    patch = bright - bright.mean()
    assert 0.2 < (patch[:, 1:] * patch[:, :-1]).mean() / patch.var() < 0.7
    assert abs((patch[:, 6:] * patch[:, :-6]).mean()) / patch.var() < 0.1


def test_two_frames_do_not_share_their_noise() -> None:
    scene = Scene(Recipe(breath_mm=0.0, injection_s=(90.0, 91.0)))
    noise = [scene.frame(n) - scene.frame(n, noise=False).astype(float) for n in (0, 4, 8, 12)]
    window = (slice(100, 400), slice(100, 400))
    for other in noise[1:]:
        likeness = (noise[0][window] * other[window]).mean() / (noise[0][window].std() * other[window].std())
        assert abs(likeness) < 0.05


def test_the_collimator_is_black_and_the_heart_is_darker_than_the_lung(scene: Scene) -> None:
    frame = scene.frame(0)
    assert frame[:40, :40].max() == frame[-40:, -40:].max() == frame[0, 0] == 0
    assert frame[200:300, 4:7].mean() < 40
    assert frame[250:300, 250:300].mean() < 0.7 * frame[60:110, 330:400].mean()
    assert np.count_nonzero(frame == 255) == 0


def test_the_picture_does_not_depend_on_the_order_of_the_frames() -> None:
    recipe = Recipe(frames=4, c_arm=CArm(size=128))
    forward, backward = Scene(recipe), Scene(recipe)
    first = [forward.frame(n) for n in range(4)]
    second = [backward.frame(n) for n in (3, 2, 1, 0)][::-1]
    assert all((a == b).all() for a, b in zip(first, second, strict=True))


def test_another_seed_is_another_patient() -> None:
    one, same, other = (phantom(seed, frames=2, size=128).frames for seed in (1, 1, 2))
    assert one.shape == (2, 128, 128)
    assert (one == same).all()
    assert np.count_nonzero(one != other) > one.size // 4


@pytest.mark.parametrize("size", [128, 256, 1024])
def test_other_matrices_show_the_same_scene(scene: Scene, size: int) -> None:
    # GIVEN the scene on another matrix, WHEN both are brought to the same coarse grid, THEN they agree
    other = Scene(Recipe(c_arm=CArm(size=size), photons=1e9)).frame(24, noise=False).astype(np.float32)
    usual = scene.frame(24, noise=False).astype(np.float32)
    difference = shrink(other, size // 64) - shrink(usual, 8)
    assert abs(difference[8:56, 8:56].mean()) < 6.0


# --- geometry -------------------------------------------------------------------------------------------------------


def test_the_isocentre_stands_in_the_middle_at_the_magnification_of_sid_and_sod() -> None:
    arm = CArm()
    x, y, spacing = arm.project(np.array([[0.0, 0.0, 0.0]]))
    assert (x[0], y[0]) == (255.5, 255.5)
    assert spacing[0] == pytest.approx(arm.imager_spacing_mm / (arm.sid_mm / arm.sod_mm))


def test_left_is_right_and_head_is_up_from_the_front() -> None:
    x, y, _ = CArm(primary_deg=0.0, secondary_deg=0.0).project(np.array([[20.0, 0.0, 0.0], [0.0, 0.0, 20.0]]))
    assert x[0] > 255.5
    assert y[0] == 255.5
    assert x[1] == 255.5
    assert y[1] < 255.5


@pytest.mark.parametrize(("primary", "right"), [(45.0, True), (-30.0, False)], ids=["LAO", "RAO"])
def test_the_spine_stands_right_in_lao_and_left_in_rao(primary: float, right: bool) -> None:
    x, _, _ = CArm(primary_deg=primary, secondary_deg=0.0).project(np.array([[0.0, -80.0, 0.0]]))
    assert bool(x[0] > 255.5) is right


def test_what_is_nearer_to_the_source_is_larger() -> None:
    arm = CArm(primary_deg=0.0, secondary_deg=0.0)
    _, _, spacing = arm.project(np.array([[0.0, 100.0, 0.0], [0.0, -100.0, 0.0]]))
    assert spacing[0] / spacing[1] == pytest.approx((765.0 + 100.0) / (765.0 - 100.0))


@pytest.mark.parametrize(("primary", "secondary"), [(0.0, 0.0), (-30.0, -15.0), (45.0, 25.0), (90.0, 0.0)])
def test_the_axes_of_a_view_are_at_right_angles(primary: float, secondary: float) -> None:
    axes = np.array(CArm(primary_deg=primary, secondary_deg=secondary).axes())
    assert axes @ axes.T == pytest.approx(np.eye(3), abs=1e-12)


# --- drawing --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("radius", [0.4, 0.9, 2.0, 6.5, 14.0])
@pytest.mark.parametrize("turn", [0.0, 0.4, math.pi / 4, 1.3])
def test_a_tube_casts_the_shadow_of_its_cross_section(turn: float, radius: float) -> None:
    # GIVEN a straight tube across the whole canvas
    way = np.arange(-120.0, 121.0, 2.5)
    picture = tubes(
        128,
        64.2 + way * math.cos(turn),
        63.7 + way * math.sin(turn),
        np.full(len(way), radius),
        np.ones(len(way)),
        np.ones(len(way) - 1, np.bool_),
    )
    # THEN the thickness across it adds up to the area of its cross-section
    along = max(abs(math.cos(turn)), abs(math.sin(turn)))
    lines = picture.sum(axis=0 if abs(math.cos(turn)) >= abs(math.sin(turn)) else 1)[32:96]
    assert lines.mean() * along == pytest.approx(math.pi * radius**2, rel=0.03)


def test_crossing_parts_of_one_vessel_count_once() -> None:
    many = [np.linspace(a, b, 30) for a, b in ((5.0, 60.0), (60.0, 5.0))]
    x, y = np.concatenate(many), np.full(60, 32.0)
    picture = tubes(64, x, y, np.full(60, 4.0), np.ones(60), np.ones(59, np.bool_))
    assert picture[32, 32] == pytest.approx(8.0, rel=0.01)


def test_tubes_that_leave_the_picture_do_no_harm() -> None:
    x, y = np.linspace(-500.0, 700.0, 480), np.linspace(-30.0, 90.0, 480)
    picture = tubes(64, x, y, np.full(480, 5.0), np.ones(480), np.ones(479, np.bool_))
    assert picture.max() == pytest.approx(10.0, rel=0.02)


def test_tubes_that_were_placed_once_can_be_filled_again() -> None:
    # GIVEN a tube, WHEN it is painted empty, half full and full
    x, y = np.linspace(8.0, 56.0, 30), np.full(30, 32.0)
    strokes = Strokes(64, x, y, np.full(30, 4.0), np.ones(29, np.bool_))
    found = []
    for weight in (0.0, 0.5, 1.0):
        picture = np.zeros((64, 64), np.float32)
        strokes.paint(np.full(30, weight), picture)
        found.append(float(picture[32, 32]))
    # THEN its shadow follows
    assert found == pytest.approx([0.0, 4.0, 8.0], rel=0.01)


def test_enlarging_keeps_planes_and_blurring_keeps_the_mean() -> None:
    rows, columns = np.mgrid[0:32, 0:32].astype(np.float32)
    plane = 2.0 * rows - columns
    large = enlarge(plane, 4)
    assert shrink(large, 4)[4:-4, 4:-4] == pytest.approx(plane[4:-4, 4:-4], abs=1e-3)
    spot = np.zeros((41, 41), np.float32)
    spot[20, 20] = 1.0
    soft = blur(spot, 2.0)
    assert soft.sum() == pytest.approx(1.0, abs=1e-5)
    spread = (soft.sum(axis=0) * (np.arange(41) - 20.0) ** 2).sum()
    assert spread == pytest.approx(4.0, rel=0.05)
