"""Whether a port answers as its users meet it: from outside, over the network.

Two uses: `of = "interface"` looks at the site's interfaces of kind tcp, `of = "host"` at the expected ports of every
host that is not this machine, because a service that runs may still be out of reach behind a firewall. Nothing is sent.
"""

import json
import queue
import threading
import time
from collections.abc import Sequence
from typing import Any

from console.checks.kind import Asked, Asking, Check, Kind, Target
from console.checks.network.connecting import FAILED, NoConnection, answer, closes_at_once, connect, failure, why
from console.checks.raw import Raw
from console.i18n import N_
from console.model.checks import Metric, Status, Verdict
from console.model.sentence import Sentence, Value
from console.model.site import Host, Interface, Limits, Site


def targets(check: Check, site: Site) -> Sequence[Target]:
    """Hosts with expected ports, or interfaces of kind tcp."""
    if check.params.get("of", "interface") == "host":
        return [
            Target(host.id, host.id, host) for host in site.hosts if host.ports and host.address and host.via != "local"
        ]
    return [Target(interface.id, "", interface) for interface in site.interfaces if interface.kind == "tcp"]


def ask(asking: Asking) -> Raw:
    """Connect to each port, all at once, and hang up."""
    began = time.monotonic()
    address, ports = _asked(asking.target.thing)
    answers: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    # Half a second is left to put the answers together.
    end = max(asking.deadline - 0.5, began + 0.5)
    for port in ports:
        threading.Thread(target=lambda port=port: answers.put(knock(address, port, end)), daemon=True).start()
    found: list[dict[str, Any]] = []
    while len(found) < len(ports):
        try:
            found.append(answers.get(timeout=max(end + 0.4 - time.monotonic(), 0.001)))
        except queue.Empty:
            break
    found.sort(key=lambda row: ports.index(row["port"]))
    command = f"connect {address} {' '.join(map(str, ports))}"
    return answer(asking, {"address": address, "ports": found}, command, began)


def knock(address: str, port: int, deadline: float) -> dict[str, Any]:
    """One port: whether it opens, after how many seconds, and whether it is closed again at once."""
    began = time.monotonic()
    try:
        with connect(address, port, deadline) as sock:
            seconds = time.monotonic() - began
            return {"port": port, "state": "open", "seconds": seconds, "hangs_up": closes_at_once(sock)}
    except NoConnection as error:
        return {"port": port, **failure(error)}


def judge(asked: Asked) -> Sequence[Verdict]:
    """One verdict for each expected port; one that is missing from the answer is UNKNOWN."""
    facts = json.loads(asked.answer.output)
    address, ports = _asked(asked.target.thing)
    found = {row["port"]: row for row in facts["ports"]}
    single = isinstance(asked.target.thing, Interface)
    return [judge_port(found.get(port), address, port, asked.limits, "" if single else str(port)) for port in ports]


def judge_port(row: Any, address: str, port: int, limits: Limits, item: str) -> Verdict:
    """What `knock` found. Limits are seconds until the connection stands."""
    where: dict[str, Value] = {"address": address, "port": port}
    if row is None:
        source = N_("{address} port {port} was not asked in time.")
        return Verdict(item, Status.UNKNOWN, Sentence(source, where))
    if row["state"] != "open":
        return Verdict(item, FAILED[row["state"]], why(row), Sentence(N_("no connection")), Sentence(N_("connection")))
    seconds = float(row["seconds"])
    measured = Sentence(N_("{ms} ms"), {"ms": f"{seconds * 1000:.0f}"})
    metric = Metric("connect_s", seconds, "s", limits.warn, limits.crit, 0.0)
    if row["hangs_up"]:
        source = N_(
            "{address} port {port} accepts the connection and closes it at once: there may be only a proxy, or it does "
            "not let this machine in."
        )
        return Verdict(item, Status.WARN, Sentence(source, where), measured, metrics=(metric,))
    status, expected = _within(seconds, limits)
    source = N_("{address} port {port} accepts a connection after {measured}.")
    summary = Sentence(source, {**where, "measured": measured})
    return Verdict(item, status, summary, measured, expected, (metric,))


def _within(seconds: float, limits: Limits) -> tuple[Status, Sentence]:
    if limits.crit is not None and seconds >= limits.crit:
        return Status.CRIT, _under(limits.crit)
    if limits.warn is not None and seconds >= limits.warn:
        return Status.WARN, _under(limits.warn)
    return Status.OK, Sentence(N_("connection")) if limits.warn is None else _under(limits.warn)


def _under(seconds: float) -> Sentence:
    return Sentence(N_("under {seconds} s"), {"seconds": f"{seconds:g}"})


def _asked(thing: Host | Interface) -> tuple[str, tuple[int, ...]]:
    return thing.address, thing.ports if isinstance(thing, Host) else (thing.port,)


KIND = Kind("tcp", targets, judge, ask=ask, confirm=True)
