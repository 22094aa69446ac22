"""What a run over folders, media and zip files reports. Apart from the lists' nouns, which a run does not need."""

from dataclasses import dataclass


@dataclass(frozen=True)
class IndexProblem:
    """Something that could not be read, and why."""

    path: str
    """File or folder; for a member of a zip file the zip, a slash and the member."""
    what: str
    """One translated sentence."""


@dataclass(frozen=True)
class IndexReport:
    """What one run over folders, media and zip files found."""

    files: int
    """Files looked at, members of zip files included."""
    instances: int
    """Distinct SOP Instance UIDs under the given paths."""
    patients: int
    """Distinct patients under the given paths."""
    studies: int
    """Studies under the given paths."""
    series: int
    """Series under the given paths."""
    seconds: float
    """How long the run took."""
    problems: tuple[IndexProblem, ...]
    """What could not be read."""
    cancelled: bool
    """The operator stopped it; what was read until then stays in the index."""
    read: int
    """Files that were opened, because they are new or changed."""
    unchanged: int
    """Files that are as they were at the last run."""
    removed: int
    """Files that were in the index and are not there any more."""
