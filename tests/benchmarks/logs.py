"""A log of 1 GB with 1 % matching lines, warm: the first look beside `grep -c` in the same run, and the next look."""

import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.benchmarks.figures import ROOT, Figure

SIZE = 1_000_000_000
EVERY = 100
"""One line in so many is an ERROR."""
RUNS = 5
_MORE = 200_000

_LOOK = """
import json, sys, time
from console.checks.local import log
begun = time.perf_counter()
found = log.answer(sys.argv[1:])
seconds = time.perf_counter() - begun
# Not getrusage: its peak is that of the parent, as it was when this process began.
status = open("/proc/self/status").read()
found["seconds"], found["peak"] = seconds, int(status.split("VmHWM:")[1].split()[0])
print(json.dumps(found))
"""


def logs(folder: Path) -> list[Figure]:
    """The search itself in a process of its own, in turn with grep; then again with a little more in the log."""
    grep = shutil.which("grep")
    if grep is None:
        return []
    path = folder / "pacs.log"
    matching = make_log(path, SIZE)
    request = {
        "words": ["ERROR"], "raise": [], "mute": [], "encoding": "auto", "first": SIZE * 2, "bytes": SIZE * 2,
        "seconds": 600.0, "state": {},
    }  # fmt: skip
    shares, own, peer, peaks = [], [], [], []
    state: dict[str, Any] = {}
    for run in range(RUNS + 1):
        grep_s = _grep(grep, path, matching)
        found = _look(path, request)
        grep_s = (grep_s + _grep(grep, path, matching)) / 2
        if found["lines"] != matching or found["left"]:
            raise RuntimeError(f"{found['lines']} lines found, {matching} written")
        state = found["state"]
        if run:
            shares.append(grep_s / found["seconds"])
            own.append(found["seconds"])
            peer.append(grep_s)
            peaks.append(found["peak"] / 1000)
    with path.open("ab") as file:
        file.write(b"2026-11-21 00:00:00,000 ERROR [StoreSCP-1] association 1 aborted\n" * (_MORE // 66))
    more = path.stat().st_size
    again = _look(path, {**request, "state": state})
    path.unlink()
    note = f"{statistics.median(own):.2f} s against {statistics.median(peer):.2f} s, {matching} lines"
    return [
        Figure("1 GB log, first look: speed / grep -c", statistics.median(shares), "times", 0.6, True, note),
        Figure("1 GB log, first look: memory of the process", max(peaks), "MB", 60.0),
        Figure(
            "1 GB log, next look: bytes read", again["read"] / 1000, "kB", _MORE / 1000, note=f"of {more / 1e6:.0f} MB"
        ),
        Figure("1 GB log, next look", again["seconds"] * 1000, "ms", 100.0),
    ]


def make_log(path: Path, size: int) -> int:
    """Write lines as a PACS writes them, in two encodings; how many of them are an ERROR."""
    chance = random.Random(7)
    parts = ("StoreSCP", "QueryService", "HL7Listener", "WebViewer", "db.Pool")
    lines = []
    for number in range(20_000):
        stamp = f"2026-11-20 {number % 24:02d}:{number % 60:02d}:{number * 7 % 60:02d},{number % 1000:03d}"
        part = f"[{chance.choice(parts)}-{number % 16}]"
        if number % EVERY == 0:
            text = f"ERROR {part} 存储失败 association {chance.randrange(10**6)} aborted after {number} ms, not stored"
        else:
            uid = f"1.2.840.{chance.randrange(10**9)}.{chance.randrange(10**9)}"
            text = (
                f"INFO  {part} stored instance {uid} of study {number} in {number % 999} ms from 10.0.0.{number % 250}"
            )
        lines.append(f"{stamp} {text}\n".encode("gb18030" if number % 2000 == 0 else "utf-8"))
    block = b"".join(lines)
    blocks = size // len(block) + 1
    with path.open("wb") as file:
        for _block in range(blocks):
            file.write(block)
    return blocks * 20_000 // EVERY


def _grep(grep: str, path: Path, matching: int) -> float:
    begun = time.perf_counter()
    line = [grep, "-c", "ERROR", str(path)]
    done = subprocess.run(line, env={**os.environ, "LC_ALL": "C"}, capture_output=True, check=True)
    seconds = time.perf_counter() - begun
    if int(done.stdout) != matching:
        raise RuntimeError("grep counted otherwise")
    return seconds


def _look(path: Path, request: dict[str, Any]) -> dict[str, Any]:
    line = [sys.executable, "-c", _LOOK, str(path), json.dumps(request)]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found
