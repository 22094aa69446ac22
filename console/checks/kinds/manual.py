"""A question to a person: what no machine can see, with who looked, when, and what proves it.

The title is the question. `per` says whom it is about: "site" (the default), "host", "database", "node", "interface" or
"display". Limits are the age of an answer in days: from `warn` on somebody has to look again. `failed` is the status of
a "no" (CRIT, or WARN).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from console.checks.kind import Asked, Check, Kind, NotKnown, Target, Wanted
from console.i18n import N_
from console.model.answers import Answer
from console.model.checks import Metric, Status, Verdict
from console.model.sentence import Sentence, Value
from console.model.site import Site

_PER: Mapping[str, Callable[[Site], Sequence[Target]]] = {
    "site": lambda site: [Target("site", "", site)],
    "host": lambda site: [Target(host.id, host.id, host) for host in site.hosts],
    "database": lambda site: [Target(each.id, "", each) for each in site.databases],
    "node": lambda site: [Target(each.id, "", each) for each in site.nodes],
    "interface": lambda site: [Target(each.id, "", each) for each in site.interfaces],
    "display": lambda site: [Target(each.id, "", each) for each in site.displays if each.role != "office"],
}


def targets(check: Check, site: Site) -> Sequence[Target]:
    """What the question is about; an unknown `per` asks about the site, and the judge says so.

    A machine without a site file has nobody who answers for it.
    """
    if site.path is None:
        return []
    return _PER.get(str(check.params.get("per", "site")), _PER["site"])(site)


def recall(wanted: Wanted, home: Path) -> Answer | None:
    """The last answer."""
    # Brings the document store, which a catalogue that is only read does not need.
    from console.checks.answers import Answers

    return Answers(home, read_only=True).latest(wanted.check.id, wanted.target.id)


def judge(asked: Asked) -> Sequence[Verdict]:
    """One verdict: what the person said, as long as it is recent."""
    per = str(asked.check.params.get("per", "site"))
    if per not in _PER:
        raise NotKnown(Sentence(N_("The catalogue asks per {what}, which does not exist."), {"what": per}))
    answer = asked.notes
    if answer is None:
        source = N_("Nobody has answered this yet: look, then enter what you saw.")
        return [Verdict("", Status.MANUAL, Sentence(source), Sentence(N_("not answered")))]
    if not isinstance(answer, Answer):
        raise TypeError(type(answer).__name__)
    days = (asked.now - answer.at) / timedelta(days=1)
    values: dict[str, Value] = {
        "by": answer.by, "day": f"{answer.at:%Y-%m-%d}", "note": answer.note or answer.evidence, "days": f"{days:.0f}",
    }  # fmt: skip
    if days < -1:
        source = N_("{by} answered on {day}, which is still to come: a clock is or was wrong.")
        return [Verdict("", Status.UNKNOWN, Sentence(source, values))]
    status, summary = _said(answer, asked, values)
    warn = asked.limits.warn
    if status in (Status.OK, Status.NA) and not answer.intact:
        source = N_("{by} said yes on {day}, but the evidence {name} is gone or was changed.")
        status, summary = Status.UNKNOWN, Sentence(source, {**values, "name": answer.evidence})
    elif status in (Status.OK, Status.NA) and warn is not None and days >= warn:
        source = N_("{by} said so {days} days ago, which is good for {limit} days: look again. {note}")
        status, summary = Status.WARN, Sentence(source, {**values, "limit": f"{warn:g}"})
    expected = Sentence(N_("under {days} d"), {"days": f"{warn:g}"}) if warn is not None else Sentence(N_("answered"))
    metric = Metric("answer_days", max(days, 0.0), "d", warn, asked.limits.crit, 0.0)
    return [Verdict("", status, summary, Sentence(N_("{day}"), {"day": values["day"]}), expected, (metric,))]


def _said(answer: Answer, asked: Asked, values: Mapping[str, Value]) -> tuple[Status, Sentence]:
    if answer.said == "pass":
        return Status.OK, Sentence(N_("{by} looked on {day}: yes. {note}"), values)
    if answer.said == "part":
        return Status.WARN, Sentence(N_("{by} looked on {day}: partly. {note}"), values)
    if answer.said == "na":
        return Status.NA, Sentence(N_("{by} said on {day} that it does not apply: {note}"), values)
    status = Status.WARN if asked.check.params.get("failed") == "WARN" else Status.CRIT
    return status, Sentence(N_("{by} looked on {day}: no. {note}"), values)


KIND = Kind("manual", targets, judge, recall=recall)
