"""Whether a DICOM node answers a C-ECHO under its AE title, and in what time.

An answer proves that the node lives and lets us in. It does not prove that a storage or a worklist works, nor that the
node knows our AE title for them: many accept an echo from anyone. `untrusted` is the status for a TLS node whose
certificate nobody stands for (WARN, or CRIT); `ca` the path of the authority's certificate. Limits are seconds.
"""

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from console.checks.kind import Asked, Asking, Check, Kind, Target
from console.checks.network.certificates import problems_of
from console.checks.network.connecting import FAILED, answer, why
from console.checks.raw import Raw
from console.i18n import N_
from console.model.checks import Metric, Status, Verdict
from console.model.sentence import Sentence
from console.model.site import Node, Site

OUR_TITLE = "CATHLAB"


def targets(check: Check, site: Site) -> Sequence[Target]:
    """Nodes that are said to answer an echo."""
    return [Target(node.id, "", node) for node in site.nodes if "echo" in node.services]


def ask(asking: Asking) -> Raw:
    """Associate, C-ECHO, release."""
    # A second to load, and only a site with DICOM nodes needs it.
    from console.checks.network.echo import echo

    began = time.monotonic()
    node: Node = asking.target.thing
    calling = node.calling or OUR_TITLE
    ca = str(asking.check.params.get("ca", ""))
    facts = echo(node.address, node.port, node.ae_title, calling, node.tls, ca, asking.deadline)
    words = ["C-ECHO", "TLS" if node.tls else "", f"{calling} -> {node.ae_title}@{node.address}:{node.port}"]
    return answer(asking, facts, " ".join(filter(None, words)), began)


def judge(asked: Asked) -> Sequence[Verdict]:
    """One verdict."""
    facts = json.loads(asked.answer.output)
    node: Node = asked.target.thing
    values = {"ae": node.ae_title, "calling": node.calling or OUR_TITLE, "address": f"{node.address}:{node.port}"}
    if facts["state"] != "open":
        return [Verdict("", FAILED[facts["state"]], why(facts), Sentence(N_("no connection")), _wanted(asked))]
    if facts["outcome"] != "echo":
        status, summary, measured, remedy = _failed(facts, values)
        return [Verdict("", status, summary, measured, _wanted(asked), (), remedy)]
    if facts["status"] != 0:
        code = f"0x{int(facts['status']):04X}"
        source = N_("{ae} at {address} answers the C-ECHO with the failure {code}.")
        summary = Sentence(source, {**values, "code": code})
        return [Verdict("", Status.CRIT, summary, Sentence(N_("{code}"), {"code": code}), _wanted(asked))]
    return [_answered(facts, values, asked)]


def _answered(facts: Mapping[str, Any], values: dict[str, str], asked: Asked) -> Verdict:
    limits = asked.limits
    seconds = float(facts["echo_s"])
    measured = Sentence(N_("{ms} ms"), {"ms": f"{seconds * 1000:.0f}"})
    metrics = (
        Metric("echo_s", seconds, "s", limits.warn, limits.crit, 0.0),
        Metric("associate_s", float(facts["associate_s"]), "s", None, None, 0.0),
    )
    status, summary = Status.OK, Sentence(N_("{ae} at {address} answers the C-ECHO."), values)
    for level, limit in ((Status.CRIT, limits.crit), (Status.WARN, limits.warn)):
        if limit is not None and seconds >= limit:
            source = N_("{ae} at {address} takes {seconds} s to answer a C-ECHO, {limit} s or more.")
            status = level
            summary = Sentence(source, {**values, "seconds": f"{seconds:.1f}", "limit": f"{limit:g}"})
            break
    problems = problems_of(facts["tls"], asked.now) if facts["tls"] else []
    if problems and status is not Status.CRIT:
        status = Status.CRIT if asked.check.params.get("untrusted") == "CRIT" else Status.WARN
        source = N_("{ae} at {address} answers, but nobody can be sure that it is the one: {problem}")
        summary = Sentence(source, {**values, "problem": problems[0]})
    return Verdict("", status, summary, measured, _wanted(asked), metrics)


