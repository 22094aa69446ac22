"""How large the log files are: the contract says at most 10 GB each, database logs and others."""

from collections.abc import Sequence

from console.checks.kind import Asked, Check, Kind, NotKnown, Target, Wanted
from console.checks.parsers.files import lists_of
from console.checks.raw import Probe
from console.i18n import N_
from console.model.amounts import bytes_text
from console.model.checks import Metric, Status, Verdict
from console.model.sentence import NOTHING, Sentence, Value
from console.model.site import Database, Limits, Log, Site


def targets(check: Check, site: Site) -> Sequence[Target]:
    """Databases whose log files are named, and logs that are files."""
    found = [
        Target(database.id, database.log_files.host, database)
        for database in site.databases
        if database.log_files is not None and database.log_files.host
    ]
    return [*found, *(Target(log.id, log.host, log) for log in site.logs if log.path)]


def pattern_of(thing: Database | Log) -> str:
    """The files to look at."""
    if isinstance(thing, Log):
        return thing.path
    assert thing.log_files is not None
    return thing.log_files.files


def ask(wanted: Wanted) -> tuple[Probe, ...]:
    """The files and their sizes."""
    return (Probe("files", (pattern_of(wanted.target.thing),), 20.0),)


def _level(size: float, limits: Limits) -> Status:
    """The contract says at most: a file of exactly the limit is still in order."""
    if limits.crit is not None and size > limits.crit:
        return Status.CRIT
    return Status.WARN if limits.warn is not None and size > limits.warn else Status.OK


def judge(asked: Asked) -> Sequence[Verdict]:
    """One verdict for each file that is too large; else one for the largest."""
    limits = asked.limits
    found = lists_of(asked.answer).of(pattern_of(asked.target.thing)).known()
    if not found.count:
        raise NotKnown(Sentence(N_("No file fits {pattern}."), {"pattern": found.pattern}))
    if found.largest is None:
        raise NotKnown(Sentence(N_("There are too many files to see each: {count}."), {"count": str(found.count)}))
    large = {file.path: file for file in (*found.files, found.largest) if _level(file.size, limits) is not Status.OK}
    verdicts = []
    expected = Sentence(N_("at most {size}"), {"size": bytes_text(limits.crit)}) if limits.crit is not None else NOTHING
    for file in large.values() or (found.largest,):
        values: dict[str, Value] = {"name": file.name, "size": bytes_text(file.size), "count": str(found.count)}
        source = N_("{name} has grown to {size}.")
        if not large:
            source = N_("The largest of {count} log files, {name}, has {size}.")
        metric = Metric("size_bytes", float(file.size), "bytes", limits.warn, limits.crit, 0.0)
        measured = Sentence(N_("{size}"), values)
        item = file.path if large else "largest"
        verdicts.append(
            Verdict(item, _level(file.size, limits), Sentence(source, values), measured, expected, (metric,))
        )
    return verdicts


KIND = Kind("log_sizes", targets, judge, ask)
