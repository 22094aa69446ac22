"""A few facts about objects that are neither pictures nor reports: waveforms, presentation states, plans, ...

Enough to know what one has in the hand; the header holds the rest.
"""

from collections import Counter
from collections.abc import Iterator

from console.dicom.content import clock_time, code_of, moment
from console.dicom.elements import Elements
from console.dicom.kinds import kind_of
from console.dicom.structured import reference_text
from console.dicom.units import Measured
from console.i18n import N_, _, ngettext
from console.model.report_text import ReportLine
from console.model.text import span_text

_MOST_LISTED = 200

_FACTS = (
    ("ContentLabel", N_("Label"), False),
    ("ContentDescription", N_("Description"), True),
    ("ContentCreatorName", N_("Made by"), True),
    ("PresentationLUTShape", N_("Gray scale"), False),
    ("RTPlanLabel", N_("Plan"), True),
    ("RTPlanName", N_("Plan name"), True),
    ("RTPlanDescription", N_("Description"), True),
    ("PlanIntent", N_("Intent"), False),
    ("RTPlanGeometry", N_("Geometry"), False),
    ("StructureSetLabel", N_("Structure set"), True),
    ("StructureSetName", N_("Name"), True),
    ("DoseUnits", N_("Dose units"), False),
    ("DoseType", N_("Dose type"), False),
    ("DoseSummationType", N_("Dose of"), False),
    ("SegmentationType", N_("Segmentation"), False),
    ("RawDataHandling", N_("Raw data"), False),
    ("HangingProtocolName", N_("Hanging protocol"), False),
    ("HangingProtocolDescription", N_("Description"), True),
)
"""Keyword, what it is called, and whether it is free text that may name the patient."""

_MADE = (
    ("PresentationCreationDate", "PresentationCreationTime"),
    ("RTPlanDate", "RTPlanTime"),
    ("StructureSetDate", "StructureSetTime"),
    ("AcquisitionDateTime", ""),
    ("ContentDate", "ContentTime"),
    ("InstanceCreationDate", "InstanceCreationTime"),
)

_LISTS = (
    ("BeamSequence", "BeamName", N_("Beams")),
    ("IonBeamSequence", "BeamName", N_("Beams")),
    ("FractionGroupSequence", "FractionGroupDescription", N_("Fraction groups")),
    ("StructureSetROISequence", "ROIName", N_("Structures")),
    ("SegmentSequence", "SegmentLabel", N_("Segments")),
    ("GraphicLayerSequence", "GraphicLayer", N_("Layers")),
    ("RegistrationSequence", "ContentLabel", N_("Registrations")),
    ("DeformableRegistrationSequence", "ContentLabel", N_("Registrations")),
    ("FiducialSetSequence", "ContentLabel", N_("Sets of fiducials")),
    ("SurfaceSequence", "SurfaceComments", N_("Surfaces")),
)
"""Sequences that are counted, and the element that names an item."""


def waveform_lines(elements: Elements) -> tuple[ReportLine, ...]:
    """The groups of a waveform and their channels, and what was noted beside them (PS3.3 C.10.9, C.10.10)."""
    groups = elements.skim("WaveformSequence")
    lines = [ReportLine(0, False, _("Curves"), _("are not drawn; what was recorded stands here"))]
    if not groups:
        lines.append(ReportLine(0, False, _("Channels"), _("none that can be read")))
    for number, group in enumerate(groups, 1):
        lines += _group(group, number)
    notes = [
        ReportLine(1, False, _note_label(note), text, "", True)
        for note in elements.items("WaveformAnnotationSequence")
        if (text := _note(note))
    ]
    if notes:
        lines += [ReportLine(0, True, _("Annotations"), ""), *notes]
    return tuple(lines)


def fact_lines(elements: Elements) -> tuple[ReportLine, ...]:
    """Label, maker, date, lists, windows and references of any object that has them."""
    lines = [
        ReportLine(0, False, _(label), text, "", personal)
        for keyword, label, personal in _FACTS
        if (text := elements.text(keyword))
    ]
    made = next((text for date, time in _MADE if (text := _moment(elements, date, time))), "")
    if made:
        lines.append(ReportLine(0, False, _("Made"), made))
    for keyword, name, label in _LISTS:
        items = elements.items(keyword)
        if items:
            lines.append(ReportLine(0, True, _(label), str(len(items))))
            lines += [
                ReportLine(1, False, str(number), item.text(name), "", True)
                for number, item in enumerate(items[:_MOST_LISTED], 1)
            ]
            lines += _rest(len(items), 1)
    lines += _windows(elements)
    lines += _notes(elements)
    lines += _references(elements)
    return tuple(lines)


