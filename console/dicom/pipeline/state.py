"""A Grayscale Softcopy Presentation State in place of the header (PS3.3 A.33, PS3.4 N.2): its own stages, or none.

What the state does not say is the identity: the header's modality and VOI LUT, its shutter, its mask and its
MONOCHROME1 do not count beside a state (PS3.4 N.2). Pixel padding stays, since it belongs to the pixels.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from console.dicom.elements import Elements
from console.dicom.grayscale import read_grayscale, read_table
from console.dicom.kinds import STATES
from console.dicom.pipeline.annotations import read_areas, read_graphics
from console.dicom.pipeline.description import read_masks, read_overlays, read_shutter
from console.dicom.samples import FrameFormat
from console.i18n import N_, _
from console.model.picture import Grayscale, LookupTable
from console.model.pipeline import Description, FrameDescription, Orientation, Overlay, Stage
from console.model.sentence import Sentence


class NotForThis(Exception):
    """One translated sentence: why a state cannot be applied."""


def applied_state(
    description: Description, form: FrameFormat, state: Elements, instance: str, problems: list[str]
) -> Description:
    """The description of an image as the state wants it. `instance` is the image's SOP Instance UID.

    Raises NotForThis where the object is no grayscale state, or refers to other images, or the image is in colour.
    """
    if state.text("SOPClassUID") not in STATES:
        raise NotForThis(_("It is no grayscale presentation state."))
    grayscale = description.grayscale
    if grayscale is None:
        raise NotForThis(_("A grayscale presentation state is not for colour images."))
    frames = _referenced(state, instance)
    if frames is None:
        raise NotForThis(_("The presentation state refers to other images."))
    own, note = read_grayscale(state, grayscale.bits_stored, grayscale.signed, "", problems)
    base = replace(
        own,
        inverted=state.code("PresentationLUTShape") == "INVERSE",
        windows=(),
        voi_tables=(),
        padding=grayscale.padding,
        padding_limit=grayscale.padding_limit,
    )
    per_frame = _per_frame(description, state, base, instance, form, problems)
    first = per_frame[0]
    alike = all(frame == first for frame in per_frame)
    mask_items = tuple(mask for mask in read_masks(state, problems))
    label = state.text("ContentLabel") or state.text("PresentationLabel") or "PR"
    return Description(
        rows=description.rows,
        columns=description.columns,
        frames=description.frames,
        samples=description.samples,
        pixel_aspect=description.pixel_aspect,
        grayscale=first.grayscale,
        relationship=description.relationship,
        per_frame=() if alike else per_frame,
        masks=mask_items,
        viewing_mode=state.code("RecommendedViewingMode") or ("SUB" if mask_items else ""),
        shutter=first.shutter,
        overlays=_overlays(description, state, form, problems),
        presentation_table=_presentation_table(state, problems),
        orientation=_orientation(state, problems),
        area=first.area,
        graphics=first.graphics,
        texts=first.texts,
        state=label,
        notes=(Stage(note.stage, note.applied, note.what, note.parameters), _of_state(label, frames)),
    )


def _of_state(label: str, frames: Sequence[int]) -> Stage:
    what = N_("The presentation state {label} speaks in place of the header.")
    return Stage("state", True, Sentence(what, {"label": label}), {"frames": ", ".join(map(str, frames)) or "-"})


def _referenced(state: Elements, instance: str) -> tuple[int, ...] | None:
    """The frames of the image that the state is for, empty for all; None where it is for other images."""
    for series in state.items("ReferencedSeriesSequence"):
        for image in series.items("ReferencedImageSequence"):
            if image.text("ReferencedSOPInstanceUID") == instance:
                return _numbers(image)
    return None


def _numbers(image: Elements) -> tuple[int, ...]:
    return tuple(int(number) for number in image.numbers("ReferencedFrameNumber") if number >= 1)


def applies(item: Elements, instance: str, number: int) -> bool:
    """Whether an item of a state is for a frame: no reference is every image, no frame numbers is every frame."""
    images = item.items("ReferencedImageSequence")
    if not images:
        return True
    for image in images:
        frames = _numbers(image)
        if image.text("ReferencedSOPInstanceUID") == instance and (not frames or number in frames):
            return True
    return False


def _per_frame(
    description: Description,
    state: Elements,
    base: Grayscale,
    instance: str,
    form: FrameFormat,
    problems: list[str],
) -> tuple[FrameDescription, ...]:
    """Every frame as the state wants it; equal ones are one object."""
    vois = [(item, _voi(item, base, problems)) for item in state.items("SoftcopyVOILUTSequence")]
    areas = read_areas(state, problems)
    graphics = read_graphics(state)
    shutters = state.items("FrameDisplayShutterSequence")
    whole = read_shutter(state, problems)
    known: dict[FrameDescription, FrameDescription] = {}
    found = []
    for number in range(1, description.frames + 1):
        here: Callable[[Elements], bool] = lambda item, number=number: applies(item, instance, number)  # type: ignore[misc]  # noqa: E731
        marks = [(lines, texts) for item, lines, texts in graphics if here(item)]
        own = next((read_shutter(item, problems) for item in shutters if here(item)), whole)
        described = FrameDescription(
            next((grayscale for item, grayscale in vois if here(item)), base),
            own,
            (),
            tuple(line for lines, _texts in marks for line in lines),
            tuple(text for _lines, texts in marks for text in texts),
            next((area for item, area in areas if here(item)), None),
        )
        found.append(known.setdefault(described, described))
    return tuple(found) or (FrameDescription(base, whole),)


def _voi(item: Elements, base: Grayscale, problems: list[str]) -> Grayscale:
    own, _note = read_grayscale(item, base.bits_stored, base.signed, "", problems)
    return replace(base, windows=own.windows, voi_tables=own.voi_tables)


def _overlays(description: Description, state: Elements, form: FrameFormat, problems: list[str]) -> tuple[Overlay, ...]:
    """The state's own planes, and those of the image that it activates (PS3.3 C.11.7)."""
    own = read_overlays(state, form, problems, embed=True)
    there = {overlay.group for overlay in own}
    active = {tag >> 16 for tag in state.raw if tag >> 24 == 0x60 and tag & 0xFFFF == 0x1001 and state.text_of(tag, 64)}
    shutter = state.integer("ShutterOverlayGroup")
    shown = tuple(one for one in own if one.group in active or one.group == shutter)
    return shown + tuple(one for one in description.overlays if one.group in active and one.group not in there)


def _presentation_table(state: Elements, problems: list[str]) -> LookupTable | None:
    item = state.first_item("PresentationLUTSequence")
    if item is None:
        return None
    values = read_table(item, "LUTDescriptor", "LUTData", False)
    if values is None:
        problems.append(_("A lookup table of the header is damaged; it is not used."))
        return None
    return LookupTable(*values, item.text("LUTExplanation"))


def _orientation(state: Elements, problems: list[str]) -> Orientation:
    rotation = state.integer("ImageRotation") or 0
    if rotation % 90:
        problems.append(
            _("Image Rotation is {rotation}, which is no quarter turn; it is not applied.").format(rotation=rotation)
        )
        rotation = 0
    return Orientation(rotation % 360, state.code("ImageHorizontalFlip") == "Y")
