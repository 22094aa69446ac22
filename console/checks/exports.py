"""A run as JSON for programs, CSV for a spreadsheet, Markdown for people, and one line for Nagios."""

import csv
import io
import json
import math
import re
from collections.abc import Sequence
from typing import Any

from console.i18n import _
from console.model.check_run import CheckRun
from console.model.checks import SEVERITY, Finding, Metric, Status
from console.plain import clean

EXIT = {Status.OK: 0, Status.WARN: 1, Status.CRIT: 2, Status.UNKNOWN: 3}
"""Exit status of a check, as monitoring systems read it."""
_NAGIOS_BYTES = 4000
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet would take for a formula, also behind blanks; the last four are full-width."""


def exit_status(findings: Sequence[Finding]) -> int:
    """0 OK, 1 WARN, 2 CRIT, 3 UNKNOWN; 3 too where nothing was measured as OK, or something was not asked.

    Questions to people do not count. An accepted risk counts like any other: what was measured stands.
    """
    found = {finding.status for finding in findings}
    if Status.CRIT in found:
        return EXIT[Status.CRIT]
    if Status.SKIPPED in found:
        # A run that was stopped has not seen everything.
        return EXIT[Status.UNKNOWN]
    return EXIT[min(found & EXIT.keys(), key=SEVERITY.index, default=Status.UNKNOWN)]


def to_json(run: CheckRun) -> str:
    """One document with the keys that scripts rely on (DESIGN, command line); texts in the language in use."""
    text = json.dumps(json_of(run), ensure_ascii=False, indent=2)
    # A path that is no Unicode cannot be written as UTF-8, but its escapes can.
    return (text if _is_unicode(text) else json.dumps(json_of(run), indent=2)) + "\n"


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


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
        "metrics": [{key: _finite(value) for key, value in vars(metric).items()} for metric in finding.metrics],
        "evidence": [{**vars(proof), "measured_at": proof.measured_at.isoformat()} for proof in finding.evidence],
        "remedy": str(finding.remedy),
        "clause": list(finding.clause),
        "standard": list(finding.standard),
        "measured_at": finding.measured_at.isoformat(),
        "since": finding.since.isoformat() if finding.since is not None else None,
    }


def _finite(value: Any) -> Any:
    """JSON knows neither infinity nor NaN."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


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
        writer.writerow([_cell(cell) for cell in cells])
    return out.getvalue()


def _cell(text: str) -> str:
    return f"'{clean(text)}" if text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA) else clean(text)


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
            todo = _("What to do")
            lines.append(f"- {todo}: {_md(str(finding.remedy))}")
        proof_of = _("Evidence")
        lines += [f"- {proof_of}: {_md(proof.tool)}, SHA-256 {proof.sha256}" for proof in finding.evidence]
        lines.append("")
    return "\n".join(lines)


def _md(text: str) -> str:
    text = " ".join(clean(text).split())
    for sign in "\\`*_{}[]<>#|!~&":
        text = text.replace(sign, f"\\{sign}")
    # At the beginning of a line these would begin a list or a heading.
    return re.sub(r"^([-+=]|\d+[.)])", lambda found: f"{found[0][:-1]}\\{found[0][-1]}", text)


def nagios(run: CheckRun) -> str:
    """One status line with performance data, as monitoring plug-ins print it; at most 4 kB."""
    word = {number: status.value for status, number in EXIT.items()}[exit_status(run.findings)]
    wrong = [finding for finding in run.findings if finding.status not in (Status.OK, Status.NA, Status.MANUAL)]
    wrong.sort(key=lambda finding: SEVERITY.index(finding.status))
    fine = sum(finding.status is Status.OK for finding in run.findings)
    text = " ".join(str(finding.summary) for finding in wrong) or _("{count} in order").format(count=fine)
    name = {"WARN": "WARNING", "CRIT": "CRITICAL"}.get(word, word)
    line = _cut(f"CATHLAB {name} - {clean(text).replace('|', '/')}", _NAGIOS_BYTES // 2)
    room = _NAGIOS_BYTES - len(line.encode()) - len(" | \n")
    data: list[str] = []
    for finding in sorted(run.findings, key=lambda finding: SEVERITY.index(finding.status)):
        for metric in finding.metrics:
            entry = _perfdata(finding, metric) if math.isfinite(metric.value) else ""
            room -= len(entry.encode()) + 1 if entry else 0
            # A number that is cut would be another number.
            if entry and room >= 0:
                data.append(entry)
    return f"{line} | {' '.join(data)}\n" if data else f"{line}\n"


def _cut(text: str, size: int) -> str:
    """`text` in at most `size` bytes of UTF-8, with an ellipsis where something is missing."""
    raw = text.encode()
    return text if len(raw) <= size else raw[: size - 3].decode(errors="ignore") + "\N{HORIZONTAL ELLIPSIS}"


_UNITS = {"%": "%", "bytes": "B", "s": "s", "ms": "ms", "count": ""}


def _perfdata(finding: Finding, metric: Metric) -> str:
    label = clean("_".join(filter(None, (finding.check, finding.target, finding.item, metric.name))))
    label = re.sub(r"['\"= |]", "_", label)
    limits = (metric.warn, metric.crit, metric.minimum, metric.maximum)
    rest = ";".join("" if limit is None else _number(limit) for limit in limits).rstrip(";")
    return f"'{label}'={_number(metric.value)}{_UNITS.get(metric.unit, '')}" + (f";{rest}" if rest else "")


def _number(value: float) -> str:
    """Digits only: monitoring systems read no exponent."""
    text = f"{value:.6f}" if math.isfinite(value) else ""
    return text.rstrip("0").rstrip(".") if "." in text else text
