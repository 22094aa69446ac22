"""Error and application logs: what is new since the last look, grouped, and not OK before a person has reviewed it.

`of` says which logs: "error" or "app". `first_bytes` and `budget_bytes` change how much of a log is read at a first
look and at any look. What the ledger of the home folder remembers comes and goes through `recall` and `keep`.
"""

import json
from collections.abc import Sequence
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

from console.checks.kind import Asked, Check, Kind, NotKnown, Target, Wanted, complete
from console.checks.logs import journal, looking, remote
from console.checks.logs.bookmark import State
from console.checks.logs.ledger import LogLedger, Remembered, damaged_state, merged
from console.checks.logs.looking import Request
from console.checks.parsers.reading import told
from console.checks.raw import Probe, Raw
from console.i18n import N_
from console.model.amounts import bytes_text
from console.model.checks import Metric, Status, Verdict
from console.model.logs import LogGroup
from console.model.sentence import NOTHING, Sentence
from console.model.site import Log, Site

ROWS = 40
"""Groups of a log that have a row of their own; the others are counted in the log's own row."""
_ITEM = 100
_LIMIT_S = 30.0
_BUDGET_S = 22.0


def targets(check: Check, site: Site) -> Sequence[Target]:
    """The site's logs of one sort."""
    return [Target(log.id, log.host, log) for log in site.logs if log.kind == check.params.get("of", "error")]


def recall(wanted: Wanted, home: Path) -> Remembered:
    """Bookmarks and groups. Raises StoreError."""
    return LogLedger(home).recall(wanted.target.id)


def probes(wanted: Wanted) -> tuple[Probe, ...]:
    """One question: the new bytes of the files, or the new entries of the journal."""
    log = cast(Log, wanted.target.thing)
    remembered = wanted.notes if isinstance(wanted.notes, Remembered) else Remembered()
    host = wanted.site.host(log.host)
    stick = host is not None and host.via == "bundle"
    if log.unit:
        return (Probe("journal", journal.arguments(log.unit, None if stick else remembered.state), _LIMIT_S),)
    if not log.path:
        return ()
    request = _request(wanted.check, log, remembered, wanted.site)
    if _is_local(log, wanted.site):
        return (Probe("log", (log.path, json.dumps(request.to_json(), ensure_ascii=False)), _LIMIT_S),)
    if stick:
        request = remote.carried(request)
    return (Probe("log", remote.arguments(log.path, request), _LIMIT_S),)


def judge(asked: Asked) -> Sequence[Verdict]:
    """The log's own verdict, then one for each group that waits for a person."""
    log = cast(Log, asked.target.thing)
    if not asked.answers:
        return [_by_hand(log)]
    known = _remembered(asked)
    try:
        look = _look(asked)
    except NotKnown as error:
        return [Verdict("", Status.UNKNOWN, error.why), *_rows(known.groups)]
    except (ValueError, LookupError, TypeError) as error:
        source = N_("What came back about the log cannot be understood ({error}); nothing of it was taken for read.")
        why = Sentence(source, {"error": f"{type(error).__name__}: {error}"[:120]})
        return [Verdict("", Status.UNKNOWN, why), *_rows(known.groups)]
    groups = merged(log.id, known.groups, found_in(look), asked.now)
    return [_verdict(asked, log, known, look, groups), *_rows(groups)]


def keep(asked: Asked, home: Path) -> None:
    """Advance bookmarks and groups together. Raises StoreError; what was not understood advances nothing."""
    if not asked.answers:
        return
    try:
        look = _look(asked)
    except (NotKnown, ValueError, LookupError, TypeError):
        return
    if look["state"].get("looked") and (look["files"] or look["gaps"] or _remembered(asked).version):
        LogLedger(home).advance(asked.target.id, _remembered(asked), look["state"], found_in(look), asked.now)


def shown(raw: Raw) -> bytes:
    """What of an answer may stand in the evidence: everything but the lines that nobody asked for.

    A log's raw bytes may hold names of patients by the thousand; the evidence keeps what the console shows of them.
    """
    if raw.dialect == "json":
        return _without_lines(raw.output)
    if raw.probe.name != "log":
        return b"%d lines" % raw.output.count(b"\n")
    return b"\n".join(
        line for line in raw.output.split(b"\n") if line[:2] in (b"F ", b"G ", b"P ", b"T ", b"L ", b"!d")
    )


