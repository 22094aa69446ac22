"""A look at the logs of this machine: finds each old place again, reads on from there, and follows rotation.

For each bookmark: the live file goes on, when it still holds the place. Else the rotated form that holds it is read to
its end, then every rotated form that is newer, then the live file from its beginning. Where nobody holds the place,
lines were lost, and that is said.
"""

import glob
import os
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass

from console.checks.logs.bookmark import Bookmark, State
from console.checks.logs.contents import BROKEN, LogFile
from console.checks.logs.looking import Look, Progress, Request
from console.checks.logs.names import UNREADABLE, age_key, is_packed, is_rotated_form

MAX_FILES = 64
"""Live files of one log that are kept in mind; more are left out, oldest first, and counted."""
_NEXT = 4096
"""Bytes behind a bookmark by which two files are told apart."""
_DAY_NS = 86_400 * 10**9


@dataclass(frozen=True)
class _Entry:
    """A file in a folder, before it is opened."""

    path: str
    inode: int
    size: int
    mtime_ns: int

    @property
    def age(self) -> tuple[int, int]:
        return age_key(self.mtime_ns, os.path.basename(self.path))


def look(pattern: str, request: Request, progress: Progress | None = None) -> dict[str, object]:
    """Read what is new in the logs that `pattern` (absolute, with * ? [ ]) means; the result of `looking`.

    Raises OSError when the folder cannot be listed. A file that cannot be read is among the troubles.
    """
    view = Look(request, progress)
    now_ns = time.time_ns()
    live = _live(pattern, view)
    state = request.state
    if not state.looked_ns:
        marks = _first(view, live)
    else:
        marks = _again(view, live, state)
    return view.result(marks, max(now_ns, state.looked_ns))


def _live(pattern: str, view: Look) -> list[_Entry]:
    """The live files, newest first."""
    folder = pattern
    while glob.has_magic(folder):
        folder = os.path.dirname(folder)
    if folder != pattern:
        os.scandir(folder or ".").close()
    found = []
    for path in sorted(glob.glob(pattern)) if folder != pattern else [pattern]:
        try:
            entry = _entry(path)
        except FileNotFoundError:
            continue
        except OSError as error:
            view.trouble(path, _reason(error))
            continue
        if entry is not None and not is_packed(path):
            found.append(entry)
    found.sort(key=lambda entry: entry.age, reverse=True)
    view.older += max(0, len(found) - MAX_FILES)
    return found[:MAX_FILES]


def _first(view: Look, live: Iterable[_Entry]) -> tuple[Bookmark, ...]:
    """The end of each file, newest first, until the first look's share is used up."""
    share = view.request.first_bytes
    marks = []
    for entry in live:
        with ExitStack() as stack:
            file = _open(entry.path, view, stack)
            if file is None:
                continue
            start = max(0, file.size - share)
            # A place in UTF-16 is even.
            start += start % 2
            view.skipped += start
            share -= file.size - start
            # Where a line begins is not known there: what comes before the next line break is passed over.
            mark = _read(view, file, entry.path, start, "first", final=False, inside=start > 0)
            if mark is not None:
                marks.append(mark)
    return tuple(marks)


def _again(view: Look, live: list[_Entry], state: State) -> tuple[Bookmark, ...]:
    marks: list[Bookmark] = []
    by_path = {entry.path: entry for entry in live}
    with ExitStack() as stack:
        places = _places(view, state, by_path, stack)
        claimed = {entry.path for entry, _file in places.values()}
        read: set[str] = set()
        for mark in sorted(state.marks, key=lambda mark: mark.mtime_ns):
            marks += _follow(view, mark, places.get(mark.path), by_path, claimed, read)
        known = {mark.path for mark in state.marks}
        for entry in sorted(live, key=lambda entry: entry.age):
            if entry.path in known or entry.path in read or entry.path in claimed:
                continue
            marks += _new(view, entry, state, stack)
    return tuple(marks[-MAX_FILES:])


