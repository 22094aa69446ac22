"""The index: taking in 20,000 CT files, looking again at 100,000, and a million rows; whole processes beside peers."""

import json
import marshal
import os
import queue
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from console.studies.build import few_collections
from tests.benchmarks.figures import ROOT, Figure
from tests.benchmarks.headers import make_ct_files, with_dicomsdl, with_pydicom

FILES = 20_000
PEER_FILES = 2_000
"""So many are read with pydicom, and ten times as many with dicomsdl; the figures are files a second."""
FOLDERS, PER_FOLDER = 1_000, 100
ROWS = 1_000_000
_RUNS = 3
_MESSAGE = 500
_AHEAD = 40
_PEERS: dict[str, tuple[Callable[[str], Any], int]] = {
    "pydicom": (with_pydicom, PEER_FILES),
    "dicomsdl": (with_dicomsdl, FILES),
}


def index(folder: Path) -> list[Figure]:
    """All three."""
    return [*_taking_in(folder), *_looking_again(folder), *_a_million(folder)]


def _taking_in(folder: Path) -> list[Figure]:
    """`cathlab index` over small CT files, warm: on one processor against loops of both peers, and on two."""
    files = make_ct_files(folder / "ct", FILES)
    rates: dict[str, list[float]] = {"one": [], "two": [], "pydicom": [], "dicomsdl": []}
    for _run in range(_RUNS):
        rates["one"].append(FILES / _cathlab(folder, files, 1))
        for peer, (_read, count) in _PEERS.items():
            line = [sys.executable, "-m", "tests.benchmarks.index", peer, str(files), str(count)]
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
    if len(_processors()) > 1:
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
    again = json.loads(subprocess.run(command, cwd=ROOT, env=_environ(), capture_output=True, check=True).stdout)
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
        make = [sys.executable, "-m", "tests.benchmarks.index", "make-rows", str(source), str(rows)]
        subprocess.run(make, cwd=ROOT, env=_environ(), check=True)
        runs = []
        for _run in range(_RUNS if rows == ROWS else 1):
            with tempfile.TemporaryDirectory(dir=folder) as home:
                line = [sys.executable, "-m", "tests.benchmarks.index", "import-rows", str(source), home]
                done = subprocess.run(line, cwd=ROOT, env=_environ(), capture_output=True, check=True)
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
        allowed = ",".join(str(number) for number in _processors()[:processors])
        line = ["taskset", "-c", allowed, *command]
    begun = time.perf_counter()
    subprocess.run(line, cwd=ROOT, env=_environ(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begun


def _processors() -> list[int]:
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else list(range(os.cpu_count() or 1))


def _environ() -> dict[str, str]:
    """As on a machine where the console is installed: its modules are compiled."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": os.path.join(tempfile.gettempdir(), f"cathlab-benchmarks-{os.getuid()}")}


def _read_with(peer: str, folder: str, count: str) -> None:
    """A plain loop over files with one of the peers."""
    paths = sorted(str(path) for path in Path(folder).rglob("IM*"))[: int(count)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        read = _PEERS[peer][0]
        for path in paths:
            read(path)


def _make_rows(target: str, count: str) -> None:
    """Rows as reader processes have them, and the folders that a walk would have found: messages of plain tuples."""
    from console.studies.rows import folder_number
    from tests.synthetic import synthetic_rows

    folders: dict[str, int] = {}
    new: list[tuple[str, int]] = []
    rows: list[Any] = []
    with open(target, "wb") as stream:
        for row, path, *file in synthetic_rows(int(count)):
            if path not in folders:
                folders[path] = folder_number(path)
                new.append((path, folders[path]))
            rows.append((tuple(row), folders[path], path, *file))
            if len(rows) == _MESSAGE:
                data = marshal.dumps((new, rows), 2)
                stream.write(len(data).to_bytes(4, "little") + data)
                new, rows = [], []


def _messages(stream: IO[bytes]) -> Iterator[Any]:
    while len(head := stream.read(4)) == 4:
        yield marshal.loads(stream.read(int.from_bytes(head, "little")))


def _ahead(messages: Iterator[Any]) -> Iterator[Any]:
    """`messages`, some of them fetched by a thread before they are asked for, as those of the reader processes are."""
    waiting: queue.Queue[Any] = queue.Queue(_AHEAD)

    def fetch() -> None:
        for message in messages:
            waiting.put(message)
        waiting.put(None)

    threading.Thread(target=fetch, daemon=True).start()
    return iter(waiting.get, None)


def _prepare_rows(source: str) -> None:
    """What a reader process does with rows, their reading left out: makes them ready and sends them on."""
    from console.studies.rows import Preparer

    preparer = Preparer()
    with few_collections(), open(source, "rb") as stream, os.fdopen(os.dup(1), "wb") as sink:
        for folders, rows in _messages(stream):
            data = marshal.dumps((folders, preparer.prepare(rows)))
            sink.write(len(data).to_bytes(4, "little") + data)


def _import_rows(source: str, home: str) -> None:
    """Import what a reader process makes ready, and settle it; seconds and memory of all processes as JSON."""
    import resource

    from console.studies.database import open_index
    from console.studies.importer import import_prepared
    from console.studies.settle import settle_all

    begun = time.perf_counter()
    line = [sys.executable, "-m", "tests.benchmarks.index", "prepare-rows", source]
    with few_collections():
        connection = open_index(Path(home))
        with subprocess.Popen(line, cwd=ROOT, env=_environ(), stdout=subprocess.PIPE) as reader:
            assert reader.stdout is not None
            import_prepared(connection, _ahead(_messages(reader.stdout)))
        rows_s = time.perf_counter() - begun
        settle_all(connection, len(_processors()) - 1)
    seconds = time.perf_counter() - begun
    (studies,) = connection.execute("SELECT count(*) FROM study").fetchone()
    connection.close()
    used = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    peak = sum(used) / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    print(json.dumps({"seconds": seconds, "rows_s": rows_s, "studies": studies, "peak_mb": peak}))


def main(what: str, *arguments: str) -> None:
    """The processes that are measured beside `cathlab index`."""
    if what == "make-rows":
        _make_rows(*arguments)
    elif what == "prepare-rows":
        _prepare_rows(*arguments)
    elif what == "import-rows":
        _import_rows(*arguments)
    else:
        _read_with(what, *arguments)


if __name__ == "__main__":
    main(*sys.argv[1:])
