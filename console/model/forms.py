"""Nouns of the inspection forms: what a form asks, before anybody answers.

A form is data (data/forms/*.toml, or forms/*.toml in the home folder). An inspection keeps the whole form it was begun
with, so that a form changed later changes no report.
"""

from dataclasses import dataclass
from enum import StrEnum

from console.model.sentence import NO_WORDS, Words


class ItemKind(StrEnum):
    """What kind of answer an item takes."""

    VERDICT = "verdict"
    """Pass, fail or not applicable, given by a person."""
    NUMBER = "number"
    """A number with a unit; the verdict follows from the limits."""
    TEXT = "text"
    CHOICE = "choice"
    DATE = "date"
    FILE = "file"
    """A photo or another file."""
    MEASURED = "measured"
    """Measured by checks of a run; a person may only confirm or overrule it with a note."""
    TABLE = "table"
    """Rows of columns, as a list of trainees."""
    SIGNATURE = "signature"
    """Name, role and day; signed on paper or by a signer."""


class Repeat(StrEnum):
    """What a section or an item is asked for again and again."""

    ONCE = ""
    HOST = "host"
    DISPLAY = "display"
    WORKSTATION = "workstation"
    """Hosts whose role is "workstation"."""


class When(StrEnum):
    """When a note, an attachment or an action must stand beside an answer."""

    FAIL = "fail"
    NA = "na"
    FAIL_OR_NA = "fail-or-na"
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True)
class Column:
    """One column of a table item."""

    id: str
    title: Words
    required: bool = False


@dataclass(frozen=True)
class NumberLimits:
    """Inside which a number passes; None for no limit on that side."""

    minimum: float | None = None
    maximum: float | None = None
    minimum_open: bool = False
    """The minimum itself fails already ("over 350")."""
    maximum_open: bool = False
    """The maximum itself fails already ("under 95 %")."""


NO_LIMITS = NumberLimits()
"""Every number passes: it is recorded, not judged."""


@dataclass(frozen=True)
class FormItem:
    """One thing to look at and to answer."""

    id: str
    """Unique in the form; lower case letters, digits, "-", "_" and "."."""
    kind: ItemKind
    title: Words
    clause: tuple[str, ...] = ()
    """Ids of the service contract, such as "D3"."""
    method: Words = NO_WORDS
    """How it is looked at."""
    criterion: Words = NO_WORDS
    """When it passes, in words."""
    source: Words = NO_WORDS
    """Where the criterion comes from."""
    required: bool = True
    unit: str = ""
    """Of a number: "%", "cd/m2", "GB", "h" …"""
    limits: NumberLimits = NO_LIMITS
    choices: tuple[Words, ...] = ()
    columns: tuple[Column, ...] = ()
    checks: tuple[str, ...] = ()
    """Of a measured item: ids of checks, or their beginnings up to a dot, whose findings answer it."""
    repeat: Repeat = Repeat.ONCE
    note_when: When = When.FAIL_OR_NA
    attach_when: When = When.NEVER
    action_when: When = When.FAIL
    trend: str = ""
    """Name of the metric that is shown over four quarters; empty for the number itself."""
    carry: bool = False
    """What it holds seldom changes (a serial number, a version): the last sealed value is offered, to be confirmed."""


@dataclass(frozen=True)
class FormSection:
    """Items that stand together, asked once or for each host, display or workstation."""

    id: str
    title: Words
    items: tuple[FormItem, ...]
    repeat: Repeat = Repeat.ONCE
    note: Words = NO_WORDS
    """What to know before beginning, shown above the items."""


@dataclass(frozen=True)
class Form:
    """A whole form."""

    id: str
    """Such as "quarterly"."""
    version: int
    """Counts up with every change of the shipped text."""
    title: Words
    sections: tuple[FormSection, ...]
    sha256: str
    """Of the canonical JSON of everything else: two forms of one id and version that differ are told apart."""
    quarterly: bool = False
    """One is owed each quarter (clause Q1): it counts for the coverage, and asks for notice and permission."""
    numbering: str = "{site}-{form}-{year}Q{quarter}-{serial:02d}"
    """How reports are numbered."""

    def section(self, section_id: str) -> FormSection:
        """The section. KeyError when there is none."""
        return {section.id: section for section in self.sections}[section_id]


@dataclass(frozen=True)
class FormProblem:
    """One thing wrong in a form's file."""

    file: str
    line: int
    """From 1; 0 where it is about the whole file."""
    key: str
    """Dotted, such as "section[2].item[1].limits"."""
    what: str
    """One translated sentence: what is wrong and what would be right."""