def _without_lines(output: bytes) -> bytes:
    try:
        look = json.loads(output)
        for group in look["groups"]:
            for line in ("shape", "first_line", "last_line"):
                group.pop(line, None)
    except (ValueError, LookupError, TypeError, AttributeError):
        return b"%d bytes" % len(output)
    return json.dumps(look, ensure_ascii=False).encode()


def found_in(look: dict[str, Any]) -> list[dict[str, Any]]:
    """Groups of lines, and places where lines were lost: those too wait for a person's word."""
    lost = [
        {
            "shape": f"{gap['path']} ({gap['why']})", "count": 1, "raised": False, "level": "", "gap": True,
            "first_line": gap["path"], "last_line": gap["path"], "first_stamp": "", "last_stamp": "",
        }
        for gap in look["gaps"]
    ]  # fmt: skip
    return [*look["groups"], *lost]


def _remembered(asked: Asked) -> Remembered:
    return asked.notes if isinstance(asked.notes, Remembered) else Remembered()


def _is_local(log: Log, site: Site) -> bool:
    host = site.host(log.host)
    return host is not None and host.via == "local"


def _request(check: Check, log: Log, remembered: Remembered, site: Site) -> Request:
    source: Any = looking if _is_local(log, site) else remote
    first = int(check.params.get("first_bytes", source.FIRST_BYTES))
    budget = int(check.params.get("budget_bytes", source.BUDGET_BYTES))
    if source is remote:
        first, budget = min(first, budget, remote.BUDGET_BYTES), min(budget, remote.BUDGET_BYTES)
    try:
        state = State.from_json(remembered.state)
    except (ValueError, LookupError, TypeError) as error:
        raise damaged_state(log.id) from error
    # The site file may name other files by now; those it no longer means are nobody's loss.
    state = State(tuple(mark for mark in state.marks if fnmatchcase(mark.path, log.path)), state.looked_ns)
    return Request(log.words, log.raise_, log.mute, log.encoding, first, budget, _BUDGET_S, state)


def _look(asked: Asked) -> dict[str, Any]:
    """The result of `looking`, whichever way it came. Raises NotKnown, ValueError, LookupError, TypeError."""
    log = cast(Log, asked.target.thing)
    raw = complete(asked.answers[0])
    known = _remembered(asked)
    if log.unit:
        text = told(raw)
        if not isinstance(text, str):
            raise ValueError("not the journal of a Linux host")
        request = Request(log.words, log.raise_, log.mute)
        return journal.look_of(text, log.unit, request, known.state, int(asked.now.timestamp() * 10**9))
    if raw.dialect == "posix":
        return remote.look_of(raw.output, _request(asked.check, log, known, asked.site))
    look = told(raw)
    if not isinstance(look, dict):
        raise ValueError("no object")
    for key, form in _FORMS.items():
        if not isinstance(look[key], form):
            raise TypeError(key)
    return look


_FORMS: dict[str, type] = {
    "files": list, "groups": list, "lines": int, "muted": int, "cut": int, "read": int, "left": int, "skipped": int,
    "older": int, "first": bool, "gaps": list, "troubles": list, "state": dict,
}  # fmt: skip


