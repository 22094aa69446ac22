"""Where the archive puts a file: by patient and day, or, before 2023, under a hash as the old archive did."""

from dataclasses import replace
from hashlib import sha256

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

_OLD_ARCHIVE_ENDS = "2023"


def shelved(item: Item) -> Item:
    """`item` with its place below the home folder."""
    if item.study.date < _OLD_ARCHIVE_ENDS:
        name = sha256(item.uid("instance").encode("ascii")).hexdigest().upper()[:16]
        return replace(item, file=f"pictures/archive/{item.study.date[:4]}/{name[:2]}/{name[2:4]}/{name}")
    folder = f"pictures/{item.study.patient.patient_id}/{item.study.date}"
    number = 100 * item.series_number + item.instance_number if item.series_number > 1 else item.instance_number
    return replace(item, file=f"{folder}/{number:04d}-{_words(item)}.dcm")


def _words(item: Item) -> str:
    match item.content:
        case Angiogram(recipe=recipe):
            vessel = {"left": "LCA", "right": "RCA", "thigh": "LEG"}[recipe.anatomy]
            return "-".join((vessel, *recipe.c_arm.words)).replace(" ", "")
        case Echo():
            return "ECHO"
        case Slice():
            return "CT"
        case Electrocardiogram():
            return "ECG"
        case DoseReport():
            return "DOSE"
        case Paper():
            return "REPORT"
        case Presentation():
            return "STATE"
        case Capture():
            return "SCREEN"
