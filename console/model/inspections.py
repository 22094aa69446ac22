"""Nouns of an inspection: what was announced, answered, proven, recommended and sealed.

Everything here is what a record holds; `console.inspection` changes it, `console.report` prints it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from console.model.checks import Finding, Status
from console.model.forms import Form, FormItem, FormSection
from console.model.sentence import Sentence


class Stage(StrEnum):
    """How far an inspection has come (DESIGN, Inspection)."""

    PLANNED = "planned"
    NOTIFIED = "notified"
    PERMITTED = "permitted"
    IN_PROGRESS = "in-progress"
    REVIEW = "under-review"
    FINAL = "final"
    """Sealed: no answer changes any more."""
    SIGNED_BY_US = "signed-by-us"
    SIGNED = "signed"
    """By the hospital too."""
    ARCHIVED = "archived"


class Verdict(StrEnum):
    """What came of an item."""

    NONE = ""
    """Not answered, or nothing to judge."""
    PASS = "pass"
    FAIL = "fail"
    NA = "na"
    UNKNOWN = "unknown"
    """A check could not find out. Counts neither as passed nor as answered by a person."""


@dataclass(frozen=True)
class Attachment:
    """A file that proves something, kept under its SHA-256 and never changed."""

    sha256: str
    name: str
    """As the operator's file was called, cleaned."""
    size: int
    """Bytes."""
    media: str
    """"image/jpeg", "image/png", "application/pdf", "text/plain" or "application/octet-stream"."""
    added: datetime
    caption: str = ""


@dataclass(frozen=True)
class Answer:
    """What one item holds. Values are kept as they were entered; what they mean stands beside."""

    entered: str = ""
    """Exactly what was typed: "９５％"."""
    number: float | None = None
    """Of a number item, in the item's unit."""
    verdict: Verdict = Verdict.NONE
    note: str = ""
    rows: tuple[Mapping[str, str], ...] = ()
    """Of a table."""
    attachments: tuple[Attachment, ...] = ()
    findings: tuple[Finding, ...] = ()
    """Of a measured item: what the checks said, with their evidence."""
    run: int = 0
    """The check run that they come from; 0 for none."""
    carried: bool = False
    """Taken from an earlier inspection and not confirmed yet: "沿用, 未确认". Nothing sealed is carried."""
    by: str = ""
    at: datetime | None = None


EMPTY = Answer()
"""Nothing entered."""


@dataclass(frozen=True)
class Entry:
    """One item in its place in one inspection: a section's item for one host, say."""

    id: str
    """"section/item" or "section/item@target": stable, the command line and the JSON use it."""
    section: FormSection
    item: FormItem
    target: str = ""
    """Id of the host or display; empty for what is asked once."""
    target_name: str = ""
    """How the target is called, as it was when the inspection began."""
    answer: Answer = EMPTY


@dataclass(frozen=True)
class Gap:
    """Something that keeps an inspection from being sealed."""

    entry: str
    """Id of the entry to jump to; "" for the whole, "notice", "permission", "actions" and so on for its parts."""
    what: Sentence


@dataclass(frozen=True)
class Notice:
    """The hospital was told beforehand (clause Q1)."""

    on: date
    channel: str
    """Telephone, letter, mail, WeChat, in person."""
    recipient: str
    window: str
    """When the visit was planned."""
    scope: str = ""
    by: str = ""


@dataclass(frozen=True)
class Permission:
    """The hospital agreed, or the operator went on without and says why, which is printed."""

    on: date
    who: str
    how: str = ""
    conditions: str = ""
    override: str = ""
    """The reason for beginning without notice or permission; empty when both were given."""
    attachment: Attachment | None = None


@dataclass(frozen=True)
class Action:
    """What has to be done about a failed item, until it is closed with evidence."""

    id: str
    """Random, unique everywhere."""
    inspection: str
    """Where it was opened."""
    entry: str
    """Id of the entry that failed."""
    what: str
    owner: str = ""
    due: date | None = None
    opened: datetime | None = None
    closed: datetime | None = None
    closed_by: str = ""
    evidence: str = ""
    """What proves that it is done, in words."""
    attachments: tuple[Attachment, ...] = ()


class Urgency(StrEnum):
    """When a recommendation should be followed."""

    NOW = "now"
    SOON = "soon"
    """Before the next inspection."""
    LATER = "later"


