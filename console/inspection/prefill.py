"""Answers taken from a run of the checks, with their evidence.

What a check could not find out never passes, and what a person entered is never written over: a verdict that somebody
overruled stands as long as the checks say the same as then.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from console.errors import UsageError
from console.inspection.entries import answered
from console.model.checks import Finding, Metric
from console.model.forms import FormItem, ItemKind
from console.model.inspections import EMPTY, Answer, Entry, Inspection, Verdict, verdict_of

_GIGA = 1e9
_SCALES = {
    ("bytes", "B"): 1.0,
    ("bytes", "kB"): 1e3,
    ("bytes", "MB"): 1e6,
    ("bytes", "GB"): _GIGA,
    ("bytes", "TB"): 1e12,
    ("s", "min"): 60.0,
    ("s", "h"): 3600.0,
    ("s", "d"): 86400.0,
    ("ms", "s"): 1000.0,
    ("count", ""): 1.0,
}
"""(a metric's unit, an item's unit): by what the metric is divided."""

_RANK = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS, Verdict.NA, Verdict.NONE)


def prefill(inspection: Inspection, findings: Iterable[Finding], run_id: int) -> Inspection:
    """The inspection with what a run found: measured items, and numbers that name a metric of a check.

    An item of one host or display takes what was found about it alone; an item that is asked once takes everything.
    Items that the run did not ask about stay as they are.
    """
    everything = tuple(findings)
    return replace(inspection, entries=tuple(_filled(entry, everything, run_id) for entry in inspection.entries))


def verdict_among(findings: Iterable[Finding]) -> Verdict:
    """What several findings mean for an item: failed when one of them is wrong, not known when one is not known.

    Passed only when every finding that applies is OK; NA when none applies; NONE without findings.
    """
    return min((verdict_of(finding.status) for finding in findings), key=_RANK.index, default=Verdict.NONE)


def findings_for(entry: Entry, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those that answer the entry: by check, and by host or display where the entry has one."""
    return tuple(
        finding
        for finding in findings
        if _is_asked(entry.item, finding.check) and (not entry.target or _is_about(finding, entry.target))
    )


def _is_asked(item: FormItem, check: str) -> bool:
    return any(check == name or check.startswith(name.rstrip(".") + ".") for name in item.checks)


def _is_about(finding: Finding, target: str) -> bool:
    return finding.host == target or finding.target == target


def _filled(entry: Entry, everything: Sequence[Finding], run_id: int) -> Entry:
    if not entry.item.checks:
        return entry
    found = findings_for(entry, everything)
    if not found:
        return entry
    if entry.item.kind is ItemKind.MEASURED:
        return replace(entry, answer=_measured(entry, found, run_id))
    if entry.item.kind is ItemKind.NUMBER:
        return _number(entry, found, run_id)
    return entry


def _measured(entry: Entry, found: tuple[Finding, ...], run_id: int) -> Answer:
    old, verdict = entry.answer, verdict_among(found)
    metric = _worst_metric(entry.item, found)
    number = _in_unit(metric, entry.item.unit or metric.unit) if metric is not None else None
    if is_overruled(old) and verdict_among(old.findings) is verdict:
        return replace(old, findings=found, run=run_id, number=number)
    by, at = ("", None) if old.verdict is not verdict else (old.by, old.at)
    return replace(old, findings=found, run=run_id, number=number, verdict=verdict, carried=False, by=by, at=at)


def is_overruled(answer: Answer) -> bool:
    """Whether a person gave another verdict than the checks."""
    return bool(answer.findings) and answer.verdict not in (Verdict.NONE, verdict_among(answer.findings))


def _number(entry: Entry, found: tuple[Finding, ...], run_id: int) -> Entry:
    old = entry.answer
    written = _written_from(entry.item, found)
    if not written or _is_by_hand(entry) or any(verdict_of(each.status) is Verdict.UNKNOWN for each in found):
        # One that is not known may be the worst: the number of the others would pass in its place.
        return entry
    fresh = replace(entry, answer=replace(EMPTY, note=old.note, attachments=old.attachments))
    try:
        typed = answered(fresh, entered=written)
    except UsageError:
        # The form asks for another unit than the check measures in: a person has to enter it.
        return entry
    return replace(typed, answer=replace(typed.answer, findings=found, run=run_id, carried=False))


def _is_by_hand(entry: Entry) -> bool:
    """Whether a person typed the number; also one that was typed over what a run had filled in."""
    answer = entry.answer
    if not answer.entered or answer.carried:
        return False
    return bool(answer.by) or answer.entered != _written_from(entry.item, answer.findings)


def _written_from(item: FormItem, findings: Iterable[Finding]) -> str:
    """What a run fills in, as an engineer would type it, three decimals at most; empty where it measured no such."""
    metric = _worst_metric(item, findings)
    value = _in_unit(metric, item.unit) if metric is not None else None
    if value is None:
        return ""
    number = f"{value:.3f}".rstrip("0").rstrip(".")
    return f"{number} {item.unit}".rstrip()


def _worst_metric(item: FormItem, findings: Iterable[Finding]) -> Metric | None:
    """The metric named by the item: the greatest, or the smallest where the item has a lower limit only."""
    metrics = [
        metric
        for finding in findings
        for metric in finding.metrics
        if metric.name == item.trend and math.isfinite(metric.value)
    ]
    low_is_bad = item.limits.minimum is not None and item.limits.maximum is None
    choose = min if low_is_bad else max
    return choose(metrics, key=lambda metric: metric.value, default=None)


def _in_unit(metric: Metric, unit: str) -> float | None:
    if metric.unit == unit:
        return metric.value
    scale = _SCALES.get((metric.unit, unit))
    return None if scale is None else metric.value / scale
