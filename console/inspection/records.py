"""Where inspections are kept: one file each, on the disk whenever a call returns.

    HOME/inspections/<id>.json           the record (`layout`), and as <id>.json.prev before its last change
    HOME/inspections/evidence/ab/…       what checks found
    HOME/inspections/attachments/ab/…    files that prove something
    HOME/inspections/seals.json          the ledger of seals
    HOME/inspections/index.sqlite        the list; can be dropped at any time

Only who holds the home folder (`console.store.lock`) may write; everybody may read. Threads may share one `Records`.
Reading repairs nothing: a damaged file lies as it is until its record is changed, so that `verify` can name the change.
"""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from threading import RLock

from console.errors import StoreError, UsageError
from console.i18n import _
from console.inspection import lifecycle, numbering, sealing
from console.inspection.attachments import Files, media_of, pieces_of
from console.inspection.ledger import IMPORTED, SEALED, Ledger
from console.inspection.listing import Listing, is_id, mark_of
from console.inspection.past import past_of
from console.inspection.record_store import RecordState, RecordStore
from console.model.clock import local_now
from console.model.forms import Form
from console.model.inspections import Attachment, Entry, Inspection, InspectionLine, Stage
from console.model.site import Site
from console.plain import clean
from console.store.audit import AuditLog
from console.store.trouble import only_reading

FOLDER = "inspections"
"""In the home folder."""

_LONGEST_NAME = 200


