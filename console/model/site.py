"""Nouns of the site file: what one hospital has, and what is expected of it (DESIGN, the site file).

Plain values as the operator wrote them; `console.site` reads, checks and writes the file. Passwords never stand here:
`secret` is a name that is looked up when it is needed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

Via = Literal["local", "ssh", "bundle", "none"]
QueueKind = Literal["folder", "sql", "orthanc", "dcm4chee"]
LogKind = Literal["error", "app"]
InterfaceKind = Literal["hl7", "http", "tcp"]
DisplayRole = Literal["diagnostic", "modality", "clinical", "office"]


@dataclass(frozen=True)
class Limits:
    """Two thresholds of one quantity, in its own unit (percent, bytes, seconds, count); None means no limit."""

    warn: float | None = None
    crit: float | None = None


NO_LIMITS = Limits()


@dataclass(frozen=True)
class Contract:
    """The service contract's number and term."""

    number: str = ""
    start: date | None = None
    end: date | None = None


NO_CONTRACT = Contract()


@dataclass(frozen=True)
class SshLogin:
    """How a host is reached by SSH."""

    user: str
    port: int = 22
    key: str = ""
    """Path of a private key file, "~" allowed; empty when a password is used."""
    secret: str = ""
    """Name of the password or of the key's passphrase."""


@dataclass(frozen=True)
class Host:
    """A server or workstation."""

    id: str
    address: str = ""
    name: str = ""
    role: str = ""
    """Free: "primary", "standby", "workstation"."""
    via: Via = "none"
    ssh: SshLogin | None = None
    services: tuple[str, ...] = ()
    """Names (systemd units, Windows service names) that are expected to run."""
    processes: tuple[str, ...] = ()
    """Command names that are expected to run."""
    ports: tuple[int, ...] = ()
    """TCP ports that are expected to listen."""
    mounts: tuple[str, ...] = ()
    """Mount points that must be there, also when a default would leave them out."""
    ignore_mounts: tuple[str, ...] = ()
    """Patterns (fnmatch) of mount points that are not looked at."""
    writable: tuple[str, ...] = ()
    """Mount points that must not turn read-only; empty means every local one that is not read-only by nature."""
    departments: tuple[str, ...] = ()
    thresholds: Mapping[str, Limits] = field(default_factory=dict)
    """Instead of the site's."""

    @property
    def label(self) -> str:
        """Its name, or else its id."""
        return self.name or self.id


@dataclass(frozen=True)
class Backup:
    """Backup files that a database is expected to leave."""

    files: str
    """Pattern of paths on `host`."""
    host: str = ""
    schedule: str = "daily"
    max_age_s: float | None = None
    """Instead of the site's threshold `backup_age`."""
    min_bytes: int = 0
    other_disk: bool = True
    """Whether it must lie on another file system than the data."""
    data: str = ""
    """Path of the data on the same host, for `other_disk`; empty when it is not known."""
    format: Literal["auto", "pg_dump", "mysqldump", "xtrabackup", "other"] = "auto"


@dataclass(frozen=True)
class LogFiles:
    """Files whose size the contract limits."""

    files: str
    host: str = ""


@dataclass(frozen=True)
class Tls:
    """How a connection is protected."""

    mode: Literal["off", "prefer", "require"] = "prefer"
    ca: str = ""
    """Path of a certificate file of the site's own authority; empty means the system's."""


AS_OFFERED = Tls()


@dataclass(frozen=True)
class Database:
    """A database server's database."""

    id: str
    url: str
    """SQLAlchemy-style, without password."""
    secret: str = ""
    standby: str = ""
    """URL of the standby; empty when there is none."""
    tls: Tls = AS_OFFERED
    backup: Backup | None = None
    log_files: LogFiles | None = None
    name: str = ""


@dataclass(frozen=True)
class Node:
    """A DICOM application entity."""

    id: str
    ae_title: str
    address: str
    port: int
    services: tuple[str, ...] = ("echo",)
    tls: bool = False
    web: str = ""
    """Management interface, where it has one."""
    secret: str = ""
    calling: str = ""
    """The AE title under which we call; empty means the console's own, CATHLAB."""
    name: str = ""


@dataclass(frozen=True)
class Queue:
    """Where objects or messages wait to be sent."""

    id: str
    kind: QueueKind
    host: str = ""
    path: str = ""
    pattern: str = "*"
    database: str = ""
    query: str = ""
    node: str = ""
    url: str = ""
    queues: tuple[str, ...] = ()
    secret: str = ""
    thresholds: Mapping[str, Limits] = field(default_factory=dict)
    name: str = ""


@dataclass(frozen=True)
class FolderAt:
    """A folder on a host."""

    host: str
    path: str


@dataclass(frozen=True)
class Pair:
    """Two folders that must hold the same files."""

    id: str
    left: FolderAt
    right: FolderAt
    max_lag_s: float = 3600.0
    pattern: str = "*"
    name: str = ""


@dataclass(frozen=True)
class Log:
    """A log that somebody has to read."""

    id: str
    host: str
    kind: LogKind
    path: str = ""
    """Pattern of the live files; their rotated forms are found beside them."""
    unit: str = ""
    """systemd journal unit, instead of a path."""
    event_log: str = ""
    """Windows event log, instead of a path."""
    encoding: str = "auto"
    words: tuple[str, ...] = ("ERROR", "FATAL")
    """Literals that make a line worth grouping."""
    raise_: tuple[str, ...] = ()
    """Regular expressions that make a group critical (key "raise")."""
    mute: tuple[str, ...] = ()
    """Regular expressions of matched lines that are counted but not shown; raise wins over mute."""
    name: str = ""


@dataclass(frozen=True)
class Interface:
    """A connection to another system."""

    id: str
    kind: InterfaceKind
    address: str = ""
    port: int = 0
    url: str = ""
    ca: str = ""
    expect: str = ""
    """A text that a web page must hold."""
    name: str = ""


@dataclass(frozen=True)
class Display:
    """A display with its graphics card."""

    id: str
    maker: str = ""
    model: str = ""
    serial: str = ""
    role: DisplayRole = "clinical"
    room: str = ""
    graphics_card: str = ""
    host: str = ""
    calibration_due: date | None = None
    name: str = ""


@dataclass(frozen=True)
class Due:
    """Something that runs out on a day: a certificate, a licence, a calibration of a meter."""

    id: str
    what: str
    date: date


@dataclass(frozen=True)
class Site:
    """One hospital."""

    name: str
    path: Path | None = None
    """The file it was read from; None for a machine without a site file."""
    timezone: str = ""
    contract: Contract = NO_CONTRACT
    departments: tuple[str, ...] = ()
    thresholds: Mapping[str, Limits] = field(default_factory=dict)
    """By name: disk_used_percent, inode_used_percent, log_file_bytes, queue_oldest, backup_age … in their units."""
    hosts: tuple[Host, ...] = ()
    databases: tuple[Database, ...] = ()
    nodes: tuple[Node, ...] = ()
    queues: tuple[Queue, ...] = ()
    pairs: tuple[Pair, ...] = ()
    logs: tuple[Log, ...] = ()
    interfaces: tuple[Interface, ...] = ()
    displays: tuple[Display, ...] = ()
    dues: tuple[Due, ...] = ()

    def host(self, host_id: str) -> Host | None:
        """The host of that id."""
        return next((host for host in self.hosts if host.id == host_id), None)


@dataclass(frozen=True)
class SiteProblem:
    """One mistake in a site file."""

    line: int
    """Counted from 1; 0 when it belongs to no line."""
    key: str
    """Such as "host[2].ssh.port" """
    what: str
    """One sentence, translated."""
