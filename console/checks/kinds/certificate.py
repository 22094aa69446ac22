"""How long the certificate of a web page or of a DICOM node is good for, and whether anyone has reason to trust it.

Limits are days that are left: WARN under `warn`, CRIT under `crit`, CRIT when it has ended. `untrusted` is the status
for one that nobody stands for or that is made for another name (WARN, or CRIT).
"""

import json
import time
from collections.abc import Sequence
from urllib.parse import urlsplit

from console.checks.kind import Asked, Asking, Check, Kind, Target
from console.checks.network.certificates import days_left, problems_of
from console.checks.network.connecting import FAILED, NoConnection, answer, failure, why
from console.checks.raw import Raw
from console.i18n import N_
from console.model.checks import Metric, Status, Verdict
from console.model.sentence import Sentence
from console.model.site import Interface, Node, Site


def targets(check: Check, site: Site) -> Sequence[Target]:
    """Pages with https, and DICOM nodes with TLS."""
    pages = [interface for interface in site.interfaces if interface.url.lower().startswith("https:")]
    nodes = [node for node in site.nodes if node.tls]
    return [*(Target(page.id, "", page) for page in pages), *(Target(node.id, "", node) for node in nodes)]


def ask(asking: Asking) -> Raw:
    """Begin TLS, look at the certificate, hang up."""
    from console.checks.network.tls import open_tls

    began = time.monotonic()
    address, port, ca = _asked(asking.target.thing)
    try:
        sock, facts = open_tls(address, port, ca, max(asking.deadline - 0.5, began + 0.5))
        sock.close()
        facts = {"state": "open", **facts}
    except NoConnection as error:
        facts = failure(error)
    return answer(asking, facts, f"TLS {address} {port}", began)


def judge(asked: Asked) -> Sequence[Verdict]:
    """One verdict: ended, about to end, not to be trusted, or well."""
    facts = json.loads(asked.answer.output)
    if facts["state"] != "open":
        # That the service is down is another check's finding; here it only means that nobody saw the certificate.
        status = FAILED[facts["state"]]
        status = Status.UNKNOWN if status is Status.CRIT and facts["state"] != "protocol" else status
        return [Verdict("", status, why(facts), Sentence(N_("not seen")))]
    days = days_left(facts, asked.now)
    limits = asked.limits
    day = str(facts["not_after"])[:10]
    problems = problems_of(facts, asked.now)
    measured = Sentence(N_("{days} d"), {"days": f"{days:.0f}"})
    expected = Sentence(N_("{days} d or more"), {"days": f"{limits.warn:g}"}) if limits.warn else Sentence(N_("valid"))
    metrics = (Metric("days_left", days, "d", limits.warn, limits.crit),)
    values = {"days": f"{max(days, 0):.0f}", "day": day, "name": str(facts["name"])}
    status, summary = Status.OK, Sentence(N_("The certificate of {name} is good until {day}, {days} days."), values)
    if days <= 0:
        status, summary = Status.CRIT, problems[0]
    elif limits.crit is not None and days < limits.crit:
        status, summary = Status.CRIT, _soon(values)
    elif problems:
        status = Status.CRIT if asked.check.params.get("untrusted") == "CRIT" else Status.WARN
        summary = problems[0]
        for further in problems[1:]:
            summary = Sentence(N_("{one} {two}"), {"one": summary, "two": further})
    elif limits.warn is not None and days < limits.warn:
        status, summary = Status.WARN, _soon(values)
    return [Verdict("", status, summary, measured, expected, metrics)]


def _soon(values: dict[str, str]) -> Sentence:
    return Sentence(N_("The certificate of {name} ends on {day}, in {days} days."), values)


def _asked(thing: Interface | Node) -> tuple[str, int, str]:
    if isinstance(thing, Node):
        return thing.address, thing.port, ""
    parts = urlsplit(thing.url)
    return parts.hostname or "", parts.port or 443, thing.ca


KIND = Kind("certificate", targets, judge, ask=ask, confirm=False)
