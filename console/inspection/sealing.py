"""Sealing an inspection, and finding what was changed afterwards."""

from dataclasses import replace
from datetime import datetime

from console.errors import UsageError
from console.i18n import _
from console.inspection.canonical import canonical as canonical  # part of what this module offers
from console.inspection.canonical import digest_of as digest_of
from console.inspection.gaps import gaps
from console.inspection.verifying import Broken as Broken
from console.inspection.verifying import verify as verify
from console.model.inspections import Inspection, Seal, Stage
from console.plain import clean


def seal(inspection: Inspection, previous: str, audit: tuple[int, str], by: str, at: datetime) -> Inspection:
    """The inspection, sealed: final, and no answer changes any more.

    `previous` is the SHA-256 of the seal made before in this home ("" for the first), `audit` the audit log's number
    of lines and its head. Raises UsageError with one sentence while something is
    missing, or when it is not under review.
    """
    may_be_sealed(inspection)
    name = clean(by).strip()
    if not name:
        raise UsageError(_("Not sealed"), _("Say who seals it: the name is printed with the seal."))
    lines, head = audit
    mark = Seal("", previous, at, name, lines, head)
    sealed = replace(inspection, stage=Stage.FINAL, signatures=(), cursor="", seal=mark)
    return replace(sealed, seal=replace(mark, sha256=digest_of(sealed)))


def may_be_sealed(inspection: Inspection) -> None:
    """Nothing when it may; UsageError with one sentence that says why not."""
    number = clean(inspection.number)
    if inspection.sealed:
        raise UsageError(_("Not sealed"), _("{number} is sealed already.").format(number=number))
    if inspection.stage is not Stage.REVIEW:
        sentence = _("{number} is not under review yet. Finish the inspection and look it through before it is sealed.")
        raise UsageError(_("Not sealed"), sentence.format(number=number))
    missing = gaps(inspection)
    if missing:
        sentence = _("{number} cannot be sealed yet: {count} points are open. The first: {first}")
        said = sentence.format(number=number, count=len(missing), first=missing[0].what)
        raise UsageError(_("Not sealed"), said)
