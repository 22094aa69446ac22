"""One file given its new content: the whole old file or the whole new one, at every moment (knowledge: safe rewrite).

intent -> temporary file in the same folder -> space reserved -> copied -> flushed -> compared -> ready -> moved ->
folder flushed -> done. Only after "ready" may the new content stand there, so that the journal and one hash decide
after a crash what happened.
"""

import errno
import hashlib
import mmap
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from console.errors import ConsoleError, StoreError, UsageError
from console.i18n import _
from console.model.repair import FileOutcome, PlannedFile
from console.repair import pieces as making
from console.repair.journal import Journal
from console.repair.offsets import follow
from console.repair.pieces import CHUNK, Pieces, read_at
from console.repair.provenance import Origin, records
from console.repair.spans import walk
from console.repair.verifying import LARGE, Verified, VerifyError, check_tree, compare
from console.store.disk import sync_folder
from console.store.trouble import cannot_read, cannot_write, unconfirmed

_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0)
_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


def reached(_step: str) -> None:
    """A point of the protocol. Does nothing; tests end the process here."""


@dataclass(frozen=True)
class Swap:
    """Which file gets its new content where."""

    number: int
    """Of the file in the plan, from 0."""
    planned: PlannedFile
    target: Path
    """The file itself, or its copy in the job's folder."""
    temporary: Path
    origin: Origin | None
    """What the object itself records of the change; None where nothing is recorded."""

    @property
    def in_place(self) -> bool:
        """Whether the new content takes the place of the old one."""
        return str(self.target) == self.planned.path


def temporary_of(target: Path, job: str, number: int) -> Path:
    """The hidden name beside the target that the new content is written to."""
    return target.with_name(f".{job}-{number}.part")


def rewrite(journal: Journal, swap: Swap, cancelled: Callable[[], bool] = lambda: False,
            told: Callable[[int], object] = lambda _count: None) -> FileOutcome:  # fmt: skip
    """Do it. Raises ConsoleError after everything was rolled back: the old file stands, nothing else is left."""
    planned, source = swap.planned, Path(swap.planned.path)
    try:
        descriptor = os.open(source, _READ)
    except OSError as error:
        raise cannot_read(source, error) from error
    try:
        check_unchanged(planned, os.fstat(descriptor))
        with _mapped(descriptor) as data:
            tree = walk(data)
            appended = records(data, tree, planned.edits, swap.origin) if swap.origin is not None else {}
            parts = follow(data, tree, making.edited(data, tree, planned.edits, appended, planned.patches))
            undo = making.inverse(parts, lambda start, end: bytes(data[start:end]), planned.size)
            journal.add(
                "intent", file=swap.number, path=planned.path, result=str(swap.target), temporary=str(swap.temporary),
                old=planned.sha256, before=planned.sha256 if swap.in_place else "", old_size=planned.size,
                new_size=parts.size, undo=making.to_json(undo), mtime_ns=planned.mtime_ns,
            )  # fmt: skip
            reached("intent")
            try:
                verified = _written(swap, descriptor, parts, cancelled, told, lambda new: check_tree(
                    data, tree, new, planned.edits, appended, patched=bool(planned.patches)))  # fmt: skip
                if verified.old_sha256 != planned.sha256:
                    raise _changed(planned)
            except ConsoleError as error:
                _roll_back(journal, swap)
                if isinstance(error, VerifyError):
                    # Somebody who writes to the file meanwhile is the likelier reason.
                    check_unchanged(planned, os.fstat(descriptor))
                raise
    finally:
        os.close(descriptor)
    return _swapped(journal, swap, verified)


def _written(
    swap: Swap, source: int, parts: Pieces, cancelled: Callable[[], bool], told: Callable[[int], object],
    checked: "Callable[[mmap.mmap], tuple[int, int] | None]",
) -> Verified:  # fmt: skip
    """The temporary file, complete, flushed and compared. Raises ConsoleError."""
    try:
        swap.temporary.parent.mkdir(parents=True, exist_ok=True)
        target = os.open(swap.temporary, _NEW, 0o600)
    except OSError as error:
        raise cannot_write(swap.temporary, error) from error
    try:
        reached("created")
        _reserve(target, parts.size)
        reached("reserved")
        making.write(parts, source, target, cancelled, told)
        reached("copied")
        like(source, target, swap.temporary)
        with flushed(target, parts.size):
            with _mapped(target) as new:
                pixels = checked(new)
            verified = compare(source, swap.planned.size, target, parts, pixels)
            reached("compared")
        reached("flushed")
        return verified
    except OSError as error:
        raise cannot_write(swap.temporary, error) from error
    finally:
        os.close(target)


def _swapped(journal: Journal, swap: Swap, verified: Verified) -> FileOutcome:
    """The new content in its place. Raises ConsoleError after it was rolled back."""
    try:
        check_unchanged(swap.planned, os.stat(swap.planned.path))
        journal.add("ready", file=swap.number, new=verified.new_sha256, pixels=verified.pixels_sha256)
        reached("ready")
        if not swap.in_place and swap.target.exists():
            sentence = _("{path} exists already.")
            raise StoreError(_("Not applied"), sentence.format(path=swap.target))
        os.replace(swap.temporary, swap.target)
    except (OSError, ConsoleError) as error:
        _roll_back(journal, swap)
        raise (error if isinstance(error, ConsoleError) else cannot_write(swap.target, error)) from error
    reached("replaced")
    sync(swap.target.parent)
    reached("folder flushed")
    journal.add("done", file=swap.number)
    reached("done")
    return FileOutcome(
        swap.planned.path, str(swap.target), "done", verified.old_sha256, verified.new_sha256, verified.pixels_sha256,
        verified.compared,
    )  # fmt: skip


