"""A structured report as lines for reading, whatever template it was made by; nothing of it is left out.

Values keep the words of the report; what the console adds (states, relations) is in the operator's language.
"""

from collections.abc import Sequence

from console.dicom.content import Item, clock_time, code_of, moment
from console.dicom.elements import Elements
from console.dicom.kinds import kind_of
from console.i18n import N_, _, ngettext
from console.model.report_text import ReportLine

_RELATIONS = {
    "INFERRED FROM": N_("inferred from"),
    "SELECTED FROM": N_("selected from"),
    "HAS OBS CONTEXT": N_("observation context"),
    "HAS ACQ CONTEXT": N_("acquisition context"),
    "CONTAINS": "",
    "HAS PROPERTIES": "",
    "HAS CONCEPT MOD": "",
}
"""Relationship types as they are read; those that only say "belongs here" are silent."""

_UNNAMED = {
    "CONTAINER": N_("Section"),
    "IMAGE": N_("Image"),
    "COMPOSITE": N_("Object"),
    "WAVEFORM": N_("Waveform"),
    "SCOORD": N_("Place in the image"),
    "SCOORD3D": N_("Place in space"),
    "TCOORD": N_("Place in time"),
    "TABLE": N_("Table"),
}
"""What an item is called that has no concept name, which the standard allows for these."""

_TECHNICAL = frozenset(
    "121012 121013 121014 121015 121016 121017 113723 113724 113780 113877 113878 113879 113880 125203".split()
)
"""Concept codes (DCM) of texts about the device; every other free text may name the patient."""

_BIRTH_DATE = "121031"
_MOST_POINTS = 200

_STATES = {"COMPLETE": N_("complete"), "PARTIAL": N_("partial")}
_FLAGS = {"FINAL": N_("final"), "PRELIMINARY": N_("preliminary")}


def report_lines(items: Sequence[Item]) -> tuple[ReportLine, ...]:
    """Every content item as one line or more, in the order of the tree."""
    names = {item.position: item for item in items}
    lines: list[ReportLine] = []
    for item in items:
        lines += _lines(item, names)
        if item.trouble:
            lines.append(ReportLine(item.depth + 1, False, "", item.trouble))
    return tuple(lines)


def state_lines(elements: Elements, items: Sequence[Item]) -> tuple[ReportLine, ...]:
    """Whether the document is finished and verified, who made it, and what it refers to (PS3.3 C.17.2)."""
    lines: list[ReportLine] = []

    def say(label: str, text: str, personal: bool = False) -> None:
        if text:
            lines.append(ReportLine(0, False, label, text, "", personal))

    completion, preliminary = elements.code("CompletionFlag"), elements.code("PreliminaryFlag")
    states = [
        _said(_STATES, completion),
        _said(_FLAGS, preliminary),
        elements.text("CompletionFlagDescription"),
    ]
    say(_("Document"), ", ".join(state for state in states if state))
    verification, names = _verification(elements)
    say(_("Verification"), verification, bool(names))
    say(_("Written"), moment(elements.text("ContentDate") + elements.text("ContentTime")))
    say(_("Author"), "; ".join(_observer(item) for item in elements.items("AuthorObserverSequence")), True)
    for participant in elements.items("ParticipantSequence"):
        say(_("Participant"), _observer(participant), True)
    observers = [item.elements.text("PersonName") for item in items if item.name.value == "121008"]
    say(_("Observer"), "; ".join(dict.fromkeys(name for name in observers if name)), True)
    say(_("Device"), _device(items))
    organization = elements.first_item("CustodialOrganizationSequence")
    say(_("Kept by"), organization.text("InstitutionName") if organization is not None else "")
    for keyword, label in (
        ("PredecessorDocumentsSequence", _("Replaces")),
        ("IdenticalDocumentsSequence", _("Identical to")),
        ("CurrentRequestedProcedureEvidenceSequence", _("Made from")),
        ("PertinentOtherEvidenceSequence", _("Other evidence")),
    ):
        say(label, referenced_objects(elements.items(keyword)))
    return tuple(lines)


