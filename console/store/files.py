"""How a file of ours reaches the disk: the whole old content or the whole new one, whatever happens in between.

A file is written to a temporary name in its own folder, synced, and moved over the old one, which stays beside it as
NAME.prev. Its first line says the format and the SHA-256 of the rest:

    #cathlab-store 1 sha256:9f86d081... 1234

At every moment NAME or NAME.prev can be read. A file whose first line does not fit is set aside as
NAME.damaged-TIME, never deleted, and NAME.prev takes its place.
"""

import errno
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from console.i18n import _
from console.store.disk import double, fill, move, patiently, sync_folder, temporary_name
from console.store.disk import sweep as sweep  # part of what this module offers
from console.store.trouble import cannot_read, cannot_write, too_new, unconfirmed

FORMAT = 1
"""The format this version writes. A file with a higher number is neither read nor overwritten."""

_MAGIC = b"#cathlab-store"
_BY_HAND = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"  # byte order marks and blanks that an editor may leave before the "{"


@dataclass(frozen=True)
class Checked:
    """What `read_checked` found."""

    data: bytes | None
    """The content without the checksum line; None when there is no file, or none that can be trusted."""
    recovered: str
    """Empty, or one translated sentence for the operator: what was wrong and what is used instead."""


def write_checked(path: Path, data: bytes, *, by_hand: bool = False) -> None:
    """Make `data` the content of `path`; when this returns, neither a crash nor a power cut takes it back.

    The content so far becomes NAME.prev; where it is damaged it is set aside instead, so that a good NAME.prev is
    never lost to it. `by_hand` says that a file without a checksum line counts as good (see `read_checked`).
    Raises StoreError with the reason; the old content then stands.
    """
    path = _target(path)
    new = _first_line(data) + data
    raw = _read(path)
    usable = raw is not None and _content(path, raw, by_hand) is not None
    # A save that changes nothing would only replace the previous generation by a copy of this one.
    if raw != new:
        with _writing(path), temporary_name(path) as temporary:
            fill(temporary, new)
            if raw is not None and usable:
                double(path, raw, previous_of(path))
            elif raw is not None:
                _set_aside(path)
            move(temporary, path)
    _confirm(path)


def read_checked(path: Path, *, by_hand: bool = False, repair: bool = True) -> Checked:
    """The content of `path` if its checksum fits, else that of NAME.prev with a sentence that says so.

    `by_hand` also accepts a JSON object without a checksum line, as an editor or a deployment script leaves it.
    `repair` sets a damaged file aside and puts the previous generation in its place, so that the operator is told
    once; a console that does not hold the home folder passes False and changes nothing.
    Raises StoreError when the file cannot be read or was written by a newer version.
    """
    path = _target(path)
    raw = _read(path)
    data = None if raw is None else _content(path, raw, by_hand)
    if data is not None:
        return Checked(data, "")
    previous = previous_of(path)
    older_raw = _read(previous)
    older = None if older_raw is None else _content(previous, older_raw, by_hand)
    if raw is None and older_raw is None:
        return Checked(None, "")
    if repair:
        # A write-protected stick can still be read: then nothing is repaired, and the sentence below says less.
        with suppress(OSError):
            if older is None or older_raw is None:
                return Checked(None, _give_up(path))
            return Checked(older, _fall_back(path, older_raw))
    if older is None:
        sentence = _("{path} is damaged, and there is no earlier version that can be read.")
    else:
        sentence = _("{path} is damaged or missing; the version before it, saved {time}, is shown.")
    return Checked(older, sentence.format(path=path, time=_saved_at(previous)))


def replace_file(path: Path, data: bytes) -> None:
    """Make `data` the content of `path` in one step, without checksum line and without previous generation.

    Raises StoreError with the reason; the old content then stands.
    """
    path = _target(path)
    with _writing(path), temporary_name(path) as temporary:
        fill(temporary, data)
        move(temporary, path)
    _confirm(path)


def previous_of(path: Path) -> Path:
    """Where the generation before `path` is kept."""
    return path.with_name(path.name + ".prev")


def set_aside_name(path: Path, word: str) -> Path:
    """A free name beside `path` for something that must not be lost: NAME.WORD-20261120-101500."""
    stem = f"{path.name}.{word}-{time.strftime('%Y%m%d-%H%M%S')}"
    name, number = path.with_name(stem), 1
    while os.path.lexists(name):
        number += 1
        name = path.with_name(f"{stem}-{number}")
    return name


def one_line(text: str) -> str:
    """`text` without control characters, so that it can neither break a line nor steer the terminal that shows it.

    File names that are not UTF-8 reach us with lone surrogates; these become visible as backslash, "udcc4".
    The wide blank that Chinese input methods write between names (U+3000) stays.
    """
    written = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(letter if letter.isprintable() or letter == "\u3000" else " " for letter in written)


def _first_line(data: bytes) -> bytes:
    return b"%s %d sha256:%s %d\n" % (_MAGIC, FORMAT, sha256(data).hexdigest().encode(), len(data))


def _content(path: Path, raw: bytes, by_hand: bool) -> bytes | None:
    """What stands below the checksum line; None when it does not fit. Raises StoreError for a newer format."""
    line, newline, data = raw.partition(b"\n")
    words = line.split(b" ")
    if words[0] == _MAGIC and len(words) > 1 and words[1].isdigit() and len(words[1]) < 10 and int(words[1]) > FORMAT:
        raise too_new(path)
    if line + newline == _first_line(data):
        return data
    return raw if by_hand and raw.lstrip(_BY_HAND).startswith(b"{") else None


def _fall_back(path: Path, older_raw: bytes) -> str:
    """Put the previous generation in the place of `path`, which is damaged or missing, and say so."""
    previous = previous_of(path)
    saved = _saved_at(previous)
    aside = _set_aside(path)
    # A copy, no link: two names for the same sectors would be damaged together. Should it not succeed (a full disk),
    # the next reader falls back in the same way.
    with suppress(OSError), temporary_name(path) as temporary:
        fill(temporary, older_raw)
        move(temporary, path)
        sync_folder(path.parent)
    if aside is None:
        sentence = _("{path} was missing; the version before it, saved {time}, is used. Check the last entries.")
    else:
        sentence = _(
            "{path} was damaged, or changed by another program, and is kept as {aside}; the version before it, saved "
            "{time}, is used. Check the last entries."
        )
    return sentence.format(path=path, aside=aside.name if aside else "", time=saved)


def _give_up(path: Path) -> str:
    """Set aside what is there of `path` and NAME.prev, neither of which can be trusted, and say so."""
    names = [aside.name for aside in (_set_aside(path), _set_aside(previous_of(path))) if aside is not None]
    sentence = _(
        "{path} was damaged, or changed by another program, and no earlier version can be used; what was there is kept "
        "as {aside}, and the console begins without it."
    )
    return sentence.format(path=path, aside=", ".join(names))


def _set_aside(path: Path) -> Path | None:
    """Rename a file that cannot be trusted and return its new name; None when there is no file."""
    aside = set_aside_name(path, "damaged")
    try:
        move(path, aside)
    except FileNotFoundError:
        return None
    return aside


def _saved_at(path: Path) -> str:
    try:
        return time.strftime("%Y-%m-%d %H:%M", time.localtime(path.stat().st_mtime))
    except OSError:
        return "?"


def _target(path: Path) -> Path:
    """`path` itself, or the file it is a link to: replacing a link would leave its target behind, unchanged."""
    return Path(os.path.realpath(path)) if os.path.islink(path) else path


def _read(path: Path) -> bytes | None:
    try:
        return patiently(path.read_bytes)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno == errno.EIO:
            # The disk cannot give the sectors back: as damaged as a file can be.
            return b""
        raise cannot_read(path, error) from error


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise cannot_write(path, error) from error


def _confirm(path: Path) -> None:
    try:
        sync_folder(path.parent)
    except OSError as error:
        raise unconfirmed(path, error) from error