def _roll_back(journal: Journal, swap: Swap) -> None:
    with suppress(OSError):
        swap.temporary.unlink()
    # A full disk may refuse this line too: resume finds the same by the hash.
    with suppress(StoreError):
        journal.add("rolled-back", file=swap.number)


def restore(intent: dict[str, object], new_sha256: str, temporary: Path) -> None:
    """The old content back in the place of the new one, by the recipe of the journal.

    Raises StoreError when the file is not the one that was written, or the old hash does not come out.
    """
    target = Path(str(intent["result"]))
    parts = making.from_json(intent["undo"])
    try:
        source = os.open(target, _READ)
    except OSError as error:
        raise cannot_read(target, error) from error
    try:
        if sha256_of(source) != new_sha256:
            raise not_ours(target)
        created = os.open(temporary, _NEW, 0o600)
        try:
            reached("undo created")
            _reserve(created, parts.size)
            making.write(parts, source, created)
            like(source, created, temporary)
            os.fsync(created)
            if sha256_of(created) != intent["old"]:
                sentence = _("What was restored of {path} is not the file that it was; the backup holds it.")
                raise StoreError(_("Not undone"), sentence.format(path=target))
        finally:
            os.close(created)
        moment = int(str(intent["mtime_ns"]))
        os.utime(temporary, ns=(moment, moment))
        reached("undo written")
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise cannot_write(target, error) from error
    except StoreError:
        with suppress(OSError):
            temporary.unlink()
        raise
    finally:
        os.close(source)
    try:
        os.replace(temporary, target)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise cannot_write(target, error) from error
    reached("undo replaced")
    sync(target.parent)


def check_unchanged(planned: PlannedFile, found: os.stat_result) -> None:
    """Raises UsageError when a file is not the one that the plan was made for."""
    if (found.st_size, found.st_mtime_ns) != (planned.size, planned.mtime_ns) or (
        planned.inode and found.st_ino != planned.inode
    ):
        raise _changed(planned)


def _changed(planned: PlannedFile) -> UsageError:
    sentence = _("{path} was changed since the plan was made. Make the plan again.")
    return UsageError(_("Not applied"), sentence.format(path=planned.path))


def not_ours(path: Path) -> StoreError:
    """For a file that somebody else changed after the job."""
    sentence = _("{path} is neither what the job wrote nor what stood there before; it is not touched.")
    return StoreError(_("Somebody else changed it"), sentence.format(path=path))


@contextmanager
def flushed(descriptor: int, size: int) -> Iterator[None]:
    """What was written is on the disk at the end; a large file is looked at meanwhile. Raises OSError."""
    if size < LARGE:
        os.fsync(descriptor)
        yield
        return
    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(os.fsync, descriptor)
        yield
        job.result()


def sync(folder: Path) -> None:
    """Make the names in a folder safe. Raises StoreError when the disk does not confirm it."""
    try:
        sync_folder(folder)
    except OSError as error:
        raise unconfirmed(folder, error) from error


def sha256_of(descriptor: int) -> str:
    """SHA-256 of an open file, read in chunks. OSError."""
    digest, at = hashlib.sha256(), 0
    while chunk := read_at(descriptor, at, CHUNK):
        digest.update(chunk)
        at += len(chunk)
    return digest.hexdigest()


def sha256_at(path: Path) -> str:
    """SHA-256 of a file; empty where there is none. Raises StoreError when it cannot be read."""
    try:
        descriptor = os.open(path, _READ)
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise cannot_read(path, error) from error
    try:
        return sha256_of(descriptor)
    except OSError as error:
        raise cannot_read(path, error) from error
    finally:
        os.close(descriptor)


def _reserve(descriptor: int, size: int) -> None:
    """Have the disk say now that it is full. File systems that cannot reserve are believed."""
    if size and hasattr(os, "posix_fallocate"):
        try:
            os.posix_fallocate(descriptor, 0, size)
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP):
                raise
        else:
            # Space stays reserved; what is written decides the length.
            os.lseek(descriptor, 0, os.SEEK_SET)


def like(source: int, target: int, name: Path) -> None:
    """Mode, owner and extended attributes of another file, as far as this account may set them."""
    found = os.fstat(source)
    if hasattr(os, "fchown"):
        with suppress(OSError):
            os.fchown(target, found.st_uid, found.st_gid)
        with suppress(OSError):
            # File systems without rights of their own (FAT) give every file the same.
            os.fchmod(target, found.st_mode & 0o7777)
    if hasattr(os, "listxattr"):
        with suppress(OSError):
            for attribute in os.listxattr(source):
                with suppress(OSError):
                    os.setxattr(name, attribute, os.getxattr(source, attribute))


@contextmanager
def _mapped(descriptor: int) -> "Iterator[mmap.mmap]":
    """A file in memory, read-only; only headers are looked at this way."""
    try:
        data = mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        raise StoreError(_("It cannot be read"), str(error)) from error
    try:
        yield data
    finally:
        data.close()
