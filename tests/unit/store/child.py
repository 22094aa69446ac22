"""Processes that the tests of the store start, kill, cramp and strip of their rights.

    python -m tests.unit.store.child VERB FOLDER [ARGUMENT ...]

What was acknowledged goes to stdout, a number a line, after the call that wrote it has returned. The processes that are
killed are forked from one that has loaded everything, so that fifty kills take a second or two.
"""

import errno
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from console.errors import ConsoleError
from console.paths import ensure_home
from console.settings import Settings, SettingsFile
from console.store.audit import AuditLog
from console.store.documents import open_documents
from console.store.files import sweep, write_checked
from console.store.lock import HomeLock

FIRST, SECOND, THIRD = b"first" * 50, b"second" * 50, b"third" * 50
REAL_WRITE = os.write


def acknowledge(number: int) -> None:
    os.write(1, b"%d\n" % number)


def write_documents(folder: Path) -> None:
    """Insert one document after another until somebody kills us."""
    documents = open_documents(folder / "work.json")
    number = len(documents)
    while True:
        number += 1
        documents.insert({"number": number, "text": "导管" * 40})
        acknowledge(number)


def append_audit(folder: Path) -> None:
    """Append one line after another until somebody kills us."""
    log = AuditLog(folder)
    number = log.verify().lines
    while True:
        number += 1
        log.append("test.line", number=str(number))
        acknowledge(number)


def append_some(folder: Path, who: str, count: str) -> None:
    """Append `count` lines, as one of several processes that do so at the same time."""
    log = AuditLog(folder)
    for number in range(int(count)):
        log.append("test.line", who=who, number=str(number))


def nursery(folder: Path, verb: str) -> None:
    """For each line on stdin fork a process that does `verb`; say its number first and "dead" once it is."""
    for _line in sys.stdin.buffer:
        pid = os.fork()
        if pid == 0:
            os.write(1, b"pid %d\n" % os.getpid())
            VERBS[verb](folder)
        os.waitpid(pid, 0)
        os.write(1, b"dead\n")


def die_at_each_step(folder: Path, what: str, *options: str) -> None:
    """Do `what` in folders 1, 2, 3 ... and die before the first, second, third ... call to the system.

    Prints one line a step: the step, whether the call had returned, and whether it lived to its end, which is the last.
    """
    prepare, act = STEPWISE[what]
    if "no-links" in options:
        os.link = refuse_links  # as on FAT, which no test machine has at hand
    step, alive = 0, False
    while not alive:
        step += 1
        place = folder / str(step)
        place.mkdir()
        prepare(place)
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            finish = os._exit
            die_at(step)
            act(place)
            REAL_WRITE(writer, b"x")
            finish(0)
        os.close(writer)
        returned = os.read(reader, 1) == b"x"
        os.close(reader)
        alive = os.waitpid(pid, 0)[1] == 0
        os.write(1, b"%d %d %d\n" % (step, returned, alive))


def two_generations(folder: Path) -> None:
    write_checked(folder / "kept", FIRST)
    write_checked(folder / "kept", SECOND)


def third_generation(folder: Path) -> None:
    write_checked(folder / "kept", THIRD)


def two_lines(folder: Path) -> None:
    AuditLog(folder).append("test.first")
    AuditLog(folder).append("test.second")


def third_line(folder: Path) -> None:
    AuditLog(folder).append("test.third")


def nothing(folder: Path) -> None:
    """The folder stays empty."""


STEPWISE: dict[str, tuple[Callable[[Path], None], Callable[[Path], None]]] = {
    "write": (two_generations, third_generation),
    "append": (two_lines, third_line),
    "append first": (nothing, third_line),
}


def hold(folder: Path) -> None:
    """Take the lock, say so, and keep it until somebody kills us."""
    lock = HomeLock(folder)
    acknowledge(int(lock.acquire("李工")))
    signal.pause()


def refuse_links(*_arguments: object, **_options: object) -> None:
    raise OSError(errno.EPERM, "Operation not permitted")


