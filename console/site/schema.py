"""The keys of the site file as data: reading, forms, and the page of the documentation all follow from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from console.i18n import N_
from console.model.site import (
    Backup,
    Contract,
    Database,
    Display,
    Due,
    FolderAt,
    Host,
    Interface,
    Log,
    LogFiles,
    Node,
    Pair,
    Queue,
    SshLogin,
    Tls,
)

Sort = Literal[
    "id", "text", "texts", "patterns", "choice", "choices", "flag", "port", "ports", "bytes", "seconds", "date",
    "address", "url", "path", "paths", "aet", "encoding", "zone", "department", "refer", "table", "limits",
]  # fmt: skip
"""What a value must be; `console.site.values` has a function for each but the last two."""


@dataclass(frozen=True)
class Key:
    """One key of a table."""

    name: str
    sort: Sort
    label: str
    """English, marked with N_."""
    help: str = ""
    """One sentence, English, marked with N_."""
    required: bool = False
    choices: tuple[str, ...] = ()
    refers: str = ""
    """Of sort "refer": the table whose id it must be."""
    keys: tuple["Key", ...] = ()
    """Of sort "table": its keys."""
    build: type[Any] | None = None
    """Of sort "table": the noun that it becomes."""
    field: str = ""
    """Name of the noun's field, where it is not the key's."""

    @property
    def target(self) -> str:
        """The noun's field."""
        return self.field or self.name


@dataclass(frozen=True)
class Table:
    """A [[table]] of the site file."""

    name: str
    plural: str
    """Field of Site."""
    label: str
    build: type[Any]
    keys: tuple[Key, ...]

    def key(self, name: str) -> Key | None:
        """The key of that name."""
        return next((key for key in self.keys if key.name == name), None)


def _id(help_: str) -> Key:
    return Key("id", "id", N_("Id"), help_, required=True)


_NAME = Key("name", "text", N_("Name shown"), N_("As people call it; the id is shown where there is none."))
_LIMITS = Key("thresholds", "limits", N_("Thresholds"), N_("Instead of the limits of the whole site."))
_SECRET = Key(
    "secret", "text", N_("Secret"),
    N_("The name under which the password is kept; the password itself never stands in this file."),
)  # fmt: skip
_CA = Key("ca", "path", N_("Certificate file"), N_("Of the hospital's own authority; empty means the system's."))


def _host(help_: str = "", *, required: bool = True) -> Key:
    return Key(
        "host", "refer", N_("Host"), help_ or N_("Id of the host where it lies."), required=required, refers="host"
    )


HOST = Table(
    "host", "hosts", N_("Host"), Host,
    (
        _id(N_("Short and lasting: findings and history are kept under it.")),
        _NAME,
        Key("address", "address", N_("Address"), N_("Name or IP address, without port.")),
        Key("role", "text", N_("Role"), N_("Free: primary, standby, workstation.")),
        Key("via", "choice", N_("Reached by"),
            N_("local is this machine, bundle a file carried on a stick, none is not looked at."),
            choices=("local", "ssh", "bundle", "none")),
        Key("ssh", "table", N_("SSH login"), keys=(
            Key("user", "text", N_("User"), N_("An account that may only read is enough."), required=True),
            Key("port", "port", N_("Port"), N_("22 when it is not given.")),
            Key("key", "path", N_("Private key file"), N_("Such as ~/.ssh/inspector; empty when a password is used.")),
            Key("secret", "text", N_("Secret"), N_("The name of the password, or of the key's passphrase.")),
        ), build=SshLogin),
        Key("services", "texts", N_("Services"), N_("Expected to run: systemd units or Windows service names.")),
        Key("processes", "texts", N_("Processes"), N_("Expected to run, by command name.")),
        Key("ports", "ports", N_("Ports"), N_("TCP ports that are expected to listen.")),
        Key("mounts", "paths", N_("Partitions"), N_("Mount points or drives that must be there.")),
        Key("ignore_mounts", "texts", N_("Ignored partitions"), N_("Patterns, such as /snap/*.")),
        Key("writable", "paths", N_("Writable partitions"),
            N_("Must not turn read-only; empty means every local one.")),
        Key("departments", "department", N_("Departments"), N_("Who works with it, as the site names them.")),
        _LIMITS,
    ),
)  # fmt: skip

