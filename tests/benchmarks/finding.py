"""Finding while typing over 100,000 studies: each key until the page is there, beside SQLite's LIKE in the same run."""

import gc
import sqlite3
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import psutil

from console.studies.database import open_index
from console.studies.finding import Catalogue
from console.studies.library import Library
from console.studies.near import near
from console.studies.query import Order, fold, parse
from tests.archives import fill, invent
from tests.benchmarks.figures import Figure

STUDIES = 100_000
PAGE = 50
RUNS = 3

TYPED = (
    "张伟", "李", "zhangwei", "lxm", "wxd xa", "欧阳", "曾小明", "mueller", "smith john", "P0012", "P0700123", "1512",
    "15120001", "2026", "2026-11-20", "20240301", "2025-01-01..2025-03-31", "xa", "ct 2026", "us li", "冠脉造影",
    "coronary angio", "冠脉cta 2024", "起搏器 zhang", "qqqq", "0", "e", "王 2020-0",
)  # fmt: skip
"""What is typed, key by key: names, initials, numbers, dates, modalities, words, frequent letters, nothing at all."""

MISTYPED = (
    "P0701023x",
    "张韦韦",
    "zangweiwei",
    "2026-13-05",
    "151200001234",
    "weixzhang",
    "伟张张",
    "xyzzyxyzzy",
    "muelre",
)
"""What finds nothing, of each kind."""


def finding(folder: Path) -> list[Figure]:
    """Reading the index, typing, sorting, and what is offered when nothing is found."""
    home = folder / "finding"
    home.mkdir(exist_ok=True)
    fill(home, invent(STUDIES))
    figures = _loading(home)
    with closing(open_index(home, read_only=True)) as index:
        for order, name in ((Order("date", True), "newest first"), (Order("name"), "by name")):
            figures += _typing(home, index, order, name)
    return [*figures, *_near(home)]


def _loading(home: Path) -> list[Figure]:
    """Making the catalogue: time, how long another thread has to wait for its turn, memory of the first one."""
    seconds, waits, used = [], [], []
    for _run in range(RUNS):
        with Library(home) as library:
            gc.collect()
            before = psutil.Process().memory_info().rss
            with _Waits() as wait:
                begun = time.perf_counter()
                catalogue = library.reload()
                seconds.append(time.perf_counter() - begun)
            waits.append(wait.longest * 1000)
            gc.collect()
            used.append((psutil.Process().memory_info().rss - before) / 1e6)
            note = f"{len(catalogue.haystack.text) / 1e6:.1f} MB of text"
    what = "100,000 studies: catalogue"
    return [
        Figure(f"{what} made", statistics.median(seconds), "s", 3.0),
        Figure(f"{what} made: longest wait of another thread", statistics.median(waits), "ms", 60.0),
        Figure(f"{what}, memory", used[0], "MB", 100.0, note=note),
    ]


def _typing(home: Path, index: sqlite3.Connection, order: Order, name: str) -> list[Figure]:
    """Every key of every text, ours and SQLite's right after each other; for each key the median of the runs."""
    ours: list[list[float]] = []
    theirs: list[list[float]] = []
    for _run in range(RUNS):
        with Library(home) as library:
            # A new catalogue has not yet seen any of the words.
            catalogue = library.reload()
            catalogue.find(parse(""), order)
            times = [_key(catalogue, index, text, order) for text in _keys(TYPED)]
        ours.append([own for own, _peer in times])
        theirs.append([peer for _own, peer in times])
    own, peer = ([statistics.median(runs) for runs in zip(*side, strict=True)] for side in (ours, theirs))
    return _figures(name, own, peer)


def _key(catalogue: Catalogue, index: sqlite3.Connection, text: str, order: Order) -> tuple[float, float]:
    """Milliseconds from one key to its page: ours, SQLite's."""
    begun = time.perf_counter()
    catalogue.page(catalogue.find(parse(text), order), 0, PAGE)
    between = time.perf_counter()
    _like(index, text, order)
    return (between - begun) * 1000, (time.perf_counter() - between) * 1000


def _figures(name: str, ours: list[float], theirs: list[float]) -> list[Figure]:
    what = f"100,000 studies, {name}: key to page of {PAGE}"
    middle = f"median {statistics.median(ours):.1f} ms, LIKE {statistics.median(theirs):.1f} ms"
    ratio = _percentile(theirs, 95) / _percentile(ours, 95)
    return [
        Figure(f"{what}, 95th percentile", _percentile(ours, 95), "ms", 15.0, note=f"{len(ours)} keys, {middle}"),
        Figure(f"{what}, worst", max(ours), "ms", 50.0, note=f"LIKE {max(theirs):.0f} ms"),
        Figure(f"{what}: SQLite LIKE / ours, 95th percentiles", ratio, "times", 3.0, True),
    ]


def _near(home: Path) -> list[Figure]:
    with Library(home) as library:
        catalogue = library.reload()
        times = []
        for text in ("章卫卫卫", *MISTYPED):
            begun = time.perf_counter()
            near(catalogue, parse(text))
            times.append((time.perf_counter() - begun) * 1000)
    first = times.pop(0)
    note = f"median {statistics.median(times):.0f} ms; the very first {first:.0f} ms"
    return [Figure("100,000 studies: near misses, worst", max(times), "ms", 150.0, note=note)]


def _keys(texts: Sequence[str]) -> Iterator[str]:
    for text in texts:
        yield from (text[: length + 1] for length in range(len(text)))


def _like(index: sqlite3.Connection, text: str, order: Order) -> None:
    """The same by SQLite alone: how many hold all the words, and the first page of them."""
    words = [f"%{word}%" for word in fold(text).split()]
    holds = " AND ".join(["hay LIKE ?"] * len(words)) or "1"
    by = "date DESC, time DESC" if order.key == "date" else "sort_name"
    index.execute(f"SELECT count(*) FROM study WHERE {holds}", words).fetchone()
    index.execute(f"SELECT * FROM study WHERE {holds} ORDER BY {by} LIMIT {PAGE}", words).fetchall()


def _percentile(values: Sequence[float], percent: int) -> float:
    return statistics.quantiles(values, n=100)[percent - 1]


class _Waits:
    """How long a thread that wants to run each millisecond had to wait, at most: what the screen would feel."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> "_Waits":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        last = time.perf_counter()
        while not self._done.wait(0.001):
            now = time.perf_counter()
            self.longest = max(self.longest, now - last - 0.001)
            last = now