def _group(group: Elements, number: int) -> Iterator[ReportLine]:
    rate = group.number("SamplingFrequency")
    samples = group.integer("NumberOfWaveformSamples")
    channels = group.integer("NumberOfWaveformChannels")
    parts = [group.text("MultiplexGroupLabel")]
    if channels is not None:
        parts.append(ngettext("{count} channel", "{count} channels", channels).format(count=channels))
    if rate:
        parts.append(f"{rate:g} Hz")
    if samples is not None:
        parts.append(ngettext("{count} sample", "{count} samples", samples).format(count=samples))
    if rate and samples and rate > 0:
        parts.append(span_text(samples / rate))
    bits = group.integer("WaveformBitsAllocated")
    parts.append(_("{bits} bits").format(bits=bits) if bits else "")
    title = _("Recording {number}").format(number=number)
    yield ReportLine(0, True, title, ", ".join(part for part in parts if part))
    definitions = group.items("ChannelDefinitionSequence")
    for place, channel in enumerate(definitions[:_MOST_LISTED], 1):
        yield ReportLine(1, False, _channel_name(channel, place), _channel(channel))
    yield from _rest(len(definitions), 1)
    if channels is not None and channels != len(definitions):
        what = _("{found} of {count} channels are described").format(found=len(definitions), count=channels)
        yield ReportLine(1, False, "", what)


def _channel_name(channel: Elements, number: int) -> str:
    source = code_of(channel, "ChannelSourceSequence").text
    label = channel.text("ChannelLabel")
    named = f"{label} ({source})" if label and source and label != source else label or source
    return named or _("Channel {number}").format(number=number)


def _channel(channel: Elements) -> str:
    """Sensitivity with its unit, filters, the offset between the channels."""
    sensitivity = channel.text("ChannelSensitivity")
    unit = code_of(channel, "ChannelSensitivityUnitsSequence")
    parts = []
    if sensitivity:
        measured = Measured(sensitivity, unit.value, unit.meaning)
        parts.append(_("{amount} a step").format(amount=measured.stored))
    low, high = channel.number("FilterLowFrequency"), channel.number("FilterHighFrequency")
    if low is not None or high is not None:
        span = f"{'' if low is None else f'{low:g}'}-{'' if high is None else f'{high:g}'}"
        parts.append(_("filter {span} Hz").format(span=span))
    notch = channel.number("NotchFilterFrequency")
    if notch:
        parts.append(_("notch {frequency} Hz").format(frequency=f"{notch:g}"))
    return ", ".join(parts) or _("without a sensitivity")


def _note_label(note: Elements) -> str:
    return code_of(note, "ConceptNameCodeSequence").text or _("Note")


def _note(note: Elements) -> str:
    """One annotation: free text, a code, or a number with its unit."""
    text = note.text("UnformattedTextValue") or code_of(note, "ConceptCodeSequence").text
    number = note.text("NumericValue")
    if number:
        unit = code_of(note, "MeasurementUnitsCodeSequence")
        text = Measured(number, unit.value, unit.meaning).stored
    return text


def _moment(elements: Elements, date: str, time: str) -> str:
    day = moment(elements.text(date)) if elements.text(date) else ""
    return f"{day} {clock_time(elements.text(time))}".rstrip() if day and time else day


def _windows(elements: Elements) -> Iterator[ReportLine]:
    """The windows that a presentation state asks for (PS3.3 C.11.8)."""
    for item in (*elements.items("SoftcopyVOILUTSequence"), elements):
        centers, widths = item.numbers("WindowCenter"), item.numbers("WindowWidth")
        for center, width in zip(centers, widths, strict=False):
            yield ReportLine(0, False, _("Window"), f"W {width:g} C {center:g}")
        for table in item.items("VOILUTSequence"):
            yield ReportLine(0, False, _("VOI table"), table.text("LUTExplanation") or _("without a name"))


def _notes(elements: Elements) -> list[ReportLine]:
    """Texts that stand in the picture, and how many drawings there are."""
    annotations = elements.items("GraphicAnnotationSequence")
    texts = [
        ReportLine(1, False, "", text.text("UnformattedTextValue"), "", True)
        for annotation in annotations
        for text in annotation.items("TextObjectSequence")
    ]
    drawings = sum(len(annotation.items("GraphicObjectSequence")) for annotation in annotations)
    lines = [ReportLine(0, True, _("Texts in the picture"), str(len(texts))), *texts] if texts else []
    return lines + ([ReportLine(0, False, _("Drawings in the picture"), str(drawings))] if drawings else [])


def _references(elements: Elements) -> list[ReportLine]:
    """The objects that this one is about."""
    found: list[Elements] = [*elements.items("ReferencedImageSequence"), *elements.items("ReferencedInstanceSequence")]
    for series in elements.items("ReferencedSeriesSequence"):
        found += [*series.items("ReferencedImageSequence"), *series.items("ReferencedInstanceSequence")]
    for keyword in ("ReferencedRTPlanSequence", "ReferencedStructureSetSequence", "ReferencedDoseSequence"):
        found += elements.items(keyword)
    if not found:
        return []
    kinds = Counter(kind_of(reference.text("ReferencedSOPClassUID")) for reference in found)
    summary = ", ".join(f"{kind} × {count}" for kind, count in kinds.items())
    lines = [ReportLine(0, True, _("Refers to"), summary)]
    lines += [ReportLine(1, False, "", reference_text(reference)) for reference in found[:_MOST_LISTED]]
    return [*lines, *_rest(len(found), 1)]


def _rest(count: int, depth: int) -> list[ReportLine]:
    if count <= _MOST_LISTED:
        return []
    return [ReportLine(depth, False, "", _("… {count} in all; the header lists them").format(count=count))]
