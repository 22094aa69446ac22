"""Read what the header says about the pipeline (PS3.4 N.2): one Description of an object, its frames included."""

import math
from collections.abc import Sequence
from dataclasses import replace

from console.dicom.elements import Elements, tag_of
from console.dicom.grayscale import frame_grayscale, functional_group, is_projection, read_grayscale
from console.dicom.samples import FrameFormat
from console.i18n import _
from console.model.picture import Grayscale
from console.model.pipeline import (
    Description,
    FrameDescription,
    Mask,
    Overlay,
    RegionShift,
    Shutter,
    Stage,
)

_MOST_FRAMES = 20_000
_FRAME_MACROS = (
    "FrameVOILUTSequence",
    "PixelValueTransformationSequence",
    "FrameDisplayShutterSequence",
    "FramePixelShiftSequence",
)
"""Functional groups that the pipeline follows from frame to frame (PS3.3 C.7.6.16.2)."""


def read_description(
    elements: Elements, form: FrameFormat, frames: int, sop_class: str, aspect: float, problems: list[str]
) -> Description:
    """Everything about the way to the screen. What cannot be used is left out, with a sentence in `problems`."""
    notes: list[Stage] = []
    grayscale: Grayscale | None = None
    per_frame: tuple[FrameDescription, ...] = ()
    shutter = read_shutter(functional_group(elements, "FrameDisplayShutterSequence") or elements, problems)
    if form.samples == 1 and form.photometric != "PALETTE COLOR":
        bits = form.bits_allocated if form.floating else form.bits_stored
        grayscale, note = read_grayscale(elements, bits, form.signed, sop_class, problems)
        notes.append(note)
        per_frame = _per_frame(elements, frames, grayscale, shutter, sop_class, problems)
    return Description(
        rows=form.rows,
        columns=form.columns,
        frames=frames,
        samples=form.samples,
        pixel_aspect=aspect,
        grayscale=grayscale,
        relationship=elements.code("PixelIntensityRelationship"),
        per_frame=per_frame,
        masks=_shared_shifts(elements, read_masks(elements, problems)),
        viewing_mode=elements.code("RecommendedViewingMode"),
        shutter=shutter,
        overlays=read_overlays(elements, form, problems),
        notes=tuple(notes),
    )


def _per_frame(
    elements: Elements,
    frames: int,
    grayscale: Grayscale,
    shutter: Shutter | None,
    sop_class: str,
    problems: list[str],
) -> tuple[FrameDescription, ...]:
    """One description a frame where the functional groups differ, else none; equal ones are one object."""
    if "PerFrameFunctionalGroupsSequence" not in elements or frames < 2 or frames > _MOST_FRAMES:
        return ()
    items = elements.items("PerFrameFunctionalGroupsSequence")[:frames]
    if not any(macro in item for item in items for macro in _FRAME_MACROS):
        return ()
    if len(items) < frames:
        what = _("The header describes {count} of {frames} frames one by one; the others are shown like the first.")
        problems.append(what.format(count=len(items), frames=frames))
    not_for_display = is_projection(elements, sop_class) and elements.code("PixelIntensityRelationship") in (
        "LOG",
        "DISP",
    )
    rescaled = grayscale.modality_table is None and not not_for_display
    known: dict[tuple[bytes, ...], FrameDescription] = {}
    alike: dict[FrameDescription, FrameDescription] = {}
    found = []
    for item in items:
        # Long runs say the same again and again: equal bytes are read once.
        key = tuple(item.value_bytes(tag_of(macro)) if macro in item else b"-" for macro in _FRAME_MACROS)
        described = known.get(key) if all(key) else None
        if described is None:
            own_shutter = item.first_item("FrameDisplayShutterSequence")
            described = FrameDescription(
                frame_grayscale(item, grayscale, rescaled, problems),
                shutter if own_shutter is None else read_shutter(own_shutter, problems),
                _shifts(item),
            )
            described = alike.setdefault(described, described)
            known[key] = described
        found.append(described)
    found += [FrameDescription(grayscale, shutter)] * (frames - len(found))
    return tuple(found) if len(set(map(id, found))) > 1 else ()


