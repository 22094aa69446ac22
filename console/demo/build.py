"""Build the practice site: its pictures and their truth, in a home folder of its own.

A practice site never goes into a real home (`console.paths.ensure_home` sees to it). Files appear whole or not at all;
a build that was stopped or killed is finished by the next one, and a finished site is recognised without computing
anything.
"""

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from console.demo.cases import Item
from console.demo.crew import Finished, work
from console.demo.hospital import ITEMS
from console.demo.overview import overview
from console.demo.truth import GENERATOR_VERSION
from console.errors import Cancelled, StoreError
from console.i18n import _
from console.paths import ensure_home
from console.store.files import replace_file, sweep
from console.store.trouble import cannot_read, cannot_write

RECORD = "practice-site.json"
"""In the home folder: which generator built which files, with their SHA-256."""
OVERVIEW = "practice-truth.json"
"""In the home folder: all patients, files and deliberate faults at a glance."""
_PROGRESS_S = 0.1
_RECORD_S = 0.5

Progress = Callable[[int, int], None]
IsCancelled = Callable[[], bool]


@dataclass(frozen=True)
class PracticeSite:
    """A finished practice site."""

    pictures: tuple[Path, ...]
    """The DICOM files, in the order a lesson would show them."""
    truth: Path
    """What can be measured in the first picture, as JSON; `truth_of` names that of any other."""
    overview: Path
    """All patients, files and deliberate faults, as JSON."""


def truth_of(picture: Path) -> Path:
    """The truth file that lies beside a picture of the practice site."""
    return picture.with_suffix(".json")


def build_practice(
    home: Path, progress: Progress, cancelled: IsCancelled, processes: int | None = None
) -> PracticeSite:
    """Make the practice site in `home`, or find it there.

    `progress(done, total)` counts frames, a file without frames as one; it is called at the start, about ten times a
    second, and at the end. `cancelled()` is asked at every frame, or many times a second while other processes
    compute. `processes` is how many of them may; None means one for each processor, and the bytes do not depend on it.
    Raises Cancelled (files that are already whole stay and are not built again) and StoreError: for a folder that holds
    anything else, and for a disk that is full or refuses.
    """
    ensure_home(home, practice=True)
    ledger = _Ledger(home)
    for folder in {home, *((home / item.file).parent for item in ITEMS)}:
        sweep(folder)
    missing = [item for item in ITEMS if not ledger.holds(item)]
    tell = _Ticker(progress, sum(map(_steps, ITEMS)), sum(_steps(item) for item in ITEMS if item not in missing))

    def step(count: int) -> None:
        tell.step(count)
        _stop_if(cancelled)

    if missing:
        _stop_if(cancelled)
        try:
            for finished in work(missing, step, processes):
                _stop_if(cancelled)
                ledger.write(finished)
                tell.step(_steps(finished.item) - finished.item.frames)
        finally:
            ledger.save()
    if not ledger.has(OVERVIEW):
        ledger.file(OVERVIEW, overview(ITEMS))
        ledger.save()
    tell.finish()
    return PracticeSite(tuple(home / item.file for item in ITEMS), truth_of(home / ITEMS[0].file), home / OVERVIEW)


def _steps(item: Item) -> int:
    """What an item counts in the progress."""
    return max(item.frames, 1)


def _stop_if(cancelled: IsCancelled) -> None:
    if cancelled():
        sentence = _("The practice site is not finished; opening it again continues where it stopped.")
        raise Cancelled(_("Stopped"), sentence)


class _Ledger:
    """What has been finished here, and how it gets onto disk."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._done = self._read()
        self._saved = dict(self._done)
        self._next = time.monotonic() + _RECORD_S

    def has(self, name: str) -> bool:
        """Whether a file was finished and is still there. What a trainee changed in it is the trainee's and stays."""
        return name in self._done and (self._home / name).is_file()

    def holds(self, item: Item) -> bool:
        """Whether both files of an item were finished and are still there."""
        return self.has(item.file) and self.has(self._truth_name(item))

    def write(self, finished: Finished) -> None:
        """Put an item's two files on disk."""
        self.file(finished.item.file, finished.picture)
        self.file(self._truth_name(finished.item), finished.truth)
        # Not after every file: a disk that turns would be busy with this one alone.
        if time.monotonic() >= self._next:
            self.save()
            self._next = time.monotonic() + _RECORD_S

    def file(self, name: str, data: bytes) -> None:
        """Put one file on disk."""
        path = self._home / name
        _make_folder(self._home, path.parent)
        replace_file(path, data)
        self._done[name] = hashlib.sha256(data).hexdigest()

    def save(self) -> None:
        """Write down what has been finished, if that has changed."""
        if self._done != self._saved:
            record = {"generator_version": GENERATOR_VERSION, "files": dict(sorted(self._done.items()))}
            replace_file(self._home / RECORD, (json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode())
            self._saved = dict(self._done)

    def _truth_name(self, item: Item) -> str:
        return truth_of(self._home / item.file).relative_to(self._home).as_posix()

    def _read(self) -> dict[str, str]:
        """SHA-256 by name of what this generator has finished; nothing when another one did, or none can be read."""
        path = self._home / RECORD
        try:
            record = json.loads(path.read_bytes())
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise cannot_read(path, error) from error
        except ValueError:
            return {}
        if not isinstance(record, dict) or record.get("generator_version") != GENERATOR_VERSION:
            return {}
        files = record.get("files")
        return {str(name): str(sha) for name, sha in files.items()} if isinstance(files, dict) else {}


def _make_folder(home: Path, folder: Path) -> None:
    """Make `folder`, unless a link on the way would lead the pictures out of the practice site."""
    try:
        if not folder.resolve().is_relative_to(home.resolve()):
            sentence = _(
                "The folder {folder} leads out of the practice site, so nothing was written there. Remove the link."
            )
            raise StoreError(_("Not a practice folder"), sentence.format(folder=folder))
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error


class _Ticker:
    """Progress by time: many frames make one message."""

    def __init__(self, progress: Progress, total: int, done: int) -> None:
        self._progress, self._total, self._done = progress, total, done
        self._next = time.monotonic() + _PROGRESS_S
        progress(0, total)

    def step(self, count: int) -> None:
        """So many more are done."""
        self._done += count
        if time.monotonic() >= self._next and self._done < self._total:
            self._progress(self._done, self._total)
            self._next = time.monotonic() + _PROGRESS_S

    def finish(self) -> None:
        """All are done."""
        self._progress(self._total, self._total)
