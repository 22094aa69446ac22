"""Runs the frame's script as sshd would, in a shell of choice and never as root."""

import os
import select
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from console.checks.raw import Probe, Raw
from console.checks.transports.posix_frame import Bodies, Said, build_script, is_complete, parse_answer
from tests.support import need_program

NONCE = "0123456789abcdef"
NOBODY_ID = 65534
SHELLS = ("dash", "bash --posix", "busybox ash", "mksh", "ksh93")


@dataclass(frozen=True)
class Shell:
    """What the script said, and its answers."""

    said: bytes
    answers: tuple[Raw, ...]
    complete: bool


def without_rights() -> dict[str, Any]:
    """Arguments of subprocess that give up root."""
    if os.getuid() != 0:
        return {}
    return {"user": NOBODY_ID, "group": NOBODY_ID, "extra_groups": []}


def run_script(script: bytes, shell: str, path: str = "", within: float = 60.0) -> bytes:
    """Everything that `script` says in `shell`, as an account without rights."""
    words = shell.split()
    words[0] = need_program(words[0])
    script = script.replace(b"/bin/sh -c", " ".join(words).encode() + b" -c")
    environment = {"PATH": path or "/usr/bin:/bin", "LANG": "zh_CN.UTF-8"}
    command = [*words, "-c", 'eval "$(cat)"']
    until = time.monotonic() + within
    said = bytearray()
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd="/", env=environment,
        **without_rights(),
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(script)
        process.stdin.close()
        # As over SSH, the end is the last mark: what could not be ended may hold the pipe much longer.
        while not is_complete(said, NONCE) and time.monotonic() < until:
            if select.select([process.stdout], [], [], 0.2)[0]:
                piece = os.read(process.stdout.fileno(), 65536)
                if not piece:
                    break
                said += piece
        process.stdout.close()
        process.wait(10)
    return bytes(said)


def ask_shell(
    shell: str, probes: Sequence[Probe], bodies: Bodies, *, budget: float = 30.0, path: str = "",
    change: tuple[str, str] = ("", ""), within: float = 60.0,
) -> Shell:  # fmt: skip
    """The answers of `shell`; `change` replaces a text in the script."""
    script = build_script(probes, NONCE, budget, bodies)
    if change[0]:
        assert change[0].encode() in script
        script = script.replace(change[0].encode(), change[1].encode())
    said = run_script(script, shell, path, within)
    raws = parse_answer(said, probes, NONCE, Said(datetime.now(UTC).astimezone(), shell), bodies)
    return Shell(said, raws, is_complete(said, NONCE))


def tools(folder: Path, *names: str, missing: Sequence[str] = ()) -> str:
    """A PATH with the applets of busybox alone, but for those that are missing."""
    folder.mkdir()
    busybox = need_program("busybox")
    listed = subprocess.run([busybox, "--list"], capture_output=True, text=True, check=True).stdout.split()
    for name in listed:
        if name not in missing:
            (folder / name).symlink_to(busybox)
    for name in names:
        (folder / name).symlink_to(shutil.which(name) or need_program(name))
    folder.chmod(0o755)
    return str(folder)
