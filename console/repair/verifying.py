"""Before a new file takes the place of the old one: every copied byte compared, every element that changed expected."""

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from console.errors import StoreError
from console.i18n import _
from console.model.repair import Edit
from console.repair.offsets import OFFSETS, RECORDS, lost
from console.repair.pieces import CHUNK, Pieces, read_at
from console.repair.spans import PIXELS, UNDEFINED, Data, Node, Tree, walk

LARGE = 1 << 23
"""Bytes from which threads are worth their start."""
_SMALL = 1 << 16
"""Bytes of a value that is compared with the plan; longer ones are compared where they were copied."""
Path = tuple[tuple[int, int], ...]


class VerifyError(StoreError):
    """The new file is not what the plan says; it never takes the place of the old one."""

    def __init__(self, detail: str) -> None:
        super().__init__(_("The new file was not accepted"), detail)


@dataclass(frozen=True)
class Verified:
    """What the comparison found."""

    old_sha256: str
    new_sha256: str
    pixels_sha256: str
    """Of the value of Pixel Data in the new file; empty where there is none."""
    compared: int
    """Bytes compared one by one."""


def compare(source: int, size: int, target: int, pieces: Pieces, pixels: tuple[int, int] | None) -> Verified:
    """Read both files once: hashes of both, of the pixel span (from, to in the new file), every copied byte compared.

    Raises VerifyError, OSError. The hashes are what takes the time: those of a large file are made beside each other.
    """
    if size < LARGE or not hasattr(os, "pread"):
        old = hashed(source, 0, size)
        picture = hashed(target, *pixels) if pixels else ""
        new, compared = _compared(source, target, pieces)
        return Verified(old, new, picture, compared)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(hashed, source, 0, size)
        second = pool.submit(hashed, target, *pixels) if pixels else None
        new, compared = _compared(source, target, pieces)
        return Verified(first.result(), new, second.result() if second else "", compared)


def _compared(source: int, target: int, pieces: Pieces) -> tuple[str, int]:
    """SHA-256 of the new file, and how many of its bytes were compared with the old one."""
    digest = hashlib.sha256()
    before, after = bytearray(CHUNK), bytearray(CHUNK)
    at = compared = 0
    for part in pieces.parts:
        start, end = part if isinstance(part, tuple) else (0, len(part))
        while start < end:
            count = min(CHUNK, end - start)
            _fill(target, at, after, count)
            if isinstance(part, bytes):
                if part[start : start + count] != after[:count]:
                    raise VerifyError(_("What was written is not what was planned (byte {at}).").format(at=at))
            else:
                _fill(source, start, before, count)
                if before != after if count == CHUNK else before[:count] != after[:count]:
                    raise VerifyError(_("A copied byte differs near byte {at}.").format(at=at))
                compared += count
            digest.update(memoryview(after)[:count])
            start, at = start + count, at + count
    if read_at(target, at, 1):
        raise VerifyError(_("The new file is longer than planned."))
    return digest.hexdigest(), compared


def hashed(descriptor: int, start: int, end: int) -> str:
    """SHA-256 of a span of an open file. Raises VerifyError where it is shorter, OSError."""
    digest, buffer = hashlib.sha256(), bytearray(min(CHUNK, max(end - start, 1)))
    while start < end:
        count = min(CHUNK, end - start)
        _fill(descriptor, start, buffer, count)
        digest.update(memoryview(buffer)[:count])
        start += count
    return digest.hexdigest()


def check_tree(
    old: Data,
    before: Tree,
    new: Data,
    edits: Sequence[Edit],
    appended: Mapping[int, bytes],
    *,
    patched: bool,
) -> tuple[int, int] | None:
    """Walk the new file strictly, and hold what differs against the plan; its pixel span. Raises VerifyError.

    Where bytes outside the elements were patched only the walk is asked: the elements of a file that could not be
    parsed before cannot be compared one by one.
    """
    after = walk(new)
    if after.trouble:
        raise VerifyError(_("The new file cannot be parsed: {what}.").format(what=after.trouble))
    odd = _notes(after, appended)
    if len(odd) > len(_notes(before, appended)):
        raise VerifyError(_("The new file has an oddity that the old one had not: {what}.").format(what=odd[-1]))
    flagged = {node.flag for node in after.nodes if node.flag} - {node.flag for node in before.nodes if node.flag}
    if flagged:
        raise VerifyError(_("The new file is not whole: {what}.").format(what=", ".join(sorted(flagged))))
    if lost(new, after):
        raise VerifyError(_("An offset of the DICOMDIR leads to no record."))
    if not patched:
        _check_elements(old, before, new, after, edits, appended)
    node = next((each for each in after.nodes if each.tag == PIXELS), None)
    return None if node is None else (node.vo, node.ve)