DATABASE = Table(
    "database", "databases", N_("Database"), Database,
    (
        _id(N_("Short and lasting: findings and history are kept under it.")),
        _NAME,
        Key("url", "url", N_("URL"), N_("Such as postgresql://reader@10.0.0.5:5432/ris, without password."),
            required=True),
        _SECRET,
        Key("standby", "url", N_("Standby"), N_("URL of the standby server's database, where there is one.")),
        Key("tls", "table", N_("Protection"), keys=(
            Key("mode", "choice", N_("TLS"), N_("prefer takes it where the server offers it."),
                choices=("off", "prefer", "require")),
            _CA,
        ), build=Tls),
        Key("backup", "table", N_("Backup"), keys=(
            _host(N_("Id of the host where the backup files lie.")),
            Key("files", "path", N_("Files"), N_("Pattern of the files' paths, such as /backup/ris-*.dump."),
                required=True),
            Key("schedule", "choice", N_("Schedule"), N_("How often one is expected."),
                choices=("hourly", "daily", "weekly", "monthly")),
            Key("max_age", "seconds", N_("Greatest age"), N_("Such as 26h, instead of the threshold backup_age."),
                field="max_age_s"),
            Key("min_bytes", "bytes", N_("Smallest size"), N_("Such as 1MB; a smaller one is no backup.")),
            Key("other_disk", "flag", N_("On another disk"),
                N_("Whether it must lie on another file system than the data.")),
            Key("data", "path", N_("Data folder"), N_("Where the data lies on the same host, for the question above.")),
            Key("format", "choice", N_("Format"), N_("auto looks at the file's beginning."),
                choices=("auto", "pg_dump", "mysqldump", "xtrabackup", "other")),
        ), build=Backup),
        Key("log_files", "table", N_("Log files"), keys=(
            _host(N_("Id of the host where the log files lie.")),
            Key("files", "path", N_("Files"), N_("Pattern of the paths whose size the contract limits."),
                required=True),
        ), build=LogFiles),
    ),
)  # fmt: skip

NODE = Table(
    "node", "nodes", N_("DICOM node"), Node,
    (
        _id(N_("Short and lasting: findings and history are kept under it.")),
        _NAME,
        Key("ae_title", "aet", N_("AE title"), N_("Up to 16 characters, capitals count."), required=True),
        Key("address", "address", N_("Address"), N_("Name or IP address, without port."), required=True),
        Key("port", "port", N_("Port"), N_("Such as 104 or 11112."), required=True),
        Key("services", "choices", N_("Services"), N_("What it is expected to offer."),
            choices=("echo", "find", "move", "get", "store", "worklist", "mpps", "commit")),
        Key("tls", "flag", N_("TLS"), N_("Whether the connection is protected.")),
        Key("web", "url", N_("Management page"), N_("Its address, where it has one.")),
        _SECRET,
        Key("calling", "aet", N_("Calling AE title"), N_("Ours; CATHLAB when it is not given.")),
    ),
)  # fmt: skip

QUEUE = Table(
    "queue", "queues", N_("Queue"), Queue,
    (
        _id(N_("Short and lasting: findings and history are kept under it.")),
        _NAME,
        Key("kind", "choice", N_("Kind"), N_("Where it can be seen."), required=True,
            choices=("folder", "sql", "orthanc", "dcm4chee")),
        _host(N_("Of a folder: id of the host where it lies."), required=False),
        Key("path", "path", N_("Folder"), N_("Of a folder: its path on the host.")),
        Key("pattern", "text", N_("Pattern"), N_("Of a folder: which files count, such as *.dcm.")),
        Key("database", "refer", N_("Database"), N_("Of sql: id of the database."), refers="database"),
        Key("query", "text", N_("Query"), N_("Of sql: one SELECT that gives the count and the oldest time.")),
        Key("node", "refer", N_("DICOM node"), N_("Of orthanc: id of the node, whose management page is asked."),
            refers="node"),
        Key("url", "url", N_("URL"), N_("Of dcm4chee: its address, such as http://10.0.0.5:8080/dcm4chee-arc.")),
        Key("queues", "texts", N_("Queue names"), N_("Of dcm4chee: such as StgCmtSCU.")),
        _SECRET,
        _LIMITS,
    ),
)  # fmt: skip

_SIDE = (_host(), Key("path", "path", N_("Folder"), N_("Its path on the host."), required=True))

