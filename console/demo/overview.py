"""The whole practice hospital at a glance: who is in it, which file shows what, and every fault put in on purpose."""

from collections.abc import Sequence
from typing import Any

from console.demo.cases import Item
from console.demo.make import about_patient, as_json, kind_of
from console.demo.truth import GENERATOR_VERSION


def overview(items: Sequence[Item]) -> bytes:
    """JSON: patients, files in the order of the lessons, faults."""
    patients: dict[str, dict[str, Any]] = {}
    for item in items:
        right = item.study.patient
        about = {
            "patient_id": right.patient_id,
            "name": right.name,
            "birth_date": right.birth_date,
            "sex": right.sex,
            "studies": [],
        }
        studies = patients.setdefault(right.patient_id, about)["studies"]
        if item.uid("study") not in studies:
            studies.append(item.uid("study"))
    return as_json(
        {
            "generator_version": GENERATOR_VERSION,
            "what": "Invented patients; every picture is computed and its truth lies beside it.",
            "patients": list(patients.values()),
            "frames": sum(item.frames for item in items),
            "files": [
                {
                    "file": item.file,
                    "kind": kind_of(item),
                    "frames": item.frames,
                    "study_instance_uid": item.uid("study"),
                    "study_date": item.study.date,
                    "patient": about_patient(item),
                    "character_set": {"declared": item.study.charset.declared, "actual": item.study.charset.actual},
                    "faults": [fault.code for fault in item.faults],
                }
                for item in items
            ],
            "faults": [
                {"file": item.file, "code": fault.code, "what": fault.what} for item in items for fault in item.faults
            ],
        }
    )