def _shared_shifts(elements: Elements, masks: tuple[Mask, ...]) -> tuple[Mask, ...]:
    """The masks with the pixel shifts that all frames of an enhanced object share."""
    shared = elements.first_item("SharedFunctionalGroupsSequence")
    shifts = dict(_shifts(shared)) if shared is not None and masks else {}
    return tuple(replace(mask, shift=shifts.get(mask.item, mask.shift)) for mask in masks)


def _down_right(shift: Sequence[float]) -> tuple[float, float]:
    """Of a Mask Sub-pixel Shift, whose second value counts to the left (PS3.3 C.7.6.10.1.2)."""
    return shift[0], -shift[1] if shift[1] else 0.0


def _shifts(item: Elements) -> tuple[tuple[int | None, tuple[float, float]], ...]:
    shifts = []
    for one in item.items("FramePixelShiftSequence"):
        values = one.numbers("MaskSubPixelShift")
        if len(values) == 2 and all(map(math.isfinite, values)):
            shifts.append((one.integer("SubtractionItemID"), _down_right(values)))
    return tuple(shifts)


def read_shutter(elements: Elements, problems: list[str]) -> Shutter | None:
    """The display shutter (PS3.3 C.7.6.11, C.7.6.15); shapes whose values are missing or no numbers are left out."""
    shapes = [shape.upper() for shape in elements.strings("ShutterShape")]
    if not shapes:
        return None
    rectangle = circle = overlay = None
    polygon: tuple[tuple[int, int], ...] = ()
    for shape in shapes:
        if shape == "RECTANGULAR":
            edges = _whole(
                [
                    *elements.numbers("ShutterLeftVerticalEdge")[:1],
                    *elements.numbers("ShutterRightVerticalEdge")[:1],
                    *elements.numbers("ShutterUpperHorizontalEdge")[:1],
                    *elements.numbers("ShutterLowerHorizontalEdge")[:1],
                ]
            )
            if len(edges) == 4 and edges[0] <= edges[1] and edges[2] <= edges[3]:
                rectangle = (edges[0], edges[1], edges[2], edges[3])
                continue
        elif shape == "CIRCULAR":
            middle = _whole(elements.numbers("CenterOfCircularShutter"))
            radius = _whole(elements.numbers("RadiusOfCircularShutter")[:1])
            if len(middle) == 2 and len(radius) == 1 and radius[0] > 0:
                circle = (middle[0], middle[1], radius[0])
                continue
        elif shape == "POLYGONAL":
            corners = _whole(elements.numbers("VerticesOfThePolygonalShutter"))
            if len(corners) >= 6 and len(corners) % 2 == 0:
                polygon = tuple(zip(corners[::2], corners[1::2], strict=True))
                continue
        elif shape == "BITMAP":
            overlay = elements.integer("ShutterOverlayGroup")
            if overlay is not None and overlay >> 8 == 0x60:
                continue
            overlay = None
        problems.append(_("The {shape} shutter has no values that can be used; it is not applied.").format(shape=shape))
    value = elements.integer("ShutterPresentationValue")
    found = Shutter(rectangle, circle, polygon, 0 if value is None else value, overlay)
    return found if found.shapes else None


def _whole(values: Sequence[float]) -> list[int]:
    """Whole numbers of a size that can be a place in a picture; empty where one is none."""
    if all(math.isfinite(value) and abs(value) < 1e9 for value in values):
        return [round(value) for value in values]
    return []


def read_masks(elements: Elements, problems: list[str]) -> tuple[Mask, ...]:
    """The items of the Mask Subtraction Sequence (PS3.3 C.7.6.10, C.11.19) that say something."""
    masks = []
    for item in elements.items("MaskSubtractionSequence"):
        operation = item.code("MaskOperation")
        if operation == "NONE" or not operation:
            continue
        if operation not in ("AVG_SUB", "TID", "REV_TID"):
            problems.append(_("Mask Operation {operation} is unknown; it is not applied.").format(operation=operation))
            continue
        bounds = _whole(item.numbers("ApplicableFrameRange"))
        shift = item.numbers("MaskSubPixelShift")
        good = len(shift) == 2 and all(map(math.isfinite, shift))
        if shift and not good:
            problems.append(_("Mask Sub-pixel Shift is not two numbers; it is not used."))
        averaged, offset = item.integer("ContrastFrameAveraging"), item.integer("TIDOffset")
        masks.append(
            Mask(
                operation,
                tuple(zip(bounds[::2], bounds[1::2], strict=False)),
                tuple(_whole(item.numbers("MaskFrameNumbers"))),
                max(1, averaged or 1),
                _down_right(shift) if good else (0.0, 0.0),
                1 if offset is None else offset,
                item.number("MaskVisibilityPercentage") or 0.0,
                item.integer("SubtractionItemID"),
                _regions(item),
            )
        )
    return tuple(masks)


