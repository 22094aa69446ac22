"""Why a picture looks as it does: every stage of the pipeline for one frame, applied or skipped, with its numbers."""

from collections.abc import Mapping

from console.dicom.pipeline.masks import Plan, difference_window, plan
from console.dicom.pipeline.render import grayscale_for
from console.i18n import N_
from console.model.picture import Grayscale, LookupTable
from console.model.pipeline import PLAIN, Description, Presentation, Shutter, Stage, Voi
from console.model.sentence import Sentence, Value

_SWITCHED_OFF = N_("Switched off by the operator.")


def stages(description: Description, settings: Presentation = PLAIN, number: int = 1) -> tuple[Stage, ...]:
    """The stages that frame `number` goes through, in the order of PS3.4 figure N.2-1."""
    grayscale = description.frame(number).grayscale or description.grayscale
    found = [note for note in description.notes if note.stage == "state"]
    if grayscale is None:
        found.append(_colour(description, settings))
    else:
        found += [_padding(grayscale, settings), _modality(description, grayscale, settings)]
        way = plan(description, settings, number)
        found.append(_mask(description, way))
        found.append(_voi(description, settings, number, isinstance(way, Plan)))
        found.append(_presentation(description, grayscale, settings))
    found += [
        _shutter(description.frame(number).shutter, settings),
        _overlay(description, settings, number),
        _annotation(description, number),
        _spatial(description, settings, number),
    ]
    return tuple(found)


def _colour(description: Description, settings: Presentation) -> Stage:
    what = N_("Shown as RGB; no window applies.")
    if settings.inverted:
        what = N_("Shown as RGB, inverted by the operator; no window applies.")
    return Stage("colour", True, Sentence(what), {"samples_per_pixel": description.samples})


def _padding(grayscale: Grayscale, settings: Presentation) -> Stage:
    if grayscale.padding is None:
        return Stage("padding", False, Sentence(N_("The header names no padding value.")))
    told: dict[str, Value] = {"pixel_padding_value": _plain(grayscale.padding)}
    if grayscale.padding_limit is not None:
        told["pixel_padding_range_limit"] = _plain(grayscale.padding_limit)
    if not settings.switched("padding"):
        return Stage("padding", False, Sentence(_SWITCHED_OFF), told)
    return Stage(
        "padding", True, Sentence(N_("Padding counts for no window, and is black where it would be bright.")), told
    )


def _modality(description: Description, grayscale: Grayscale, settings: Presentation) -> Stage:
    """What reading the header said of the first frame, with this frame's own numbers."""
    note = next((note for note in description.notes if note.stage == "modality-lut"), None)
    if note is None:
        note = Stage("modality-lut", False, Sentence(N_("None: stored values are used as they stand.")))
    if note.applied and not settings.switched("modality-lut"):
        return Stage("modality-lut", False, Sentence(_SWITCHED_OFF), note.parameters)
    if note.applied and "rescale_slope" in note.parameters and grayscale.modality_table is None:
        slope, intercept = grayscale.slope, grayscale.intercept
        said: dict[str, Value] = {"slope": f"{slope:g}", "intercept": f"{intercept:g}"}
        what = Sentence(N_("Rescaled: value x {slope} + {intercept}."), said)
        return Stage("modality-lut", True, what, {"rescale_slope": slope, "rescale_intercept": intercept})
    return note


def _mask(description: Description, way: Plan | Sentence) -> Stage:
    if isinstance(way, Sentence):
        return Stage("mask", False, way, {"items": len(description.masks)} if description.masks else {})
    frames = ", ".join(map(str, way.mask))
    told: dict[str, Value] = {
        "mask_operation": way.operation,
        "mask_frame_numbers": frames,
        "contrast_frames": ", ".join(map(str, way.contrast)),
        "shift_down": way.shift[0],
        "shift_right": way.shift[1],
        "mask_visibility_percentage": way.visible * 100,
        "pixel_intensity_relationship": description.relationship or "-",
    }
    if way.regions:
        told["regions"] = len(way.regions)
    space = {
        "LIN": N_("Less the mean of frames {frames} ({operation}), after a logarithm of the linear values."),
        "LOG": N_("Less the mean of frames {frames} ({operation}); the values are logarithmic already."),
        "DISP": N_("Less the mean of frames {frames} ({operation}); the values are a display's and are taken as such."),
    }
    other = N_(
        "Less the mean of frames {frames} ({operation}); the header does not say whether the values are logarithmic, "
        "they are taken as such."
    )
    what = space.get(description.relationship, other)
    return Stage("mask", True, Sentence(what, {"frames": frames, "operation": way.operation}), told)


