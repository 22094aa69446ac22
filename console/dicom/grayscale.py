"""Read the grayscale stages (PS3.4 N.2) of one object, or of one frame, from its header."""

import math
from dataclasses import replace

from console.dicom.elements import Elements
from console.i18n import N_, _
from console.model.picture import Grayscale, LookupTable, Window
from console.model.pipeline import Stage
from console.model.sentence import Sentence, Value

_XA_CLASSES = (
    "1.2.840.10008.5.1.4.1.1.12.1",
    "1.2.840.10008.5.1.4.1.1.12.2",
    "1.2.840.10008.5.1.4.1.1.12.1.1",
    "1.2.840.10008.5.1.4.1.1.12.2.1",
    "1.2.840.10008.5.1.4.1.1.12.3",
)
_FUNCTIONS = ("LINEAR", "LINEAR_EXACT", "SIGMOID")


def functional_group(elements: Elements, macro: str) -> Elements | None:
    """One functional group macro of an enhanced object: shared, else the first frame's (PS3.3 C.7.6.16)."""
    for where in ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"):
        groups = elements.first_item(where)
        if groups is not None:
            item = groups.first_item(macro)
            if item is not None:
                return item
    return None


def read_grayscale(
    elements: Elements,
    bits_stored: int,
    signed: bool,
    sop_class: str,
    problems: list[str],
) -> tuple[Grayscale, Stage]:
    """The parameters of the grayscale pipeline, and what there is to say about the modality LUT.

    In an enhanced object the shared functional groups count, else those of the first frame.
    """
    slope, intercept, table, stage = _modality(elements, sop_class, problems)
    negative = signed or (table is None and (intercept < 0 or slope < 0))
    voi = functional_group(elements, "FrameVOILUTSequence") or elements
    windows = _windows(voi, problems)
    voi_tables = _tables(voi, "VOILUTSequence", negative, problems)
    inverse = elements.code("PresentationLUTShape") == "INVERSE"
    inverted = inverse or elements.code("PhotometricInterpretation") == "MONOCHROME1"
    padding, limit = _padding(elements)
    return Grayscale(bits_stored, signed, inverted, slope, intercept, table, windows, voi_tables, padding, limit), stage


def is_projection(elements: Elements, sop_class: str) -> bool:
    """Whether the exception for XA and XRF holds (PS3.3 C.8.7.1.1.2)."""
    return sop_class in _XA_CLASSES or elements.code("Modality") in ("XA", "XRF", "RF")


def frame_grayscale(frame: Elements, base: Grayscale, rescaled: bool, problems: list[str]) -> Grayscale:
    """`base` with what the functional groups of one frame say (PS3.3 C.7.6.16.2.9, C.7.6.16.2.10).

    `rescaled` is False where the modality LUT is not for display.
    """
    found = base
    transform = frame.first_item("PixelValueTransformationSequence") if rescaled else None
    if transform is not None:
        slope, intercept = transform.number("RescaleSlope"), transform.number("RescaleIntercept")
        found = replace(found, slope=slope or base.slope, intercept=base.intercept if intercept is None else intercept)
    voi = frame.first_item("FrameVOILUTSequence")
    if voi is not None:
        negative = base.signed or found.intercept < 0 or found.slope < 0
        tables = _tables(voi, "VOILUTSequence", negative, problems)
        found = replace(found, windows=_windows(voi, problems), voi_tables=tables)
    return found


def _padding(elements: Elements) -> tuple[float | None, float | None]:
    """Pixel Padding Value and Range Limit, integer or of the float forms (PS3.3 C.7.5.1.1.2, C.7.6.24, C.7.6.25)."""
    for prefix in ("", "Float", "DoubleFloat"):
        value = elements.number(f"{prefix}PixelPaddingValue")
        if value is not None:
            return value, elements.number(f"{prefix}PixelPaddingRangeLimit")
    return None, None


