"""Build the practice site: its pictures and their truth, in a home folder of its own.

A practice site never goes into a real home: a folder with content is only touched when it carries the marker file.
Files appear whole or not at all; a build that was stopped or killed is finished by the next one, and a finished site
is recognised without computing anything.
"""

import hashlib
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from console.demo.cases import RUNS, Run
from console.demo.dicom_file import FrameEncoder, dicom_bytes, frame_encoder
from console.demo.truth import GENERATOR_VERSION, describe, r_waves
from console.errors import Cancelled, StoreError
from console.i18n import _

MARKER = "practice-site.json"
"""The file that makes a home folder a practice site."""
_LEFTOVER = ".practice-"
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


def is_practice(home: Path) -> bool:
    """True when `home` is a practice site, finished or not."""
    return (home / MARKER).is_file()


def claim(home: Path) -> None:
    """Make an empty or missing folder a practice site, before anything else (a lock, settings) is put there.

    Raises StoreError when the folder holds anything and is no practice site, or cannot be written.
    """
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if is_practice(home):
            return
        if any(not entry.name.startswith(_LEFTOVER) for entry in home.iterdir()):
            raise StoreError(
                _("This is not a practice folder"),
                _(
                    "The folder {folder} already holds files and is not a practice site; nothing was written. "
                    "Choose an empty folder for the practice site."
                ).format(folder=home),
            )
        _write_marker(home, {}, complete=False)
    except OSError as error:
        raise _cannot_write(home, error) from error


def build_practice(home: Path, progress: Progress, cancelled: IsCancelled) -> PracticeSite:
    """Make the practice site in `home`, or find it there.

    `progress(done, total)` is called at the start, about ten times a second, and at the end; `cancelled()` is asked
    at every frame. Raises Cancelled (files that are already whole stay and are not built again) and StoreError.
    """
    claim(home)
    runs = RUNS
    total = sum(run.recipe.frames for run in runs)
    site = PracticeSite(tuple(home / run.file for run in runs), truth_of(home / runs[0].file))
    tell = _Ticker(progress, total)
    try:
        done = _built_before(home)
        _sweep(home)
        for run in runs:
            if not _is_built(home, run, done):
                done.update(_build(home, run, tell, cancelled))
                _write_marker(home, done, complete=False)
            tell.finish(run.recipe.frames)
        if not _is_complete(home):
            _write_marker(home, done, complete=True)
    except OSError as error:
        raise _cannot_write(home, error) from error
    return site


def _build(home: Path, run: Run, tell: "_Ticker", cancelled: IsCancelled) -> dict[str, str]:
    """Compute one run and write its two files; their SHA-256 by name."""
    from console.demo.phantom import Scene

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
        _write(path, data)
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
    if not folder.resolve().is_relative_to(home.resolve()):
        raise StoreError(
            _("This is not a practice folder"),
            _("The folder {folder} leads out of the practice site; nothing was written there. Remove the link.").format(
                folder=folder
            ),
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _write(path: Path, data: bytes) -> None:
    """Put `data` at `path` whole or not at all, also when the power fails."""
    spare = path.with_name(f"{_LEFTOVER}{os.getpid()}-{path.name}")
    try:
        with spare.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(spare, path)
    finally:
        spare.unlink(missing_ok=True)


def _write_marker(home: Path, files: dict[str, str], complete: bool) -> None:
    marker = {
        "what": "practice site of cathlab-console; everything in this folder is invented",
        "generator_version": GENERATOR_VERSION,
        "complete": complete,
        "files": files,
    }
    _write(home / MARKER, _json(marker))


def _read_marker(home: Path) -> dict[str, Any]:
    """The marker's content; empty when another generator wrote it or it cannot be understood: then all is built."""
    try:
        marker = json.loads((home / MARKER).read_bytes())
    except ValueError:
        return {}
    if not isinstance(marker, dict) or marker.get("generator_version") != GENERATOR_VERSION:
        return {}
    return marker


def _built_before(home: Path) -> dict[str, str]:
    files = _read_marker(home).get("files")
    return {str(name): str(sha) for name, sha in files.items()} if isinstance(files, dict) else {}


def _is_complete(home: Path) -> bool:
    return _read_marker(home).get("complete") is True


def _is_built(home: Path, run: Run, done: dict[str, str]) -> bool:
    """Both files were finished and are still there. What a trainee changed in them is the trainee's and stays."""
    names = (home / run.file, truth_of(home / run.file))
    return all(path.relative_to(home).as_posix() in done and path.is_file() for path in names)


def _sweep(home: Path) -> None:
    """Remove what a killed build left behind."""
    for folder in {home, *((home / run.file).parent for run in RUNS)}:
        if folder.is_dir():
            for spare in folder.glob(f"{_LEFTOVER}*"):
                spare.unlink(missing_ok=True)


def _stop_if(cancelled: IsCancelled) -> None:
    if cancelled():
        raise Cancelled(_("Stopped"), _("The practice site is not finished; opening it again continues where it stopped."))


def _cannot_write(home: Path, error: OSError) -> StoreError:
    return StoreError(
        _("The practice site cannot be written"),
        _("Writing the practice site to {folder} failed: {reason}. Free some space or choose another folder.").format(
            folder=home, reason=error.strerror or str(error)
        ),
    )


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
