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
from typing import Any

from console.demo.cases import RUNS, Run
from console.demo.dicom_file import FrameEncoder, dicom_bytes, frame_encoder
from console.demo.scene import Scene
from console.demo.truth import GENERATOR_VERSION, describe, r_waves
from console.errors import Cancelled, StoreError
from console.i18n import _
from console.paths import ensure_home
from console.store.files import replace_file, sweep
from console.store.trouble import cannot_read, cannot_write

RECORD = "practice-site.json"
"""In the home folder: which generator built which files, with their SHA-256."""
_PROGRESS_S = 0.1

Progress = Callable[[int, int], None]
IsCancelled = Callable[[], bool]


@dataclass(frozen=True)
class PracticeSite:
    """A finished practice site."""

    pictures: tuple[Path, ...]
    """The DICOM files, in the order a lesson would show them."""
    truth: Path
    """What can be measured in the first picture, as JSON; `truth_of` names that of any other."""


def truth_of(picture: Path) -> Path:
    """The truth file that lies beside a picture of the practice site."""
    return picture.with_suffix(".json")


def build_practice(home: Path, progress: Progress, cancelled: IsCancelled) -> PracticeSite:
    """Make the practice site in `home`, or find it there.

    `progress(done, total)` counts frames; it is called at the start, about ten times a second, and at the end.
    `cancelled()` is asked at every frame. Raises Cancelled (files that are already whole stay and are not built
    again) and StoreError: for a folder that holds anything else, and for a disk that is full or refuses.
    """
    ensure_home(home, practice=True)
    done = _built_before(home)
    for folder in {home, *((home / run.file).parent for run in RUNS)}:
        sweep(folder)
    tell = _Ticker(progress, sum(run.recipe.frames for run in RUNS))
    for run in RUNS:
        if not _is_built(home, run, done):
            done.update(_build(home, run, tell, cancelled))
            replace_file(home / RECORD, _json({"generator_version": GENERATOR_VERSION, "files": done}))
        tell.finish(run.recipe.frames)
    return PracticeSite(tuple(home / run.file for run in RUNS), truth_of(home / RUNS[0].file))


def _build(home: Path, run: Run, tell: "_Ticker", cancelled: IsCancelled) -> dict[str, str]:
    """Compute one run and write its two files; their SHA-256 by name."""
    _stop_if(cancelled)
    encoder = frame_encoder()
    scene = Scene(run.recipe)
    fragments = []
    for number in range(run.recipe.frames):
        _stop_if(cancelled)
        fragments.append(encoder.encode(scene.frame(number)))
        tell.step(number + 1)
    picture = dicom_bytes(run, fragments, encoder.transfer_syntax, r_waves(scene))
    truth = _truth(run, describe(scene), encoder, picture)
    _stop_if(cancelled)
    written = {}
    for path, data in ((home / run.file, picture), (truth_of(home / run.file), truth)):
        _make_folder(home, path.parent)
        replace_file(path, data)
        written[path.relative_to(home).as_posix()] = hashlib.sha256(data).hexdigest()
    return written


def _truth(run: Run, values: dict[str, Any], encoder: FrameEncoder, picture: bytes) -> bytes:
    head = {
        "file": run.file.rsplit("/", 1)[-1],
        "sha256": hashlib.sha256(picture).hexdigest(),
        "sop_instance_uid": run.uid("instance"),
        "transfer_syntax": encoder.transfer_syntax,
        "transfer_syntax_reason": encoder.reason,
    }
    return _json(head | values)


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


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


def _built_before(home: Path) -> dict[str, str]:
    """What this generator has finished here: SHA-256 by name. Nothing when another one did, or none can be read."""
    try:
        record = json.loads((home / RECORD).read_bytes())
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise cannot_read(home / RECORD, error) from error
    except ValueError:
        return {}
    if not isinstance(record, dict) or record.get("generator_version") != GENERATOR_VERSION:
        return {}
    files = record.get("files")
    return {str(name): str(sha) for name, sha in files.items()} if isinstance(files, dict) else {}


def _is_built(home: Path, run: Run, done: dict[str, str]) -> bool:
    """Both files were finished and are still there. What a trainee changed in them is the trainee's and stays."""
    names = (home / run.file, truth_of(home / run.file))
    return all(path.relative_to(home).as_posix() in done and path.is_file() for path in names)


def _stop_if(cancelled: IsCancelled) -> None:
    if cancelled():
        sentence = _("The practice site is not finished; opening it again continues where it stopped.")
        raise Cancelled(_("Stopped"), sentence)


class _Ticker:
    """Progress by time: many frames make one message."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress, self._total = progress, total
        self._before = 0
        self._next = time.monotonic() + _PROGRESS_S
        progress(0, total)

    def step(self, frames: int) -> None:
        """`frames` of the run in hand are done."""
        if time.monotonic() >= self._next:
            self._progress(self._before + frames, self._total)
            self._next = time.monotonic() + _PROGRESS_S

    def finish(self, frames: int) -> None:
        """The run in hand, of `frames`, is done."""
        self._before += frames
        if self._before == self._total:
            self._progress(self._total, self._total)