def _regions(item: Elements) -> tuple[RegionShift, ...]:
    """Pixel shifts by region, of the first Pixel Shift Sequence (0028,9501) item that has some."""
    found = []
    for frames in item.items("PixelShiftSequence")[:1]:
        for region in frames.items("RegionPixelShiftSequence"):
            shift = region.numbers("MaskSubPixelShift")
            corners = _whole(region.numbers("VerticesOfTheRegion"))
            if len(shift) == 2 and all(map(math.isfinite, shift)):
                vertices = tuple(
                    (float(row), float(column)) for row, column in zip(corners[::2], corners[1::2], strict=False)
                )
                found.append(RegionShift(_down_right(shift), vertices))
    return tuple(found)


def read_overlays(
    elements: Elements, form: FrameFormat, problems: list[str], embed: bool = False
) -> tuple[Overlay, ...]:
    """The overlay planes of groups 6000 to 60FE (PS3.3 C.9.2); with `embed` their bits come along.

    A plane without data is kept in a bit of the pixel cells; where that bit belongs to the pixels it is left out.
    """
    groups = sorted({tag >> 16 for tag in elements.raw if tag >> 24 == 0x60 and not tag >> 16 & 1})
    found = []
    for group in groups:
        base = group << 16
        head = [_first(elements, base | place) for place in (0x0010, 0x0011)]
        has_data = base | 0x3000 in elements.raw
        if not has_data and base | 0x0102 not in elements.raw:
            continue
        name = f"{group:04X}"
        rows, columns = (part or 0 for part in head)
        if not (1 <= rows <= 65535 and 1 <= columns <= 65535):
            problems.append(_("Overlay {group} has no size; it is not drawn.").format(group=name))
            continue
        origin = _whole(elements.numbers_of(base | 0x0050)) if base | 0x0050 in elements.raw else [1, 1]
        if len(origin) != 2:
            problems.append(_("Overlay {group} has no place on the image; it is not drawn.").format(group=name))
            continue
        bit = None if has_data else _first(elements, base | 0x0102)
        if not has_data and not _free(bit, form):
            problems.append(_("Overlay {group} has no data; it is not drawn.").format(group=name))
            continue
        frames = max(1, _first(elements, base | 0x0015) or 1)
        need = (rows * columns * frames + 7) // 8
        there = elements.length(base | 0x3000) if has_data else need
        if there < need:
            what = _("Overlay {group} has {there} of {need} bytes; what is missing is not drawn.")
            problems.append(what.format(group=name, there=there, need=need))
        if origin[0] > form.rows or origin[1] > form.columns or origin[0] + rows <= 1 or origin[1] + columns <= 1:
            problems.append(_("Overlay {group} lies beside the image; nothing of it is seen.").format(group=name))
        found.append(
            Overlay(
                group,
                rows,
                columns,
                (origin[0], origin[1]),
                _text(elements, base | 0x0040).upper() or "G",
                frames,
                max(1, _first(elements, base | 0x0051) or 1),
                bit,
                _text(elements, base | 0x1500) or _text(elements, base | 0x0022),
                elements.value_bytes(base | 0x3000) if embed else b"",
            )
        )
    return tuple(found)


def _free(bit: int | None, form: FrameFormat) -> bool:
    """Whether a bit of the pixel cell is none of the pixel's own."""
    if bit is None or not 0 <= bit < form.bits_allocated or form.samples != 1 or form.floating:
        return False
    return bit > form.high_bit or bit <= form.high_bit - form.bits_stored


def _first(elements: Elements, tag: int) -> int | None:
    if tag not in elements.raw:
        return None
    values = _whole(elements.numbers_of(tag)[:1])
    return values[0] if values else None


def _text(elements: Elements, tag: int) -> str:
    return elements.text_of(tag, 64) if tag in elements.raw else ""
