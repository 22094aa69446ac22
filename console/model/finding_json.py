"""Findings as JSON values and back, for the history, the pipe and the baseline: nothing of them is lost on the way."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from console.model.checks import Evidence, Finding, Metric, Status
from console.model.sentence import Sentence, Words, said_from_json


def finding_to_json(finding: Finding) -> dict[str, Any]:
    """A finding as plain values. Times are ISO 8601 with zone."""
    return {
        "check": finding.check,
        "target": finding.target,
        "item": finding.item,
        "status": finding.status.value,
        "summary": finding.summary.to_json(),
        "measured": finding.measured.to_json(),
        "expected": finding.expected.to_json(),
        "metrics": [list(vars(metric).values()) for metric in finding.metrics],
        "evidence": [evidence_to_json(evidence) for evidence in finding.evidence],
        "remedy": finding.remedy.to_json(),
        "clause": list(finding.clause),
        "standard": list(finding.standard),
        "measured_at": finding.measured_at.isoformat(),
        "seconds": finding.seconds,
        "since": finding.since.isoformat() if finding.since is not None else None,
        "title": finding.title.to_json(),
        "host": finding.host,
    }


def finding_from_json(data: Mapping[str, Any]) -> Finding:
    """What `finding_to_json` made. KeyError, ValueError, TypeError or AttributeError when it is something else."""
    since = data["since"]
    return Finding(
        check=str(data["check"]),
        target=str(data["target"]),
        item=str(data["item"]),
        status=Status(data["status"]),
        summary=Sentence.from_json(data["summary"]),
        measured=Sentence.from_json(data["measured"]),
        expected=Sentence.from_json(data["expected"]),
        metrics=tuple(Metric(*values) for values in data["metrics"]),
        evidence=tuple(evidence_from_json(evidence) for evidence in data["evidence"]),
        remedy=said_from_json(data["remedy"]),
        clause=tuple(data["clause"]),
        standard=tuple(data["standard"]),
        measured_at=datetime.fromisoformat(data["measured_at"]),
        seconds=float(data["seconds"]),
        since=datetime.fromisoformat(since) if since is not None else None,
        title=Words(data["title"]["en"], data["title"]["zh"]),
        host=str(data["host"]),
    )


def evidence_to_json(evidence: Evidence) -> dict[str, Any]:
    """Evidence as plain values."""
    return {**vars(evidence), "measured_at": evidence.measured_at.isoformat()}


def evidence_from_json(data: Mapping[str, Any]) -> Evidence:
    """What `evidence_to_json` made."""
    return Evidence(**{**data, "measured_at": datetime.fromisoformat(data["measured_at"])})
