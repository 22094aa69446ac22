"""A look at the logs of a Linux host: the question to data/probes/log.sh, and its answer searched here.

The server finds the old places and sends facts and bytes; what they mean is decided here, by the same code that reads
the logs of this machine. The place that the server found with `cksum` is confirmed with SHA-256.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from console.checks.logs.bookmark import HEAD, NEVER, TAIL, Bookmark, piece
from console.checks.logs.looking import Look, Request
from console.checks.logs.rotation import MAX_FILES

FIRST_BYTES = 1024 * 1024
BUDGET_BYTES = 6 * 1024 * 1024
"""A connection carries so much of one log a visit; the frame drops what is longer than 8 MiB."""
_DAY_NS = 86_400 * 10**9
_SECOND_NS = 10**9


class NotALogAnswer(ValueError):
    """The answer is cut off or garbled."""


def arguments(pattern: str, request: Request) -> tuple[str, ...]:
    """What log.sh is given."""
    marks = "\n".join(
        f"{mark.offset} {mark.head.length} {mark.head.cksum} {mark.tail.length} {mark.tail.cksum} {mark.inode}"
        f" {mark.mtime_ns // _SECOND_NS} {mark.mtime_ns % _SECOND_NS} {mark.path}"
        for mark in _ordered(request)
    )
    looked = str(request.state.looked_ns // _SECOND_NS)
    return pattern, marks, str(request.first_bytes), str(request.budget_bytes), looked


@dataclass(frozen=True)
class _Sent:
    """A file of which bytes were sent."""

    number: int
    """Of the bookmark; -1 for none."""
    how: str
    inode: int
    size: int
    mtime_ns: int
    start: int
    final: bool
    path: str
    head: bytes
    before: bytes
    data: bytes


@dataclass
class _Answer:
    looked_ns: int = 0
    sent: list[_Sent] = field(default_factory=list)
    lost: dict[int, bool] = field(default_factory=dict)
    """Bookmarks whose place nobody holds, and whether their live file is there."""
    packed: list[str] = field(default_factory=list)
    denied: list[str] = field(default_factory=list)
    tools: list[str] = field(default_factory=list)
    older: int = 0
    left: int = 0


def carried(request: Request) -> Request:
    """The question for a host whose answer is carried here on a stick: it cannot know how far the log was read."""
    return replace(request, state=NEVER)


def look_of(output: bytes, request: Request) -> dict[str, Any]:
    """The result of `looking` from what log.sh said. NotALogAnswer when that is not whole."""
    answer = _parsed(output)
    if request.state.looked_ns and all(sent.how == "first" for sent in answer.sent) and not answer.lost:
        answer.sent, answer.lost = _resumed(answer.sent, _ordered(request))
    view = Look(request)
    view.older = answer.older
    for path in answer.denied:
        view.trouble(path, "Permission denied")
    for tool in answer.tools:
        view.trouble(tool, "missing tool")
    for path in answer.packed:
        view.gap(path, "packed")
    known = _ordered(request)
    marks: dict[int | str, Bookmark] = dict(enumerate(known))
    for number, there in answer.lost.items():
        mark = known[number]
        marks.pop(number)
        if not there and mark.complete and mark.mtime_ns < request.state.looked_ns - _DAY_NS:
            continue
        view.gap(mark.path, "rewritten" if there else "gone", mark.offset)
        if there and not any(sent.path == mark.path for sent in answer.sent):
            marks[number] = Bookmark(mark.path, 0, 0, piece(b""), piece(b""), answer.looked_ns)
    stopped: set[int] = set()
    for sent in answer.sent:
        if sent.number in stopped:
            continue
        before = marks.get(sent.number)
        inside = sent.how == "first" and sent.start > 0
        if sent.how == "new" and sent.number < 0:
            inside = sent.start > 0
        elif before is not None and sent.start:
            inside = before.inside
            if not _confirmed(before, sent):
                view.trouble(sent.path, "changed while it was read")
                stopped.add(sent.number)
                continue
        new = _read(view, before.path if before is not None else sent.path, sent, inside)
        marks[sent.number if sent.number >= 0 else sent.path] = new
        if not new.complete and sent.number >= 0:
            # What comes after it waits until it is read to its end.
            stopped.add(sent.number)
    view.left += answer.left
    found = tuple(marks.values())[-MAX_FILES:]
    return view.result(found, max(answer.looked_ns, request.state.looked_ns))


def _ordered(request: Request) -> list[Bookmark]:
    return sorted(request.state.marks, key=lambda mark: (mark.mtime_ns, mark.path))


def _confirmed(mark: Bookmark, sent: _Sent) -> bool:
    head, tail = sent.head[: mark.head.length], sent.before[len(sent.before) - mark.tail.length :]
    return sent.start == mark.offset and mark.head.is_of(head) and mark.tail.is_of(tail)


def _resumed(sent: Sequence[_Sent], known: Sequence[Bookmark]) -> tuple[list[_Sent], dict[int, bool]]:
    """The ends of files that a server sent without knowing the bookmarks, less what was read before."""
    resumed, lost = [], dict[int, bool]()
    by_path = {mark.path: (number, mark) for number, mark in enumerate(known)}
    for each in sent:
        number, mark = by_path.get(each.path, (-1, None))
        if mark is None:
            resumed.append(replace(each, how="new"))
            continue
        skip = mark.offset - each.start
        whole = each.before + each.data
        end = len(each.before) + skip
        before = whole[max(0, end - TAIL) : max(0, end)]
        again = replace(
            each, number=number, how="same", start=mark.offset, before=before, data=each.data[max(0, skip) :]
        )
        if 0 <= skip <= len(each.data) and _confirmed(mark, again):
            resumed.append(again)
        elif mark.offset or each.start:
            lost[number] = True
            resumed.append(replace(each, number=-1, how="new"))
        else:
            resumed.append(replace(each, number=number, how="same"))
    return resumed, lost


def _read(view: Look, live: str, sent: _Sent, inside: bool) -> Bookmark:
    whole = sent.start + len(sent.data) >= sent.size
    if sent.how in ("first", "new"):
        view.skipped += sent.start
    data = io.BytesIO(sent.data)
    done, reached = view.take(data, head=sent.head[:2], final=sent.final and whole, inside=inside)
    end = len(sent.before) + done
    offset = sent.start + done
    tail = (sent.before + sent.data)[max(0, end - TAIL) : end]
    view.note(sent.path, sent.how, sent.start, offset, 0)
    head = sent.head[: min(HEAD, offset)]
    return Bookmark(
        live, sent.inode, offset, piece(head), piece(tail), sent.mtime_ns, reached.inside, whole and reached.ended
    )


def _parsed(output: bytes) -> _Answer:
    answer, at = _Answer(), 0
    while True:
        end = output.find(b"\n", at)
        if end < 0:
            raise NotALogAnswer("no end")
        line, at = output[at:end].decode("utf-8", "surrogateescape"), end + 1
        word, _space, rest = line.partition(" ")
        if word == "END":
            return answer
        if word == "F":
            sent, at = _sent(rest, output, at)
            answer.sent.append(sent)
        elif word == "T":
            answer.looked_ns = int(rest) * _SECOND_NS
        elif word == "L":
            answer.left = int(rest)
        elif word == "G":
            number, there, _path = rest.split(" ", 2)
            answer.lost[int(number)] = there == "1"
        elif word == "P":
            answer.packed.append(rest)
        elif word == "!denied":
            answer.denied.append(rest)
        elif word == "!tool":
            answer.tools.append(rest)
        elif word == "!many":
            answer.older = int(rest)
        elif word != "!missing":
            raise NotALogAnswer(line[:80])


def _sent(rest: str, output: bytes, at: int) -> tuple[_Sent, int]:
    words = rest.split(" ", 11)
    if len(words) != 12:
        raise NotALogAnswer(rest[:80])
    number, how, path = words[0], words[1], words[11]
    inode, size, mtime, nano, start, before, count, head, final = map(int, words[2:11])
    ends = [at + head, at + head + before, at + head + before + count]
    pieces = output[at : ends[0]], output[ends[0] : ends[1]], output[ends[1] : ends[2]]
    if output[ends[2] : ends[2] + 3] != b"\nE\n":
        raise NotALogAnswer("a file that changed while it was read")
    mtime_ns = mtime * _SECOND_NS + nano
    mark = int(number) if number != "-" else -1
    return _Sent(mark, how, inode, size, mtime_ns, start, bool(final), path, *pieces), ends[2] + 3
