"""Who is in the practice hospital: invented patients and their runs, as data.

A further patient is a further entry here; nothing else changes. Dates are fixed, UIDs come from the seed.
"""

import uuid
from dataclasses import dataclass

from console.demo.recipe import Recipe

INSTITUTION = "练习医院"
_NAMESPACE = uuid.UUID("6f1f4d0c-53a1-5c0e-9f0b-2b7d0a6c1e55")


@dataclass(frozen=True)
class Patient:
    """An invented person."""

    name: str
    """Patient's Name by its groups: alphabetic=ideographic=phonetic (PS3.5 6.2.1.1); empty last groups are left out."""
    patient_id: str
    birth_date: str
    """As DICOM writes it: 19580517."""
    sex: str


@dataclass(frozen=True)
class Run:
    """One acquisition and the file it becomes."""

    patient: Patient
    recipe: Recipe
    file: str
    """Path below the home folder, with forward slashes."""
    study_date: str
    study_time: str
    study_id: str
    accession_number: str
    study_description: str
    series_number: int
    instance_number: int
    series_description: str

    def uid(self, level: str) -> str:
        """A UID under 2.25 (PS3.5 B.2) that is always the same; `level` is study, series or instance."""
        parts = {
            "study": (self.study_id,),
            "series": (self.study_id, self.series_number),
            "instance": (self.study_id, self.series_number, self.instance_number, self.recipe.seed),
        }[level]
        return fixed_uid(level, self.patient.patient_id, *parts)


def fixed_uid(*parts: object) -> str:
    """A UID under 2.25 made of `parts` alone."""
    return f"2.25.{uuid.uuid5(_NAMESPACE, '/'.join(map(str, parts))).int}"


ZHANG_WEI = Patient("Zhang^Wei=张^伟", "P0017", "19580517", "M")

RUNS = (
    Run(
        patient=ZHANG_WEI,
        recipe=Recipe(seed=17),
        file="pictures/P0017/20261120/0001-LCA-RAO30-CAU15.dcm",
        study_date="20261120",
        study_time="093215",
        study_id="20261120-01",
        accession_number="A20261120001",
        study_description="冠状动脉造影",
        series_number=1,
        instance_number=1,
        series_description="左冠状动脉 RAO 30 CAU 15",
    ),
)
"""The runs of the practice site, in the order they are built."""
