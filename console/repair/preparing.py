"""What is settled before the first byte of a job is written: files unchanged, space, rights, and the backup."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from console.errors import Cancelled, StoreError, UsageError
from console.i18n import _
from console.model.repair import PlannedFile, RepairPlan
from console.repair.marks import storage_of
from console.repair.plan import free_bytes
from console.repair.writing import check_unchanged, flushed, reached, sha256_at, sync
from console.store.disk import sweep
from console.store.files import replace_file
from console.store.lock import HomeLock
from console.store.trouble import cannot_write

BACKUP, RESULT, MANIFEST = "orig", "result", "manifest.json"
_SPARE = 8 * 1024 * 1024
"""Bytes that stay free besides what is written."""

Told = Callable[[int, int, str], object]
"""Files done, of how many, and the one that is next."""


@contextmanager
def alone(folder: Path, operator: str = "") -> Iterator[None]:
    """While this console, and no other, works on a job. Raises UsageError where another one does, StoreError."""
    lock = HomeLock(folder)
    if not lock.acquire(operator):
        sentence = _("Another console works on {id} at this moment. Wait for it.")
        raise UsageError(_("Not now"), sentence.format(id=folder.name))
    try:
        sweep(folder)
        yield
    finally:
        lock.release()


def target_of(plan: RepairPlan, planned: PlannedFile, folder: Path, *, in_place: bool) -> Path:
    """Where the new content of a file goes: another object, or a copy, into the job's folder."""
    path = Path(planned.path)
    if in_place and not planned.new_object:
        return path
    return folder / RESULT / place_of(plan, path)


def place_of(plan: RepairPlan, path: Path) -> Path:
    """Where a file lies below the folder of all of them."""
    if plan.root:
        with suppress(ValueError):
            return path.relative_to(plan.root)
    return Path(*[part for part in path.parts if part != path.anchor])


def check_all(plan: RepairPlan, folder: Path, in_place: bool) -> None:
    """Everything that can be known before the first byte is written. Raises UsageError, StoreError."""
    needed: dict[int, tuple[int, Path]] = {}
    for planned in plan.files:
        path = Path(planned.path)
        try:
            check_unchanged(planned, path.stat())
        except OSError as error:
            sentence = _("{path} was changed since the plan was made. Make the plan again.")
            raise UsageError(_("Not applied"), sentence.format(path=path)) from error
        target = target_of(plan, planned, folder, in_place=in_place)
        if target == path:
            why = storage_of(path)
            if why is not None:
                raise UsageError(_("Not in place"), f"{path}: {why}")
            if not os.access(path.parent, os.W_OK) or not os.access(path, os.W_OK):
                sentence = _("{path} cannot be replaced: its folder or the file is read-only. Work on copies instead.")
                raise UsageError(_("Not in place"), sentence.format(path=path))
            _need(needed, path.parent, planned.new_size)
            _need(needed, folder, planned.size)
        else:
            _need(needed, folder, planned.new_size)
    for made in plan.made:
        _need(needed, Path(made.path).parent if in_place else folder, len(made.data))
    for want, where in needed.values():
        free = free_bytes(where)
        if want + _SPARE > free:
            sentence = _("Not enough space where {path} lies: {want} bytes are needed, {free} are free.")
            raise UsageError(_("Not enough space"), sentence.format(path=where, want=want + _SPARE, free=free))


def _need(needed: dict[int, tuple[int, Path]], folder: Path, size: int) -> None:
    device = _device(folder)
    needed[device] = (needed.get(device, (0, folder))[0] + size, folder)


def _device(folder: Path) -> int:
    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    return there.stat().st_dev


def back_up(plan: RepairPlan, folder: Path, progress: Told, cancelled: Callable[[], bool]) -> None:
    """The originals into the job's folder, read back and compared. Raises ConsoleError; then nothing was changed."""
    sums: dict[str, str] = {}
    folders: set[Path] = set()
    for number, planned in enumerate(plan.files):
        if cancelled():
            raise Cancelled(_("Stopped"), _("The job was stopped while it made the backup; nothing was changed."))
        if planned.new_object:
            continue
        progress(number, len(plan.files), os.path.basename(planned.path))
        name = place_of(plan, Path(planned.path))
        copy = folder / BACKUP / name
        try:
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(planned.path, copy)
            with copy.open("rb+") as stream:
                with flushed(stream.fileno(), planned.size):
                    digest = sha256_at(copy)
                if hasattr(os, "posix_fadvise"):
                    # Nobody reads it again soon: its memory is better used for what is written next.
                    os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        except OSError as error:
            raise cannot_write(copy, error) from error
        if digest != planned.sha256:
            sentence = _("The backup of {path} is not what the plan was made for; nothing was changed.")
            raise StoreError(_("No backup"), sentence.format(path=planned.path))
        sums[name.as_posix()] = planned.sha256
        folders.update(each for each in copy.parents if each.is_relative_to(folder))
        reached("copied one")
    for each in folders:
        sync(each)
    replace_file(folder / MANIFEST, json.dumps(sums, ensure_ascii=True, indent=0).encode("ascii"))


def manifest(folder: Path) -> dict[str, str]:
    """SHA-256 of the originals by their names in the backup; empty where there is none."""
    try:
        found = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return {}
    return {str(name): str(digest) for name, digest in found.items()} if isinstance(found, dict) else {}
