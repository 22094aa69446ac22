"""Probe "backup": the backups of a pattern, and the ends of the newest.

On Linux the text of data/probes/backup.sh. On Windows the object of probe "files" with "extra": {"newest": PATH,
"head": HEX, "tail": HEX, "disk": DRIVE, "data": DRIVE}.
"""

import gzip
import os
import time
import zlib
from collections.abc import Sequence
from contextlib import suppress

from console.checks.local.files import listed
from console.checks.local.section import section_text

_END = 2048
_MOST_PACKED = 200_000_000


def answer(args: Sequence[str]) -> object:
    """See above."""
    if os.name == "posix":
        return section_text("backup", args, 30.0)
    pattern, data = args
    found = listed(pattern)
    extra: dict[str, str] = {}
    if found["files"]:
        path = found["files"][0]["path"]
        extra = {"newest": path, "disk": os.path.splitdrive(path)[0].upper()}
        try:
            with open(path, "rb") as file:
                extra["head"] = file.read(16).hex()
                file.seek(max(found["files"][0]["size"] - _END, 0))
                extra["tail"] = file.read(_END).hex()
        except OSError:
            extra["unreadable"] = path
        if path.endswith(".gz"):
            extra.pop("tail", None)
            if found["files"][0]["size"] < _MOST_PACKED:
                extra["tail"] = _unpacked_end(path).hex()
    if data:
        extra["data" if os.path.exists(data) else "nodata"] = os.path.splitdrive(data)[0].upper()
    return {"now": time.time(), "patterns": [found], "extra": extra}


def _unpacked_end(path: str) -> bytes:
    end = b""
    # What comes before the break is the end that is there.
    with suppress(OSError, EOFError, zlib.error), gzip.open(path) as file:
        while block := file.read(1 << 20):
            end = (end + block)[-_END:]
    return end
