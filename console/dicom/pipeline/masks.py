"""Subtraction (PS3.4 N.2.1.2, PS3.3 C.7.6.10.1): which mask belongs to a frame, and the difference itself.

Mask Sub-pixel Shift (0028,6114) is a pair, vertical and horizontal, by which the mask is moved before it is
subtracted. C.7.6.10.1.2 says which way: "A positive row offset is a shift toward the pixels of the lower row of the
pixel plane. A positive column offset is a shift toward the pixels of the left hand side column of the pixel plane."
So a header's shift moves the mask down and to the left. Plans and the operator's own nudges count down and right; the
reader of the header (console.dicom.pipeline.description) turns the one into the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from console.dicom.pipeline.grey import look_up
from console.dicom.pipeline.shutters import polygon
from console.dicom.pixels import TABLE_BITS, Array, lowest_stored, modality, whole_range
from console.i18n import N_
from console.model.picture import Grayscale, Window
from console.model.pipeline import Description, Mask, Presentation, RegionShift, Voi
from console.model.sentence import Sentence

Floats = npt.NDArray[np.float32]

MOST_SHIFT = 1000.0
"""Pixels that a mask may be moved; more is no correction of motion."""
_MOST_AVERAGED = 64


@dataclass(frozen=True)
class Plan:
    """How one frame is subtracted."""

    operation: str
    mask: tuple[int, ...]
    """Frames that are averaged to the mask."""
    contrast: tuple[int, ...]
    """Frames that are averaged to the picture; the frame itself first."""
    shift: tuple[float, float]
    """Of the mask: down and right."""
    visible: float
    """Part of the mask that stays, 0 to 1."""
    regions: tuple[RegionShift, ...] = ()
    """Shifts of parts of the frame, in their order; they replace `shift` there."""


def plan(description: Description, settings: Presentation, number: int) -> Plan | Sentence:
    """How frame `number` is subtracted, or the sentence that says why it is not."""
    if description.grayscale is None:
        return Sentence(N_("Colour frames are not subtracted."))
    if not settings.switched("mask") or settings.subtracted is False:
        return Sentence(N_("The operator wants the picture without subtraction."))
    wanted = settings.subtracted or bool(settings.mask_frames) or description.viewing_mode == "SUB"
    if not description.masks and not settings.mask_frames:
        if wanted:
            return Sentence(N_("There is no mask; choose a frame without contrast as the mask."))
        return Sentence(N_("The header describes no mask."))
    if not wanted:
        return Sentence(N_("A mask is there; the picture is meant to be seen without it (Recommended Viewing Mode)."))
    mask = item_for(description, number)
    if settings.mask_frames:
        return _own(description, settings, number, mask)
    if mask is None:
        return Sentence(N_("No mask applies to frame {frame}."), {"frame": number})
    return _of_item(description, settings, number, mask)


def item_for(description: Description, number: int) -> Mask | None:
    """The mask item that applies to a frame; each frame belongs to one at most (PS3.3 C.7.6.10)."""
    for mask in description.masks:
        if mask.operation in ("AVG_SUB", "TID", "REV_TID") and (
            not mask.ranges or any(first <= number <= last for first, last in mask.ranges)
        ):
            return mask
    return None


def _own(description: Description, settings: Presentation, number: int, mask: Mask | None) -> Plan | Sentence:
    frames = tuple(frame for frame in settings.mask_frames if 1 <= frame <= description.frames)
    if not frames:
        return _no_such(settings.mask_frames[0], description.frames)
    visible = settings.visibility if settings.visibility is not None else mask.visibility if mask else 0.0
    return Plan("AVG_SUB", frames, (number,), _clamped(settings.shift), _share(visible))


def _of_item(description: Description, settings: Presentation, number: int, mask: Mask) -> Plan | Sentence:
    if mask.operation == "AVG_SUB":
        frames = mask.frames
        if not frames:
            return Sentence(N_("The mask names no frames (Mask Frame Numbers is missing)."))
    elif mask.operation == "TID":
        frames = (number - mask.tid_offset,)
    else:
        if not mask.ranges:
            return Sentence(N_("REV_TID needs an Applicable Frame Range, which is missing."))
        first = mask.ranges[0][0]
        frames = (first - mask.tid_offset - (number - first),)
    there = tuple(frame for frame in frames if 1 <= frame <= description.frames)[:_MOST_AVERAGED]
    if not there:
        return _no_such(frames[0], description.frames)
    last = max((end for start, end in mask.ranges if start <= number <= end), default=description.frames)
    count = max(1, min(mask.averaged, _MOST_AVERAGED))
    contrast = tuple(range(number, min(number + count - 1, last, description.frames) + 1)) or (number,)
    down, right = _frame_shift(description, number, mask)
    more = settings.shift
    visible = mask.visibility if settings.visibility is None else settings.visibility
    regions = tuple(
        RegionShift(_clamped((region.shift[0] + more[0], region.shift[1] + more[1])), region.vertices)
        for region in mask.regions
    )
    shift = _clamped((down + more[0], right + more[1]))
    return Plan(mask.operation, there, contrast, shift, _share(visible), regions)


def _frame_shift(description: Description, number: int, mask: Mask) -> tuple[float, float]:
    """The frame's own shift under the item's id (PS3.17 FFF.2.3.3), else the item's."""
    for item, shift in description.frame(number).shifts:
        if item == mask.item or mask.item is None:
            return shift
    return mask.shift


