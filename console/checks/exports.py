"""A run as JSON for programs, CSV for a spreadsheet, Markdown for people, and one line for Nagios."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from console.i18n import _
from console.model.check_run import CheckRun
from console.model.checks import SEVERITY, Finding, Metric, Status, worst
from console.plain import clean

EXIT = {Status.OK: 0, Status.WARN: 1, Status.CRIT: 2, Status.UNKNOWN: 3}
"""Exit status of a check, as monitoring systems read it."""
_NAGIOS_BYTES = 4000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for a formula."""


def exit_status(findings: Sequence[Finding]) -> int:
    """0 OK, 1 WARN, 2 CRIT, 3 UNKNOWN; 3 too where nothing was measured as OK, or something was not asked."""
    status = worst(finding.status for finding in findings if finding.status is not Status.NA)
    if status in EXIT:
        return EXIT[status]
    # Questions to people and what was skipped: the rest decides, and no measured OK is no green.
    if any(finding.status is Status.SKIPPED for finding in findings):
        return EXIT[Status.UNKNOWN]
    return EXIT[Status.OK if any(finding.status is Status.OK for finding in findings) else Status.UNKNOWN]


def to_json(run: CheckRun) -> str:
    """One document with the keys that scripts rely on (DESIGN, command line); texts in the language in use."""
    return json.dumps(json_of(run), ensure_ascii=False, indent=2) + "\n"


def json_of(run: CheckRun) -> dict[str, Any]:
    """The same as plain values."""
    return {
        "site": run.site,
        "started": run.started.isoformat(),
        "seconds": round(run.seconds, 3),
        "status": run.status.value,
        "stopped": run.stopped,
        "run": run.id,
        "findings": [_finding(finding) for finding in run.findings],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "check": finding.check,
        "target": finding.target,
        "item": finding.item,
        "host": finding.host,
        "title": str(finding.title),
        "status": finding.status.value,
        "summary": str(finding.summary),
        "measured": str(finding.measured),
        "expected": str(finding.expected),
        "metrics": [vars(metric) for metric in finding.metrics],
        "evidence": [{**vars(proof), "measured_at": proof.measured_at.isoformat()} for proof in finding.evidence],
        "remedy": str(finding.remedy),
        "clause": list(finding.clause),
        "standard": list(finding.standard),
        "measured_at": finding.measured_at.isoformat(),
        "since": finding.since.isoformat() if finding.since is not None else None,
    }


def to_csv(run: CheckRun) -> str:
    """One line a finding. Cells that a spreadsheet would calculate begin with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["status", "check", "target", "item", "title", "summary", "measured", "expected", "clause",
                     "standard", "measured_at", "since", "remedy"])  # fmt: skip
    for finding in run.findings:
        since = finding.since.isoformat() if finding.since is not None else ""
        cells = [
            finding.status.value, finding.check, finding.target, finding.item, str(finding.title), str(finding.summary),
            str(finding.measured), str(finding.expected), " ".join(finding.clause), "; ".join(finding.standard),
            finding.measured_at.isoformat(), since, str(finding.remedy),
        ]  # fmt: skip
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells])
    return out.getvalue()


def to_markdown(run: CheckRun) -> str:
    """For reading: what is wrong first, with measured, expected and remedy; then what is in order."""
    lines = [
        f"# {_md(run.site or _('Checks'))}",
        "",
        _("Started {started}, {seconds} s, status {status}.").format(
            started=f"{run.started:%Y-%m-%d %H:%M %z}", seconds=f"{run.seconds:.1f}", status=run.status.value
        ),
        "",
    ]
    for finding in sorted(run.findings, key=lambda finding: SEVERITY.index(finding.status)):
        where = " ".join(filter(None, (finding.target, finding.item)))
        lines.append(f"## {finding.status.value} {_md(str(finding.title) or finding.check)}: {_md(where)}")
        lines += ["", _md(str(finding.summary)), ""]
        facts = (
            (_("Measured"), str(finding.measured)),
            (_("Expected"), str(finding.expected)),
            (_("Clause"), " ".join((*finding.clause, *finding.standard))),
        )
        lines += [f"- {name}: {_md(value)}" for name, value in facts if value]
        if finding.status not in (Status.OK, Status.NA) and finding.remedy:
            lines.append(f"- {_('What to do')}: {_md(str(finding.remedy))}")
        lines += [f"- {_('Evidence')}: {_md(proof.tool)}, SHA-256 {proof.sha256}" for proof in finding.evidence]
        lines.append("")
    return "\n".join(lines)


def _md(text: str) -> str:
    for sign in "\\`*_{}[]<>#|!":
        text = text.replace(sign, f"\\{sign}")
    return " ".join(text.split())


def nagios(run: CheckRun) -> str:
    """One status line with performance data, as monitoring plug-ins print it; at most 4 kB."""
    word = {number: status.value for status, number in EXIT.items()}[exit_status(run.findings)]
    wrong = [finding for finding in run.findings if finding.status not in (Status.OK, Status.NA, Status.MANUAL)]
    wrong.sort(key=lambda finding: SEVERITY.index(finding.status))
    fine = sum(finding.status is Status.OK for finding in run.findings)
    text = "; ".join(str(finding.summary) for finding in wrong) or _("{count} in order").format(count=fine)
    text = clean(text).replace("|", "/")
    data = " ".join(
        _perfdata(finding, metric)
        for finding in run.findings
        for metric in finding.metrics
        if metric.value == metric.value
    )
    line = f"CATHLAB {'WARNING' if word == 'WARN' else 'CRITICAL' if word == 'CRIT' else word} - {text}"
    while len(line.encode()) > _NAGIOS_BYTES // 2:
        line = line[: len(line) * 9 // 10]
    room = _NAGIOS_BYTES - len(line.encode()) - 2
    while len(data.encode()) > room:
        # A number that is cut would be another number.
        data = data.rpartition(" ")[0]
    return f"{line} | {data}\n" if data else f"{line}\n"


_UNITS = {"%": "%", "bytes": "B", "s": "s", "ms": "ms", "count": ""}


def _perfdata(finding: Finding, metric: Metric) -> str:
    label = "_".join(filter(None, (finding.check, finding.target, finding.item, metric.name)))
    for sign in "'= |\n":
        label = label.replace(sign, "_")
    limits = (metric.warn, metric.crit, metric.minimum, metric.maximum)
    rest = ";".join("" if limit is None else f"{limit:g}" for limit in limits).rstrip(";")
    value = f"{metric.value:.6f}".rstrip("0").rstrip(".")
    return f"'{clean(label)}'={value}{_UNITS.get(metric.unit, '')}" + (f";{rest}" if rest else "")
