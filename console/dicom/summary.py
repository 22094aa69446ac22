"""Put together what the screens know of an object: one PictureInfo from header, matrix and file."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pydicom.uid import UID

from console.dicom import syntaxes
from console.dicom.arm import frame_angles, read_angles
from console.dicom.dataset import DicomFile
from console.dicom.decoders import decoder_for, missing_codec
from console.dicom.elements import Elements, tag_of
from console.dicom.geometry import calibration, pixel_aspect
from console.dicom.matrix import Matrix
from console.dicom.measuring.header import frame_calibrations, frame_regions, read_regions, read_spacings
from console.dicom.pipeline.description import read_description
from console.dicom.pipeline.stages import stages
from console.dicom.rate import Timing, duration, rate
from console.dicom.reading import Reading, read_texts
from console.dicom.source import FileSource
from console.dicom.text import character_set, clean
from console.i18n import _
from console.model.picture import CharacterSet, Identity, PictureInfo, PipelineStep, Problem, Rate
from console.model.pipeline import Description, Stage
from console.model.sentence import Sentence


def picture_info(path: Path, source: FileSource, file: DicomFile, matrix: Matrix) -> PictureInfo:
    """Everything about one object that can be known without decoding a pixel."""
    elements = file.elements
    elements.signed = elements.integer("PixelRepresentation") == 1
    problems = [*file.problems, *matrix.problems]
    used, readings = _texts(elements, problems)
    frames = matrix.frames.count if matrix.frames is not None and not matrix.refusal else 0
    if matrix.refusal and (file.pixels is not None or "IconImageSequence" in elements):
        problems.append(matrix.refusal)
    sop_class = elements.text("SOPClassUID") or _meta_text(file.meta, 0x00020002)
    timing = _rate(elements, frames, problems)
    spacings = read_spacings(elements)
    found = calibration(spacings)
    spacing = spacings.pixel_spacing or spacings.imager_spacing
    aspect = pixel_aspect(spacing, elements.numbers("PixelAspectRatio"))
    description = _description(file, matrix, frames, sop_class, aspect, problems)
    steps = _pipeline(matrix, description)
    form = matrix.form
    return PictureInfo(
        path=str(path.absolute()),
        size=source.size,
        mtime_ns=source.mtime_ns,
        sop_class=sop_class,
        sop_class_name=clean(str(UID(sop_class).name)) if sop_class else "",
        sop_instance_uid=elements.text("SOPInstanceUID") or _meta_text(file.meta, 0x00020003),
        transfer_syntax=matrix.syntax,
        transfer_syntax_name=clean(syntaxes.name_of(matrix.syntax)),
        modality=elements.code("Modality"),
        rows=form.rows if form is not None else 0,
        columns=form.columns if form is not None else 0,
        frames=frames,
        samples=form.samples if form is not None else 1,
        photometric=elements.text("PhotometricInterpretation"),
        rate=timing,
        duration_s=duration(timing, frames),
        calibration=found,
        angles=read_angles(elements),
        identity=_identity(elements, readings),
        character_set=used,
        study_date=_date(elements.text("StudyDate")),
        study_time=_time(elements.text("StudyTime")),
        study_description=elements.text("StudyDescription"),
        series_description=elements.text("SeriesDescription"),
        series_number=elements.text("SeriesNumber"),
        instance_number=elements.text("InstanceNumber"),
        manufacturer=elements.text("Manufacturer"),
        model_name=elements.text("ManufacturerModelName"),
        grayscale=description.grayscale if description is not None else None,
        pixel_aspect=aspect,
        pipeline=tuple(steps),
        description=description,
        problems=tuple(Problem(what) for what in dict.fromkeys(problems)),
        frame_calibrations=frame_calibrations(elements, frames),
        regions=read_regions(elements),
        frame_regions=frame_regions(elements, frames),
        frame_angles=frame_angles(elements, frames),
    )


def _meta_text(meta: Elements, tag: int) -> str:
    return meta.text_of(tag) if tag in meta.raw else ""


def _description(
    file: DicomFile, matrix: Matrix, frames: int, sop_class: str, aspect: float, problems: list[str]
) -> Description | None:
    if matrix.form is None or matrix.frames is None:
        return None
    return read_description(file.elements, matrix.form, frames, sop_class, aspect, problems)


def _pipeline(matrix: Matrix, description: Description | None) -> list[PipelineStep]:
    if description is None:
        return [PipelineStep("decode", matrix.refusal, False)]
    return [PipelineStep("decode", _decode_sentence(matrix)), *map(step, stages(description))]


def presented(info: PictureInfo, description: Description, problems: Sequence[str]) -> PictureInfo:
    """The object as another description wants it: its stages, and what was found wrong on the way."""
    return replace(
        info,
        grayscale=description.grayscale,
        description=description,
        pipeline=(*info.pipeline[:1], *map(step, stages(description))),
        problems=tuple(Problem(what) for what in dict.fromkeys(problems)),
    )


def step(stage: Stage) -> PipelineStep:
    """A stage in words, for records that hold no sentences."""
    told = {name: str(value) if isinstance(value, Sentence) else value for name, value in stage.parameters.items()}
    return PipelineStep(stage.stage, str(stage.what), stage.applied, tuple(told.items()))


def _decode_sentence(matrix: Matrix) -> str:
    name = syntaxes.name_of(matrix.syntax)
    if matrix.frames is not None and not matrix.frames.encapsulated:
        return _("Frames are stored uncompressed ({name}).").format(name=name)
    who = decoder_for(matrix.syntax)
    if not who:
        return missing_codec(matrix.syntax)
    return _("Frames are compressed ({name}) and decoded by {decoder}.").format(name=name, decoder=who)


def _rate(elements: Elements, frames: int, problems: list[str]) -> Rate:
    pointer = None
    if "FrameIncrementPointer" in elements:
        data = elements.value_bytes(tag_of("FrameIncrementPointer"), 4)
        order = elements.byte_order("FrameIncrementPointer")
        if len(data) == 4:
            pointer = int.from_bytes(data[:2], order) << 16 | int.from_bytes(data[2:], order)
    first = [elements.numbers(key) for key in ("FrameTime", "RecommendedDisplayFrameRate", "CineRate")]
    frame_time, recommended, cine = (values[0] if values else None for values in first)
    vector = elements.numbers("FrameTimeVector")
    return rate(Timing(frames, pointer, frame_time, vector, recommended, cine), problems)


def _texts(elements: Elements, problems: list[str]) -> tuple[CharacterSet, dict[int, Reading]]:
    """Read the texts as the index reads them, by tag, and say where they belie their label."""
    label = "\\".join(elements.strings("SpecificCharacterSet"))
    values = elements.raw_texts(label)
    readings = dict(zip(values, read_texts(list(values.values())), strict=True))
    chosen = character_set(label, list(values.values()), list(readings.values()))
    elements.charset = chosen.used
    if chosen.repaired:
        what = _("The texts do not fit the character set that the file declares; they are read as {used}.")
        problems.append(what.format(used=chosen.used))
    some = {reading.charset for reading in readings.values() if reading.repaired} - {chosen.used}
    if some:
        what = _("Some texts do not fit the character set that the file declares; they are read as {used}.")
        problems.append(what.format(used=", ".join(sorted(some))))
    return chosen, readings


def _identity(elements: Elements, readings: dict[int, Reading]) -> Identity:
    name = readings.get(tag_of("PatientName"))
    return Identity(
        patient_name=_groups(name.text if name is not None else elements.text("PatientName")),
        patient_name_other=_groups(name.other) if name is not None else "",
        patient_id=elements.text("PatientID"),
        birth_date=_date(elements.text("PatientBirthDate")),
        sex=elements.text("PatientSex"),
        accession_number=elements.text("AccessionNumber"),
        institution=elements.text("InstitutionName"),
    )


def _groups(name: str) -> str:
    """The groups of a person name side by side, without empty ones at the end."""
    groups = [group.strip() for group in name.split("=")]
    while groups and not groups[-1]:
        groups.pop()
    return " = ".join(groups)


def _date(text: str) -> str:
    """2026-11-20 from 20261120 or 2026.11.20 (ACR-NEMA); what is no date stays as it stands."""
    digits = text.replace(".", "")
    if len(digits) == 8 and digits.isdigit() and "01" <= digits[4:6] <= "12" and "01" <= digits[6:] <= "31":
        return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
    return text


def _time(text: str) -> str:
    """10:15:30 from 101530.123; what is no time stays as it stands."""
    digits = text.split(".")[0].replace(":", "")
    if len(digits) in (4, 6) and digits.isdigit() and digits[:2] <= "23" and digits[2:4] <= "59":
        return ":".join(digits[at : at + 2] for at in range(0, len(digits), 2))
    return text
