"""Sentences of recommendations, drafted from what failed: what, where, measured against expected, remedy, urgency."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from console.i18n import N_, _, ngettext
from console.model.checks import SEVERITY, Finding, Status
from console.model.inspections import Entry, Inspection, Recommendation, Urgency, Verdict, verdict_of
from console.model.sentence import Sentence, Value
from console.plain import clean

URGENCIES = (Urgency.NOW, Urgency.SOON, Urgency.LATER)
"""The most urgent first."""
OTHER = ""
"""Group of what serves no clause."""

_URGENCY = {Status.CRIT: Urgency.NOW, Status.WARN: Urgency.SOON}
_PLACES = 6
"""Places named in one sentence; of more the number is said."""
_SILENT = 3
"""So many checks that fail for one reason on one host are one trouble: its access."""

_Found = tuple[Entry, Finding]


def drafts_of(inspection: Inspection) -> list[Recommendation]:
    """In the language in use: one for each check that found something wrong, over all its places; one for each host
    that could not be asked, and each check that could not find out; one for each other item that failed."""
    wrong: dict[tuple[str, str], list[_Found]] = {}
    unknown: list[_Found] = []
    drafts = []
    for entry in inspection.entries:
        for finding in _wrong(entry):
            wrong.setdefault((group_of(entry), finding.check), []).append((entry, finding))
        unknown += [(entry, finding) for finding in _unknown(entry)]
        if entry.answer.verdict is Verdict.FAIL and not _wrong(entry):
            drafts.append(_from_entry(inspection, entry))
    drafts += [_from_check(group, check, found) for (group, check), found in wrong.items()]
    silent = _silent_hosts(unknown)
    drafts += [_from_silence(host, found) for (host, _why), found in silent.items()]
    told = {finding.key for found in silent.values() for _entry, finding in found}
    by_check: dict[tuple[str, str], list[_Found]] = {}
    for entry, finding in unknown:
        if finding.key not in told:
            by_check.setdefault((group_of(entry), finding.check), []).append((entry, finding))
    return drafts + [_from_unknown(group, check, found) for (group, check), found in by_check.items()]


def group_of(entry: Entry) -> str:
    """Heading that a recommendation about the entry stands under: its first clause."""
    return entry.item.clause[0] if entry.item.clause else OTHER


def _wrong(entry: Entry) -> list[Finding]:
    """What the checks found wrong, unless a person found the item in order all the same."""
    if entry.answer.verdict is not Verdict.FAIL:
        return []
    return [each for each in entry.answer.findings if verdict_of(each.status) is Verdict.FAIL]


def _unknown(entry: Entry) -> list[Finding]:
    """What the checks could not find out, unless a person did."""
    if entry.answer.verdict not in (Verdict.FAIL, Verdict.UNKNOWN):
        return []
    return [each for each in entry.answer.findings if each.status is Status.UNKNOWN]


def _silent_hosts(unknown: Iterable[_Found]) -> Mapping[tuple[str, str], list[_Found]]:
    """By host and reason: what several checks could not find out on one host for the same reason."""
    found: dict[tuple[str, str], list[_Found]] = {}
    for entry, finding in unknown:
        if finding.host:
            found.setdefault((finding.host, str(finding.summary)), []).append((entry, finding))
    return {key: pairs for key, pairs in found.items() if len({finding.check for _entry, finding in pairs}) >= _SILENT}


def _from_silence(host: str, found: Sequence[_Found]) -> Recommendation:
    finding = found[0][1]
    values: dict[str, Value] = {
        "host": host,
        "count": len({each.check for _entry, each in found}),
        "reason": str(finding.summary).rstrip(".。"),
    }
    what = str(Sentence(N_("{host} could not be checked ({count} checks): {reason}"), values))
    remedy = _("Bring back the access to this server, run the checks again and fill in its items.")
    group = group_of(found[0][0])
    return Recommendation(_id("host", host), group, what, remedy, Urgency.SOON, _entries(found))


def _from_check(group: str, check: str, found: Sequence[_Found]) -> Recommendation:
    findings = _findings(found)
    what = Sentence(N_("{title}: {places}"), {"title": _title(findings, check), "places": _places(findings)})
    urgency = min((_URGENCY.get(each.status, Urgency.LATER) for each in findings), key=URGENCIES.index)
    return Recommendation(_id("check", group, check), group, str(what), _remedy(findings), urgency, _entries(found))


def _from_unknown(group: str, check: str, found: Sequence[_Found]) -> Recommendation:
    findings = _findings(found)
    values = {"title": _title(findings, check), "places": _places(findings)}
    what = str(Sentence(N_("{title} could not be checked: {places}"), values))
    name = _id("unknown", group, check)
    return Recommendation(name, group, what, _remedy(findings), Urgency.LATER, _entries(found))


def _findings(found: Sequence[_Found]) -> list[Finding]:
    """Each once, the worst first."""
    return sorted({finding.key: finding for _entry, finding in found}.values(), key=_severity)


def _severity(finding: Finding) -> int:
    return SEVERITY.index(finding.status)


def _entries(found: Sequence[_Found]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(entry.id for entry, _finding in found))


def _title(findings: Sequence[Finding], check: str) -> str:
    return clean(str(findings[0].title)) or clean(check)


def _remedy(findings: Sequence[Finding]) -> str:
    return " ".join(filter(None, dict.fromkeys(clean(str(finding.remedy)) for finding in findings)))


def _places(findings: Sequence[Finding]) -> str:
    places = [_place(finding) for finding in findings[:_PLACES]]
    if len(findings) > _PLACES:
        more = len(findings) - _PLACES
        places.append(ngettext("and {count} more", "and {count} more", more).format(count=more))
    return "; ".join(places)


def _place(finding: Finding) -> str:
    """Where, and what was measured against what; the check's own sentence where it gave no such pair."""
    where = clean(" ".join(filter(None, (finding.target, finding.item))))
    values = {"where": where, "measured": str(finding.measured), "expected": str(finding.expected)}
    if all(value.strip(" -") for value in values.values()):
        return str(Sentence(N_("{where} {measured} (expected {expected})"), values))
    values["summary"] = str(finding.summary).strip().rstrip(".。")
    return str(Sentence(N_("{where}: {summary}"), values))


def _from_entry(inspection: Inspection, entry: Entry) -> Recommendation:
    answer, item = entry.answer, entry.item
    title = clean(str(item.title))
    if entry.target:
        title = _("{title}, {where}").format(title=title, where=clean(entry.target_name or entry.target))
    what = title
    if answer.entered and str(item.criterion):
        source = N_("{title}: {measured} (expected {expected})")
        values = {"title": title, "measured": answer.entered, "expected": str(item.criterion)}
        what = str(Sentence(source, values))
    elif answer.entered:
        what = str(Sentence(N_("{title}: {measured}"), {"title": title, "measured": answer.entered}))
    elif str(item.criterion):
        values = {"title": title, "expected": str(item.criterion)}
        what = str(Sentence(N_("{title} does not hold: {expected}"), values))
    if answer.note:
        what = str(Sentence(N_("{what}. Found: {note}"), {"what": what, "note": answer.note.strip()}))
    remedies = [clean(action.what) for action in inspection.actions if action.entry == entry.id and action.what]
    group = group_of(entry)
    return Recommendation(_id("entry", group, entry.id), group, what, " ".join(remedies), Urgency.SOON, (entry.id,))


def _id(*parts: str) -> str:
    """The same for the same cause, so that drafting again finds its own."""
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]
