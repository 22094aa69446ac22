"""The index: taking in 20,000 CT files, looking again at 100,000, and a million rows; whole processes beside peers."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.figures import ROOT, Figure
from tests.benchmarks.headers import make_ct_files
from tests.benchmarks.processes import allowed_processors, environ

FILES = 20_000
PEER_FILES = 2_000
"""So many are read with pydicom, and ten times as many with dicomsdl; the figures are files a second."""
FOLDERS, PER_FOLDER = 1_000, 100
ROWS = 1_000_000
_RUNS = 3


def index(folder: Path) -> list[Figure]:
    """All three."""
    return [*_taking_in(folder), *_looking_again(folder), *_a_million(folder)]


def _taking_in(folder: Path) -> list[Figure]:
    """`cathlab index` over small CT files, warm: on one processor against loops of both peers, and on two."""
    files = make_ct_files(folder / "ct", FILES)
    rates: dict[str, list[float]] = {"one": [], "two": [], "pydicom": [], "dicomsdl": []}
    for _run in range(_RUNS):
        rates["one"].append(FILES / _cathlab(folder, files, 1))
        for peer, count in (("pydicom", PEER_FILES), ("dicomsdl", FILES)):
            line = [sys.executable, "-m", "tests.benchmarks.processes", peer, str(files), str(count)]
            rates[peer].append(count / _seconds(line, 1))
        rates["two"].append(FILES / _cathlab(folder, files, 2))
    one, two, pydicom, dicomsdl = (statistics.median(found) for found in rates.values())
    note = (
        f"{one:.0f} files a second on one processor, {two:.0f} on two, pydicom {pydicom:.0f}, dicomsdl {dicomsdl:.0f}"
    )
    figures = [
        Figure("index / pydicom", one / pydicom, "times", 10.0, at_least=True, note=note),
        Figure("index / dicomsdl", one / dicomsdl, "times", 2.0, at_least=True, note=note),
    ]
    if len(allowed_processors()) > 1:
        figures.append(Figure("index, two processors", two / one, "times", 1.4, at_least=True, note=note))
    return figures


def _looking_again(folder: Path) -> list[Figure]:
    """The second run over an unchanged tree of 100,000 files against `find -newer`, whole processes in turn."""
    tree, home = folder / "tree", folder / "tree home"
    for number in range(FOLDERS):
        below = tree / f"p{number // 50:03d}" / f"s{number:04d}"
        if not below.exists():
            below.mkdir(parents=True)
            for place in range(PER_FOLDER):
                (below / f"IM{place:05d}").write_bytes(b"DICM%08d" % (number * PER_FOLDER + place))
    mark = folder / "mark"
    mark.write_bytes(b"")
    os.utime(mark, (0, 0))
    command = [sys.executable, "-m", "console", "--home", str(home), "index", str(tree), "--json"]
    find = ["find", str(tree), "-newer", str(mark)]
    _seconds(command)
    pairs = [(_seconds(command), _seconds(find)) for _run in range(7)]
    again = json.loads(subprocess.run(command, cwd=ROOT, env=environ(), capture_output=True, check=True).stdout)
    assert (again["unchanged"], again["read"]) == (FOLDERS * PER_FOLDER, 0)
    ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(found / own for own, found in pairs)
    note = f"{ours * 1000:.0f} ms for 100,000 files, find {theirs * 1000:.0f} ms"
    return [Figure("unchanged tree: speed / find", ratio, "times", 0.5, at_least=True, note=note)]


def _a_million(folder: Path) -> list[Figure]:
    """A million rows in random order into an empty index, settled, and what memory that takes beside a quarter."""
    found = {}
    for rows in (ROWS // 4, ROWS):
        source = folder / f"rows.{rows}"
        make = [sys.executable, "-m", "tests.benchmarks.processes", "make-rows", str(source), str(rows)]
        subprocess.run(make, cwd=ROOT, env=environ(), check=True)
        runs = []
        for _run in range(_RUNS if rows == ROWS else 1):
            with tempfile.TemporaryDirectory(dir=folder) as home:
                line = [sys.executable, "-m", "tests.benchmarks.processes", "import-rows", str(source), home]
                done = subprocess.run(line, cwd=ROOT, env=environ(), capture_output=True, check=True)
                runs.append(json.loads(done.stdout))
        found[rows] = min(runs, key=lambda run: float(run["seconds"]))
        source.unlink()
    quarter, whole = found[ROWS // 4], found[ROWS]
    settling = whole["seconds"] - whole["rows_s"]
    note = (
        f"{whole['studies']} studies; rows {whole['rows_s']:.1f} s, studies {settling:.1f} s; "
        f"peak {whole['peak_mb']:.0f} MB, {quarter['peak_mb']:.0f} MB for a quarter"
    )
    return [
        Figure("a million rows", whole["seconds"], "s", 15.0, note=note),
        Figure("memory, a million rows / a quarter", whole["peak_mb"] / quarter["peak_mb"], "times", 1.5, note=note),
    ]


def _cathlab(folder: Path, files: Path, processors: int) -> float:
    with tempfile.TemporaryDirectory(dir=folder) as home:
        command = [sys.executable, "-m", "console", "--home", home, "index", str(files), "--json"]
        return _seconds(command, processors)


def _seconds(command: list[str], processors: int = 0) -> float:
    """Wall time of a whole process, on some of our processors only where `processors` says how many."""
    line = command
    if processors and hasattr(os, "sched_setaffinity"):
        allowed = ",".join(str(number) for number in allowed_processors()[:processors])
        line = ["taskset", "-c", allowed, *command]
    begun = time.perf_counter()
    subprocess.run(line, cwd=ROOT, env=environ(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begun