def _wanted(asked: Asked) -> Sentence:
    if asked.limits.warn is None:
        return Sentence(N_("C-ECHO answered"))
    return Sentence(N_("under {seconds} s"), {"seconds": f"{asked.limits.warn:g}"})


def _failed(facts: Mapping[str, Any], values: dict[str, str]) -> tuple[Status, Sentence, Sentence, Sentence]:
    """Status, what happened, in a word, what to do."""
    outcome = str(facts["outcome"])
    if outcome == "rejected":
        return Status.CRIT, *_rejected(facts, values)
    if outcome == "unsupported":
        return (
            Status.CRIT,
            Sentence(
                N_("{ae} at {address} accepts the association, but not Verification: it is no C-ECHO SCP."), values
            ),
            Sentence(N_("no echo")),
            Sentence(N_("Let the node support Verification, or take echo out of its services in the site file.")),
        )
    if outcome == "silent":
        return (
            Status.UNKNOWN,
            Sentence(N_("{address} accepts the connection and then says nothing: the DICOM service may hang."), values),
            Sentence(N_("silent")),
            Sentence(
                N_(
                    "Look at the log of {ae}, and whether its service still works off other requests. A node that "
                    "expects TLS is silent too: set tls = true in the site file."
                ),
                values,
            ),
        )
    if outcome == "broken":
        return (
            Status.CRIT,
            Sentence(N_("{ae} at {address} accepts the association and breaks it off at the C-ECHO."), values),
            Sentence(N_("aborted")),
            Sentence(
                N_(
                    "Often the node does not know the AE title {calling} or this machine's address: have them entered "
                    "in its list, or set calling in the site file."
                ),
                values,
            ),
        )
    if outcome == "aborted":
        return (
            Status.CRIT,
            Sentence(N_("{ae} at {address} breaks the association off, or does not speak DICOM."), values),
            Sentence(N_("aborted")),
            Sentence(
                N_("Check that port and TLS in the site file are those of {ae}; its log says why it hung up."), values
            ),
        )
    raise ValueError(outcome)


def _rejected(facts: Mapping[str, Any], values: dict[str, str]) -> tuple[Sentence, Sentence, Sentence]:
    """PS3.8 table 9-21."""
    result, source, reason = int(facts["result"]), int(facts["source"]), int(facts["reason"])
    values = {**values, "code": f"{result}/{source}/{reason}"}
    if (source, reason) == (1, 7):
        return (
            Sentence(N_("{address} does not know the AE title {ae} that is called ({code})."), values),
            Sentence(N_("called AE?")),
            Sentence(
                N_("Compare ae_title in the site file with the node's own configuration, letter by letter."), values
            ),
        )
    if (source, reason) == (1, 3):
        return (
            Sentence(
                N_("{ae} at {address} does not know the AE title {calling} under which we call ({code})."), values
            ),
            Sentence(N_("calling AE?")),
            Sentence(
                N_(
                    "Have {calling} entered in the node's list of AE titles with this machine's address, or set "
                    "calling in the site file to a title that it knows."
                ),
                values,
            ),
        )
    if source == 3 and reason in (1, 2):
        return (
            Sentence(N_("{ae} at {address} is too busy for another association ({code})."), values),
            Sentence(N_("busy")),
            Sentence(N_("Look for associations that hang open, and at the node's limit of associations."), values),
        )
    return (
        Sentence(N_("{ae} at {address} rejects the association ({code})."), values),
        Sentence(N_("rejected")),
        Sentence(N_("The log of {ae} says why; often this machine's address or AE title is not on its list."), values),
    )


KIND = Kind("dicom_echo", targets, judge, ask=ask, confirm=True)
