"""What goes over the pipe between the doctor and its processes: plain values alone."""

import marshal
import os
from collections.abc import Sequence
from typing import Any, NamedTuple

from console.repair.doctor.codes import Found
from console.repair.doctor.directory import Directory
from console.repair.doctor.file import Facts
from console.repair.doctor.reading import Seen


class Options(NamedTuple):
    """What a visit asks of every file."""

    today: str
    """ISO 8601."""
    language: str = "en"
    """For what decoders say."""
    hashes: bool = False
    decode: bool = False
    tools: tuple[str, ...] = ()
    """Programs to ask too, by name: dciodvfy, dcmdump."""

    def words(self) -> list[str]:
        """As arguments of the process."""
        flags = [name for name in ("hashes", "decode") if getattr(self, name)]
        return [self.today, self.language, *flags, *self.tools]

    @classmethod
    def of(cls, words: Sequence[str]) -> "Options":
        """What `words` made."""
        today, language, *rest = words
        tools = tuple(word for word in rest if word not in ("hashes", "decode"))
        return cls(today, language, "hashes" in rest, "decode" in rest, tools)


def pack_batch(paths: Sequence[str]) -> bytes:
    """The message that asks about files."""
    data = marshal.dumps([os.fsencode(path) for path in paths])
    return len(data).to_bytes(4, "little") + data


def unpack_batch(data: bytes) -> list[str]:
    """The files of a message without its length."""
    return [os.fsdecode(path) for path in marshal.loads(data)]


def pack_seen(all_seen: Sequence[Seen]) -> bytes:
    """The answer about files."""
    data = marshal.dumps([_plain(seen) for seen in all_seen])
    return len(data).to_bytes(4, "little") + data


def unpack_seen(answer: Sequence[Any]) -> list[Seen] | None:
    """What was seen; None for an answer that is none."""
    try:
        return [_seen(*one) for one in answer]
    except (TypeError, ValueError):
        return None


def _plain(seen: Seen) -> tuple[Any, ...]:
    facts = None
    if seen.facts is not None:
        *values, directory = seen.facts
        files = None if directory is None else tuple(directory.files)
        facts = (*values, files)
    found = [(one.code, one.detail, dict(one.values), one.offset, one.tag, one.remedy) for one in seen.found]
    return found, facts, seen.size, seen.mtime_ns, seen.sha256, seen.pixels


def _seen(found: Any, facts: Any, size: int, mtime_ns: int, sha256: bytes, pixels: bytes) -> Seen:
    known = None
    if facts is not None:
        *values, files = facts
        known = Facts(*values)._replace(directory=None if files is None else Directory(tuple(files)))
    seen = Seen([Found(*one) for one in found], known)
    seen.size, seen.mtime_ns, seen.sha256, seen.pixels = size, mtime_ns, sha256, pixels
    return seen
