"""DICOM objects for the tests of the export, and the items that the index would make of files."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pydicom
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items

from console.model.export import ExportItem, ExportOptions, ExportPlan
from console.studies.export.plan import plan_export
from tests.unit.dicom.builders import write, xa

PLAIN = ExportOptions()
ANONYMOUS = ExportOptions(deidentify=True)


def item_of(path: Path, **changes: Any) -> ExportItem:
    """What the index would know of `path`."""
    ds = pydicom.dcmread(path, stop_before_pixels=True, force=True)

    def text(keyword: str) -> str:
        return str(ds.get(keyword, "") or "")

    values: dict[str, Any] = {
        "patient_key": f"{text('PatientID')}",
        "study": text("StudyInstanceUID"),
        "series": text("SeriesInstanceUID"),
        "sop_class": text("SOPClassUID"),
        "sop_instance": text("SOPInstanceUID"),
        "patient_name": text("PatientName"),
        "patient_id": text("PatientID"),
        "study_date": text("StudyDate"),
        "study_description": text("StudyDescription"),
        "modality": text("Modality"),
        "series_description": text("SeriesDescription"),
    }
    return ExportItem(path, **{**values, **changes})


def run_file(folder: Path, number: int, patient: int = 1, pixels: bytes = b"\7" * 256, **elements: Any) -> Path:
    """One XA object, the `number`th of the only series of a patient."""
    folder.mkdir(parents=True, exist_ok=True)
    ds = xa(
        SOPInstanceUID=f"1.2.826.0.1.{patient}.{number}",
        StudyInstanceUID=f"1.2.826.0.2.{patient}",
        SeriesInstanceUID=f"1.2.826.0.3.{patient}",
        PatientID=f"P{patient:04}",
        PatientName=f"Phantom^Number {patient}",
        InstanceNumber=number,
        SeriesNumber=1,
        StudyID="S1",
        StudyDate="20261120",
        StudyTime="101500",
        AccessionNumber="A1",
        **elements,
    )
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    return write(folder / f"{patient}-{number}.dcm", ds, pixels)


def plan_of(paths: Sequence[Path], target: Path, options: ExportOptions = PLAIN, **more: Any) -> ExportPlan:
    """A plan for files."""
    return plan_export([item_of(path) for path in paths], target, options, **more)


def dataset(**elements: Any) -> Dataset:
    """A sequence item."""
    ds = Dataset()
    for keyword, value in elements.items():
        setattr(ds, keyword, Items(value) if isinstance(value, list) and isinstance(value[0], Dataset) else value)
    return ds


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below `folder`."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }
