"""What an export will do, worked out before the first byte is written: names, space, and everything left out."""

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from console.errors import Cancelled
from console.i18n import _, ngettext
from console.model.export import (
    ExportItem,
    ExportOptions,
    ExportPlan,
    ExportProblem,
    Medium,
    PlannedFile,
    PlannedPatient,
)
from console.model.text import clean, size_text
from console.studies.export import layout, names, suitability
from console.studies.export import target as places
from console.studies.export.medium import clusters, medium_of

_ENTRY = 64
"""Bytes of a folder that one name takes, generously."""
_RECORD = 700
"""Bytes of a DICOMDIR for one object with its share of series, study and patient, generously."""
_HEADER_GROWTH = 1024
"""What de-identification may add to a file."""


@dataclass(frozen=True)
class _Known:
    """An item together with what the disk says of it now."""

    item: ExportItem
    size: int
    mtime_ns: int


def plan_export(
    items: Sequence[ExportItem],
    target: Path,
    options: ExportOptions,
    *,
    roots: Sequence[Path] = (),
    medium: Medium | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> ExportPlan:
    """The plan for `items` in `target`. Writes nothing; looks at each source, so it may take seconds on a share.

    `roots` are folders that are only read, such as those of the index. What cannot be done stands in
    `ExportPlan.refused`, never as an exception; only Cancelled is raised.
    """
    target = Path(os.path.abspath(target))
    options = _settled(options)
    left_out: list[ExportProblem] = []
    known = list(_stat(items, left_out, cancelled))
    known = [one for one in known if _suits(one, options, left_out)]
    try:
        facts = medium or medium_of(target)
    except OSError as error:
        facts = Medium("", 4096, 0, 0, 0, "unknown", False, target)
        sentence = _("{path} cannot be reached: {reason}. Choose another place.")
        return _refused(target, options, facts, sentence.format(path=target, reason=error.strerror), left_out)
    known = [one for one in known if _fits_limit(one, facts, left_out)]
    patients = _patients(known)
    notes: list[str] = []
    files = _place(known, patients, options, notes)
    files = _directory(files, known, options, left_out, notes)
    plan = ExportPlan(
        target,
        options,
        tuple(files),
        patients,
        len({(file.patient, file.study) for file in files}),
        sum(file.size for file in files),
        _needed(files, options, facts.cluster),
        facts,
        tuple(left_out),
        (),
    )
    plan = _against_target(plan, roots, notes)
    return replace(plan, notes=tuple(notes))


def _settled(options: ExportOptions) -> ExportOptions:
    """Options that fit together: folders with names would undo de-identification and cannot stand in a DICOMDIR."""
    if options.deidentify and options.layout == "names":
        options = replace(options, layout="numbers")
    return replace(options, dicomdir=False) if options.layout == "names" else options


def _stat(
    items: Iterable[ExportItem], left_out: list[ExportProblem], cancelled: Callable[[], bool]
) -> Iterator[_Known]:
    seen: set[str] = set()
    for item in items:
        if cancelled():
            raise Cancelled(_("Stopped"), _("The export was stopped before anything was written."))
        path = str(item.path)
        if path in seen:
            continue
        seen.add(path)
        try:
            status = os.stat(path)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            left_out.append(_problem(item.path, _("cannot be read: {reason}").format(reason=reason)))
            continue
        if not stat.S_ISREG(status.st_mode):
            left_out.append(_problem(item.path, _("is not a file")))
            continue
        yield _Known(item, status.st_size, status.st_mtime_ns)


def _suits(one: _Known, options: ExportOptions, left_out: list[ExportProblem]) -> bool:
    if not options.deidentify:
        return True
    reason = suitability.never(one.item.sop_class)
    if not reason and suitability.doubtful(one.item.sop_class) and not options.doubtful_pictures:
        reason = suitability.DOUBTFUL
    if reason:
        left_out.append(_problem(one.item.path, _("cannot be de-identified: {reason}").format(reason=_(reason))))
    return not reason


def _fits_limit(one: _Known, medium: Medium, left_out: list[ExportProblem]) -> bool:
    if not medium.largest_file or one.size + _HEADER_GROWTH <= medium.largest_file:
        return True
    sentence = _(
        "has {size}, and this stick's file system (FAT) holds no file of 4 GB or more; use a stick formatted as "
        "exFAT or NTFS"
    )
    left_out.append(_problem(one.item.path, sentence.format(size=size_text(one.size))))
    return False


def _patients(known: Iterable[_Known]) -> tuple[PlannedPatient, ...]:
    found: dict[str, PlannedPatient] = {}
    for one in known:
        key = one.item.patient_key
        if key not in found:
            found[key] = PlannedPatient(key, one.item.patient_name, one.item.patient_id, f"ANON{len(found) + 1:04}")
    return tuple(found.values())


def _place(
    known: Sequence[_Known], patients: Sequence[PlannedPatient], options: ExportOptions, notes: list[str]
) -> list[PlannedFile]:
    items = [one.item for one in known]
    targets = layout.readable(items, notes) if options.layout == "names" else layout.numbered(items)
    place = {patient.key: number for number, patient in enumerate(patients)}
    return [
        PlannedFile(item.path, target, one.size, one.mtime_ns, place[item.patient_key], item.study, item.series, False)
        for one, item, target in zip(known, items, targets, strict=True)
    ]


def _directory(
    files: list[PlannedFile],
    known: Sequence[_Known],
    options: ExportOptions,
    left_out: list[ExportProblem],
    notes: list[str],
) -> list[PlannedFile]:
    """Which files the DICOMDIR can lead to, and why the others not."""
    if not options.dicomdir:
        if options.layout == "names":
            notes.append(_("Folders with names cannot stand in a DICOMDIR; none is written."))
        return files
    seen: set[str] = set()
    result = []
    unlisted = 0
    for file, one in zip(files, known, strict=True):
        item = one.item
        fits = bool(item.sop_class and item.sop_instance) and "no-preamble" not in item.notes
        fits = fits and item.sop_instance not in seen and names.is_file_id(file.target)
        seen.add(item.sop_instance)
        unlisted += not fits
        result.append(replace(file, in_dicomdir=fits))
    if unlisted:
        sentence = ngettext(
            "{count} file is exported but cannot stand in the DICOMDIR: it does not say what it is, has no DICOM "
            "preamble, or is a second copy of the same object.",
            "{count} files are exported but cannot stand in the DICOMDIR: they do not say what they are, have no DICOM "
            "preamble, or are second copies of the same object.",
            unlisted,
        )
        notes.append(sentence.format(count=unlisted))
    return result


def _needed(files: Sequence[PlannedFile], options: ExportOptions, cluster: int) -> int:
    """Bytes that must be free: whole clusters, a folder for each level, the lists."""
    growth = _HEADER_GROWTH if options.deidentify else 0
    content = sum(clusters(file.size + growth, cluster) for file in files)
    folders: dict[str, int] = {}
    for file in files:
        parts = file.target.split("/")
        for depth in range(1, len(parts)):
            folder = "/".join(parts[:depth])
            folders[folder] = folders.get(folder, 0) + (1 if depth == len(parts) - 1 else 0)
    content += sum(clusters((count + 2) * _ENTRY, cluster) + cluster for count in folders.values())
    lists = sum(len(file.target) + 68 for file in files) + (len(files) * _RECORD if options.dicomdir else 0)
    return content + clusters(lists, cluster) + 4 * cluster


def _against_target(plan: ExportPlan, roots: Sequence[Path], notes: list[str]) -> ExportPlan:
    """The plan measured against what the target is and holds."""
    if not plan.files:
        return replace(plan, refused=_("None of the chosen objects can be exported."))
    try:
        refused = places.refusal(plan.target, (file.source for file in plan.files), roots, plan.options, plan.medium)
        taken = places.collisions(plan.target)
        others = plan.target.is_dir() and any(name not in taken for name in os.listdir(plan.target))
    except OSError as error:
        sentence = _("{path} cannot be reached: {reason}. Choose another place.")
        return replace(plan, refused=sentence.format(path=plan.target, reason=error.strerror))
    if refused:
        return replace(plan, refused=refused)
    if taken:
        plan = _over_older(plan, taken)
        if plan.refused:
            return plan
    needed = plan.bytes_on_medium - sum(file.size for file in plan.files if file.already)
    if needed > plan.medium.free:
        sentence = _("{path} has {free} free, and the export needs {needed}. Make room, or choose another place.")
        refused = sentence.format(path=plan.target, free=size_text(plan.medium.free), needed=size_text(needed))
        return replace(plan, refused=refused)
    if plan.continues:
        notes.append(_("An export that was broken off here is gone on with."))
    elif others:
        notes.append(_("{path} is not empty; what is there stays as it is.").format(path=plan.target))
    if plan.options.dicomdir and plan.medium.kind == "removable" and plan.target != plan.medium.root:
        sentence = _("Viewers look for the DICOMDIR in the uppermost folder of a stick, {root}.")
        notes.append(sentence.format(root=plan.medium.root))
    return plan


def _over_older(plan: ExportPlan, taken: Sequence[str]) -> ExportPlan:
    """What to do about an export that stands there: go on with the same one, never write over another."""
    found = places.broken_off(plan.target)
    if found is not None and found == places.fingerprint(plan.files) and not plan.options.deidentify:
        files = tuple(replace(file, already=_is_there(plan.target / file.target, file.size)) for file in plan.files)
        return replace(plan, files=files, continues=True)
    if found is not None:
        sentence = _(
            "{path} holds an export that was broken off and cannot be gone on with. Delete it, or choose {other}."
        )
    else:
        sentence = _("{path} already holds {names}, and nothing is ever written over. Choose {other}.")
    other = places.free_name(plan.target)
    refused = sentence.format(path=plan.target, names=", ".join(taken), other=other)
    return replace(plan, refused=refused, suggestion=other)


def _is_there(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except OSError:
        return False


def _refused(
    target: Path, options: ExportOptions, medium: Medium, why: str, left_out: Sequence[ExportProblem]
) -> ExportPlan:
    return ExportPlan(target, options, (), (), 0, 0, 0, medium, tuple(left_out), (), refused=why)


def _problem(path: Path, what: str) -> ExportProblem:
    return ExportProblem(clean(str(path)), what)
