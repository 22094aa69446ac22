"""Nouns of the error and application logs: lines of one shape, and what a person said of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ReviewVerdict(StrEnum):
    """What a person says of a group of lines."""

    HANDLED = "handled"
    """The cause is removed; further lines ask for a new word."""
    HARMLESS = "harmless"
    """Nothing has to be done, neither now nor when further lines come."""
    OPEN = "open"
    """Somebody is at it; the group stays a warning."""


@dataclass(frozen=True)
class Review:
    """A person's word on a group."""

    verdict: ReviewVerdict
    note: str
    by: str
    at: datetime
    count: int
    """Lines that the group had by then."""


@dataclass(frozen=True)
class LogGroup:
    """Lines of one log that differ only in time, numbers and identifiers. May hold names of patients."""

    log: str
    """Id in the site file."""
    shape: str
    """The text they have in common; what identifies the group within its log."""
    count: int
    """Lines since the first look."""
    new: int
    """Lines that the last look found."""
    raised: bool
    """One of the site's rules calls a line of it critical."""
    level: str
    """The level that its last line names, such as "ERROR"; empty for none."""
    first_line: str
    last_line: str
    first_stamp: str
    """The time in the line, as it stands there; empty for none."""
    last_stamp: str
    first_seen: datetime
    """Time of the look that found the first one, by this machine's clock."""
    last_seen: datetime
    gap: bool = False
    """No lines at all: a place in the log where lines were lost before anyone read them."""
    review: Review | None = None

    @property
    def reviewed(self) -> bool:
        """Whether nobody has to look at it."""
        if self.review is None or self.review.verdict is ReviewVerdict.OPEN:
            return False
        return self.review.verdict is ReviewVerdict.HARMLESS or self.count <= self.review.count

    @property
    def in_hand(self) -> bool:
        """Whether somebody is at it."""
        return self.review is not None and self.review.verdict is ReviewVerdict.OPEN
