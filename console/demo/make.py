"""From an item of the hospital to the bytes of its file and the truth about it."""

import hashlib
import json
from typing import Any

from console.demo import (
    angiogram,
    capture,
    dose_report,
    echo,
    electrocardiogram,
    paper,
    presentation,
    tomogram,
)
from console.demo.cases import Item
from console.demo.contents import (
    Angiogram,
    Capture,
    DoseReport,
    Echo,
    Electrocardiogram,
    Paper,
    Presentation,
    Slice,
)
from console.demo.made import Made, Tick
from console.demo.truth import GENERATOR_VERSION

_KINDS: dict[type, str] = {
    Angiogram: "xa-cine",
    Echo: "us-cine",
    Slice: "ct-slice",
    Electrocardiogram: "ecg",
    DoseReport: "dose-report",
    Paper: "pdf-report",
    Presentation: "presentation-state",
    Capture: "secondary-capture",
}


def make(item: Item, tick: Tick) -> tuple[bytes, bytes]:
    """The DICOM file and its truth as JSON, both complete. `tick` is called before each frame (see `made.Tick`)."""
    made = _make(item, tick)
    return made.data, as_json(_head(item, made) | made.truth)


def as_json(content: dict[str, Any]) -> bytes:
    """The form of every truth file: a line for each key, and for each entry of a list of objects.

    Not indented throughout: Python does that so slowly that the build would take half a second longer.
    """
    lines = []
    for key, value in content.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            entries = ",\n  ".join(json.dumps(entry, ensure_ascii=False) for entry in value)
            lines.append(f" {json.dumps(key)}: [\n  {entries}\n ]")
        else:
            lines.append(f" {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}")
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def _make(item: Item, tick: Tick) -> Made:
    content = item.content
    match content:
        case Angiogram():
            return angiogram.make(item, content, tick)
        case Echo():
            return echo.make(item, content, tick)
        case Slice():
            return tomogram.make(item, content, tick)
        case Electrocardiogram():
            return electrocardiogram.make(item, content)
        case DoseReport():
            return dose_report.make(item, content)
        case Paper():
            return paper.make(item, content)
        case Presentation():
            return presentation.make(item, content)
        case Capture():
            return capture.make(item, content, tick)


def _head(item: Item, made: Made) -> dict[str, Any]:
    """What is true of every file."""
    charset = item.study.charset
    return {
        "file": item.file.rsplit("/", 1)[-1],
        "sha256": hashlib.sha256(made.data).hexdigest(),
        "generator_version": GENERATOR_VERSION,
        "sop_instance_uid": item.uid("instance"),
        "study_instance_uid": item.uid("study"),
        "series_instance_uid": item.uid("series"),
        "transfer_syntax": made.transfer_syntax,
        "transfer_syntax_reason": made.transfer_syntax_reason,
        "kind": kind_of(item),
        "frames": item.frames,
        "patient": about_patient(item),
        "study": {
            "date": item.study.date,
            "time": item.study.time,
            "study_id": item.study.study_id,
            "accession_number": item.study.accession_number,
            "description": item.study.description,
        },
        "character_set": {
            "declared": charset.declared,
            "actual": charset.actual,
            "right": charset.is_right,
        },
        "faults": [{"code": fault.code, "what": fault.what} for fault in item.faults],
    }


def kind_of(item: Item) -> str:
    """What kind of object the file is, in one word for the truth files."""
    return _KINDS[type(item.content)]


def about_patient(item: Item) -> dict[str, Any]:
    """Whose file it really is, and whose data stand in it where that is another."""
    right = item.study.patient
    return {
        "name": right.name,
        "patient_id": right.patient_id,
        "birth_date": right.birth_date,
        "sex": right.sex,
        "name_in_file": item.patient.name,
        "patient_id_in_file": item.patient.patient_id,
    }
