"""The servers of the practice site: a site file, logs, a queue, backups and a mirror, all below the practice home.

Everything lies on this machine and listens on 127.0.0.1 alone. Faults are switched on and off from the screen; the
process of `console.demo.ward_process` makes them happen while the console is open.
"""

import json
import os
import socket
import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from console.errors import StoreError
from console.i18n import N_
from console.store.files import replace_file
from console.store.trouble import cannot_read, cannot_write

FOLDER = "servers"
"""Below the practice home."""
PLAN = "ward.json"
"""In that folder: the ports that the practice servers listen on."""
SWITCHES = "faults.json"
"""In that folder: the faults that are switched on."""
SITE_FILE = "site.toml"

DAYS = 14
"""Nightly backups kept."""
OBJECTS = 12
"""Files of the mirrored archive."""


@dataclass(frozen=True)
class Fault:
    """Something that can go wrong at the practice site."""

    id: str
    name: str
    """A source string: what happens."""
    shows: str
    """A source string: what the checklists should say then."""


FAULTS = (
    Fault("queue", N_("The send queue stands still"), N_("D6: the oldest file waits too long, and nothing drains")),
    Fault("backup-old", N_("The backup of the last three nights is missing"), N_("D4: the newest backup is too old")),
    Fault("backup-cut", N_("The last backup broke off"), N_("D4: the dump has no end")),
    Fault("errors", N_("The archive writes errors"), N_("D7: new groups in the error log")),
    Fault("his", N_("The hospital information system does not listen"), N_("S4: HL7 connection refused")),
    Fault("web", N_("The viewer page fails"), N_("D10: the page answers 500")),
    Fault("archive", N_("The archive answers no C-ECHO"), N_("D10: DICOM connection refused")),
    Fault("mirror", N_("The mirror has lost files"), N_("D5: the two folders differ")),
)
"""Every fault that can be practised."""


@dataclass(frozen=True)
class Ports:
    """Where the practice servers listen on 127.0.0.1."""

    his: int
    web: int
    archive: int


