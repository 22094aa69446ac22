"""Whether a web page works: status, time to the first byte, a text it must hold, and a certificate that is told about.

`of = "interface"` (the default) looks at interfaces of kind http, `of = "node"` at the management pages of DICOM nodes.
Further keys: `accept`, statuses that are well besides 200 to 299; `untrusted`, the status for a page whose certificate
cannot be trusted (WARN, or CRIT). Limits are seconds to the first byte.
"""

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from console.checks.kind import Asked, Asking, Check, Kind, Target
from console.checks.network.addresses import shown_url
from console.checks.network.certificates import problems_of
from console.checks.network.connecting import FAILED, answer, why
from console.checks.raw import Raw
from console.i18n import N_
from console.model.checks import SEVERITY, Metric, Status, Verdict
from console.model.sentence import Sentence
from console.model.site import Interface, Limits, Node, Site


def targets(check: Check, site: Site) -> Sequence[Target]:
    """Interfaces of kind http, or nodes with a page of their own."""
    if check.params.get("of", "interface") == "node":
        return [Target(node.id, "", node) for node in site.nodes if node.web]
    return [Target(interface.id, "", interface) for interface in site.interfaces if interface.kind == "http"]


def ask(asking: Asking) -> Raw:
    """Visit the page."""
    from console.checks.network.web import get

    began = time.monotonic()
    url, ca, expect = _asked(asking.target.thing)
    facts = get(url, ca, expect, max(asking.deadline - 0.5, began + 0.5))
    return answer(asking, facts, f"GET {shown_url(url)}", began)


def judge(asked: Asked) -> Sequence[Verdict]:
    """One verdict: the worst of what there is to say about the page."""
    facts = json.loads(asked.answer.output)
    url, _ca, expect = _asked(asked.target.thing)
    if facts["state"] != "open":
        return [Verdict("", FAILED[facts["state"]], why(facts), Sentence(N_("no answer")), Sentence(N_("a page")))]
    seconds = float(facts["first_byte_s"])
    said = [_of_status(facts, url, asked.check.params), *_of_time(seconds, url, asked.limits)]
    said += _of_page(facts, url, expect)
    said += _of_trust(facts, url, asked)
    status, summary = min(said, key=lambda pair: SEVERITY.index(pair[0]))
    measured = Sentence(N_("{status}, {ms} ms"), {"status": str(int(facts["status"])), "ms": f"{seconds * 1000:.0f}"})
    limits = asked.limits
    metrics = (
        Metric("first_byte_s", seconds, "s", limits.warn, limits.crit, 0.0),
        Metric("status", float(facts["status"]), ""),
    )
    return [Verdict("", status, summary, measured, _expected(limits, expect), metrics)]


Said = tuple[Status, Sentence]


def _of_status(facts: Mapping[str, Any], url: str, params: Mapping[str, Any]) -> Said:
    status = int(facts["status"])
    values = {"url": shown_url(url), "status": str(status), "reason": str(facts["reason"])}
    if 200 <= status < 300 or status in params.get("accept", ()):
        ms = f"{float(facts['first_byte_s']) * 1000:.0f}"
        source = N_("{url} answers {status}, the first byte after {ms} ms.")
        return Status.OK, Sentence(source, {**values, "ms": ms})
    if status in (401, 403):
        source = N_("{url} answers {status} {reason}: the server lives, the page behind the login is not proven.")
        return Status.WARN, Sentence(source, values)
    if 300 <= status < 400:
        return Status.WARN, Sentence(N_("{url} answers {status} {reason} and names no other page."), values)
    return Status.CRIT, Sentence(N_("{url} answers {status} {reason}."), values)


def _of_time(seconds: float, url: str, limits: Limits) -> list[Said]:
    for status, limit in ((Status.CRIT, limits.crit), (Status.WARN, limits.warn)):
        if limit is not None and seconds >= limit:
            source = N_("{url} takes {seconds} s to its first byte, {limit} s or more.")
            values = {"url": shown_url(url), "seconds": f"{seconds:.1f}", "limit": f"{limit:g}"}
            return [(status, Sentence(source, values))]
    return []


def _of_page(facts: Mapping[str, Any], url: str, expect: str) -> list[Said]:
    values: dict[str, str] = {"url": shown_url(url), "text": expect}
    found: list[Said] = []
    if expect and facts["found"] is not True:
        if facts["capped"]:
            source = N_("{url}: “{text}” does not stand in the first MB of the page, and the rest was not read.")
            found.append((Status.UNKNOWN, Sentence(source, values)))
        else:
            found.append((Status.CRIT, Sentence(N_("{url} answers, but “{text}” does not stand in it."), values)))
    if not facts["complete"]:
        source = N_("{url} stops in the middle of the page, after {bytes} bytes.")
        found.append((Status.WARN, Sentence(source, {**values, "bytes": str(int(facts["bytes"]))})))
    return found


def _of_trust(facts: Mapping[str, Any], url: str, asked: Asked) -> list[Said]:
    status = Status.CRIT if asked.check.params.get("untrusted") == "CRIT" else Status.WARN
    found: list[Said] = []
    for seen in facts["tls"]:
        for problem in problems_of(seen, asked.now):
            source = N_("{url} answers, but whoever uses it cannot be sure whom they talk to: {problem}")
            found.append((status, Sentence(source, {"url": shown_url(url), "problem": problem})))
    schemes = [str(hop["url"]).split(":")[0] for hop in facts["hops"]]
    if "https" in schemes and schemes[-1] == "http":
        source = N_("{url} sends its visitors on to a page without encryption.")
        found.append((Status.WARN, Sentence(source, {"url": shown_url(url)})))
    return found


def _expected(limits: Limits, expect: str) -> Sentence:
    if expect:
        return Sentence(N_("“{text}”"), {"text": expect})
    if limits.warn is not None:
        return Sentence(N_("200, under {seconds} s"), {"seconds": f"{limits.warn:g}"})
    return Sentence(N_("200"))


def _asked(thing: Interface | Node) -> tuple[str, str, str]:
    """Address, own authority, text to find."""
    return (thing.web, "", "") if isinstance(thing, Node) else (thing.url, thing.ca, thing.expect)


KIND = Kind("http", targets, judge, ask=ask, confirm=True)
