"""Processes that the tests of the index start, kill, cramp and strip of their rights.

    python -m tests.unit.studies.child VERB FOLDER ...

Everything is loaded before the work begins, so that a process without rights still finds its modules.
"""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import console.dicom.object
import console.studies.ahead
import console.studies.archive
import console.studies.objects
import console.studies.settle
import console.studies.workers  # noqa: F401
from console.errors import ConsoleError
from console.pinyin import keys_of
from console.studies import importer, intake
from console.studies.build import build_index
from console.studies.database import open_index

PIPE = 1


def build(home: Path, *paths: Path) -> dict[str, Any]:
    """Take `paths` in; what the report says, or the refusal."""
    try:
        report = build_index(home, paths, lambda moment: None, lambda: False, 1)
    except ConsoleError as error:
        return {"refusal": error.detail}
    problems = [[os.path.basename(problem.path), problem.what] for problem in report.problems]
    return {**vars(report), "problems": problems}


def read_and_build(home: Path, *paths: Path) -> dict[str, Any]:
    """How many studies can be read, and what writing comes to."""
    studies = open_index(home, read_only=True).execute("SELECT count(*) FROM study").fetchone()[0]
    return {**build(home, *paths), "studies": studies}


def give_up_rights() -> None:
    """As root nothing is forbidden: become nobody."""
    keys_of("张^伟".encode("gb18030").decode("gb18030"))  # loads codec and dictionary
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)


def small_files(size: str) -> None:
    """A limit on the size of each file refuses a write in the middle just as a full disk does."""
    import resource

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(size), resource.RLIM_INFINITY))


def nursery(home: Path, disc: Path) -> None:
    """Raise one run after another, each when a line comes in; they are forked, so that sixty take seconds.

    Each writes and settles after a few files, and says so by its first byte, so that a kill meets it at work.
    """
    intake._COMMIT_S = intake._SETTLE_S = 0.0
    importer.BATCH = 5
    while sys.stdin.readline():
        pid = os.fork()
        if not pid:
            told = False

            def tell(_moment: object) -> None:
                nonlocal told
                if not told:
                    os.write(PIPE, b"pid %d\n" % os.getpid())
                    told = True

            build_index(home, [disc], tell, lambda: False, 1)
            os._exit(0)
        _pid, status = os.waitpid(pid, 0)
        os.write(PIPE, b"killed\n" if os.WIFSIGNALED(status) else b"ended\n")


def main(verb: str, home: str, *arguments: str) -> None:
    """Do what `verb` says and print one JSON document."""
    if verb == "nursery":
        nursery(Path(home), Path(arguments[0]))
        return
    if verb == "build-small":
        size, *arguments_left = arguments
        if int(size):
            small_files(size)
        found = build(Path(home), *map(Path, arguments_left))
    else:
        give_up_rights()
        found = {"build": build, "read-and-build": read_and_build}[verb](Path(home), *map(Path, arguments))
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
