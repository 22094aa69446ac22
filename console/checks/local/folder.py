"""Probe "folder": all files below a folder, for comparing two.

On Linux the text of data/probes/folder.sh. On Windows an object {"lines": [the same lines]}.
"""

import fnmatch
import os
import time
from collections.abc import Sequence

from console.checks.local.section import section_text

_NAMED = 5000


def answer(args: Sequence[str]) -> object:
    """See above."""
    if os.name == "posix":
        return section_text("folder", args, 50.0)
    folder, pattern, lag = args[0], args[1], float(args[2])
    now = time.time()
    lines = [f"now {now:.0f}"]
    if not os.path.isdir(folder):
        return {"lines": [*lines, f"!missing {folder}", "end"]}
    files: list[tuple[str, int, float]] = []
    denied: list[str] = []
    for place, _folders, names in os.walk(folder, onerror=lambda error: denied.append(str(error.filename))):
        for name in names:
            if fnmatch.fnmatchcase(name, pattern):
                path = os.path.join(place, name)
                try:
                    facts = os.stat(path)
                except OSError:
                    continue  # gone in this moment
                files.append((os.path.relpath(path, folder).replace("\\", "/"), facts.st_size, facts.st_mtime))
    if len(files) <= _NAMED:
        lines += [f"file {mtime:.3f} {size} {path}" for path, size, mtime in files]
    tops: dict[str, list[int]] = {}
    for path, size, mtime in files:
        top = tops.setdefault(path.partition("/")[0] if "/" in path else ".", [0, 0, 0, 0])
        top[2] += 1
        top[3] += size
        if now - mtime >= lag:
            top[0] += 1
            top[1] += size
    lines += [f"top {' '.join(str(number) for number in top)} {name}" for name, top in tops.items()]
    return {"lines": [*lines, f"count {len(files)}", *(f"!denied {path}" for path in denied[:5]), "end"]}
