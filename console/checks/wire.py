"""Events of a run as JSON, for the pipe between the console and the process that runs the checks."""

from collections.abc import Mapping
from typing import Any

from console.model.check_run import (
    Answered,
    Ended,
    Planned,
    PlannedRow,
    RunEvent,
    Started,
    Trust,
    TrustQuestion,
)
from console.model.checks import Status
from console.model.finding_json import finding_from_json, finding_to_json
from console.model.sentence import Sentence, Words


def event_out(event: RunEvent) -> dict[str, Any]:
    """An event as JSON values."""
    if isinstance(event, Planned):
        rows = [[row.check, row.target, row.title.en, row.title.zh, row.host, list(row.clause)] for row in event.rows]
        return {"planned": rows, "warnings": [warning.to_json() for warning in event.warnings]}
    if isinstance(event, Started):
        return {"started": [event.check, event.target]}
    if isinstance(event, Answered):
        findings = [finding_to_json(finding) for finding in event.findings]
        return {"answered": [event.check, event.target], "findings": findings}
    if isinstance(event, Trust):
        return {"trust": vars(event.question)}
    return {"ended": [event.run, event.status.value, event.seconds, event.stopped, event.problem]}


def event_in(data: Mapping[str, Any]) -> RunEvent:
    """What `event_out` made. KeyError, ValueError or TypeError when it is something else."""
    if "planned" in data:
        rows = tuple(
            PlannedRow(check, target, Words(en, zh), host, tuple(clause))
            for check, target, en, zh, host, clause in data["planned"]
        )
        return Planned(rows, tuple(Sentence.from_json(warning) for warning in data["warnings"]))
    if "started" in data:
        return Started(*data["started"])
    if "answered" in data:
        check, target = data["answered"]
        return Answered(check, target, tuple(finding_from_json(finding) for finding in data["findings"]))
    if "trust" in data:
        return Trust(TrustQuestion(**data["trust"]))
    run, status, seconds, stopped, problem = data["ended"]
    return Ended(run, Status(status), seconds, stopped, problem)