def _no_such(frame: int, frames: int) -> Sentence:
    return Sentence(
        N_("The mask would be frame {mask}, but the object has frames 1 to {frames}."),
        {"mask": frame, "frames": frames},
    )


def _share(percent: float) -> float:
    return min(max(percent, 0.0), 100.0) / 100.0 if np.isfinite(percent) else 0.0


def _clamped(shift: tuple[float, float]) -> tuple[float, float]:
    down, right = (min(max(part, -MOST_SHIFT), MOST_SHIFT) if np.isfinite(part) else 0.0 for part in shift)
    return down, right


def logarithmic(stored: Array, grayscale: Grayscale, relationship: str) -> Floats:
    """Values in a space logarithmic to X-ray intensity, float32, same shape; what is subtracted (PS3.4 N.2.1.2).

    LIN values are mapped by a logarithm that leaves the ends of their range where they are, so that windows keep
    their size. LOG values are there already, DISP is a display's curve and taken as it stands, as is what says
    nothing.
    """
    if stored.dtype.kind in "ui" and grayscale.bits_stored <= TABLE_BITS:
        return look_up(stored, _logarithms(grayscale, relationship == "LIN"), grayscale)
    values = modality(stored, grayscale)
    if relationship == "LIN":
        window = whole_range(stored, grayscale)
        low, high = window.center - window.width / 2, window.center + window.width / 2
        values = _mapped(values, low, high)
    return np.nan_to_num(values).astype(np.float32)


@lru_cache(maxsize=4)
def _logarithms(grayscale: Grayscale, linear: bool) -> Floats:
    low = lowest_stored(grayscale)
    values = modality(np.arange(low, low + (1 << grayscale.bits_stored), dtype=np.int32), grayscale)
    if linear:
        values = _mapped(values, float(values.min()), float(values.max()))
    table = values.astype(np.float32)
    table.flags.writeable = False
    return table


def _mapped(values: npt.NDArray[Any], low: float, high: float) -> npt.NDArray[Any]:
    span = high - low
    if not span > 0:
        return values
    mapped: npt.NDArray[Any] = low + span * np.log1p((values - low).clip(0, span)) / np.log1p(span)
    return mapped


def average(frames: Sequence[Floats]) -> Floats:
    """The mean of frames of one size; frames of another size than the first are left out."""
    alike = [frame for frame in frames if frame.shape == frames[0].shape]
    if len(alike) == 1:
        return alike[0]
    total = alike[0].astype(np.float64)
    for frame in alike[1:]:
        total += frame
    return (total / len(alike)).astype(np.float32)


def shifted(mask: Floats, down: float, right: float) -> Floats:
    """The mask moved by parts of a pixel, bilinear; the edge goes on outside (PS3.3 C.7.6.10.1.2).

    Positive moves it towards higher rows and columns: what stood at row r stands at r + down.
    """
    if not down and not right:
        return mask
    return _along(_along(mask, down, 0), right, 1)


def _along(mask: Floats, by: float, axis: int) -> Floats:
    if not by or not mask.shape[axis]:
        return mask
    whole = int(np.floor(by))
    part = np.float32(by - whole)
    size = mask.shape[axis]
    place = np.arange(size) - whole
    moved = mask.take(place, axis=axis, mode="clip")
    if not part:
        return moved
    before = mask.take(place - 1, axis=axis, mode="clip")
    before -= moved
    before *= part
    moved += before
    return moved


def composed(mask: Floats, way: Plan) -> Floats:
    """The averaged mask where the plan wants it: shifted as a whole, or region by region (PS3.3 C.11.19.1.2)."""
    if not way.regions:
        return shifted(mask, *way.shift)
    result = mask.copy()
    for region in way.regions:
        part = shifted(mask, *region.shift)
        if not region.vertices:
            result = part.copy()
            continue
        inside = polygon(region.vertices, mask.shape[0], mask.shape[1])
        result[inside] = part[inside]
    return result


def subtract(contrast: Floats, mask: Floats, visible: float) -> Floats:
    """Contrast less mask: signed, 0 where they are alike. `visible` of the mask stays (0 to 1).

    `contrast` is overwritten and returned: another 4 MB for each frame would cost more than the sum.
    """
    contrast -= mask
    if visible:
        # What stays is the mask around its own mean, so that the background keeps its grey (PS3.17 FFF.2.3.2).
        contrast += np.float32(visible) * (mask - mask.mean(dtype=np.float64).astype(np.float32))
    return contrast


def difference_window(description: Description, number: int) -> tuple[Voi, bool]:
    """The window or table for a subtracted frame, and whether it is the header's.

    What a presentation state has is meant for what its mask leaves (PS3.4 N.2.1.3), and so is a window that reaches
    below everything that could be stored. Another one belongs to the picture without subtraction: then 0 is mid-grey,
    and the width is half the header's window, else half the range.
    """
    grayscale = description.frame(number).grayscale or description.grayscale
    assert grayscale is not None
    whole = whole_range(np.arange(2), grayscale)
    header = grayscale.windows[0] if grayscale.windows else None
    if description.state and (header is not None or grayscale.voi_tables):
        return header or grayscale.voi_tables[0], True
    if header is not None and header.center - header.width / 2 < whole.center - 0.55 * whole.width:
        return header, True
    width = (header.width if header is not None else whole.width) / 2
    return Window(0.5, max(width, 2.0), "LINEAR", "", "automatic"), False