def _voi(description: Description, settings: Presentation, number: int, subtracted: bool) -> Stage:
    grayscale = grayscale_for(description, settings, number)
    assert grayscale is not None
    told: dict[str, Value] = {"windows": len(grayscale.windows), "tables": len(grayscale.voi_tables)}
    if subtracted:
        window, header = difference_window(description, number)
        if settings.difference is not None:
            what = Sentence(N_("The operator's window for the difference, which is 0 where nothing changed."))
            return Stage("voi", True, what, {**told, **_numbers(settings.difference)})
        if header:
            what = Sentence(N_("The header's window, which is meant for the difference."))
        else:
            what = Sentence(
                N_("A window around 0, where nothing changed: the header's is meant for the whole picture.")
            )
        return Stage("voi", True, what, {**told, **_numbers(window)})
    own: list[Voi] = [*grayscale.windows, *grayscale.voi_tables]
    chosen = settings.voi or next(iter(own), None)
    count: dict[str, Value] = {"windows": len(grayscale.windows), "tables": len(grayscale.voi_tables)}
    if chosen is None:
        if description.state:
            what = Sentence(N_("The presentation state has no window: the whole range is shown."))
        else:
            what = Sentence(N_("The header has no window; one is chosen from the values of the frame."))
        return Stage("voi", True, what, told)
    told.update(_numbers(chosen))
    if settings.voi is None or chosen in own:
        return Stage("voi", True, Sentence(N_("In the header: windows {windows}, VOI tables {tables}."), count), told)
    return Stage("voi", True, Sentence(N_("Not the header's: the operator's, or an automatic one.")), told)


def _numbers(voi: Voi) -> Mapping[str, Value]:
    if isinstance(voi, LookupTable):
        told: dict[str, Value] = {"entries": len(voi.values), "first": voi.first, "bits": voi.bits}
    else:
        told = {"window_center": voi.center, "window_width": voi.width, "voi_lut_function": voi.function}
        if voi.source != "header":
            told["source"] = voi.source
    return {**told, "explanation": voi.explanation} if voi.explanation else told


def _presentation(description: Description, grayscale: Grayscale, settings: Presentation) -> Stage:
    inverted = grayscale.inverted != settings.inverted
    told: dict[str, Value] = {"polarity": "INVERSE" if inverted else "IDENTITY"}
    if description.presentation_table is not None:
        told["entries"] = len(description.presentation_table.values)
        return Stage("presentation", True, Sentence(N_("The table of the presentation state is applied.")), told)
    if settings.inverted:
        return Stage("presentation", True, Sentence(N_("Black and white are swapped by the operator.")), told)
    if inverted:
        what = Sentence(N_("The lowest value is shown white (MONOCHROME1 or shape INVERSE)."))
        return Stage("presentation", True, what, told)
    return Stage("presentation", True, Sentence(N_("The lowest value is shown black (MONOCHROME2).")), told)


def _shutter(shutter: Shutter | None, settings: Presentation) -> Stage:
    if shutter is None:
        return Stage("shutter", False, Sentence(N_("The header has no shutter.")))
    told: dict[str, Value] = {"shutter_shape": " + ".join(shutter.shapes), "shutter_presentation_value": shutter.value}
    if shutter.rectangle is not None:
        told["left_right_upper_lower"] = ", ".join(map(str, shutter.rectangle))
    if shutter.circle is not None:
        told["row_column_radius"] = ", ".join(map(str, shutter.circle))
    if shutter.polygon:
        told["vertices"] = len(shutter.polygon)
    if not settings.switched("shutter"):
        return Stage("shutter", False, Sentence(_SWITCHED_OFF), told)
    what = Sentence(N_("What lies outside of {shape} is hidden."), {"shape": told["shutter_shape"]})
    return Stage("shutter", True, what, told)


def _overlay(description: Description, settings: Presentation, number: int) -> Stage:
    if not description.overlays:
        return Stage("overlay", False, Sentence(N_("The header has no overlay.")))
    here = [one for one in description.overlays if one.frame_on(number, description.frames) is not None]
    names = ", ".join(f"{one.group:04X}" + (f" {one.label}" if one.label else "") for one in description.overlays)
    told: dict[str, Value] = {"groups": names, "on_this_frame": len(here)}
    if not settings.switched("overlay"):
        return Stage("overlay", False, Sentence(_SWITCHED_OFF), told)
    if not here:
        return Stage("overlay", False, Sentence(N_("None of the overlays lies on this frame.")), told)
    what = Sentence(N_("Overlays drawn in white: {count}."), {"count": len(here)})
    return Stage("overlay", True, what, told)


def _annotation(description: Description, number: int) -> Stage:
    frame = description.frame(number)
    if not frame.graphics and not frame.texts:
        return Stage("annotation", False, Sentence(N_("No presentation state annotates this frame.")))
    told: dict[str, Value] = {"graphics": len(frame.graphics), "texts": len(frame.texts)}
    return Stage("annotation", True, Sentence(N_("Marked: {graphics} lines or shapes, {texts} texts."), told), told)


def _spatial(description: Description, settings: Presentation, number: int) -> Stage:
    way, area = description.orientation, description.frame(number).area
    told: dict[str, Value] = {}
    if area is not None:
        told["displayed_area"] = "{},{} - {},{}".format(*area.top_left, *area.bottom_right)
        told["presentation_size_mode"] = area.mode
    if not way.rotation and not way.flip:
        whole = area is None or (area.top_left, area.bottom_right) == ((1, 1), (description.columns, description.rows))
        if whole:
            return Stage("spatial", False, Sentence(N_("Neither rotated nor flipped; the whole frame is shown.")), told)
        what = Sentence(N_("The presentation state shows a part of the frame."))
        return Stage("spatial", settings.switched("spatial"), what, told)
    told.update({"image_rotation": way.rotation, "image_horizontal_flip": "Y" if way.flip else "N"})
    if not settings.switched("spatial"):
        return Stage("spatial", False, Sentence(_SWITCHED_OFF), told)
    return Stage("spatial", True, Sentence(N_("Rotated or flipped as the presentation state says.")), told)


def _plain(value: float) -> Value:
    return int(value) if value == int(value) else value
