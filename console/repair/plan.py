"""From a proposal to a plan: every file identified by its bytes, every change previewed, everything refused that is not
certain. Making a plan writes nothing but the plan itself, into the home folder."""

import json
import os
import secrets
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from console.errors import Cancelled, ConsoleError, StoreError, UsageError
from console.i18n import N_, _
from console.model.clock import local_now
from console.model.repair import MadeFile, PlannedFile, Refused, RepairPlan
from console.model.sentence import Sentence
from console.plain import clean
from console.repair import pieces as making
from console.repair.marks import storage_of
from console.repair.offsets import follow
from console.repair.plan_json import plan_from_json, plan_to_json
from console.repair.preview import changes_of
from console.repair.provenance import Origin, records
from console.repair.remedies.remedy import FilePlan, Proposal
from console.repair.remedies.sight import SIGNATURES, Sight, looking
from console.repair.spans import PIXELS, flat
from console.repair.writing import sha256_at
from console.store.files import replace_file
from console.store.trouble import cannot_read

FOLDER = "repair"
"""In the home folder: one folder a job."""
NAME = "plan.json"
MOST_FILES = 100_000
_ELEMENTS_OF_PIXELS = (PIXELS, 0x7FE00008, 0x7FE00009)


def make(
    home: Path,
    proposal: Proposal,
    *,
    operator: str,
    why: str,
    clock: Callable[[], datetime] = local_now,
    progress: Callable[[int, int, str], object] = lambda _done, _total, _what: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> RepairPlan:
    """Make a plan of a proposal and keep it in the home folder. Raises UsageError, StoreError, Cancelled.

    A plan without any file is kept as well: it says why nothing can be done.
    """
    if len(proposal.files) > MOST_FILES:
        sentence = _("{count} files are too many for one job; {limit} are the most.")
        raise UsageError(_("Too much at once"), sentence.format(count=len(proposal.files), limit=MOST_FILES))
    at = clock()
    files: list[PlannedFile] = []
    refused = [Refused(str(each.path), each.why) for each in proposal.refused]
    seen: set[str] = set()
    for number, each in enumerate(proposal.files):
        if cancelled():
            raise Cancelled(_("Stopped"), _("The plan was stopped; nothing was changed."))
        progress(number, len(proposal.files), each.path.name)
        real = os.path.realpath(each.path)
        if real in seen:
            continue
        seen.add(real)
        planned = _planned(each, Path(real), proposal, Origin(at, proposal.reason, operator, why))
        if isinstance(planned, PlannedFile):
            files.append(planned)
        else:
            refused.append(Refused(str(each.path), planned))
    made = tuple(
        MadeFile(str(each.path), each.data, each.what) for each in proposal.made if storage_of(each.path) is None
    )
    marked = ((each.path, storage_of(each.path)) for each in proposal.made)
    refused += [Refused(str(path), mark) for path, mark in marked if mark is not None]
    root = _root([file.path for file in files] + [each.path for each in made])
    plan = RepairPlan(
        _new_id(home, proposal.remedy, at), proposal.remedy, clean(why), clean(operator), at.isoformat(), tuple(files),
        made, tuple(refused), proposal.unchanged, tuple(proposal.notes), proposal.reason, proposal.record, root,
    )  # fmt: skip
    keep(home, plan)
    return plan


def origin_of(plan: RepairPlan) -> Origin | None:
    """What the objects record of the plan; None where they record nothing."""
    if not plan.record:
        return None
    return Origin(datetime.fromisoformat(plan.made_at), plan.reason, plan.operator, plan.why)


def folder_of(home: Path, job: str) -> Path:
    """The folder of a job. Raises UsageError for what is no id of one."""
    if not job or job != os.path.basename(job) or job.startswith("."):
        sentence = _("{id} is no job. cathlab repair list names all of them.")
        raise UsageError(_("No such job"), sentence.format(id=clean(job)[:80] or "-"))
    return home / FOLDER / job


def keep(home: Path, plan: RepairPlan) -> None:
    """Write a plan into its job's folder. Raises StoreError."""
    folder = folder_of(home, plan.id)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=False)
    except OSError as error:
        sentence = _("{path} cannot be made: {reason}.")
        raise StoreError(_("Not planned"), sentence.format(path=folder, reason=error.strerror)) from error
    data = json.dumps(plan_to_json(plan), ensure_ascii=True, separators=(",", ":")).encode("ascii")
    replace_file(folder / NAME, data)