@dataclass(frozen=True)
class Recommendation:
    """One piece of advice of the report, drafted from findings and edited by the engineer."""

    id: str
    group: str
    """Heading it stands under: a clause, such as "D3", or the engineer's own."""
    what: str
    """One or two sentences: what, where, measured against expected."""
    remedy: str
    urgency: Urgency = Urgency.SOON
    entries: tuple[str, ...] = ()
    """Ids of the entries it follows from."""
    edited: bool = False
    """A person changed it: drafting again leaves it alone."""


class SignatureState(StrEnum):
    UNSIGNED = "unsigned"
    SIGNED = "signed"


@dataclass(frozen=True)
class Signature:
    """One side's signature below the report."""

    side: str
    """"us" or "hospital"."""
    name: str = ""
    role: str = ""
    on: date | None = None
    signer: str = "paper"
    """Which signer made it."""
    state: SignatureState = SignatureState.UNSIGNED
    attachment: Attachment | None = None
    """The signed copy: a scan or a signed PDF."""


@dataclass(frozen=True)
class Seal:
    """What makes a change visible: the SHA-256 of the canonical JSON, chained to the seal before."""

    sha256: str
    previous: str
    """The seal made before this one in this home, "" for the first."""
    at: datetime
    by: str
    audit_lines: int
    audit_head: str
    """Number of lines and head of the audit log when it was sealed."""


@dataclass(frozen=True)
class Past:
    """A value of the same item in an earlier inspection."""

    quarter: str
    """"2026Q2"."""
    number: float | None
    entered: str
    verdict: Verdict


@dataclass(frozen=True)
class Inspection:
    """One inspection as its record holds it."""

    id: str
    """Random, unique everywhere: two homes can be merged."""
    number: str
    """The report's number, for people."""
    form: Form
    site_name: str
    contract: str
    """The contract's number."""
    quarter: str
    """"2026Q4": the quarter that it counts for."""
    planned: date
    stage: Stage
    revision: int
    """0 for the first issue; a change after the seal is a new revision with a reason."""
    amends: str = ""
    """Id of the inspection that this one revises."""
    reason: str = ""
    """Why it was revised."""
    created: datetime | None = None
    begun: datetime | None = None
    operator: str = ""
    notice: Notice | None = None
    permission: Permission | None = None
    entries: tuple[Entry, ...] = ()
    recommendations: tuple[Recommendation, ...] = ()
    actions: tuple[Action, ...] = ()
    """Those opened here, and those still open from before as they stood when this one was sealed."""
    signatures: tuple[Signature, ...] = ()
    conclusion: str = ""
    """The engineer's summary, printed first."""
    seal: Seal | None = None
    cursor: str = ""
    """Id of the entry that the operator stood on last."""
    past: Mapping[str, tuple[Past, ...]] = field(default_factory=dict)
    """By entry id: earlier values, oldest first, at most four. Not part of what is sealed until it is printed."""

    def entry(self, entry_id: str) -> Entry:
        """The entry. KeyError when there is none."""
        return {entry.id: entry for entry in self.entries}[entry_id]

    @property
    def sealed(self) -> bool:
        return self.seal is not None


@dataclass(frozen=True)
class InspectionLine:
    """One inspection in a list, from the index."""

    id: str
    number: str
    form: str
    """The form's id."""
    title: str
    """The form's title in the language in use."""
    site_name: str
    quarter: str
    planned: date
    stage: Stage
    revision: int
    passed: int
    failed: int
    gaps: int
    damaged: str = ""
    """A sentence when its file cannot be read."""


class Coverage(StrEnum):
    """How a quarter stands against clause Q1."""

    MISSING = "missing"
    """Nothing planned, and the quarter is still running."""
    NOTIFIED = "notified"
    PERMITTED = "permitted"
    DONE = "done"
    SEALED = "sealed"
    SIGNED = "signed"
    OVERDUE = "overdue"
    """The quarter is over and its inspection not sealed."""


@dataclass(frozen=True)
class Quarter:
    """One quarter of the contract."""

    name: str
    """"2026Q4"."""
    coverage: Coverage
    inspection: str = ""
    """Id of the inspection that counts."""
    days_left: int = 0
    """Until the quarter's end, negative when it is over."""


def verdict_of(status: Status) -> Verdict:
    """What a check's status means for an item: only OK passes, WARN and CRIT fail, everything else is not known."""
    if status is Status.OK:
        return Verdict.PASS
    if status in (Status.WARN, Status.CRIT):
        return Verdict.FAIL
    return Verdict.NA if status is Status.NA else Verdict.UNKNOWN