def _verdict(asked: Asked, log: Log, known: Remembered, look: dict[str, Any], groups: Sequence[LogGroup]) -> Verdict:
    """What is true of the log as a whole."""
    waiting = [group for group in groups if not group.reviewed]
    raised = [group for group in waiting if group.raised and not group.in_hand]
    new = sum(int(group["count"]) for group in look["groups"])
    metrics = (
        Metric("new_lines", new, "count"),
        Metric("open_groups", len(waiting), "count"),
        Metric("raised_groups", len(raised), "count"),
        Metric("muted_lines", int(look["muted"]), "count"),
        Metric("read", int(look["read"]), "bytes"),
        Metric("left", int(look["left"]), "bytes"),
    )
    measured = Sentence(N_("{new} new"), {"new": str(new)})
    expected = Sentence(N_("all reviewed"))
    if look["troubles"]:
        return Verdict("", Status.UNKNOWN, _trouble(look["troubles"][0]), measured, expected, metrics)
    if not look["files"] and not look["gaps"]:
        source = N_("The journal of {unit} holds nothing.") if log.unit else N_("No file is called {path}.")
        status = asked.check.missing
        return Verdict("", status, Sentence(source, {"unit": log.unit, "path": log.path}), NOTHING, expected)
    values = {
        "new": str(new), "groups": str(len(waiting)), "size": bytes_text(look["read"]),
        "left": bytes_text(look["left"]), "muted": str(look["muted"]), "skipped": bytes_text(look["skipped"]),
        "since": f"{known.looked_at.astimezone(asked.now.tzinfo):%Y-%m-%d %H:%M}" if known.looked_at else "",
    }  # fmt: skip
    if raised:
        status, summary = (
            Status.CRIT,
            Sentence(
                N_("{groups} groups of lines wait for review, critical ones among them; {new} lines are new."), values
            ),
        )
    elif waiting:
        status, summary = (
            Status.WARN,
            Sentence(N_("{groups} groups of lines wait for review; {new} lines are new."), values),
        )
    elif known.looked_at is None:
        status, summary = Status.OK, Sentence(N_("Nothing in it waits for review; {size} were read."), values)
    else:
        status, summary = Status.OK, Sentence(N_("Nothing waits for review; {size} are new since {since}."), values)
    parts = [summary]
    if look["left"]:
        status = Status.WARN if status is Status.OK else status
        parts.append(Sentence(N_("{left} are not read yet: check again."), values))
    if look["first"] and look["skipped"]:
        parts.append(Sentence(N_("First look: only the end was read, {skipped} before it were not."), values))
    if look["muted"]:
        parts.append(Sentence(N_("{muted} muted lines are not among them."), values))
    if look["cut"]:
        parts.append(Sentence(N_("{count} lines were too long and were cut."), {"count": str(look["cut"])}))
    if look["older"]:
        parts.append(Sentence(N_("{count} older files were left out."), {"count": str(look["older"])}))
    return Verdict("", status, _joined(parts), measured, expected, metrics)


def _rows(groups: Sequence[LogGroup]) -> list[Verdict]:
    """One verdict for each group that waits, the worst first."""
    return [_row(group) for group in groups if not group.reviewed][:ROWS]


def _row(group: LogGroup) -> Verdict:
    said = group.review
    values = {
        "count": str(group.count),
        "new": str(group.new),
        "last": group.last_stamp or f"{group.last_seen:%Y-%m-%d %H:%M}",
        "by": said.by if said else "",
        "note": said.note if said else "",
    }
    status = Status.CRIT if group.raised and not group.in_hand else Status.WARN
    if group.gap:
        source = N_("Lines were lost before anybody read them: the log was emptied, replaced or tidied away.")
    elif group.in_hand:
        source = N_("{by} is at it ({note}): {count} lines, {new} new, last {last}.")
    elif group.review is not None:
        source = N_("Was handled by {by}, and has come back: {count} lines, {new} new, last {last}.")
    else:
        source = N_("{count} lines, {new} new, last {last}; nobody has reviewed them.")
    metrics = (Metric("count", group.count, "count"), Metric("new", group.new, "count"))
    measured = Sentence(N_("{new} new"), values)
    return Verdict(item_of(group), status, Sentence(source, values), measured, Sentence(N_("reviewed")), metrics)


def item_of(group: LogGroup) -> str:
    """The name of a group's row: its shape, cut where it is long, but still of this group alone."""
    if len(group.shape) <= _ITEM:
        return group.shape
    return f"{group.shape[: _ITEM - 8]}…{sha256(group.shape.encode('utf-8', 'replace')).hexdigest()[:6]}"


def _trouble(trouble: dict[str, str]) -> Sentence:
    if trouble["why"] == "missing tool":
        return Sentence(
            N_("The server has no {tool}, without which the log cannot be read."), {"tool": trouble["path"]}
        )
    source = N_("{path} cannot be read: {why}. Give the account of the checks the right to read it.")
    return Sentence(source, {"path": trouble["path"], "why": trouble["why"]})


def _by_hand(log: Log) -> Verdict:
    source = N_("The Windows event log {name} is not read by the console: look through it on the server.")
    return Verdict("", Status.MANUAL, Sentence(source, {"name": log.event_log or "?"}))


def _joined(parts: Sequence[Sentence]) -> Sentence:
    whole = parts[0]
    for part in parts[1:]:
        whole = Sentence(N_("{one} {two}"), {"one": whole, "two": part})
    return whole


KIND = Kind("logs", targets, judge, probes, recall=recall, keep=keep, shown=shown)