class Records:
    """The inspections of one home folder. All calls may block, and raise StoreError with one sentence."""

    def __init__(
        self,
        home: Path,
        read_only: bool = False,
        clock: Callable[[], datetime] = local_now,
        tell: Callable[[str], None] | None = None,
    ) -> None:
        self.home = home
        self.read_only = read_only
        self.folder = home / FOLDER
        self.files = Files(self.folder)
        self._clock = clock
        self._tell = tell
        self._told: set[str] = set()
        self._turn = RLock()
        self.store = RecordStore(self.folder, self._say)
        self._listing = Listing(self.folder, read_only, self._say)
        self.ledger = Ledger(self.folder, read_only, self._say)

    # Reading

    def lines(self) -> tuple[InspectionLine, ...]:
        """All inspections, the newest first, from the index."""
        with self._turn:
            return self._listing.lines()

    def open(self, inspection_id: str) -> Inspection:
        """One inspection as it stands on the disk."""
        with self._turn:
            return self._state(inspection_id).inspection

    def find(self, named: str) -> str:
        """The id of the inspection with that id or number, or the only one whose id or number begins like that.

        Of several revisions of one report the last. Raises UsageError when there is none, or more than one.
        """
        wanted = named.strip()
        if is_id(wanted) and self.path(wanted).exists():
            return wanted
        lines = self.lines()
        exact = [line for line in lines if wanted in (line.id, line.number)]
        beginning = wanted.casefold()
        near = [line for line in lines if beginning and _begins(line, beginning)]
        found = exact or near
        if len({line.number for line in found}) == 1:
            return max(found, key=lambda line: line.revision).id
        if not found:
            sentence = _("There is no inspection {named}. cathlab inspect list names all of them.")
            raise UsageError(_("No such inspection"), sentence.format(named=clean(wanted)[:80] or "-"))
        sentence = _("Several inspections begin with {named}: {numbers}. Give more of it.")
        numbers = ", ".join(line.number for line in found[:8])
        raise UsageError(_("No such inspection"), sentence.format(named=clean(wanted)[:80], numbers=numbers))

    def attachment_path(self, sha256: str) -> Path:
        """Where an attachment lies, whether or not it is there. Raises UsageError for what is no SHA-256."""
        return self.files.path(sha256)

    def path(self, inspection_id: str) -> Path:
        """The file of an inspection. Raises UsageError for what can be no id."""
        if not is_id(inspection_id):
            sentence = _("{id} is no id of an inspection.")
            raise UsageError(_("No such inspection"), sentence.format(id=clean(inspection_id)[:80] or "-"))
        return self.folder / f"{inspection_id}.json"

    # Writing

    def new(
        self, form: Form, site: Site, quarter: str, planned: date, operator: str, entries: tuple[Entry, ...]
    ) -> Inspection:
        """Begin an inspection: planned, nothing answered but what `entries` hold."""
        with self._turn:
            self._may_write(self.folder)
            number = numbering.next_number(form, site, quarter, {line.number for line in self.lines()})
            made = Inspection(
                id=uuid.uuid4().hex, number=number, form=form, site_name=clean(site.name),
                contract=site.contract.number,
                quarter=quarter, planned=planned, stage=Stage.PLANNED, revision=0, created=self._clock(),
                operator=clean(operator), entries=entries,
            )  # fmt: skip
            self.store.write(made, None)
            return made

    def change(self, inspection_id: str, how: Callable[[Inspection], Inspection]) -> Inspection:
        """Read an inspection, change it by `how`, and write it; on the disk when this returns.

        What `how` raises passes through, and nothing is written. Of a sealed inspection only signatures and stage may
        change, and only while its seal holds.
        """
        with self._turn:
            state = self._state(inspection_id)
            self._may_write(self.path(inspection_id))
            before = state.inspection
            after = how(before)
            if after is before or after == before:
                return before
            self._check_change(state, after)
            self.store.write(after, state)
            if after.sealed and not before.sealed:
                self.store.write_twice(after)
                self.ledger.add(after, SEALED)
            return after

    def attach(self, inspection_id: str, source: Path | bytes, name: str, caption: str = "") -> Attachment:
        """Keep a file that proves something, for an answer, a permission or a signature to name.

        Stored once under its SHA-256. Raises UsageError for what is no file or has more than 200 MB.
        """
        with self._turn:
            self._state(inspection_id)
            self._may_write(self.folder)
        said = clean(name).strip()[:_LONGEST_NAME] or _("file")
        # Not in turn: a large file takes seconds, and fields are saved meanwhile.
        digest, size, head = self.files.keep(pieces_of(source, said), said)
        return Attachment(digest, said, size, media_of(head), self._clock(), clean(caption).strip())

    def seal(self, inspection_id: str, by: str) -> Inspection:
        """Seal an inspection: chained to the seal before, with the head of the audit log, which gets a line first.

        Raises UsageError while something is missing.
        """
        with self._turn:
            self._may_write(self.path(inspection_id))
            draft = self._state(inspection_id).inspection
            sealing.may_be_sealed(draft)
            self.mend_ledger()
            with_past = draft if draft.past else replace(draft, past=past_of(self, draft))
            audit = AuditLog(self.home, self._clock)
            sealed = sealing.seal(with_past, self.ledger.tip(), audit.head(), by, self._clock())
            if sealed.seal is not None:
                audit.append(
                    "inspection.sealed", inspection=sealed.id, number=sealed.number, revision=str(sealed.revision),
                    sha256=sealed.seal.sha256, operator=by,
                )  # fmt: skip
            return self.change(inspection_id, lambda _draft: sealed)

    def revise(self, inspection_id: str, reason: str, by: str) -> Inspection:
        """Begin a new revision of a sealed inspection; the sealed one stays as it is. UsageError where there is one."""
        with self._turn:
            self._may_write(self.folder)
            sealed = self._state(inspection_id).inspection
            made = lifecycle.revise(sealed, reason, by=by, at=self._clock())
            for line in self.lines():
                if line.number == made.number and line.revision >= made.revision:
                    sentence = _("{number} has revision {revision} already; go on with that one.")
                    said = sentence.format(number=clean(line.number), revision=line.revision)
                    raise UsageError(_("Not revised"), said)
            self.store.write(made, None)
            return made

    def take_in(self, inspection: Inspection) -> None:
        """Write an inspection from elsewhere, whole. A sealed one that is here is never replaced by another content."""
        with self._turn:
            path = self.path(inspection.id)
            self._may_write(path)
            state = self._state(inspection.id) if mark_of(path) is not None else None
            if state is not None and state.inspection.sealed:
                self._check_change(state, inspection)
            elif inspection.seal is not None and sealing.digest_of(inspection) != inspection.seal.sha256:
                raise _broken(inspection)
            if state is None or state.inspection != inspection:
                self.store.write(inspection, None)
                if inspection.sealed:
                    self.store.write_twice(inspection)
            self.ledger.add(inspection, IMPORTED)

    def restore(self, inspection_id: str) -> Inspection:
        """Put the version before in the place of a damaged file, of a sealed inspection only while its seal holds.

        The damaged file is kept beside it. Does nothing where nothing is damaged. Raises StoreError where none helps.
        """
        with self._turn:
            state = self._state(inspection_id)
            self._may_write(self.path(inspection_id))
            found = state.inspection
            noted = [line.sha256 for line in self.ledger.lines() if line.id == inspection_id]
            if noted and (found.seal is None or sealing.digest_of(found) != noted[-1]):
                raise _broken(found)
            if state.recovered:
                self.store.write(found, state)
                if found.sealed:
                    self.store.write_twice(found)
            return found

    def keep_file(self, pieces: Iterable[bytes], sha256: str) -> None:
        """Store an attachment from elsewhere; nothing is kept unless its SHA-256 is that."""
        self._may_write(self.folder)
        self.files.keep(pieces, sha256[:12], sha256)

    def mend_ledger(self) -> None:
        """Note a seal that a crash kept out of the ledger: the one that goes on from its end."""
        noted = {line.sha256 for line in self.ledger.lines()}
        open_ends = {}
        for line in self.lines():
            if line.damaged or line.stage not in SEALED_STAGES:
                continue
            sealed = self.open(line.id)
            if sealed.seal is not None and sealed.seal.sha256 not in noted:
                open_ends[sealed.seal.previous] = sealed
        while (following := open_ends.pop(self.ledger.tip(), None)) is not None:
            self.ledger.add(following, SEALED)

    # Inside

    def _state(self, inspection_id: str) -> RecordState:
        self.path(inspection_id)
        return self.store.state(inspection_id)

    def _check_change(self, state: RecordState, after: Inspection) -> None:
        before = state.inspection
        if after.id != before.id or after.form != before.form:
            sentence = _("{number} keeps its id and the form it was begun with.")
            raise StoreError(_("Not changed"), sentence.format(number=clean(before.number)))
        if state.recovered and any(line.id == before.id for line in self.ledger.lines()):
            raise _broken(before)
        if before.seal is None:
            if after.seal is not None and sealing.digest_of(after) != after.seal.sha256:
                raise _broken(after)
            return
        if sealing.digest_of(before) != before.seal.sha256:
            raise _broken(before)
        if after.seal != before.seal or sealing.digest_of(after) != before.seal.sha256:
            sentence = _(
                "{number} is sealed: nothing in it changes any more. Begin a revision, with a reason, to correct it."
            )
            raise StoreError(_("Sealed"), sentence.format(number=clean(before.number)))

    def _may_write(self, path: Path) -> None:
        if self.read_only:
            raise only_reading(path)

    def _say(self, sentence: str) -> None:
        """Something the operator has to know, once."""
        if self._tell is not None and sentence not in self._told:
            self._told.add(sentence)
            self._tell(sentence)


SEALED_STAGES = (Stage.FINAL, Stage.SIGNED_BY_US, Stage.SIGNED, Stage.ARCHIVED)
"""Stages in which no answer changes any more."""


def _begins(line: InspectionLine, beginning: str) -> bool:
    return line.id.startswith(beginning) or line.number.casefold().startswith(beginning)


def _broken(inspection: Inspection) -> StoreError:
    sentence = _(
        "The seal of {number} is broken: the record was changed after it was sealed. cathlab inspect verify names "
        "every change."
    )
    return StoreError(_("The seal is broken"), sentence.format(number=clean(inspection.number)))