def die_at(step: int) -> None:
    """Let the `step`-th call to the system from now end this process as kill -9 does; a write dies half done."""
    calls = 0

    def dying(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == step:
                if real is REAL_WRITE:
                    REAL_WRITE(arguments[0], arguments[1][: len(arguments[1]) // 2])
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*arguments, **options)

        return call

    for name in ("open", "write", "fsync", "close", "link", "replace", "unlink", "ftruncate"):
        setattr(os, name, dying(getattr(os, name)))


def fill_disk(folder: Path, way: str) -> None:
    """Write until the disk is full, say what happened, make room and write again; the report is JSON on stdout."""
    cramp, relieve = DISKS[way]
    ensure_home(folder)
    settings = SettingsFile(folder / "settings.json")
    settings.save(Settings(operator="before"))
    documents, log = open_documents(folder / "work.json"), AuditLog(folder)
    cramp(folder)
    report: dict[str, Any] = {"sentences": []}

    def until_refused(write: Callable[[int], object]) -> int:
        done = 0
        try:
            while True:
                write(done + 1)
                done += 1
        except ConsoleError as error:
            report["sentences"].append(str(error))
        return done

    report["inserted"] = until_refused(lambda number: documents.insert({"number": number, "text": "x" * 400}))
    report["documents"] = [document["number"] for document in documents]
    report["documents reopened"] = [document["number"] for document in open_documents(folder / "work.json")]
    report["appended"] = until_refused(lambda number: log.append("test.line", number=str(number), text="x" * 300))
    report["audit"] = [log.verify().ok, log.verify().lines]
    report["saved"] = until_refused(lambda number: settings.save(Settings(recent=("x" * 30_000 * number,))))
    report["settings readable"] = len(settings.load().recent)
    lock = HomeLock(folder)
    report["locked"] = lock.acquire("operator")
    lock.release()
    report["leftovers"] = [name for name in os.listdir(folder) if "tmp" in name]
    relieve(folder)
    documents.insert({"number": report["inserted"] + 1})
    log.append("test.relieved")
    settings.save(Settings(operator="after"))
    report["documents after"] = [document["number"] for document in open_documents(folder / "work.json")]
    report["audit after"] = [log.verify().ok, log.verify().note]
    report["settings after"] = settings.load().operator
    sys.stdout.write(json.dumps(report))


def limit_files(_folder: Path) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (12_000, resource.RLIM_INFINITY))


def unlimit_files(_folder: Path) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def mount_small_disk(folder: Path) -> None:
    """Fill the small disk that the test mounted but for 40 KiB."""
    room = os.statvfs(folder)
    (folder / "ballast").write_bytes(b"x" * (room.f_bavail * room.f_bsize - 40 * 1024))


def free_small_disk(folder: Path) -> None:
    (folder / "ballast").unlink()


DISKS: dict[str, tuple[Callable[[Path], None], Callable[[Path], None]]] = {
    "limit": (limit_files, unlimit_files),
    "tmpfs": (mount_small_disk, free_small_disk),
}


def without_rights(folder: Path) -> None:
    """Use folders that this account may not; the report is JSON on stdout: what was tried -> sentence or "done"."""
    import filelock  # noqa: F401  # loaded while we may still read the folder it stands in

    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    locked, readable, free = folder / "locked", folder / "readable", folder / "free"
    tries: dict[str, Callable[[], object]] = {
        "home locked": lambda: ensure_home(locked),
        "home below locked": lambda: ensure_home(locked / "below"),
        "home readable": lambda: ensure_home(readable),
        "home free": lambda: ensure_home(free),
        "sweep locked": lambda: sweep(locked),
        "settings locked": lambda: SettingsFile(locked / "settings.json").load(),
        "settings file locked": lambda: SettingsFile(free / "settings.json").load(),
        "settings readable": lambda: SettingsFile(readable / "settings.json").load(),
        "save readable": lambda: SettingsFile(readable / "settings.json").save(Settings()),
        "documents locked": lambda: open_documents(locked / "work.json"),
        "documents readable": lambda: open_documents(readable / "work.json").insert({"number": 1}),
        "documents free": lambda: open_documents(free / "work.json").insert({"number": 1}),
        "audit locked": lambda: AuditLog(locked).append("test.line"),
        "audit verify locked": lambda: AuditLog(locked).verify(),
        "audit readable": lambda: AuditLog(readable).append("test.line"),
        "audit verify readable": lambda: AuditLog(readable).verify().ok,
        "audit free": lambda: AuditLog(free).append("test.line"),
        "lock locked": lambda: HomeLock(locked).acquire(),
        "lock readable": lambda: HomeLock(readable).acquire(),
        "lock free": lambda: HomeLock(free).acquire(),
    }
    report = {}
    for name, attempt in tries.items():
        try:
            attempt()
            report[name] = "done"
        except ConsoleError as error:
            report[name] = str(error)
    sys.stdout.write(json.dumps(report))


VERBS: dict[str, Callable[..., None]] = {
    "write-documents": write_documents,
    "append-audit": append_audit,
    "append-some": append_some,
    "nursery": nursery,
    "die-at-each-step": die_at_each_step,
    "hold": hold,
    "fill-disk": fill_disk,
    "without-rights": without_rights,
}

if __name__ == "__main__":
    VERBS[sys.argv[1]](Path(sys.argv[2]), *sys.argv[3:])
