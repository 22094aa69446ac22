"""Taking in an archive from another home: everything is verified first, and nothing sealed is ever written over.

Inspections are one when their ids are: they are random, and an archive carries its own. Of two drafts of one
inspection the one that holds everything of the other wins; where both hold something of their own, the one here stays
and the other is kept aside for a person to decide (`take`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from console.errors import StoreError, UsageError
from console.i18n import _
from console.inspection.actions import ActionBook, newest
from console.inspection.archive import archive_name, attachments_of, copy_file, export
from console.inspection.archive_reading import ACTIONS, ATTACHMENTS, RECORD, SEALED, BadPackage, Package
from console.inspection.canonical import AFTERWARDS
from console.inspection.comparing import differing, holds, with_signatures
from console.inspection.record_json import action_from_json, inspection_from_json
from console.inspection.records import Records
from console.inspection.sealing import canonical, digest_of
from console.model.inspections import Action, Inspection
from console.plain import clean
from console.store.trouble import cannot_read

ASIDE = "aside"
"""Folder below HOME/inspections for archives of drafts that were not taken, or that were replaced."""


class Outcome(StrEnum):
    """What came of taking in an archive."""

    ADDED = "added"
    SAME = "same"
    """Nothing to do: what it holds is here."""
    SIGNATURES = "signatures"
    """The same sealed inspection, and the archive had signatures or a stage that were missing here."""
    CONTINUED = "continued"
    """The draft here was replaced by what was written on elsewhere; nothing of it is lost."""
    ASIDE = "aside"
    """The draft here stays; the archive's one was kept aside."""


@dataclass(frozen=True)
class Merged:
    """What became of an archive."""

    outcome: Outcome
    id: str
    number: str
    what: str
    """One translated sentence."""
    aside: Path | None = None
    """Where the draft lies that was not used."""


def import_archive(records: Records, path: Path, *, take: bool = False) -> Merged:
    """Verify an archive and take it in. `take` prefers its draft to the one here, which is then kept aside.

    Raises UsageError with one sentence for what is no archive, was changed, or contradicts what is sealed here;
    StoreError when it cannot be read or kept. Then nothing was changed.
    """
    try:
        with Package(path) as package:
            theirs, actions = verified(package)
            return _merge(records, package, theirs, actions, take)
    except BadPackage as error:
        sentence = _("{path} was not taken in: {reason}")
        raise UsageError(_("Not taken in"), sentence.format(path=path, reason=error)) from error
    except OSError as error:
        raise cannot_read(path, error) from error


def verified(package: Package) -> tuple[Inspection, tuple[Action, ...]]:
    """The inspection of an archive, and its actions, after sums, seal and attachments were verified. BadPackage."""
    sums = package.verify_sums()
    theirs = _parsed(package)
    sealed = package.text(SEALED)
    if sealed != canonical(theirs):
        if _says_more(package):
            raise BadPackage(_("it was written by a newer version of the console; take it in with that one."))
        raise BadPackage(_("{one} and {other} do not say the same.").format(one=SEALED, other=RECORD))
    if theirs.seal is not None and digest_of(theirs) != theirs.seal.sha256:
        sentence = _("the seal of {number} is broken: the record was changed after it was sealed.")
        raise BadPackage(sentence.format(number=clean(theirs.number)))
    there = {digest for name, digest in sums.items() if name.startswith(ATTACHMENTS)}
    for digest, attachment in attachments_of(theirs).items():
        if digest not in there:
            sentence = _("the attachment {name} is missing.")
            raise BadPackage(sentence.format(name=clean(attachment.name)))
    return theirs, _actions(package)


def _parsed(package: Package) -> Inspection:
    record = package.json(RECORD)
    try:
        return inspection_from_json(record)
    except (KeyError, ValueError, TypeError, AttributeError, LookupError) as error:
        sentence = _("{name} is no record of an inspection that this version knows.")
        raise BadPackage(sentence.format(name=RECORD)) from error


def _says_more(package: Package) -> bool:
    """Whether record and sealed part agree although this version reads less in them: it does not know all fields."""
    record = package.json(RECORD)
    for name in AFTERWARDS:
        record.pop(name, None)
    if isinstance(record.get("seal"), dict):
        record["seal"].pop("sha256", None)
    return bool(record == package.json(SEALED))


def _actions(package: Package) -> tuple[Action, ...]:
    if ACTIONS not in package.names:
        return ()
    try:
        return tuple(action_from_json(each) for each in package.json(ACTIONS))
    except (KeyError, ValueError, TypeError, AttributeError, LookupError) as error:
        raise BadPackage(_("{name} cannot be read.").format(name=ACTIONS)) from error