def referenced_objects(studies: Sequence[Elements]) -> str:
    """What a hierarchical reference (PS3.3 C.17.2.1) names: "12 objects in 2 series"."""
    series = [one for study in studies for one in study.items("ReferencedSeriesSequence")]
    count = sum(len(one.items("ReferencedSOPSequence")) for one in series)
    if not count:
        return ""
    objects = ngettext("{count} object", "{count} objects", count).format(count=count)
    return _("{objects} in {series} series").format(objects=objects, series=len(series))


def reference_text(reference: Elements) -> str:
    """One referenced object: what it is, which frames or channels, its UID (PS3.3 10.3, C.18.3 to C.18.5)."""
    parts = [kind_of(reference.text("ReferencedSOPClassUID"))]
    for keyword, label in (
        ("ReferencedFrameNumber", N_("frames {numbers}")),
        ("ReferencedSegmentNumber", N_("segments {numbers}")),
        ("ReferencedWaveformChannels", N_("channels {numbers}")),
    ):
        numbers = ", ".join(f"{number:g}" for number in reference.numbers(keyword))
        if numbers:
            parts.append(_(label).format(numbers=numbers))
    parts.append(reference.text("ReferencedSOPInstanceUID") or _("without a UID"))
    for state in reference.items("ReferencedSOPSequence"):
        parts.append(_("shown with {object}").format(object=reference_text(state)))
    return ", ".join(parts)


def _lines(item: Item, names: dict[tuple[int, ...], Item]) -> list[ReportLine]:
    relation = _said(_RELATIONS, item.relation)
    heading = item.kind == "CONTAINER"
    label = _label(item)
    texts = _texts(item, names) or [""]
    personal = _personal(item)
    first = ReportLine(item.depth, heading, label, texts[0], relation, personal)
    return [first, *(ReportLine(item.depth, False, "", text, "", personal) for text in texts[1:])]


def _label(item: Item) -> str:
    unnamed = _UNNAMED.get(item.kind, "")
    return item.name.text or (_(unnamed) if unnamed else _("(without a name)"))


def _personal(item: Item) -> bool:
    if item.kind == "TEXT":
        return not (item.name.scheme == "DCM" and item.name.value in _TECHNICAL)
    return item.kind == "PNAME" or item.name.value == _BIRTH_DATE


def _texts(item: Item, names: dict[tuple[int, ...], Item]) -> list[str]:
    """The value in lines; a by-reference item says where it points."""
    elements = item.elements
    kind = item.kind
    if "ReferencedContentItemIdentifier" in elements:
        return [_pointer(elements, names)]
    if kind == "CONTAINER":
        return _container(elements)
    if kind == "TEXT":
        return item.text_lines("TextValue")
    if kind == "NUM":
        return [measured.stored for measured in item.measured]
    if kind == "CODE":
        return [item.code.text]
    if kind == "PNAME":
        return [elements.text("PersonName")]
    if kind in ("DATE", "DATETIME"):
        return [moment(elements.text("Date" if kind == "DATE" else "DateTime"))]
    if kind == "TIME":
        return [clock_time(elements.text("Time"))]
    if kind == "UIDREF":
        return [elements.text("UID")]
    if kind in ("IMAGE", "COMPOSITE", "WAVEFORM"):
        found = [reference_text(reference) for reference in elements.items("ReferencedSOPSequence")]
        return found or [_("refers to nothing")]
    if kind in ("SCOORD", "SCOORD3D"):
        return _coordinates(elements, 2 if kind == "SCOORD" else 3)
    if kind == "TCOORD":
        return _times(elements)
    if kind == "TABLE":
        what = _("{rows} rows and {columns} columns; the header lists its cells")
        rows, columns = (elements.integer(key) or 0 for key in ("NumberOfTableRows", "NumberOfTableColumns"))
        return [what.format(rows=rows, columns=columns)]
    return [_("a value of the unknown type {kind}; the header lists it").format(kind=kind or "?")]


