"""A queue that is a folder: how long its oldest file waits, how many wait, and whether any of them leaves.

Age first, count second, movement third: a queue of three files that have stood for an hour is worse than one of a
thousand that drains. The folder is looked at twice, 20 s apart; when nothing left meanwhile and the oldest is beyond
the warning, the queue stands still, however short it is.
"""

from collections.abc import Sequence
from datetime import timedelta

from console.checks.kind import Asked, Check, Kind, Target, Wanted, complete
from console.checks.kinds.partitions import level
from console.checks.parsers.files import Listed, Lists, lists_of
from console.checks.raw import Probe
from console.i18n import N_
from console.model.amounts import bytes_text, duration
from console.model.checks import Metric, Status, Verdict
from console.model.sentence import NOTHING, Sentence, Value
from console.model.site import Limits, Queue, Site

_BAD = ("*.tmp", "*.bad", "*.part")
"""What failed transfers leave beside the queue."""


def targets(check: Check, site: Site) -> Sequence[Target]:
    """Queues that are folders."""
    return [Target(queue.id, queue.host, queue) for queue in site.queues if queue.kind == "folder"]


def patterns(queue: Queue) -> tuple[str, ...]:
    """The queue's own files, then what failed transfers leave."""
    folder = queue.path.rstrip("/\\")
    sign = "\\" if ":" in folder[:3] else "/"
    return (f"{folder}{sign}{queue.pattern}", *(f"{folder}{sign}{bad}" for bad in _BAD if bad != queue.pattern))


def ask(wanted: Wanted) -> tuple[Probe, ...]:
    """All files that wait."""
    return (Probe("files", patterns(wanted.target.thing), 20.0),)


def judge(asked: Asked) -> Sequence[Verdict]:
    """One verdict for the queue, and a warning for what lies beside it."""
    queue: Queue = asked.target.thing
    looks = [lists_of(complete(raw)) for raw in asked.answers]
    first, last = looks[0].of(patterns(queue)[0]).known(), looks[-1].of(patterns(queue)[0]).known()
    verdicts = [_waiting(queue, first, last, looks, asked.limits)]
    left = [file for pattern in patterns(queue)[1:] for file in looks[-1].of(pattern).files]
    stale = [file for file in left if looks[-1].now - file.mtime > 3600]
    if stale:
        source = N_("{count} unfinished or refused files lie beside the queue {queue}, such as {name}.")
        values: dict[str, Value] = {"count": str(len(stale)), "queue": queue.id, "name": stale[0].name}
        verdicts.append(
            Verdict("leftovers", Status.WARN, Sentence(source, values), metrics=(Metric("count", len(stale), "count"),))
        )
    return verdicts


def _waiting(queue: Queue, first: Listed, last: Listed, looks: Sequence[Lists], limits: Limits) -> Verdict:
    now = looks[-1].now
    oldest = last.oldest
    metrics = [Metric("oldest_s", 0.0, "s", limits.warn, limits.crit), Metric("count", float(last.count), "count")]
    expected = Sentence(N_("under {time}"), {"time": duration(limits.crit)}) if limits.crit is not None else NOTHING
    if oldest is None:
        summary = Sentence(N_("Nothing waits in {queue}."), {"queue": queue.id})
        return Verdict("", Status.OK, summary, Sentence(N_("empty")), expected, tuple(metrics))
    if oldest.mtime > now + 300:
        source = N_("All files in {queue} are from the future: a clock is wrong, so nobody knows how long they wait.")
        return Verdict("", Status.UNKNOWN, Sentence(source, {"queue": queue.id}), NOTHING, expected)
    age = max(now - oldest.mtime, 0.0)
    metrics[0] = Metric("oldest_s", age, "s", limits.warn, limits.crit)
    values: dict[str, Value] = {
        "queue": queue.id,
        "age": duration(age),
        "count": str(last.count),
        "size": bytes_text(last.bytes),
    }
    measured = Sentence(N_("{age}, {count} files"), values)
    status = level(age, limits)
    source = N_("The oldest of {count} files ({size}) in {queue} waits for {age}.")
    span = looks[-1].now - looks[0].now
    if len(looks) > 1 and span > 0:
        gone = _gone(first, last)
        metrics.append(Metric("left_per_minute", 60.0 * gone / span, "count"))
        values |= {"gone": str(gone), "span": duration(span)}
        if gone == 0 and first.count and status is not Status.OK:
            status = Status.CRIT
            source = N_("{queue} stands still: none of {count} files left within {span}; the oldest waits for {age}.")
        elif gone:
            source = N_("The oldest of {count} files ({size}) in {queue} waits for {age}; {gone} left within {span}.")
    return Verdict("", status, Sentence(source, values), measured, expected, tuple(metrics))


def _gone(first: Listed, last: Listed) -> int:
    """How many of the oldest files left. Those in between are not named in a long queue, so they are not counted."""
    oldest = sorted(first.files, key=lambda file: file.mtime)[:100]
    still = {file.path for file in last.files}
    if last.count > len(last.files) and len(first.files) < first.count:
        still_oldest = sorted(last.files, key=lambda file: file.mtime)[:100]
        horizon = still_oldest[-1].mtime
        oldest = [file for file in oldest if file.mtime <= horizon]
    return sum(file.path not in still for file in oldest)


KIND = Kind("folder_queue", targets, judge, ask, again_after=timedelta(seconds=20))