def _places(view: Look, state: State, live: dict[str, _Entry], stack: ExitStack) -> dict[str, tuple[_Entry, LogFile]]:
    """Where each bookmark's place lies now, by the path of its live file; each file is one bookmark's only."""
    places: dict[str, tuple[_Entry, LogFile]] = {}
    taken: set[str] = set()
    for mark in state.marks:
        for entry in _candidates(mark, live.get(mark.path), view) if mark.offset else ():
            if entry.path in taken:
                continue
            file = _open(entry.path, view if entry.path == mark.path else None, stack)
            if file is None:
                continue
            with suppress(*BROKEN):
                if file.holds(mark):
                    places[mark.path] = _moved_on(view, mark, entry, file, taken, stack) or (entry, file)
                    taken.add(places[mark.path][0].path)
                    break
            file.close()
    return places


def _moved_on(
    view: Look, mark: Bookmark, found: _Entry, file: LogFile, taken: set[str], stack: ExitStack
) -> tuple[_Entry, LogFile] | None:
    """An older file that goes on where the bookmark stands, while the one that was found only begins with its words.

    A program that writes the same first lines into each new file makes several look right: the oldest of those that
    were written to since, and whose next bytes the found one has not, is the one that was read. A plain copy has
    nothing of its own.
    """
    for entry in sorted(_siblings(mark.path, view), key=lambda entry: entry.age):
        if entry.path in taken or entry.path == found.path or entry.mtime_ns <= mark.mtime_ns:
            continue
        if found.path != mark.path and entry.age >= found.age:
            continue
        if entry.path.endswith(UNREADABLE) or (other := _open(entry.path, None, stack)) is None:
            continue
        with suppress(*BROKEN):
            if other.holds(mark):
                own = other.bytes(mark.offset, _NEXT)
                if own and not file.bytes(mark.offset, len(own)).startswith(own):
                    return entry, other
        other.close()
    return None


def _candidates(mark: Bookmark, live: _Entry | None, view: Look) -> Iterator[_Entry]:
    """Where the place of a bookmark may lie, the likeliest first."""
    if live is not None and live.inode == mark.inode:
        yield live
    siblings = [entry for entry in _siblings(mark.path, view) if not entry.path.endswith(UNREADABLE)]
    siblings.sort(key=lambda entry: (entry.mtime_ns < mark.mtime_ns, is_packed(entry.path), entry.mtime_ns))
    yield from (entry for entry in siblings if entry.inode == mark.inode)
    if live is not None and live.inode != mark.inode:
        yield live
    yield from (entry for entry in siblings if entry.inode != mark.inode)


def _follow(
    view: Look,
    mark: Bookmark,
    place: tuple[_Entry, LogFile] | None,
    live: dict[str, _Entry],
    claimed: set[str],
    read: set[str],
) -> list[Bookmark]:
    """Read on from one bookmark; the bookmark for the next time, none when its file is gone for good."""
    now = live.get(mark.path)
    if any(trouble["path"] == mark.path for trouble in view.troubles):
        # It may not be read now; the place stays for when it may.
        return [mark]
    if place is not None and place[0].path == mark.path:
        return [_read(view, place[1], mark.path, mark.offset, "same", final=False, inside=mark.inside) or mark]
    since = mark.mtime_ns, 0
    if place is not None:
        since = place[0].age
    elif mark.offset:
        if now is None and mark.complete and mark.mtime_ns < view.request.state.looked_ns - _DAY_NS:
            # A file of one day that was read to its end and tidied away much later.
            return []
        view.gap(mark.path, "gone" if now is None else "rewritten", mark.offset)
    marks = {known.path for known in view.request.state.marks} - {mark.path}
    chain = [
        entry
        for entry in sorted(_siblings(mark.path, None), key=lambda entry: entry.age)
        if entry.age > since and entry.path not in claimed | read | marks
    ]
    if now is not None and now.size and mark.path not in claimed:
        # An empty live file may mean that the program still writes into the old one.
        chain.append(now)
    if place is not None:
        new = _read(view, place[1], mark.path, mark.offset, "rotated", final=bool(chain), inside=mark.inside)
        if new is None or not new.complete:
            view.left += sum(entry.size for entry in chain)
            return [new or mark]
        return [_chain(view, new, mark.path, chain, read) or new]
    found = _chain(view, None, mark.path, chain, read)
    if found is None and now is not None and not mark.offset:
        return [mark]
    if found is None and now is not None:
        with ExitStack() as stack:
            file = _open(now.path, view, stack)
            found = file.mark(mark.path, 0, inside=False, complete=True) if file is not None else None
    return [found] if found is not None else []