def _notes(tree: Tree, appended: Mapping[int, bytes]) -> list[str]:
    """The oddities outside the sequences that record old values: a raw copy of something odd is as odd."""
    spans = [(node.off, node.end) for node in tree.nodes if node.tag in appended]
    return [note for note in tree.notes if not any(start <= _at(note) < end for start, end in spans)]


def _at(note: str) -> int:
    """The offset that a note begins with ("@10860: …")."""
    return int(note[1 : note.index(":")])


def _check_elements(
    old: Data, before: Tree, new: Data, after: Tree, edits: Sequence[Edit], appended: Mapping[int, bytes]
) -> None:
    one, two = dict(_elements(before.nodes)), dict(_elements(after.nodes))
    wanted = {(*edit.place, (edit.tag, 0)): edit for edit in edits}
    for path, edit in wanted.items():
        node = two.get(path)
        if (None if node is None else bytes(new[node.vo : node.ve])) != edit.new:
            raise VerifyError(_("{tag} does not hold what was planned.").format(tag=_text(path)))
    directory = (RECORDS, 0) in {path[0] for path in one}
    groups = {tag >> 16 for path in wanted for tag, _number in path} | {tag >> 16 for tag in appended}
    for path, node in one.items():
        if _is_planned(path, wanted):
            continue
        found = two.get(path)
        if found is None:
            raise VerifyError(_("{tag} is missing in the new file.").format(tag=_text(path)))
        if _form(node) != _form(found):
            raise VerifyError(_("{tag} is written in another way.").format(tag=_text(path)))
        tag = path[-1][0]
        if _holds_items(node) or _holds_items(found) or (not tag & 0xFFFF and tag >> 16 in groups):
            # What stands inside is compared by itself; a group length around what changed is another one.
            continue
        if directory and tag in OFFSETS:
            # They were led to where the records stand now, which was looked at as a whole.
            continue
        size = node.ve - node.vo
        if size != found.ve - found.vo or (
            size <= _SMALL and bytes(old[node.vo : node.ve]) != bytes(new[found.vo : found.ve])
        ):
            raise VerifyError(_("{tag} was changed, which was not planned.").format(tag=_text(path)))
    for path in two.keys() - one.keys():
        if not _is_planned(path, wanted) and path[0][0] not in appended:
            raise VerifyError(_("{tag} is new, which was not planned.").format(tag=_text(path)))


def _form(node: Node) -> tuple[str, bool, bool]:
    """How an element is written: its VR, with or without it, with or without a length."""
    return node.vr, node.implicit, node.length == UNDEFINED


def _holds_items(node: Node) -> bool:
    return any(kid.kind == "I" for kid in node.kids)


def _is_planned(path: Path, wanted: Mapping[Path, Edit]) -> bool:
    """Whether an element, or a sequence that it stands in, is one of the plan's."""
    return any((*path[:depth], (path[depth][0], 0)) in wanted for depth in range(len(path)))


def _elements(nodes: Iterable[Node], place: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Every element at every depth, by its path; a tag that stands twice counts on."""
    seen: dict[int, int] = {}
    for node in nodes:
        if node.kind not in ("E", "X"):
            continue
        number = seen.get(node.tag, 0)
        seen[node.tag] = number + 1
        yield (*place, (node.tag, number)), node
        items = (kid for kid in node.kids if kid.kind == "I")
        for count, each in enumerate(items):
            yield from _elements(each.kids, (*place, (node.tag, count)))


def _fill(descriptor: int, at: int, buffer: bytearray, count: int) -> None:
    """The first `count` bytes of `buffer` from an open file; memory that is used again is what makes this fast."""
    view, done = memoryview(buffer), 0
    while done < count:
        if hasattr(os, "preadv"):
            size = os.preadv(descriptor, [view[done:count]], at + done)
        else:
            part = read_at(descriptor, at + done, count - done)
            size = len(part)
            view[done : done + size] = part
        if not size:
            raise VerifyError(_("The file is shorter than planned (byte {at}).").format(at=at + done))
        done += size


def _text(path: Path) -> str:
    return ".".join(f"({tag >> 16:04X},{tag & 0xFFFF:04X})" for tag, _number in path)