def _container(elements: Elements) -> list[str]:
    parts = [_("continuous text")] if elements.code("ContinuityOfContent") == "CONTINUOUS" else []
    observed = moment(elements.text("ObservationDateTime"))
    return [", ".join([*parts, *([observed] if observed else [])])]


def _pointer(elements: Elements, names: dict[tuple[int, ...], Item]) -> str:
    numbers = elements.numbers("ReferencedContentItemIdentifier")
    position = tuple(int(number) for number in numbers if number == number)
    where = ".".join(str(number) for number in position)
    target = names.get(position)
    if target is None:
        return _("see item {where}, which is not there").format(where=where)
    return _("see item {where}: {name}").format(where=where, name=_label(target))


def _coordinates(elements: Elements, axes: int) -> list[str]:
    numbers = elements.numbers("GraphicData")
    points = [numbers[at : at + axes] for at in range(0, len(numbers) - axes + 1, axes)]
    shown = " ".join("(" + ", ".join(f"{number:g}" for number in point) + ")" for point in points[:_MOST_POINTS])
    unit = _("pixels") if axes == 2 else "mm"
    lines = [f"{elements.code('GraphicType')} {shown} {unit}".strip()]
    if len(points) > _MOST_POINTS:
        lines.append(_("… {count} points in all; the header lists them").format(count=len(points)))
    frame = elements.text("ReferencedFrameOfReferenceUID")
    return [*lines, *([_("in the frame of reference {uid}").format(uid=frame)] if frame else [])]


def _times(elements: Elements) -> list[str]:
    samples = ", ".join(f"{number:g}" for number in elements.numbers("ReferencedSamplePositions"))
    offsets = ", ".join(f"{number:g} s" for number in elements.numbers("ReferencedTimeOffsets"))
    moments = ", ".join(moment(part) for part in elements.strings("ReferencedDateTime"))
    places = [_("samples {numbers}").format(numbers=samples) if samples else "", offsets, moments]
    return [" ".join(part for part in (elements.code("TemporalRangeType"), *places) if part)]


def _verification(elements: Elements) -> tuple[str, str]:
    """What is said of it, and by whom it was verified."""
    flag = elements.code("VerificationFlag")
    if flag != "VERIFIED":
        return (_("not verified") if flag == "UNVERIFIED" else flag), ""
    by = [
        ", ".join(part for part in (_observer(item), moment(item.text("VerificationDateTime"))) if part)
        for item in elements.items("VerifyingObserverSequence")
    ]
    names = "; ".join(one for one in by if one)
    return (_("verified by {names}").format(names=names) if names else _("verified")), names


def _observer(item: Elements) -> str:
    """A person or device in the header of the document (PS3.3 table 10-1 and C.17-2)."""
    keywords = ("VerifyingObserverName", "PersonName", "StationName", "Manufacturer", "ManufacturerModelName")
    places = ("VerifyingOrganization", "InstitutionName")
    coded = code_of(item, "PersonIdentificationCodeSequence")
    parts = [*(item.text(keyword) for keyword in keywords), coded.text, *(item.text(place) for place in places)]
    return ", ".join(dict.fromkeys(part for part in parts if part))


def _device(items: Sequence[Item]) -> str:
    """The device that observed (PS3.16 TID 1004), from the items that stand directly below the root."""
    wanted = ("121014", "121015", "121013", "121016")
    found = {item.name.value: item for item in items if item.depth == 1 and item.name.value in wanted}
    return ", ".join(text for key in wanted if key in found for text in found[key].text_lines("TextValue")[:1])


def _said(words: dict[str, str], term: str) -> str:
    """A term in the operator's language, or as it stands where it is none of ours."""
    known = words.get(term, term)
    return _(known) if term in words and known else known