def build_ward(home: Path, today: date) -> Path:
    """Make the practice servers' files and the site file, where they are missing; the site file's path.

    Backups and queue are dated from `today`: a practice site that was built long ago looks looked after at the start.
    Raises StoreError.
    """
    folder = home / FOLDER
    try:
        for name in ("log", "queue", "backup", "archive", "mirror"):
            (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        if not (folder / PLAN).is_file():
            replace_file(folder / PLAN, json.dumps(vars(_free_ports())).encode())
        for name in ("log/pacs-error.log", "log/pacs-app.log"):
            (folder / name).touch(mode=0o600)
        _fill_archive(folder)
        fill_backups(folder, today)
    except OSError as error:
        raise cannot_write(folder, error) from error
    site = home / SITE_FILE
    if not site.is_file():
        replace_file(site, site_text(folder, ports_of(home), today).encode())
    return site


def ports_of(home: Path) -> Ports:
    """Where the practice servers listen. Raises StoreError when the plan cannot be read."""
    path = home / FOLDER / PLAN
    try:
        values = json.loads(path.read_text("utf-8"))
        return Ports(int(values["his"]), int(values["web"]), int(values["archive"]))
    except OSError as error:
        raise cannot_read(path, error) from error
    except (ValueError, LookupError, TypeError) as error:
        raise StoreError(str(path), str(error)) from error


def faults_on(home: Path) -> frozenset[str]:
    """The faults that are switched on; none when nobody switched any."""
    try:
        found = json.loads((home / FOLDER / SWITCHES).read_text("utf-8"))
    except (OSError, ValueError):
        return frozenset()
    known = {fault.id for fault in FAULTS}
    return frozenset(name for name in found if name in known) if isinstance(found, list) else frozenset()


def switch(home: Path, faults: Iterable[str]) -> None:
    """Make exactly these faults happen. Raises StoreError."""
    replace_file(home / FOLDER / SWITCHES, json.dumps(sorted(faults)).encode())


def backup_name(day: date) -> str:
    """File name of one night's dump."""
    return f"ris-{day:%Y%m%d}.sql"


def dump_text(day: date, *, whole: bool = True) -> bytes:
    """A small dump as pg_dump writes it, about 200 kB, a little larger every night; without its end when broken off."""
    lines = ["--", "-- PostgreSQL database dump", "--", "", "COPY public.study (id, seen) FROM stdin;"]
    count = 6000 + day.toordinal() % 365
    lines += [f"{number}\t{day:%Y-%m-%d} 02:{number % 60:02}:00.000000+08" for number in range(count)]
    lines += ["\\.", "", "--", "-- PostgreSQL database dump complete", "--", ""]
    text = "\n".join(lines).encode()
    return text if whole else text[: len(text) * 3 // 5]


def fill_backups(folder: Path, today: date, *, missing: int = 0, broken: bool = False) -> None:
    """The last nights' dumps with the times of their nights; `missing` leaves out the newest, `broken` cuts it."""
    wanted = {}
    for back in range(DAYS):
        day = today - timedelta(days=back)
        if back >= missing:
            wanted[backup_name(day)] = (day, not (broken and back == missing))
    place = folder / "backup"
    for path in place.iterdir():
        if path.name not in wanted:
            path.unlink()
    for name, (day, whole) in wanted.items():
        path = place / name
        content = dump_text(day, whole=whole)
        if not path.is_file() or path.stat().st_size != len(content):
            replace_file(path, content)
        night = time.mktime((day.year, day.month, day.day, 2, 0, 0, 0, 0, -1))
        # Tonight's dump cannot be newer than now: before two o'clock it was made at midnight.
        os.utime(path, (min(night, time.time() - 60),) * 2)


def _fill_archive(folder: Path) -> None:
    for number in range(OBJECTS):
        for side in ("archive", "mirror"):
            path = folder / side / f"{number:04}.dcm"
            if not path.is_file():
                replace_file(path, bytes([number]) * 1024)
                yesterday = time.time() - 86400
                os.utime(path, (yesterday, yesterday))


def _free_ports() -> Ports:
    with ExitStack() as stack:
        found = []
        for _number in range(3):
            door = stack.enter_context(socket.socket())
            door.bind(("127.0.0.1", 0))
            found.append(int(door.getsockname()[1]))
    return Ports(*found)


def site_text(folder: Path, ports: Ports, today: date) -> str:
    """The practice site's site file. Paths are written as TOML literals: they may hold backslashes."""
    dumps = folder / "backup" / "ris-*.sql"
    return f"""# The practice site, all on this machine. Change what you like; delete the file to begin again.
[site]
name = "练习医院 心导管室"
timezone = "Asia/Shanghai"
contract = {{ number = "LX-{today.year}-001", from = {today.year}-01-01, to = {today.year}-12-31 }}
departments = ["心脏科", "神经内科"]

[thresholds]
disk_used_percent = {{ warn = 85, crit = 95 }}
log_file_bytes = {{ warn = "8GB", crit = "10GB" }}
queue_oldest = {{ warn = "2min", crit = "5min" }}
backup_age = {{ warn = "26h", crit = "50h" }}

[[host]]
id = "pacs-a"
name = "PACS 主服务器"
address = "127.0.0.1"
role = "primary"
via = "local"
ports = [{ports.archive}, {ports.web}]

[[database]]
id = "ris"
url = "postgresql://console_ro@127.0.0.1:5432/ris"

[database.backup]
host = "pacs-a"
files = '{dumps}'
schedule = "daily"
max_age = "26h"
min_bytes = "100KB"
other_disk = false

[[node]]
id = "archive"
ae_title = "PRACTICE"
address = "127.0.0.1"
port = {ports.archive}
services = ["echo"]

[[queue]]
id = "send-queue"
kind = "folder"
host = "pacs-a"
path = '{folder / "queue"}'
pattern = "*.dcm"

[[pair]]
id = "archive-mirror"
left = {{ host = "pacs-a", path = '{folder / "archive"}' }}
right = {{ host = "pacs-a", path = '{folder / "mirror"}' }}
max_lag = "1h"

[[log]]
id = "pacs-error"
host = "pacs-a"
kind = "error"
path = '{folder / "log" / "pacs-error.log"}'
raise = ["FATAL", "数据库连接失败"]
mute = ["heartbeat"]

[[log]]
id = "pacs-app"
host = "pacs-a"
kind = "app"
path = '{folder / "log" / "pacs-app.log"}'

[[interface]]
id = "his"
kind = "hl7"
address = "127.0.0.1"
port = {ports.his}

[[interface]]
id = "viewer-web"
kind = "http"
url = "http://127.0.0.1:{ports.web}/"

[[display]]
id = "reading-1"
maker = "EIZO"
model = "RX370"
serial = "12345678"
role = "diagnostic"
room = "导管室 1 控制间"
calibration_due = {today + timedelta(days=39)}
"""
