"""Homes with inspections in them, for the tests of what is kept."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from console.inspection import lifecycle
from console.inspection.records import Records
from console.model.checks import Evidence, Finding, Metric, Status
from console.model.inspections import Answer, Entry, Inspection, Notice, Permission, Verdict
from console.model.sentence import Sentence, Words
from console.model.site import Contract, Site
from tests.unit.inspection.visits import FORM, entries

DAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SITE = Site("第一医院", contract=Contract("WB-1"))
NOTICE = Notice(date(2026, 11, 10), "电话", "信息科 王工", "2026-11-23")
PERMISSION = Permission(date(2026, 11, 12), "王主任", "书面")
USED, LOOK, SERIAL = "disks/used@pacs-a", "displays/look", "displays/serial"


class Clock:
    """A clock that goes on by a minute whenever it is looked at."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


def records_of(home: Path, *, read_only: bool = False, told: list[str] | None = None) -> Records:
    """The records of a home folder."""
    tell = None if told is None else told.append
    return Records(home, read_only=read_only, clock=Clock(), tell=tell)


def new(records: Records, quarter: str = "2026Q4", answered: dict[str, Answer] | None = None) -> Inspection:
    """A new inspection of the tests' form."""
    made = tuple(replace(each, answer=(answered or {}).get(each.id, each.answer)) for each in entries())
    return records.new(FORM, SITE, quarter, DAY, "李工", made)


def answer(draft: Inspection, entry_id: str, entered: str, verdict: Verdict = Verdict.PASS) -> Inspection:
    """The draft with one answer typed."""
    entry: Entry = draft.entry(entry_id)
    said = replace(entry.answer, entered=entered, verdict=verdict, by="李工", at=NOON)
    return lifecycle.set_answer(draft, replace(entry, answer=said))


def begun(records: Records, quarter: str = "2026Q4") -> Inspection:
    """An inspection that was announced, permitted and begun."""
    made = new(records, quarter, {USED: Answer(findings=(proven(),), run=7, verdict=Verdict.PASS)})
    records.change(made.id, lambda draft: lifecycle.announce(draft, NOTICE))
    records.change(made.id, lambda draft: lifecycle.permit(draft, PERMISSION))
    return records.change(made.id, lambda draft: lifecycle.begin(draft, by="李工", at=NOON))


def sealed(records: Records, quarter: str = "2026Q4") -> Inspection:
    """An inspection that went all the way to its seal."""
    draft = begun(records, quarter)
    records.change(draft.id, lambda each: answer(each, LOOK, "good"))
    records.change(draft.id, lambda each: answer(each, SERIAL, "SN-1"))
    records.change(draft.id, lifecycle.review)
    with without_gaps():
        return records.seal(draft.id, "李工")


def typing(entry_id: str, entered: str) -> Callable[[Inspection], Inspection]:
    """One answer, as a change of a record."""
    return lambda draft: answer(draft, entry_id, entered)


@contextmanager
def without_gaps() -> Iterator[None]:
    """The completion gate, open: what it asks is tested on its own."""
    with patch("console.inspection.sealing.gaps", lambda _draft: ()):
        yield


def proven(output: str = "82 %", host: str = "pacs-a") -> Finding:
    """A finding with its proof."""
    proof = Evidence("df -P /data", output, "a" * 64, False, NOON, "ssh inspector@10.0.0.2")
    return Finding(
        "disk.used", host, "/data", Status.OK, Sentence("{used} used", {"used": output[:8]}), Sentence("82 %"),
        Sentence("under 95 %"), (Metric("used_percent", 82.5, "%"),), (proof,), Words("Make room", "腾出空间"),
        ("D3",), (), NOON, 0.25, host=host,
    )  # fmt: skip


def tampered(path: Path, old: str, new_text: str) -> None:
    """Change some text in a record as another program would that knows of the checksum line."""
    from hashlib import sha256

    body = path.read_bytes().partition(b"\n")[2]
    assert old.encode() in body
    body = body.replace(old.encode(), new_text.encode(), 1)
    head = b"#cathlab-store 1 sha256:%s %d\n" % (sha256(body).hexdigest().encode(), len(body))
    path.write_bytes(head + body)
