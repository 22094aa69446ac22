"""What a measuring tool should find in a phantom run: the numbers that went into the picture, as plain JSON values.

Positions are pixel centres, 0-based, x to the right, y down; frames are counted from 1, as DICOM does; lengths are
millimetres of the object itself, not of its shadow.
"""

from typing import Any

import numpy as np

from console.demo.recipe import Floats, Recipe
from console.demo.scene import Scene
from console.demo.tone import LOG_SPAN
from console.demo.vessels import THROAT_MM, Lesion

GENERATOR_VERSION = 2
"""Goes up when the same recipe gives another picture, so that an older practice site is built anew."""
_SHAFT_MM = {"left": 28.0, "right": 28.0, "thigh": 9.0}
"""Where the catheter is measured: this far from its tip, where it runs straight."""
_EVERY = 6


def describe(scene: Scene) -> dict[str, Any]:
    """The truth of one run; the keys are relied on by tests and by training material."""
    recipe, arm = scene.recipe, scene.recipe.c_arm
    return {
        "generator": "cathlab-console phantom",
        "generator_version": GENERATOR_VERSION,
        "seed": recipe.seed,
        "anatomy": recipe.anatomy,
        "frames": recipe.frames,
        "fps": recipe.fps,
        "rows": arm.size,
        "columns": arm.size,
        "coordinates": "pixel centres, 0-based, x right, y down; frames counted from 1",
        "geometry": {
            "primary_deg": arm.primary_deg,
            "secondary_deg": arm.secondary_deg,
            "sid_mm": arm.sid_mm,
            "sod_mm": arm.sod_mm,
            "imager_pixel_spacing_mm": _round(arm.imager_spacing_mm, 6),
            "magnification": _round(arm.magnification, 6),
            "mm_per_pixel_at_isocentre": _round(arm.mm_per_pixel, 6),
            "positioner_motion": "DYNAMIC" if recipe.sweep_deg else "STATIC",
            "primary_deg_by_frame": [recipe.arm(number).primary_deg for number in range(recipe.frames)]
            if recipe.sweep_deg
            else [],
        },
        "pixels": {
            "bits_stored": recipe.bits,
            "intensity_relationship": recipe.relationship,
            "modality_lut": scene.tone.table() if recipe.relationship == "LOG" else [],
            "modality_lut_formula": f"round(65535 exp({LOG_SPAN} (value / {scene.tone.largest} - 1)))"
            if recipe.relationship == "LOG"
            else "",
        },
        "mask": _mask(recipe),
        "heart": {
            "rate_bpm": recipe.heart_rate,
            "period_s": scene.rhythm.period_s,
            "period_frames": _round(scene.rhythm.period_s * recipe.fps, 4),
            "r_wave_frames": r_waves(scene),
        },
        "breath": {"period_s": recipe.breath_period_s, "amplitude_mm": recipe.breath_mm},
        "contrast": {
            "injection_start_s": recipe.injection_s[0],
            "injection_stop_s": recipe.injection_s[1],
            "mean_front_speed_mm_s": recipe.flow_mm_s,
        },
        "catheter": {
            "french": recipe.french,
            "outer_diameter_mm": _round(recipe.catheter_mm, 6),
            "inner_diameter_mm": recipe.lumen_mm,
            "measured": [catheter_at(scene, frame) for frame in (1, full_frame(scene))],
        },
        "stenoses": [_stenosis(scene, lesion) for lesion in scene.tree.lesions],
        "vessels_frame": full_frame(scene),
        "vessels": _vessels(scene),
    }


def full_frame(scene: Scene) -> int:
    """The frame (from 1) that shows the tree best filled: the last end-diastole before the injection stops."""
    recipe, period = scene.recipe, scene.rhythm.period_s
    if recipe.anatomy == "thigh":
        return min(round(recipe.injection_s[1] * recipe.fps), recipe.frames)
    beats = max(int((recipe.injection_s[1] - 0.1) / period), 0)
    return min(round(beats * period * recipe.fps) + 1, recipe.frames)


def r_waves(scene: Scene) -> list[int]:
    """Frames (from 1) nearest to the R waves, the content of R Wave Pointer (0028,6040)."""
    recipe, period = scene.recipe, scene.rhythm.period_s
    beats = np.arange(0.0, recipe.frames / recipe.fps, period)
    return [int(frame) + 1 for frame in np.rint(beats * recipe.fps) if frame < recipe.frames]


