"""Programs that may be installed beside the console: dciodvfy and dcentvfy (dicom3tools), dcmdump (DCMTK).

They are asked where they are there and it was wanted; what they say is a note with their name.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator

from console.i18n import N_
from console.repair.doctor.codes import Found

PROGRAMS = ("dcentvfy", "dciodvfy", "dcmdump")
_SECONDS = 30.0
_MOST = 400
"""Files of a study that one call is given: a command line has an end."""
_LONG = 200


def available() -> dict[str, str]:
    """The programs that are there, with their paths."""
    return {name: found for name in PROGRAMS if (found := shutil.which(name))}


def tool_findings(path: str, programs: Iterable[str]) -> list[Found]:
    """What the programs, given by their paths, say of one file."""
    found: list[Found] = []
    for program in programs:
        name = os.path.basename(program).removesuffix(".exe")
        if name == "dcmdump":
            # -M: large values are not loaded. What it prints of the file is not wanted, only what it complains of.
            status, said = _run([program, "-M", path], printed=False)
            if status:
                found.append(_told("tool-dcmdump", [line for line in said if line.startswith(("E:", "F:"))] or said))
        elif name == "dciodvfy":
            _status, said = _run([program, path])
            errors = [line for line in said if line.startswith("Error")]
            if errors:
                found.append(_told("tool-dciodvfy", errors))
    return found


def compared_by_tools(
    program: str, studies: Iterable[tuple[int, list[str]]], cancelled: Callable[[], bool]
) -> Iterator[tuple[int, str, Found, tuple[str, ...]]]:
    """What dcentvfy says of each study, given as the place of its first file and its paths."""
    for place, paths in studies:
        if cancelled():
            return
        if len(paths) < 2:
            continue
        _status, said = _run([program, *paths[:_MOST]])
        errors = [line for line in said if line.startswith("Error")]
        if errors:
            yield place, paths[0], _told("tool-dcentvfy", errors), tuple(paths[1:21])


def _run(command: list[str], *, printed: bool = True) -> tuple[int, list[str]]:
    """Exit status and lines of complaint; what the program prints counts among them where `printed`."""
    out = subprocess.PIPE if printed else subprocess.DEVNULL
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.PIPE,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return 1, [type(error).__name__]
    said = done.stderr.decode("utf-8", "replace") + (done.stdout or b"").decode("utf-8", "replace")
    return done.returncode, [line.strip() for line in said.splitlines() if line.strip()]


def _told(code: str, lines: list[str]) -> Found:
    values = {"count": len(lines), "first": lines[0][:_LONG] if lines else ""}
    return Found(code, N_("{count} lines; the first: {first}"), values)
