"""Processes that the tests of the rewrite end at each of their calls to the system.

    python -m tests.unit.repair.rewrite_child WHAT FOLDER

Prints a line a step: the step, and whether the process lived to its end, which is the last.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from console.errors import ConsoleError
from console.repair import job, writing
from console.repair.job import Order
from tests.unit.repair.jobs import COPIES, IN_PLACE, made_file, planned, plant

CALLS = ("open", "write", "fsync", "replace", "unlink", "ftruncate", "posix_fallocate", "sendfile", "mkdir", "utime")
REAL_WRITE = os.write
# What a process wrote outlives its kill without reaching the disk; the call alone is a place to die at.
setattr(os, "fsync", lambda _descriptor: None)  # noqa: B010 - mypy would not let it be assigned


def data_of(folder: Path) -> Path:
    """The files of the archive; a name that is not easy."""
    return folder / "data" / "王 伟\n1"


def prepare(folder: Path) -> str:
    """A file and a plan for it, which makes another one as well. The job's id."""
    paths = plant(data_of(folder), "IM 1")
    (folder / "home").mkdir()
    return planned(folder / "home", *paths, made=[made_file(data_of(folder) / "NEW")]).id


def only_job(folder: Path) -> str:
    """The id of the one job of a home folder."""
    (name,) = os.listdir(folder / "home" / "repair")
    return name


def apply(folder: Path, order: Order) -> None:
    job.apply(folder / "home", only_job(folder), order)


def prepare_done(folder: Path) -> None:
    prepare(folder)
    apply(folder, IN_PLACE)


def prepare_broken(folder: Path) -> None:
    """A job that died behind "ready", before the file was moved."""
    prepare(folder)
    pid = os.fork()
    if pid == 0:
        die_at_word("ready")
        apply(folder, IN_PLACE)
    os.waitpid(pid, 0)


def undo(folder: Path) -> None:
    job.undo(folder / "home", only_job(folder))


def resume(folder: Path) -> None:
    job.resume(folder / "home", only_job(folder))


STEPWISE: dict[str, tuple[Callable[[Path], object], Callable[[Path], None]]] = {
    "apply": (prepare, lambda folder: apply(folder, IN_PLACE)),
    "copy": (prepare, lambda folder: apply(folder, COPIES)),
    "undo": (prepare_done, undo),
    "resume": (prepare_broken, resume),
}


def die_at(step: int) -> None:
    """Let the `step`-th call to the system end this process as kill -9 does; a write dies half done."""
    calls = 0

    def dying(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == step:
                if real is REAL_WRITE:
                    REAL_WRITE(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*arguments, **options)

        return call

    for name in CALLS:
        setattr(os, name, dying(getattr(os, name)))


def die_at_word(word: str) -> None:
    """End this process when the protocol reaches a word the first time."""

    def reached(step: str) -> None:
        if step == word:
            os.kill(os.getpid(), signal.SIGKILL)

    setattr(writing, "reached", reached)  # noqa: B010 - as above


def die_at_each_step(folder: Path, what: str) -> None:
    """Do it in folders 1, 2, 3 … and die before the first, second, third … call to the system."""
    before, act = STEPWISE[what]
    step, alive = 0, False
    while not alive:
        step += 1
        place = folder / str(step)
        place.mkdir()
        before(place)
        pid = os.fork()
        if pid == 0:
            finish = os._exit
            die_at(step)
            try:
                act(place)
            except ConsoleError as error:
                REAL_WRITE(2, str(error).encode())
                finish(3)
            finish(0)
        status = os.waitpid(pid, 0)[1]
        assert status in (0, signal.SIGKILL), status
        alive = status == 0
        os.write(1, b"%d %d\n" % (step, alive))


def die_at_words(folder: Path, *words: str) -> None:
    """Apply in folders named by the words of the protocol, and die at each of them."""
    for word in words:
        place = folder / word.replace(" ", "-")
        place.mkdir()
        prepare(place)
        pid = os.fork()
        if pid == 0:
            die_everywhere(word)
            apply(place, IN_PLACE)
            os._exit(0)
        assert os.waitpid(pid, 0)[1] == signal.SIGKILL, word


def die_everywhere(word: str) -> None:
    """The same hook as every module of the job sees it."""
    from console.repair import preparing

    die_at_word(word)
    for module in (job, preparing):
        setattr(module, "reached", writing.reached)  # noqa: B010 - as above


if __name__ == "__main__":
    if sys.argv[1] == "words":
        die_at_words(Path(sys.argv[2]), *sys.argv[3:])
    else:
        die_at_each_step(Path(sys.argv[2]), sys.argv[1])