def _chain(view: Look, mark: Bookmark | None, live: str, chain: list[_Entry], read: set[str]) -> Bookmark | None:
    """Read whole files, oldest first: the newer rotated forms, then the live file. The last place that was reached."""
    for index, entry in enumerate(chain):
        if entry.path.endswith(UNREADABLE):
            view.gap(entry.path, "packed", entry.size)
            continue
        if view.spent and mark is not None:
            view.left += sum(later.size for later in chain[index:])
            break
        with ExitStack() as stack:
            file = _open(entry.path, view, stack)
            if file is None:
                break
            read.add(entry.path)
            how = "new" if entry.path == live else "rotated"
            before = len(view.troubles)
            new = _read(view, file, live, 0, how, final=index < len(chain) - 1, inside=False)
        if len(view.troubles) > before:
            break
        if new is None:
            continue
        mark = new
        if not new.complete:
            view.left += sum(later.size for later in chain[index + 1 :])
            break
    return mark


def _new(view: Look, entry: _Entry, state: State, stack: ExitStack) -> list[Bookmark]:
    """A live file that was not there at the last look."""
    file = _open(entry.path, view, stack)
    if file is None:
        return []
    start = 0
    if entry.mtime_ns < state.looked_ns and len(state.marks) < MAX_FILES:
        # Older than the last look: the site's pattern was widened, or the file was brought here.
        start = max(0, file.size - view.request.first_bytes)
        start += start % 2
    elif entry.mtime_ns < state.looked_ns:
        view.older += 1
        return []
    view.skipped += start
    mark = _read(view, file, entry.path, start, "new", final=False, inside=start > 0)
    return [mark] if mark is not None else []


def _read(view: Look, file: LogFile, live: str, start: int, how: str, *, final: bool, inside: bool) -> Bookmark | None:
    """Search one file from `start`; the bookmark behind it, or None when it could not be read."""
    size = file.size
    before = view.read
    try:
        if view.spent:
            mark = file.mark(live, start, inside=inside, complete=start >= size and not file.packed)
            view.note(file.path, how, start, start, max(0, size - start))
            return mark
        head = file.bytes(0, 2)
        done, reached = view.take(file.at(start), head=head, final=final, inside=inside)
        mark = file.mark(live, start + done, inside=reached.inside, complete=reached.ended)
    except BROKEN as error:
        view.read = max(view.read, before)
        if isinstance(error, OSError):
            view.trouble(file.path, _reason(error))
        else:
            view.gap(file.path, "damaged", size)
        return None
    left = 0 if reached.ended else max(0, size - start - done)
    view.note(file.path, how, start, start + done, left)
    return mark


def _siblings(path: str, view: Look | None) -> list[_Entry]:
    """The rotated forms beside a live file."""
    folder, name = os.path.split(path)
    found = []
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries if is_rotated_form(entry.name, name)]
    except OSError as error:
        if view is not None and not isinstance(error, FileNotFoundError):
            view.trouble(folder, _reason(error))
        return []
    for sibling in names:
        try:
            entry = _entry(os.path.join(folder, sibling))
        except OSError:
            continue
        if entry is not None:
            found.append(entry)
    return found


def _entry(path: str) -> _Entry | None:
    found = os.stat(path)
    if not stat.S_ISREG(found.st_mode):
        return None
    return _Entry(path, found.st_ino, found.st_size, found.st_mtime_ns)


def _open(path: str, view: Look | None, stack: ExitStack) -> LogFile | None:
    try:
        file = LogFile(path)
    except OSError as error:
        if view is not None and not isinstance(error, FileNotFoundError):
            view.trouble(path, _reason(error))
        return None
    stack.callback(file.close)
    return file


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__
