"""What `cathlab info --json` says about one object: stable keys for scripts."""

from typing import Any

from console.model.picture import Identity, LookupTable, PictureInfo, PipelineStep, Window

HIDDEN = "***"
"""Stands for identity while the privacy switch is on."""


def info_json(info: PictureInfo, privacy: bool) -> dict[str, Any]:
    """The object as plain JSON values: DESIGN section 11 "info", with more keys beside them.

    With `privacy` every value of the patient's identity that is there becomes "***", the file's own path too, since
    folders of exports are named after patients.
    """
    identity = _identity(info.identity, privacy)
    return {
        "path": HIDDEN if privacy else info.path,
        "size": info.size,
        "sop_class": info.sop_class,
        "sop_class_name": info.sop_class_name,
        "sop_instance_uid": info.sop_instance_uid,
        "transfer_syntax": info.transfer_syntax,
        "transfer_syntax_name": info.transfer_syntax_name,
        "modality": info.modality,
        "rows": info.rows,
        "columns": info.columns,
        "frames": info.frames,
        "samples": info.samples,
        "photometric": info.photometric,
        "pixel_aspect": info.pixel_aspect,
        "rate": {"fps": round(info.rate.fps, 6), "source": info.rate.source},
        "duration_s": round(info.duration_s, 6),
        "calibration": {
            "source": info.calibration.source,
            "unit": info.calibration.unit,
            "row_spacing": info.calibration.row_spacing,
            "column_spacing": info.calibration.column_spacing,
            "warnings": list(info.calibration.warnings),
        },
        "angles": {
            "primary_deg": info.angles.primary_deg,
            "secondary_deg": info.angles.secondary_deg,
            "text": info.angles.text,
        },
        **identity,
        "character_set": {
            "declared": info.character_set.declared,
            "used": info.character_set.used,
            "repaired": info.character_set.repaired,
        },
        "study_date": info.study_date,
        "study_time": info.study_time,
        "study_description": info.study_description,
        "series_description": info.series_description,
        "series_number": info.series_number,
        "instance_number": info.instance_number,
        "manufacturer": info.manufacturer,
        "model_name": info.model_name,
        "grayscale": _grayscale(info),
        "pipeline": [pipeline_json(step) for step in info.pipeline],
        "problems": [{"what": problem.what} for problem in info.problems],
    }


def pipeline_json(step: PipelineStep) -> dict[str, Any]:
    """One stage: its sentence, whether it was applied, and its numbers."""
    return {
        "stage": step.stage,
        "what": step.what,
        "applied": step.applied,
        "parameters": dict(step.parameters),
    }


def _identity(identity: Identity, privacy: bool) -> dict[str, str]:
    values = {
        "patient_name": identity.patient_name,
        "patient_name_other": identity.patient_name_other,
        "patient_id": identity.patient_id,
        "birth_date": identity.birth_date,
        "sex": identity.sex,
        "accession_number": identity.accession_number,
        "institution": identity.institution,
    }
    return {key: HIDDEN if privacy and value else value for key, value in values.items()}


def _grayscale(info: PictureInfo) -> dict[str, Any] | None:
    grayscale = info.grayscale
    if grayscale is None:
        return None
    return {
        "bits_stored": grayscale.bits_stored,
        "signed": grayscale.signed,
        "inverted": grayscale.inverted,
        "slope": grayscale.slope,
        "intercept": grayscale.intercept,
        "modality_table": None if grayscale.modality_table is None else _table(grayscale.modality_table),
        "windows": [_window(window) for window in grayscale.windows],
        "voi_tables": [_table(table) for table in grayscale.voi_tables],
        "padding": grayscale.padding,
        "padding_limit": grayscale.padding_limit,
    }


def _window(window: Window) -> dict[str, Any]:
    return {
        "center": window.center,
        "width": window.width,
        "function": window.function,
        "explanation": window.explanation,
    }


def _table(table: LookupTable) -> dict[str, Any]:
    return {
        "first": table.first,
        "bits": table.bits,
        "entries": len(table.values),
        "explanation": table.explanation,
    }
