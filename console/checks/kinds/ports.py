"""Whether something listens on the TCP ports that the site file names, as the host itself sees it.

Whether users can reach them is another question (kind "tcp"). Whose a port is only root may know, so it is not asked.
"""

import ipaddress
from collections.abc import Iterable, Mapping, Sequence

from console.checks.kind import Asked, Check, Kind, NotKnown, Target, Wanted
from console.checks.parsers.reading import told
from console.checks.raw import Probe, Raw
from console.i18n import N_
from console.model.checks import Status, Verdict
from console.model.sentence import Sentence, Value
from console.model.site import Site


def targets(check: Check, site: Site) -> Sequence[Target]:
    """Hosts that can be asked and have expected ports."""
    return [Target(host.id, host.id, host) for host in site.hosts if host.ports and host.via != "none"]


def probes(wanted: Wanted) -> tuple[Probe, ...]:
    """All ports that something listens on."""
    return (Probe("ports"),)


def judge(asked: Asked) -> Sequence[Verdict]:
    """One verdict for each expected port."""
    found = listening(asked.answer)
    return [_verdict(port, found.get(port, ()), asked.target.thing.label) for port in asked.target.thing.ports]


def listening(raw: Raw) -> Mapping[int, tuple[str, ...]]:
    """Addresses by port; an empty mapping is an answer too: nothing listens.

    Raises NotKnown where no program can tell, ValueError for a text that is something else.
    """
    value = told(raw)
    if not isinstance(value, str):
        return _gathered((str(each["address"]), int(each["port"])) for each in value["listen"])
    lines = value.splitlines()
    if any(line.startswith("!tool") for line in lines):
        raise NotKnown(Sentence(N_("This host has neither /proc/net/tcp, ss nor netstat; its ports cannot be listed.")))
    if "= end" not in lines or not lines[0].startswith("= "):
        raise ValueError("not an answer of ports.sh")
    rows = lines[1 : lines.index("= end")]
    source = lines[0][2:]
    if source == "proc":
        return _gathered(_of_kernel(row) for row in rows if row.strip())
    listed = [row.split() for row in rows]
    if source == "ss":
        if not listed or "Recv-Q" not in rows[0]:
            raise ValueError("not an answer of ss")
        # State Recv-Q Send-Q Local Peer; old ones leave out the state when it is always the same.
        words = [row[3] if row[0] == "LISTEN" else row[2] for row in listed[1:] if len(row) >= 4]
    else:
        words = [row[3] for row in listed if len(row) >= 6 and row[0].startswith("tcp") and row[5] == "LISTEN"]
        if not any("Recv-Q" in row for row in rows):
            raise ValueError("not an answer of netstat")
    return _gathered(_of_word(word) for word in words)


def _gathered(places: Iterable[tuple[str, int]]) -> Mapping[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    for address, port in places:
        if address not in found.get(port, ()):
            found[port] = (*found.get(port, ()), address)
    return found


def _of_kernel(row: str) -> tuple[str, int]:
    """ "0100007F:1F90" of /proc/net/tcp: the address in words of the machine's own byte order, all of ours little."""
    address, _, port = row.strip().partition(":")
    data = bytes.fromhex(address)
    if len(data) not in (4, 16):
        raise ValueError(row)
    turned = b"".join(data[at : at + 4][::-1] for at in range(0, len(data), 4))
    return str(ipaddress.ip_address(turned)), int(port, 16)


def _of_word(word: str) -> tuple[str, int]:
    """ "127.0.0.1:25", "[::]:22", ":::22", "*:80" of ss and netstat."""
    address, _, port = word.rpartition(":")
    address = address.strip("[]").partition("%")[0]
    return {"*": "0.0.0.0", "": "::"}.get(address, address) or "::", int(port)


def _loopback(address: str) -> bool:
    place = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(place, "ipv4_mapped", None)
    return place.is_loopback or (mapped is not None and mapped.is_loopback)


def _verdict(port: int, addresses: tuple[str, ...], host: str) -> Verdict:
    item = str(port)
    values: dict[str, Value] = {"port": port, "host": host, "addresses": ", ".join(addresses)}
    expected = Sentence(N_("listening"))
    if not addresses:
        source = N_("Nothing listens on port {port} of {host}.")
        return Verdict(item, Status.CRIT, Sentence(source, values), Sentence(N_("closed")), expected)
    if all(map(_loopback, addresses)):
        source = N_(
            "Port {port} of {host} listens for the host itself only ({addresses}); no other machine reaches it."
        )
    else:
        source = N_("Port {port} of {host} listens ({addresses}).")
    return Verdict(item, Status.OK, Sentence(source, values), Sentence(N_("listening")), expected)


KIND = Kind("ports", targets, judge, probes)
