"""Nouns of the doctor: what is wrong with a file, or between files, and what would put it right."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from console.model.sentence import NOTHING, Sentence


class Severity(StrEnum):
    """How much it matters for the record."""

    CRITICAL = "critical"
    """Data are lost or cannot be read, or one record stands for another."""
    WARNING = "warning"
    """It works here and there; somewhere it will not, or a person is shown what is not so."""
    NOTE = "note"
    """Odd, legal in daily work, and no reason to touch the file."""


class Confidence(StrEnum):
    """How sure the finding is."""

    CERTAIN = "certain"
    """It follows from the bytes alone."""
    LIKELY = "likely"
    """Another explanation is hard to find; a person confirms it before anything is changed."""
    POSSIBLE = "possible"
    """A hint: only another source can say."""


class Source(StrEnum):
    """What the finding was held against."""

    STANDARD = "standard"
    """A rule of DICOM, named by the code's entry in the catalogue."""
    MEASURED = "measured"
    """Bytes that were counted, compared or decoded."""
    COMPARED = "compared"
    """Other files, or what this file was at an earlier visit."""
    TOOL = "tool"
    """A program that is installed beside the console."""


SEVERITIES = (Severity.CRITICAL, Severity.WARNING, Severity.NOTE)
"""Worst first."""


@dataclass(frozen=True)
class Diagnosis:
    """One finding about one file."""

    path: str
    """The file as it was named or found."""
    code: str
    """Id in the catalogue, such as "cut-native"; stable, scripts rely on it."""
    severity: Severity
    confidence: Confidence
    summary: Sentence
    """What is wrong, in one sentence that stands alone. It names no patient."""
    detail: Sentence = NOTHING
    """What was found, in numbers; may hold values of the file."""
    remedy: str = ""
    """Id of the remedy that puts it right, as `cathlab repair plan` takes it; empty where no remedy of ours does."""
    repairable: bool = False
    """Whether `remedy` can do it with what is in the file and beside it."""
    source: Source = Source.MEASURED
    offset: int | None = None
    """Where in the file, in bytes from 0; None for what has no place."""
    tag: int = 0
    """The element it is about, 0 for none."""
    others: tuple[str, ...] = ()
    """The other files that it is about, at most 20."""

    def to_json(self) -> dict[str, Any]:
        """For scripts; the sentences in the language in use."""
        document: dict[str, Any] = {
            "path": sound(self.path),
            "code": self.code,
            "severity": self.severity.value,
            "confidence": self.confidence.value,
            "summary": str(self.summary),
            "detail": str(self.detail),
            "repairable": self.repairable,
            "remedy": self.remedy,
            "source": self.source.value,
            "offset": self.offset,
            "tag": f"{self.tag >> 16:04X},{self.tag & 0xFFFF:04X}" if self.tag else "",
            "others": [sound(path) for path in self.others],
        }
        return document


@dataclass(frozen=True)
class DoctorReport:
    """What a visit found."""

    files: int
    """DICOM files looked at, and those that should have been: named, or ending like one."""
    healthy: int
    """Those of `files` without anything above a note."""
    seconds: float
    findings: tuple[Diagnosis, ...]
    """In the order of the paths; those about several files stand with the first of them."""
    unreadable: int = 0
    """Files and folders that the system did not let us read; each has a finding."""
    foreign: int = 0
    """Files of other kinds that lay between them, and were left alone."""
    cancelled: bool = False
    """True where the visit was stopped: the rest was not looked at, and nothing was compared across files."""
    tools: tuple[str, ...] = ()
    """Programs beside the console that were asked too."""

    def count(self, severity: Severity) -> int:
        """Findings of one severity."""
        return sum(finding.severity is severity for finding in self.findings)

    def of_code(self, code: str) -> tuple[Diagnosis, ...]:
        """The findings with one code."""
        return tuple(finding for finding in self.findings if finding.code == code)

    def to_json(self) -> dict[str, Any]:
        """The document of `cathlab doctor --json`."""
        return {
            "files": self.files,
            "healthy": self.healthy,
            "seconds": round(self.seconds, 3),
            "findings": [finding.to_json() for finding in self.findings],
            "unreadable": self.unreadable,
            "foreign": self.foreign,
            "cancelled": self.cancelled,
            "tools": list(self.tools),
        }


def worst_of(findings: Iterable[Diagnosis]) -> Severity | None:
    """The worst severity among them; None for none."""
    return min((finding.severity for finding in findings), key=SEVERITIES.index, default=None)


def sound(path: str) -> str:
    """A path that UTF-8 can carry; what is not Unicode in it becomes visible."""
    return path.encode("utf-8", "backslashreplace").decode("utf-8")
