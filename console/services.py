"""Everything the screens and the command line may use, built once and handed down (no module-level singletons)."""

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from console.checkroom import CheckRoom
from console.dicom.reader import PictureReader
from console.errors import ConsoleError
from console.i18n import _
from console.inspectiondesk import InspectionDesk
from console.measuredesk import MeasureDesk
from console.model.clock import local_now
from console.paths import ensure_home, is_practice
from console.pictures import Pictures
from console.repairs import Repairs
from console.settings import Settings, SettingsFile
from console.shelves import Shelves
from console.store.audit import AuditLog
from console.store.files import sweep
from console.store.lock import HomeLock


class Preferences:
    """The settings in force. A change is saved at once and atomically; what could not be saved is not in force."""

    def __init__(self, file: SettingsFile, *, read_only: bool = False) -> None:
        self._file = file
        self.read_only = read_only
        """True when another console holds the home folder: changes last until this console ends."""
        self.now: Settings = file.load()

    def change(self, **values: object) -> Settings:
        """Take over and save `values`, fields of Settings. SettingsError or StoreError: then nothing changed."""
        changed = self.now.changed(**values)
        if not self.read_only:
            self._file.save(changed)
        self.now = changed
        return changed


class AuditWriter:
    """Writes audit lines in their order on a thread of its own: another console may hold the log for a moment."""

    def __init__(self, log: AuditLog) -> None:
        self._log = log
        self._lines: queue.Queue[tuple[str, dict[str, str]] | None] = queue.Queue()
        self._thread: threading.Thread | None = None
        self.failed: Callable[[ConsoleError], None] = lambda error: None
        """Called, from that thread, with what could not be written."""

    def put(self, event: str, details: dict[str, str]) -> None:
        """Hand over one line; returns at once."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._write, name="audit", daemon=True)
            self._thread.start()
        self._lines.put((event, details))

    def close(self) -> None:
        """Wait until everything handed over is on disk, but not for ever."""
        if self._thread is not None:
            self._lines.put(None)
            self._thread.join(timeout=5)

    def _write(self) -> None:
        while (line := self._lines.get()) is not None:
            event, details = line
            try:
                self._log.append(event, **details)
            except ConsoleError as error:
                self.failed(error)


@dataclass(frozen=True)
class Services:
    """What stands behind the screens."""

    home: Path
    """The home folder with the operator's records."""
    preferences: Preferences
    audit: "AuditWriter"
    lock: HomeLock
    reader: PictureReader
    """Client of the helper process that reads and decodes DICOM files."""
    pictures: Pictures
    shelves: Shelves
    """The studies of the index, taking in and handing on."""
    checkroom: CheckRoom
    """The checklists: the site, the run that goes on, and where every question stands."""
    inspections: InspectionDesk
    """The inspections: records, actions, reports."""
    repairs: Repairs
    """The doctor, plans and jobs."""
    measures: MeasureDesk
    """What was measured on pictures."""
    practice: bool = False
    """True for the practice site, which says so on every screen."""
    clock: Callable[[], datetime] = field(default=local_now)
    """Wall clock, for what is shown."""
    monotonic: Callable[[], float] = field(default=time.monotonic)
    """Clock of the cine and of the idle lock."""
    notices: tuple[str, ...] = ()
    """Sentences to show once at start: a damaged file that was replaced by its previous generation, for example."""

    def note(self, event: str, **details: str) -> None:
        """Have one line of the audit log written. Never hand over anything that identifies a patient."""
        self.audit.put(event, {"operator": self.preferences.now.operator, **details})

    def close(self) -> None:
        """End the helper process, finish the audit log and give the home folder free."""
        self.checkroom.close()
        self.inspections.close()
        self.repairs.close()
        self.measures.close()
        self.reader.close()
        self.audit.close()
        self.lock.release()


def build_services(home: Path, reader: PictureReader | None = None, site_path: Path | None = None) -> Services:
    """Open the home folder for the full-screen console and wire everything.

    The folder is locked; a second console opens read-only and a notice names the holder. Headless
    verbs do without: they write only the audit log, which takes several writers.
    """
    ensure_home(home)
    lock = HomeLock(home)
    notices: list[str] = []
    read_only = False
    if not lock.acquire():
        read_only = True
        notices.append(_held_sentence(lock))
    else:
        sweep(home)
    file = SettingsFile(home / "settings.json", read_only=read_only)
    preferences = Preferences(file, read_only=read_only)
    notices += file.notes
    if not read_only:
        lock.name_operator(preferences.now.operator)
    shelves = Shelves(home)
    if not read_only:
        shelves.sweep()
    picture_reader = reader if reader is not None else PictureReader()
    pictures = Pictures(picture_reader)
    return Services(
        home=home,
        preferences=preferences,
        audit=AuditWriter(AuditLog(home)),
        lock=lock,
        reader=picture_reader,
        pictures=pictures,
        shelves=shelves,
        checkroom=CheckRoom(home, read_only=read_only, site_path=site_path, clock=local_now),
        inspections=InspectionDesk(home, read_only=read_only, clock=local_now),
        repairs=Repairs(home, read_only=read_only),
        measures=MeasureDesk(home, pictures.frame, read_only=read_only, clock=local_now),
        practice=is_practice(home),
        notices=tuple(notices),
    )


def _held_sentence(lock: HomeLock) -> str:
    holder = lock.holder()
    if holder is None or holder.pid <= 0:
        return _("Another console has this home folder open. Settings changed here last until you leave.")
    return _(
        "{operator} on {host} has had this home folder open since {since} (process {pid}). "
        "Settings changed here last until you leave."
    ).format(
        operator=holder.operator or _("Somebody"),
        host=holder.host,
        since=holder.since[:16].replace("T", " "),
        pid=holder.pid,
    )