def _mask(recipe: Recipe) -> dict[str, Any] | None:
    """Which frames subtraction starts from, and the first that has contrast."""
    if not recipe.mask_frames:
        return None
    return {
        "operation": "AVG_SUB",
        "mask_frames": list(recipe.mask_frames),
        "first_contrast_frame": int(recipe.injection_s[0] * recipe.fps) + 2,
        "sub_pixel_shift": [0.0, 0.0],
    }


def _stenosis(scene: Scene, lesion: Lesion) -> dict[str, Any]:
    """The narrowing itself, and where to measure it in the best filled frame."""
    tree, frame = scene.tree, full_frame(scene)
    x, y, spacing = scene.recipe.arm(frame - 1).project(scene.points(frame - 1))
    span, stenosis = tree.span(lesion.stenosis.vessel), lesion.stenosis
    away = 0.5 * stenosis.length_mm + 1.5
    places = {"throat": lesion.node}
    for name, sign in (("proximal", -1.0), ("distal", 1.0)):
        way = tree.distance_mm[span.first : span.stop] - tree.distance_mm[lesion.node]
        places[name] = span.first + int(np.argmin(np.abs(way - sign * away)))
    return {
        "vessel": stenosis.vessel,
        "position": stenosis.position,
        "diameter_percent": stenosis.percent,
        "length_mm": stenosis.length_mm,
        "throat_mm": THROAT_MM,
        "frame": frame,
        "reference_mm": _round(lesion.reference_mm, 4),
        "minimal_mm": _round(lesion.minimal_mm, 4),
        "reference_px": _round(lesion.reference_mm / spacing[lesion.node], 4),
        "minimal_px": _round(lesion.minimal_mm / spacing[lesion.node], 4),
        "mm_per_pixel": _round(spacing[lesion.node], 6),
        "places": {
            name: _section(x, y, node) | {"diameter_mm": _round(2.0 * tree.radius_mm[node], 4)}
            for name, node in places.items()
        },
    }


def _section(x: Floats, y: Floats, node: int) -> dict[str, list[float]]:
    """A node of a vessel and the direction across it, in the picture."""
    along = np.array([x[node + 1] - x[node - 1], y[node + 1] - y[node - 1]])
    along = along / np.sqrt((along**2).sum())
    return {"at": _point(np.array([x[node], y[node]])), "normal": _point(np.array([-along[1], along[0]]))}


def catheter_at(scene: Scene, frame: int) -> dict[str, Any]:
    """Where the straight shaft lies in `frame`, with the two edge points of its true width."""
    clock = scene.rhythm.clock(frame - 1)
    points = scene.catheter.position(scene.points(frame - 1)[0])
    x, y, spacing = scene.recipe.arm(frame - 1).project(points)
    at = int(np.argmin(np.abs(scene.catheter.way_mm - _SHAFT_MM[scene.recipe.anatomy])))
    along = np.array([x[at + 2] - x[at - 2], y[at + 2] - y[at - 2]])
    along = along / np.sqrt((along**2).sum())
    normal = np.array([-along[1], along[0]])
    half = 0.5 * scene.recipe.catheter_mm / spacing[at]
    middle = np.array([x[at], y[at]])
    return {
        "frame": frame,
        "filling": "contrast" if scene.rhythm.injecting(clock.seconds) > 0.5 else "empty",
        "mm_per_pixel": _round(spacing[at], 6),
        "width_px": _round(2.0 * half, 4),
        "middle": _point(middle),
        "edges": [_point(middle - half * normal), _point(middle + half * normal)],
        "centerline": [_point(place) for place in np.stack([x, y], axis=1)[::2]],
    }


def _vessels(scene: Scene) -> list[dict[str, Any]]:
    """Every named vessel in the best filled frame: centreline, diameter, and the size of a pixel at that depth."""
    tree = scene.tree
    frame = full_frame(scene) - 1
    x, y, spacing = scene.recipe.arm(frame).project(scene.points(frame))
    found = []
    for span in tree.spans:
        if "-" in span.name:
            continue
        nodes = range(span.first, span.stop, _EVERY)
        found.append(
            {
                "name": span.name,
                "length_mm": _round(tree.distance_mm[span.stop - 1] - tree.distance_mm[span.first], 2),
                "points": [
                    {
                        "x": _round(x[node], 2),
                        "y": _round(y[node], 2),
                        "diameter_mm": _round(2.0 * tree.radius_mm[node], 3),
                        "mm_per_pixel": _round(spacing[node], 5),
                        "from_ostium_mm": _round(tree.distance_mm[node], 2),
                    }
                    for node in nodes
                ],
            }
        )
    return found


def _round(value: float, digits: int) -> float:
    return round(float(value), digits)


def _point(place: Floats) -> list[float]:
    return [_round(place[0], 3), _round(place[1], 3)]
