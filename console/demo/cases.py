"""What a practice hospital consists of: patients, studies, and files with what they show. Plain values alone.

Dates are fixed and UIDs come from these values, so that every practice site is the same. The hospital itself stands in
`console.demo.hospital`.
"""

import uuid
from dataclasses import dataclass

from console.demo.contents import Content
from console.demo.texts import UTF8, Charset

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
class Study:
    """One visit of one patient to one department."""

    patient: Patient
    date: str
    time: str
    study_id: str
    description: str
    charset: Charset = UTF8

    @property
    def accession_number(self) -> str:
        """Accession Number (0008,0050)."""
        return "A" + self.study_id.replace("-", "")


@dataclass(frozen=True)
class Fault:
    """Something that was put wrong on purpose, for the lesson about it."""

    code: str
    what: str
    """One sentence."""


@dataclass(frozen=True)
class Item:
    """One file of the archive."""

    study: Study
    content: Content
    file: str
    """Path below the home folder, with forward slashes."""
    time: str
    """When it was acquired: HHMMSS."""
    series_number: int
    instance_number: int
    series_description: str
    filed_as: Patient | None = None
    """The patient whose data stand in the file by mistake; None where they are the right ones."""

    @property
    def frames(self) -> int:
        """Pictures in the file."""
        return self.content.frames

    @property
    def patient(self) -> Patient:
        """The patient whose data stand in the file."""
        return self.filed_as or self.study.patient

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Everything that is wrong with this file, all of it on purpose."""
        found = []
        charset = self.study.charset
        if not charset.is_right:
            said = f'the label "{charset.declared}"' if charset.declared else "no label at all"
            code = "wrong-character-set" if charset.declared else "missing-character-set"
            found.append(Fault(code, f"The texts are {charset.actual} bytes under {said}."))
        if self.filed_as is not None:
            right = self.study.patient
            sentence = (
                f"The study belongs to {right.patient_id} ({right.name}), but this file carries the data of "
                f"{self.filed_as.patient_id} ({self.filed_as.name}): one Study Instance UID under two Patient IDs."
            )
            found.append(Fault("wrong-patient", sentence))
        return tuple(found)

    def uid(self, level: str) -> str:
        """A UID under 2.25 (PS3.5 B.2) that is always the same; `level` is study, series or instance."""
        parts = {
            "study": (self.study.study_id,),
            "series": (self.study.study_id, self.series_number),
            "instance": (self.study.study_id, self.series_number, self.instance_number),
        }[level]
        return fixed_uid(level, self.study.patient.patient_id, *parts)


def fixed_uid(*parts: object) -> str:
    """A UID under 2.25 made of `parts` alone."""
    return f"2.25.{uuid.uuid5(_NAMESPACE, '/'.join(map(str, parts))).int}"
