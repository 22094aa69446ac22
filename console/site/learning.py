"""What a healthy machine runs, as a proposal: the operator confirms it line by line, then it stands in the site file.

Learned is what is there now. A service that had already failed when it was learned would never be missed, so every line
is a question to the person who knows the machine, and what looks accidental is not ticked beforehand.
"""

import ipaddress
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

from console.i18n import N_
from console.model.sentence import NOTHING, Sentence
from console.model.site import Host, Site
from console.site.reading import load_site
from console.site.schema import TABLES
from console.site.writing import add_entry, change_entry, new_site_text, write_new

ItemKind = Literal["services", "ports", "mounts"]
"""The key of [[host]] that it goes to."""

_SYSTEM_SERVICES = (
    "systemd-[!t]*", "systemd-tmpfiles*", "dbus*", "getty@*", "serial-getty@*", "console-getty", "user@*",
    "user-runtime-dir@*", "session-*", "polkit*", "udisks2", "upower", "accounts-daemon", "modemmanager", "bluetooth",
    "wpa_supplicant", "avahi-daemon", "cups*", "packagekit", "fwupd*", "snapd*", "snap.*", "apt-*",
    "rtkit-daemon", "colord", "gdm*", "lightdm", "sddm", "switcheroo-control", "power-profiles-daemon", "irqbalance",
    "networkd-dispatcher", "multipathd", "geoclue", "whoopsie", "kerneloops", "low-memory-monitor", "thermald",
    "unattended-upgrades",
)  # fmt: skip
"""Part of the system or of its desktop: their loss is seen elsewhere, or does not matter here. In small letters."""
_PSEUDO = frozenset(
    "autofs binfmt_misc bpf cgroup cgroup2 configfs debugfs devfs devpts devtmpfs efivarfs fusectl hugetlbfs mqueue "
    "nsfs overlay proc pstore ramfs rpc_pipefs securityfs selinuxfs squashfs swap sysfs tmpfs tracefs".split()
)
_REMOVABLE = ("/media/*", "/run/*", "/snap/*", "/mnt/cdrom*")
_DISCS = frozenset({"iso9660", "udf", "cdfs"})
_FIRST_PASSING_PORT = 32768


@dataclass(frozen=True)
class Listening:
    """A TCP port that somebody listens on."""

    port: int
    address: str = ""
    """Where it listens; empty, 0.0.0.0 and :: mean everywhere."""
    program: str = ""
    """Who listens, where that may be seen."""


@dataclass(frozen=True)
class Mounted:
    """A partition."""

    path: str
    """Mount point, or drive such as "C:"."""
    kind: str = ""
    """File system, such as "ext4"."""
    device: str = ""
    """What is mounted there; the second place of one device is no partition of its own."""


@dataclass(frozen=True)
class Facts:
    """What a machine runs at this moment."""

    services: tuple[str, ...] = ()
    """Running ones: systemd units (with or without ".service") or Windows service names."""
    ports: tuple[Listening, ...] = ()
    mounts: tuple[Mounted, ...] = ()
    troubles: tuple[Sentence, ...] = ()
    """What could not be asked, and why."""


@dataclass(frozen=True)
class Item:
    """One line of the proposal."""

    kind: ItemKind
    value: str
    note: Sentence = NOTHING
    """What helps to decide."""
    chosen: bool = True
    """Whether it is ticked beforehand."""


@dataclass(frozen=True)
class Proposal:
    """What could be expected of a host from now on."""

    host: Host
    """As it stands in the site file, or as it would."""
    items: tuple[Item, ...]
    """What is not expected yet."""
    troubles: tuple[Sentence, ...] = ()

    def keep(self, items: Iterable[Item]) -> "Proposal":
        """The proposal with these lines alone, as the operator confirmed them."""
        wanted = {(item.kind, item.value) for item in items}
        return replace(self, items=tuple(item for item in self.items if (item.kind, item.value) in wanted))

    @property
    def chosen(self) -> "Proposal":
        """The proposal with the lines that are ticked beforehand."""
        return self.keep(item for item in self.items if item.chosen)


