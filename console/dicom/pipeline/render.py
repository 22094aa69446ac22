"""One frame through the whole pipeline (PS3.4 N.2): stored values in, display bytes out."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from console.dicom.pipeline.grey import difference_to_grey, to_grey
from console.dicom.pipeline.masks import Floats, Plan, difference_window, logarithmic, plan, subtract
from console.dicom.pipeline.overlays import draw
from console.dicom.pipeline.shutters import close, hidden
from console.dicom.pixels import Array, Bytes, automatic_window
from console.model.picture import Grayscale, Window
from console.model.pipeline import PLAIN, Description, Presentation, Voi

Bits = npt.NDArray[np.bool_]


def render(
    frame: Array,
    description: Description,
    settings: Presentation = PLAIN,
    number: int = 1,
    mask: Floats | None = None,
    contrast: Floats | None = None,
    plane: Bits | None = None,
    covered: Bits | None = None,
) -> Bytes:
    """Frame `number` as the screen shows it: uint8, (rows, columns) grey or (rows, columns, 3) RGB, a new array.

    `frame` holds stored values, or RGB bytes of a colour object. `mask` is what `masks.composed` made for the frame's
    plan, without it the frame is not subtracted; `contrast` is the mean of several frames in log space where the plan
    asks for it. `plane` are the overlays on this frame; `covered` is what `shutters.hidden` made, if it is known.
    Rotation, flip and displayed area are left to `spatial`, so that points keep their places.
    """
    grayscale = grayscale_for(description, settings, number)
    if grayscale is None:
        shown = np.array(frame, np.uint8)
        if settings.inverted:
            np.bitwise_not(shown, out=shown)
    else:
        shown = _grey(frame, description, grayscale, settings, number, mask, contrast)
    rows, columns = shown.shape[:2]
    shutter = description.frame(number).shutter
    if shutter is not None and settings.switched("shutter"):
        if covered is None or covered.shape != (rows, columns):
            covered = hidden(shutter, rows, columns, description.pixel_aspect)
        shown = close(shown, covered, shutter.value)
    if plane is not None and settings.switched("overlay") and plane.shape == (rows, columns):
        shown = draw(shown, plane)
    return shown


def _grey(
    frame: Array,
    description: Description,
    grayscale: Grayscale,
    settings: Presentation,
    number: int,
    mask: Floats | None,
    contrast: Floats | None,
) -> Bytes:
    if mask is not None and mask.shape == frame.shape:
        way = plan(description, settings, number)
        if isinstance(way, Plan):
            values = logarithmic(frame, grayscale, description.relationship) if contrast is None else contrast
            window = settings.difference or difference_window(description, number)[0]
            table = description.presentation_table
            inverted = grayscale.inverted != settings.inverted
            return difference_to_grey(subtract(values, mask, way.visible), window, inverted, table)
    voi = voi_for(frame, description, settings, number)
    return to_grey(frame, grayscale, voi, settings.inverted, description.presentation_table)


def grayscale_for(description: Description, settings: Presentation, number: int) -> Grayscale | None:
    """The parameters that hold for a frame, less the stages that the operator switched off."""
    grayscale = description.frame(number).grayscale or description.grayscale
    if grayscale is None:
        return None
    if not settings.switched("modality-lut"):
        grayscale = replace(grayscale, slope=1.0, intercept=0.0, modality_table=None)
    if not settings.switched("padding"):
        grayscale = replace(grayscale, padding=None, padding_limit=None)
    return grayscale


def voi_for(frame: Array, description: Description, settings: Presentation, number: int) -> Voi | None:
    """The window or table for a frame that is not subtracted; None for the whole range.

    A window or table of the header stands for its place in the list: another frame has its own there. Where the
    header has none, and no presentation state forbids it, an automatic one is made from the frame's values.
    """
    grayscale = grayscale_for(description, settings, number)
    if grayscale is None:
        return None
    own: list[Voi] = [*grayscale.windows, *grayscale.voi_tables]
    if settings.voi is None:
        if own:
            return own[0]
        return None if description.state else automatic_window(frame, grayscale)
    if description.per_frame and description.grayscale is not None and settings.voi not in own:
        for kind in ("windows", "voi_tables"):
            first, here = getattr(description.grayscale, kind), getattr(grayscale, kind)
            if settings.voi in first and here:
                chosen: Window = here[min(first.index(settings.voi), len(here) - 1)]
                return chosen
    return settings.voi
