"""Whether an HL7 interface (MLLP) accepts connections. Nothing is ever sent.

MLLP has no harmless question: every frame is a message, and a message to a live HIS may admit a patient. So the
connection is opened and closed again, and the sentence says what that does not prove.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import replace

from console.checks.kind import Asked, Asking, Check, Kind, Target
from console.checks.kinds.tcp import judge_port, knock
from console.checks.network.connecting import answer
from console.checks.raw import Raw
from console.i18n import N_
from console.model.checks import Status, Verdict
from console.model.sentence import Sentence
from console.model.site import Site


def targets(check: Check, site: Site) -> Sequence[Target]:
    """Interfaces of kind hl7."""
    return [Target(interface.id, "", interface) for interface in site.interfaces if interface.kind == "hl7"]


def ask(asking: Asking) -> Raw:
    """Connect and hang up."""
    began = time.monotonic()
    thing = asking.target.thing
    facts = knock(thing.address, thing.port, max(asking.deadline - 0.5, began + 0.5))
    return answer(asking, facts, f"connect {thing.address} {thing.port} (nothing sent)", began)


def judge(asked: Asked) -> Sequence[Verdict]:
    """One verdict."""
    thing = asked.target.thing
    verdict = judge_port(json.loads(asked.answer.output), thing.address, thing.port, asked.limits, "")
    if verdict.status in (Status.OK, Status.WARN) and verdict.expected:
        source = N_("{connection} Nothing was sent, so whether messages are answered is not proven.")
        verdict = replace(verdict, summary=Sentence(source, {"connection": verdict.summary}))
    return [verdict]


KIND = Kind("hl7", targets, judge, ask=ask, confirm=True)
