"""Probe "files": files of patterns.

On Linux the text of data/probes/files.sh. On Windows, here and in collect.ps1, an object:

    {"now": <POSIX seconds>, "patterns": [{"pattern": P, "trouble": "" or the name of an error, "count": n, "bytes": n,
     "part": false, "files": [{"path": P, "size": n, "mtime": <POSIX seconds>}, newest first]}, ...]}
"""

import glob
import os
import time
from collections.abc import Sequence
from typing import Any

from console.checks.local.section import section_text

_MOST = 100_000


def answer(args: Sequence[str]) -> object:
    """See above."""
    if os.name == "posix":
        return section_text("files", args, 20.0)
    return {"now": time.time(), "patterns": [listed(pattern) for pattern in args]}


def listed(pattern: str) -> dict[str, Any]:
    """The files of one pattern; a folder that is not there, or may not be read, is named as an error."""
    found: dict[str, Any] = {"pattern": pattern, "trouble": "", "count": 0, "bytes": 0, "part": False, "files": []}
    folder = os.path.dirname(pattern)
    if not glob.has_magic(folder):
        try:
            os.scandir(folder).close()
        except FileNotFoundError:
            return {**found, "trouble": "DirectoryNotFoundException"}
        except OSError as error:
            return {**found, "trouble": type(error).__name__}
    files: list[dict[str, Any]] = []
    for path in glob.iglob(pattern):
        try:
            facts = os.stat(path)
        except OSError:
            continue  # it left the queue in this moment
        if os.path.isfile(path):
            files.append({"path": path, "size": facts.st_size, "mtime": facts.st_mtime})
        if len(files) >= _MOST:
            found["part"] = True
            break
    files.sort(key=lambda file: -file["mtime"])
    return {**found, "count": len(files), "bytes": sum(file["size"] for file in files), "files": files}
