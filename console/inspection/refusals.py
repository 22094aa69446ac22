"""What the steps of an inspection check before they are taken, and how they are refused: one sentence each."""

from datetime import date, datetime

from console.errors import UsageError
from console.i18n import _
from console.model.inspections import Inspection, Stage
from console.plain import clean

LONGEST_TEXT = 20_000
"""Characters of a note or of the conclusion."""
LONGEST_LINE = 4_000
"""Characters of a reason, an action and the like."""

WORKING = (Stage.IN_PROGRESS, Stage.REVIEW)
SEALED = (Stage.FINAL, Stage.SIGNED_BY_US, Stage.SIGNED, Stage.ARCHIVED)
"""Stages in which no answer changes any more."""


def check_draft(inspection: Inspection) -> None:
    """UsageError when it is sealed."""
    if inspection.sealed or inspection.stage in SEALED:
        sentence = _(
            "{number} is sealed: nothing in it changes any more. Begin a revision, with a reason, to correct it."
        )
        raise refused(sentence.format(number=clean(inspection.number)))


def check_working(inspection: Inspection) -> None:
    """UsageError when it was not begun, or is sealed."""
    check_draft(inspection)
    if inspection.stage not in WORKING:
        sentence = _("{number} was not begun yet. Record notice and permission and begin it first.")
        raise refused(sentence.format(number=clean(inspection.number)))


def check_said(text: str, sentence: str) -> None:
    """UsageError with `sentence` when there is nothing to read in `text`, or when it is too long."""
    if not clean(text).strip():
        raise refused(sentence)
    check_length(text, LONGEST_LINE)


def check_length(text: str, longest: int) -> None:
    """UsageError when the text has more characters."""
    if len(text) > longest:
        sentence = _("The text has {count} characters; {limit} are kept. Attach a longer one as a file.")
        raise refused(sentence.format(count=len(text), limit=longest))


def check_due(due: date | None, at: datetime) -> None:
    """UsageError for a day that has passed."""
    if due is not None and due < at.date():
        sentence = _("{day} has passed; an action is due today or later.")
        raise refused(sentence.format(day=due))


def one_line(text: str) -> str:
    """The text as it is kept: one line without what a terminal would obey."""
    return clean(text).strip()


def no_entry(entry_id: str) -> UsageError:
    """The refusal of an entry that is not there."""
    sentence = _("The form asks nothing called {entry}.")
    return UsageError(_("No such item"), sentence.format(entry=clean(entry_id)[:120] or "-"))


def refused(sentence: str) -> UsageError:
    """The refusal of a step, with its sentence."""
    return UsageError(_("Not possible now"), sentence)