def learn(host: Host, facts: Facts) -> Proposal:
    """Propose what `host` does not list yet. Pure."""
    items = [*_services(host, facts.services), *_ports(host, facts.ports), *_mounts(host, facts.mounts)]
    return Proposal(host, tuple(items), facts.troubles)


def write_proposal(path: Path, accepted: Proposal) -> Site:
    """Write what was confirmed: a new site file, a new host, or more lines of a host that is there.

    Raises SiteErrors, StoreError.
    """
    host = accepted.host
    learned = {
        "services": [*host.services, *_values(accepted, "services")],
        "ports": [*host.ports, *(int(port) for port in _values(accepted, "ports"))],
        "mounts": [*host.mounts, *_values(accepted, "mounts")],
    }
    entry = {"id": host.id, "name": host.name, "address": host.address, "role": host.role, "via": host.via, **learned}
    entry = {name: value for name, value in entry.items() if value}
    if not path.exists() and not path.is_symlink():
        return write_new(path, new_site_text(host.label, {TABLES["host"].name: [entry]}))
    if load_site(path).host(host.id) is None:
        return add_entry(path, "host", entry)
    return change_entry(path, "host", host.id, {name: value for name, value in learned.items() if value})


def _values(accepted: Proposal, kind: ItemKind) -> list[str]:
    return [item.value for item in accepted.items if item.kind == kind]


def _services(host: Host, names: Sequence[str]) -> Iterable[Item]:
    known = {_bare(name).casefold() for name in host.services}
    for name in sorted({_bare(name) for name in names if name.strip()}, key=str.casefold):
        if name.casefold() not in known:
            ours = not any(fnmatchcase(name.casefold(), pattern) for pattern in _SYSTEM_SERVICES)
            note = NOTHING if ours else Sentence(N_("part of the system"))
            yield Item("services", name, note, ours)


def _bare(name: str) -> str:
    return name.strip().removesuffix(".service")


def _ports(host: Host, listening: Sequence[Listening]) -> Iterable[Item]:
    by_port: dict[int, list[Listening]] = {}
    for one in listening:
        if 0 < one.port < 65536 and one.port not in host.ports:
            by_port.setdefault(one.port, []).append(one)
    for port, found in sorted(by_port.items()):
        program = next((one.program for one in found if one.program), "")
        local = all(_is_loopback(one.address) for one in found)
        passing = port >= _FIRST_PASSING_PORT
        if local:
            source = N_("{program}, for this machine alone") if program else N_("for this machine alone")
        elif passing:
            source = N_("{program}, perhaps by chance") if program else N_("perhaps by chance")
        else:
            source = N_("{program} listens") if program else ""
        yield Item("ports", str(port), Sentence(source, {"program": program}), not local and not passing)


def _is_loopback(address: str) -> bool:
    bare = re.sub(r"%.*", "", address.strip("[]"))
    try:
        return ipaddress.ip_address(bare.removeprefix("::ffff:")).is_loopback
    except ValueError:
        return bare == "localhost"


def _mounts(host: Host, mounted: Sequence[Mounted]) -> Iterable[Item]:
    seen = set(host.mounts)
    devices: dict[str, str] = {}
    for one in sorted(mounted, key=lambda one: one.path):
        ignored = any(fnmatchcase(one.path, pattern) for pattern in host.ignore_mounts)
        if one.kind.casefold() in _PSEUDO or not one.path.strip():
            continue
        first = devices.setdefault(one.device, one.path) if one.device.startswith("/") else one.path
        if one.path in seen or ignored:
            continue
        seen.add(one.path)
        removable = any(fnmatchcase(one.path, pattern) for pattern in _REMOVABLE) or one.kind.casefold() in _DISCS
        if first != one.path:
            note = Sentence(N_("the same disk as {path}"), {"path": first})
        elif removable:
            note = Sentence(N_("may be taken out"))
        else:
            note = Sentence(N_("file system {kind}") if one.kind else "", {"kind": one.kind})
        yield Item("mounts", one.path, note, first == one.path and not removable)
