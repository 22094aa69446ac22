"""How long somebody waits for the practice hospital: `cathlab demo` as a whole process, on all processors."""

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from tests.benchmarks.figures import Figure

_ROOT = Path(__file__).parents[2]
_RUNS = 3


def practice(folder: Path) -> list[Figure]:
    """Build the site in new folders; the median of the times, and how much that is."""
    taken = []
    for run in range(_RUNS):
        home = folder / f"practice-{run}"
        command = [sys.executable, "-m", "console", "demo", "--home", str(home), "--build-only"]
        begun = time.perf_counter()
        subprocess.run(command, check=True, cwd=_ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        taken.append(time.perf_counter() - begun)
    overview = json.loads((home / "practice-truth.json").read_text("utf-8"))
    note = f"{len(overview['patients'])} patients, {len(overview['files'])} files, {overview['frames']} frames"
    note += (
        f", {os.cpu_count()} processors, load before the last {os.getloadavg()[0]:.1f}" if os.name == "posix" else ""
    )
    return [
        Figure("practice hospital: whole process of cathlab demo", statistics.median(taken), "s", 20.0, note=note),
        Figure("practice hospital: frames", float(overview["frames"]), "frames", 1500.0),
    ]