def load(home: Path, job: str) -> RepairPlan:
    """The plan of a job. Raises UsageError where there is none, StoreError where it cannot be read."""
    path = folder_of(home, job) / NAME
    try:
        return plan_from_json(json.loads(path.read_bytes()))
    except FileNotFoundError:
        sentence = _("{id} is no job. cathlab repair list names all of them.")
        raise UsageError(_("No such job"), sentence.format(id=clean(job)[:80] or "-")) from None
    except OSError as error:
        raise cannot_read(path, error) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        sentence = _("{path} is damaged; the job cannot be read.")
        raise StoreError(_("The plan is damaged"), sentence.format(path=path)) from error


def _planned(each: FilePlan, path: Path, proposal: Proposal, origin: Origin) -> PlannedFile | Sentence:
    """One file of the plan, or why it is left alone."""
    why = storage_of(path)
    if why is not None and not each.new_object:
        return why
    try:
        before = path.stat()
        with looking(path) as sight:
            refusal = _unfit(sight, each)
            if refusal is not None:
                return refusal
            appended = {}
            if proposal.record and each.edits:
                appended = records(sight.data, sight.tree, each.edits, origin)
            patches = tuple((patch.offset, patch.length, patch.new) for patch in each.patches)
            parts = follow(sight.data, sight.tree, making.edited(sight.data, sight.tree, each.edits, appended, patches))
            changes = tuple(changes_of(sight, each))
        digest = sha256_at(path)
        after = path.stat()
    except OSError as error:
        return Sentence(N_("It cannot be read: {reason}."), {"reason": error.strerror or type(error).__name__})
    except ConsoleError as error:
        return Sentence("{why}", {"why": error.detail})
    if (before.st_size, before.st_mtime_ns, before.st_ino) != (after.st_size, after.st_mtime_ns, after.st_ino):
        return Sentence(N_("It is being written at this moment."))
    notes = list(each.notes)
    if after.st_nlink > 1:
        values = {"count": after.st_nlink}
        notes.append(Sentence(N_("The file has {count} names (hard links); in place, only this one changes."), values))
    return PlannedFile(
        str(path), str(each.path), after.st_size, after.st_mtime_ns, after.st_ino, digest, parts.size, each.edits,
        patches, changes, tuple(notes), each.new_object, after.st_nlink,
    )  # fmt: skip


def _unfit(sight: Sight, each: FilePlan) -> Sentence | None:
    """Why the bytes of a file are not changed, whatever the remedy proposes."""
    tree = sight.tree
    if each.edits and tree.syntax == _DEFLATED:
        return Sentence(N_("It is deflated: its bytes could not be kept. Send it through the PACS instead."))
    if each.edits and tree.trouble:
        values = {"what": tree.trouble}
        return Sentence(N_("It cannot be parsed to its end ({what}): no plan is made for what is not certain."), values)
    if sight.signed or any(node.tag in SIGNATURES for node in flat(tree.nodes)):
        return Sentence(N_("It carries a digital signature, which any change would break."))
    if sum(node.tag in _ELEMENTS_OF_PIXELS for node in tree.nodes if node.kind == "E") > 1:
        return Sentence(N_("It holds more than one element of pixel data: which one is meant cannot be known."))
    if each.edits and not each.patches and tree.syntax:
        written = (tree.implicit, tree.little)
        declared = (tree.syntax == _IMPLICIT, tree.syntax != _BIG_ENDIAN)
        if written != declared and any(node.tag >> 16 > 2 for node in tree.nodes):
            return Sentence(
                N_("Its data set is written otherwise than its transfer syntax says. Use rebuild-meta first.")
            )
    if each.edits and any(node.flag == "truncated" and node.tag not in _ELEMENTS_OF_PIXELS for node in tree.nodes):
        return Sentence(N_("Its data set is cut off in front of its pixel data: fetch it again."))
    return None


_IMPLICIT, _BIG_ENDIAN, _DEFLATED = "1.2.840.10008.1.2", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99"


def _root(paths: list[str]) -> str:
    """The folder that all files lie below."""
    folders = {os.path.dirname(path) for path in paths}
    try:
        return os.path.commonpath(folders) if folders else ""
    except ValueError:
        # Drives of their own on Windows.
        return ""


def _new_id(home: Path, remedy: str, at: datetime) -> str:
    """Dated and unique, also when the clock was set back."""
    stem = f"{at:%Y%m%d-%H%M%S}-{remedy}"
    name = stem
    while (home / FOLDER / name).exists():
        name = f"{stem}-{secrets.token_hex(2)}"
    return name


def free_bytes(folder: Path) -> int:
    """Free space where `folder` lies, or will lie. Raises StoreError."""
    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    try:
        return shutil.disk_usage(there).free
    except OSError as error:
        raise cannot_read(there, error) from error
