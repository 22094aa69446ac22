"""Graphic annotations and displayed areas of a presentation state as geometry (PS3.3 C.10.4, C.10.5)."""

import math

from console.dicom.elements import Elements
from console.i18n import _
from console.model.pipeline import DisplayedArea, GraphicObject, TextObject

_MOST_POINTS = 100_000

Annotations = tuple[tuple[GraphicObject, ...], tuple[TextObject, ...]]


def read_graphics(state: Elements) -> list[tuple[Elements, tuple[GraphicObject, ...], tuple[TextObject, ...]]]:
    """Each item of the Graphic Annotation Sequence with its shapes and texts; what has no place is left out."""
    found = []
    for item in state.items("GraphicAnnotationSequence"):
        layer = item.text("GraphicLayer")
        lines = [_line(one, layer) for one in item.items("GraphicObjectSequence")]
        texts = [_text(one, layer) for one in item.items("TextObjectSequence")]
        found.append(
            (item, tuple(line for line in lines if line is not None), tuple(text for text in texts if text is not None))
        )
    return found


def _line(item: Elements, layer: str) -> GraphicObject | None:
    data = item.numbers("GraphicData")[: 2 * _MOST_POINTS]
    points = tuple(zip(data[::2], data[1::2], strict=False))
    if not points or not all(map(math.isfinite, data)):
        return None
    units = item.code("GraphicAnnotationUnits") or "PIXEL"
    return GraphicObject(item.code("GraphicType"), points, units, item.code("GraphicFilled") == "Y", layer)


def _text(item: Elements, layer: str) -> TextObject | None:
    anchor = item.numbers("AnchorPoint")
    corners = (*item.numbers("BoundingBoxTopLeftHandCorner"), *item.numbers("BoundingBoxBottomRightHandCorner"))
    good = len(anchor) == 2 and all(map(math.isfinite, anchor))
    boxed = len(corners) == 4 and all(map(math.isfinite, corners))
    if not good and not boxed:
        return None
    return TextObject(
        item.text("UnformattedTextValue"),
        (anchor[0], anchor[1]) if good else None,
        item.code("AnchorPointAnnotationUnits") or "PIXEL",
        (corners[0], corners[1], corners[2], corners[3]) if boxed else None,
        item.code("BoundingBoxAnnotationUnits") or "PIXEL",
        layer,
    )


def read_areas(state: Elements, problems: list[str]) -> list[tuple[Elements, DisplayedArea]]:
    """Each item of the Displayed Area Selection Sequence with its area; one without corners is left out."""
    found = []
    for item in state.items("DisplayedAreaSelectionSequence"):
        corners = (*item.numbers("DisplayedAreaTopLeftHandCorner"), *item.numbers("DisplayedAreaBottomRightHandCorner"))
        if len(corners) != 4 or not all(math.isfinite(value) and abs(value) < 1e9 for value in corners):
            problems.append(_("A displayed area has no corners; it is not applied."))
            continue
        left, top, right, bottom = (round(value) for value in corners)
        spacing = item.numbers("PresentationPixelSpacing")
        ratio = item.numbers("PresentationPixelAspectRatio")
        pair = spacing if len(spacing) == 2 else ratio
        good = len(pair) == 2 and all(math.isfinite(value) and value > 0 for value in pair)
        area = DisplayedArea(
            (left, top),
            (right, bottom),
            item.code("PresentationSizeMode") or "SCALE TO FIT",
            item.number("PresentationPixelMagnificationRatio"),
            (spacing[0], spacing[1]) if len(spacing) == 2 and good else None,
            pair[0] / pair[1] if good else 1.0,
        )
        found.append((item, area))
    return found