def _modality(
    elements: Elements, sop_class: str, problems: list[str]
) -> tuple[float, float, LookupTable | None, Stage]:
    """Slope, intercept, table and a sentence; identity where the modality LUT may not be applied for display.

    XA and XRF objects with Pixel Intensity Relationship LOG or DISP carry a modality LUT that leads back to X-ray
    intensity; it is not for display (PS3.3 C.8.7.1.1.2, PS3.4 N.2.1.2).
    """
    group = functional_group(elements, "PixelValueTransformationSequence") or elements
    tables = _tables(elements, "ModalityLUTSequence", False, problems)
    slope, intercept = group.number("RescaleSlope"), group.number("RescaleIntercept")
    there = bool(tables) or slope is not None or intercept is not None
    relationship = elements.code("PixelIntensityRelationship")
    if there and is_projection(elements, sop_class) and relationship in ("LOG", "DISP"):
        what = Sentence(
            N_(
                "Skipped: Pixel Intensity Relationship is {relationship}, so the modality LUT leads back to X-ray "
                "intensity and is not for display (PS3.3 C.8.7.1.1.2)."
            ),
            {"relationship": relationship},
        )
        return 1.0, 0.0, None, Stage("modality-lut", False, what, {"pixel_intensity_relationship": relationship})
    if tables:
        table = tables[0]
        told: dict[str, Value] = {"entries": len(table.values), "first": table.first, "bits": table.bits}
        what = Sentence(N_("A table from the Modality LUT Sequence is applied."))
        return 1.0, 0.0, table, Stage("modality-lut", True, what, told)
    if not there:
        what = Sentence(N_("None: stored values are used as they stand."))
        return 1.0, 0.0, None, Stage("modality-lut", False, what)
    if slope == 0:
        problems.append(_("Rescale Slope is 0; it is not used."))
        slope = None
    slope, intercept = (1.0 if slope is None else slope), (0.0 if intercept is None else intercept)
    numbers: dict[str, Value] = {"slope": f"{slope:g}", "intercept": f"{intercept:g}"}
    what = Sentence(N_("Rescaled: value x {slope} + {intercept}."), numbers)
    told = {"rescale_slope": slope, "rescale_intercept": intercept}
    return slope, intercept, None, Stage("modality-lut", True, what, told)


def _windows(elements: Elements, problems: list[str]) -> tuple[Window, ...]:
    centers, widths = elements.numbers("WindowCenter"), elements.numbers("WindowWidth")
    explanations = elements.strings("WindowCenterWidthExplanation")
    function = elements.code("VOILUTFunction") or "LINEAR"
    if function not in _FUNCTIONS:
        problems.append(_("VOI LUT Function {function} is unknown; LINEAR is used.").format(function=function))
        function = "LINEAR"
    windows: list[Window] = []
    for position, (center, width) in enumerate(zip(centers, widths, strict=False)):
        smallest = 1.0 if function == "LINEAR" else 0.0
        valid = width >= smallest if function == "LINEAR" else width > smallest
        if math.isfinite(center) and math.isfinite(width) and valid:
            explanation = explanations[position] if position < len(explanations) else ""
            windows.append(Window(center, width, function, explanation))
        else:
            what = _("The window {center}/{width} of the header cannot be used.")
            problems.append(what.format(center=f"{center:g}", width=f"{width:g}"))
    return tuple(windows)


def _tables(elements: Elements, keyword: str, signed: bool, problems: list[str]) -> tuple[LookupTable, ...]:
    tables: list[LookupTable] = []
    for item in elements.items(keyword):
        values = read_table(item, "LUTDescriptor", "LUTData", signed)
        if values is None:
            problems.append(_("A lookup table of the header is damaged; it is not used."))
            continue
        first, bits, entries = values
        tables.append(LookupTable(first, bits, entries, item.text("LUTExplanation") or item.text("ModalityLUTType")))
    return tuple(tables)


def read_table(elements: Elements, descriptor: str, data: str, signed: bool) -> tuple[int, int, tuple[int, ...]] | None:
    """(first input value, bits, entries) of a table (PS3.3 C.11.1.1.1), or None when it is not what it says.

    Entries of 8 bits may be packed two to a word or stand one in each; 0 entries mean 65,536.
    """
    head = elements.numbers(descriptor)
    if len(head) != 3 or not all(math.isfinite(value) for value in head):
        return None
    count = int(head[0]) & 0xFFFF or 0x10000
    first = int(head[1])
    # The first input has the sign of the pixels; the dictionary cannot know it (US or SS). A file that says SS does.
    if first >= 0 and signed:
        first = ((first & 0xFFFF) ^ 0x8000) - 0x8000
    bits = int(head[2])
    raw = elements.table_bytes(data)
    if not 1 <= bits <= 16:
        return None
    if len(raw) >= 2 * count:
        order = elements.byte_order(data)
        words = memoryview(raw[: 2 * count])
        entries = tuple(int.from_bytes(words[at : at + 2], order) for at in range(0, 2 * count, 2))
    elif len(raw) >= count and bits <= 8:
        entries = tuple(raw[:count])
    else:
        return None
    highest = (1 << bits) - 1
    return first, bits, tuple(min(entry, highest) for entry in entries)
