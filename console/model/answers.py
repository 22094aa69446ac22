"""What a person answered to a question that no machine can."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Said = Literal["pass", "part", "fail", "na"]
"""Well, partly, not, or the question does not apply."""


@dataclass(frozen=True)
class Answer:
    """One answer of a person."""

    check: str
    target: str
    said: Said
    note: str
    by: str
    at: datetime
    """With zone."""
    evidence: str = ""
    """Name of the file as it was given; empty when there is none."""
    sha256: str = ""
    """Of the evidence."""
    intact: bool = True
    """False when the copy in the home folder is gone or has changed since."""