PAIR = Table(
    "pair", "pairs", N_("Pair of folders"), Pair,
    (
        _id(N_("Short and lasting: findings and history are kept under it.")),
        _NAME,
        Key("left", "table", N_("First folder"), required=True, keys=_SIDE, build=FolderAt),
        Key("right", "table", N_("Second folder"), required=True, keys=_SIDE, build=FolderAt),
        Key("max_lag", "seconds", N_("Greatest delay"), N_("Younger files may be missing on one side; such as 1h."),
            field="max_lag_s"),
        Key("pattern", "text", N_("Pattern"), N_("Which files count, such as *.dcm.")),
    ),
)  # fmt: skip

LOG = Table(
    "log", "logs", N_("Log"), Log,
    (
        _id(N_("Short and lasting: findings and history are kept under it.")),
        _NAME,
        _host(),
        Key("kind", "choice", N_("Kind"), N_("error holds only what went wrong, app everything."), required=True,
            choices=("error", "app")),
        Key("path", "path", N_("Files"), N_("Pattern of the live files; rotated ones are found beside them.")),
        Key("unit", "text", N_("Journal unit"), N_("A systemd unit, instead of files.")),
        Key("event_log", "text", N_("Event log"), N_("A Windows event log, instead of files.")),
        Key("encoding", "encoding", N_("Encoding"), N_("auto, utf-8, gb18030 or another one that Python knows.")),
        Key("words", "texts", N_("Words"), N_("Texts that make a line worth reading; ERROR and FATAL if not given.")),
        Key("raise", "patterns", N_("Raise"), N_("Regular expressions that make a line critical."), field="raise_"),
        Key("mute", "patterns", N_("Mute"), N_("Regular expressions of lines that are counted but not shown.")),
    ),
)  # fmt: skip

INTERFACE = Table(
    "interface", "interfaces", N_("Interface"), Interface,
    (
        _id(N_("Short and lasting: findings and history are kept under it.")),
        _NAME,
        Key("kind", "choice", N_("Kind"), N_("hl7 and tcp need address and port, http needs a URL."), required=True,
            choices=("hl7", "http", "tcp")),
        Key("address", "address", N_("Address"), N_("Name or IP address, without port.")),
        Key("port", "port", N_("Port"), N_("Such as 2575.")),
        Key("url", "url", N_("URL"), N_("Such as https://10.0.0.7:8443/.")),
        _CA,
        Key("expect", "text", N_("Expected text"), N_("A text that the page must hold.")),
    ),
)  # fmt: skip

DISPLAY = Table(
    "display", "displays", N_("Display"), Display,
    (
        _id(N_("Short and lasting: findings and history are kept under it.")),
        _NAME,
        Key("maker", "text", N_("Maker")),
        Key("model", "text", N_("Model")),
        Key("serial", "text", N_("Serial number")),
        Key("role", "choice", N_("Role"), N_("What it is used for."),
            choices=("diagnostic", "modality", "clinical", "office")),
        Key("room", "text", N_("Room")),
        Key("graphics_card", "text", N_("Graphics card")),
        Key("host", "text", N_("Workstation"), N_("Name of the computer; it need not be a host of this file.")),
        Key("calibration_due", "date", N_("Calibration due"), N_("A day, such as 2026-12-31.")),
    ),
)  # fmt: skip

DUE = Table(
    "due", "dues", N_("Due date"), Due,
    (
        _id(N_("Short and lasting: findings and history are kept under it.")),
        Key("what", "text", N_("What"), N_("Such as a licence or a certificate."), required=True),
        Key("date", "date", N_("Day"), N_("A day, such as 2026-12-31."), required=True),
    ),
)  # fmt: skip

TABLES: Mapping[str, Table] = {
    table.name: table for table in (HOST, DATABASE, NODE, QUEUE, PAIR, LOG, INTERFACE, DISPLAY, DUE)
}
"""By name, in the order in which they stand in a new file."""

SITE_KEYS = (
    Key("name", "text", N_("Name of the site"), N_("Hospital and department, as on a report."), required=True),
    Key("timezone", "zone", N_("Time zone"), N_("Such as Asia/Shanghai.")),
    Key("contract", "table", N_("Contract"), keys=(
        Key("number", "text", N_("Contract number")),
        Key("from", "date", N_("First day"), N_("A day, such as 2026-01-01."), field="start"),
        Key("to", "date", N_("Last day"), N_("A day, such as 2026-12-31."), field="end"),
    ), build=Contract),
    Key("departments", "texts", N_("Departments"), N_("All that the site serves.")),
)  # fmt: skip
"""Of [site]."""

LIMIT_KEYS = ("warn", "crit")
"""Of each entry of [thresholds]."""
