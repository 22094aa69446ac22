"""Probe "netmounts": whether network file systems answer, each within three seconds. Nothing on Windows.

The same lines as data/probes/netmounts.sh. Each is asked by a process of its own: one that hangs in the kernel cannot
be ended, and nobody waits for it.
"""

import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

_LIMIT_S = 3.0
_NETWORK = (
    "nfs",
    "cifs",
    "smb",
    "fuse.sshfs",
    "fuse.glusterfs",
    "ceph",
    "glusterfs",
    "lustre",
    "afs",
    "ncpfs",
    "davfs",
)


def answer(args: Sequence[str]) -> object:
    """See above."""
    lines = [f"now {time.time():.0f}"]
    if os.name == "posix":
        for line in Path("/proc/self/mounts").read_text("utf-8", "surrogateescape").splitlines():
            _device, path, kind, *_rest = line.split(" ")
            if kind.startswith(_NETWORK):
                lines.append(_asked(path, kind, left=path in args))
    return "\n".join([*lines, "end", ""])


def _asked(path: str, kind: str, *, left: bool) -> str:
    if left:
        return f"!left {kind} {path}"
    place = path.encode("utf-8", "surrogateescape").decode("unicode_escape").encode("latin-1")
    process = subprocess.Popen(
        [b"df", b"-kP", place],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "LC_ALL": "C"},
        start_new_session=True,
    )
    try:
        output, _nothing = process.communicate(timeout=_LIMIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        return f"!hung {kind} {path}"
    words = output.decode("utf-8", "replace").strip().splitlines()[-1:]
    fields = words[0].split() if words else []
    if process.returncode or len(fields) < 6:
        return f"!failed {kind} {path}"
    return f"answers {kind} {fields[1]} {fields[2]} {fields[3]} {path}"