def _merge(records: Records, package: Package, theirs: Inspection, actions: Iterable[Action], take: bool) -> Merged:
    ours = _ours(records, theirs.id)
    said = {"number": clean(theirs.number)}
    if ours is None:
        _take_in(records, package, theirs, actions)
        sentence = _("{number} was taken in.")
        return Merged(Outcome.ADDED, theirs.id, theirs.number, sentence.format(**said))
    if ours.sealed:
        return _beside_sealed(records, package, ours, theirs, actions)
    if not theirs.sealed and holds(ours, theirs):
        sentence = _("{number} is here already, with everything that the archive holds.")
        return Merged(Outcome.SAME, ours.id, ours.number, sentence.format(**said))
    if holds(theirs, ours):
        _take_in(records, package, theirs, actions)
        sentence = _(
            "{number} was written on elsewhere; its newer state was taken in, and nothing of the one here is lost."
        )
        return Merged(Outcome.CONTINUED, theirs.id, theirs.number, sentence.format(**said))
    if theirs.sealed or take:
        aside = _put_aside_ours(records, ours)
        _take_in(records, package, theirs, actions)
        sentence = _("{number} was taken in. The draft that was here said something else and is kept as {aside}.")
        return Merged(Outcome.CONTINUED, theirs.id, theirs.number, sentence.format(**said, aside=aside), aside)
    aside = _put_aside_theirs(records, package)
    sentence = _(
        "{number} is here as a draft that says something else ({entries}). The one here stays, the other is kept as "
        "{aside}. To use that one instead: cathlab inspect import --take {aside}"
    )
    what = sentence.format(**said, aside=aside, entries=_named(differing(ours, theirs)))
    return Merged(Outcome.ASIDE, ours.id, ours.number, what, aside)


def _beside_sealed(
    records: Records, package: Package, ours: Inspection, theirs: Inspection, actions: Iterable[Action]
) -> Merged:
    if theirs.seal is None or ours.seal is None:
        sentence = _("{number} is sealed here; the archive holds an earlier draft of it, which was not taken in.")
        return Merged(Outcome.SAME, ours.id, ours.number, sentence.format(number=clean(ours.number)))
    if theirs.seal.sha256 != ours.seal.sha256:
        sentence = _(
            "{number} is sealed here with other content ({entries}), and a sealed record is never written over. Seal "
            "here: {ours}, in the archive: {theirs}. Ask where the other one was sealed."
        )
        said = sentence.format(
            number=clean(ours.number), entries=_named(differing(ours, theirs)), ours=ours.seal.sha256[:16],
            theirs=theirs.seal.sha256[:16],
        )  # fmt: skip
        raise UsageError(_("Not taken in"), said)
    signed = with_signatures(ours, theirs)
    if signed != ours:
        _take_in(records, package, signed, actions)
        sentence = _("{number} is here already; signatures that were missing here were taken over from the archive.")
        return Merged(Outcome.SIGNATURES, ours.id, ours.number, sentence.format(number=clean(ours.number)))
    # A crash while it was taken in the first time may have kept its seal out of the ledger.
    records.take_in(ours)
    _keep_actions(records, actions)
    sentence = _("{number} is here already with the same seal; nothing was to be done.")
    return Merged(Outcome.SAME, ours.id, ours.number, sentence.format(number=clean(ours.number)))


def _named(entries: tuple[str, ...]) -> str:
    shown = ", ".join(entries[:5])
    return _("{entries} and more").format(entries=shown) if len(entries) > 5 else shown or _("not in its entries")


def _ours(records: Records, inspection_id: str) -> Inspection | None:
    for line in records.lines():
        if line.id == inspection_id:
            if line.damaged:
                sentence = _("The record of {number} here is damaged ({reason}) and has to be looked at first.")
                said = sentence.format(number=clean(line.number) or inspection_id, reason=line.damaged)
                raise StoreError(_("Not taken in"), said)
            return records.open(inspection_id)
    return None


def _take_in(records: Records, package: Package, inspection: Inspection, actions: Iterable[Action]) -> None:
    """Attachments first: a record never names a file that is not there yet."""
    wanted = attachments_of(inspection)
    sums = {digest: name for name, digest in package.verify_sums().items() if name.startswith(ATTACHMENTS)}
    for digest in wanted:
        if digest in sums:
            records.keep_file(package.pieces(sums[digest]), digest)
    records.take_in(inspection)
    _keep_actions(records, actions)


def _keep_actions(records: Records, actions: Iterable[Action]) -> None:
    """What became of the actions elsewhere: one that was closed there is closed here."""
    book = ActionBook(records.home)
    known = book.states()
    for action in actions:
        if action.closed is not None and newest(known.get(action.id), action) is action:
            book.keep(action)


def _put_aside_ours(records: Records, ours: Inspection) -> Path:
    aside = _aside_name(records, Path(archive_name(ours)).stem)
    export(records, ours.id, aside)
    return aside


def _put_aside_theirs(records: Records, package: Package) -> Path:
    aside = _aside_name(records, package.path.stem)
    copy_file(package.path, aside)
    return aside


def _aside_name(records: Records, stem: str) -> Path:
    folder = records.home / "inspections" / ASIDE
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name, number = folder / f"{stem}.zip", 1
    while name.exists():
        number += 1
        name = folder / f"{stem}-{number}.zip"
    return name
