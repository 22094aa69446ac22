"""How each figure is measured. Times are medians of several runs; ratios are taken pair by pair."""

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.phantoms import write_cine
from tests.terminal import Session

ROOT = Path(__file__).parents[2]
CONSOLE = (sys.executable, "-m", "console", "--lang", "en")
COLUMNS, ROWS = 190, 54


@dataclass(frozen=True)
class Figure:
    """One measured promise."""

    what: str
    value: float
    unit: str
    limit: float
    at_least: bool = False
    """True when more is better."""
    note: str = ""

    @property
    def kept(self) -> bool:
        """Whether the promise holds."""
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    @property
    def promise(self) -> str:
        """The limit in words."""
        return f"{'>=' if self.at_least else '<='} {self.limit:g}"

    def document(self) -> dict[str, Any]:
        """For JSON."""
        return {**asdict(self), "kept": self.kept}


def version(_folder: Path) -> list[Figure]:
    """`cathlab --version` against an interpreter that does nothing, whole processes in turn."""
    script = Path(sys.executable).with_name("cathlab")
    command = [str(script)] if script.exists() else [sys.executable, "-m", "console"]
    _seconds([*command, "--version"])
    pairs = []
    for _run in range(15):
        pairs.append((_seconds([*command, "--version"]), _seconds([sys.executable, "-c", ""])))
    ratio = statistics.median(ours / bare for ours, bare in pairs)
    own, bare_s = (statistics.median(pair[index] for pair in pairs) * 1000 for index in (0, 1))
    note = f"{own:.0f} ms against {bare_s:.0f} ms"
    return [Figure("cathlab --version / bare interpreter", ratio, "times", 6.0, note=note)]


def first_picture(folder: Path) -> list[Figure]:
    """From start to the first picture on the wire, less what an empty Textual application needs to its first text."""
    sample, frames = _sample(folder)
    empty = folder / "empty.py"
    empty.write_text(
        "from textual.app import App\nfrom textual.widgets import Static\n"
        "class Empty(App):\n    def compose(self):\n        yield Static('ready-to-go')\n"
        "    def on_mount(self):\n        self.set_timer(30, self.exit)\n"
        "    BINDINGS = [('q', 'quit')]\nEmpty().run()\n"
    )
    differences, ours_all, empty_all = [], [], []
    for run in range(8):
        ours = _until_drawn([*CONSOLE, "--home", str(folder / "home"), "view", str(sample)], f"/{frames}", b"\x11")
        bare = _until_drawn([sys.executable, str(empty)], "ready-to-go", b"q")
        if run == 0:
            continue
        differences.append(ours - bare)
        ours_all.append(ours)
        empty_all.append(bare)
    note = f"{statistics.median(ours_all):.2f} s against {statistics.median(empty_all):.2f} s"
    return [
        Figure(
            "first picture of cathlab view, beyond an empty Textual application",
            statistics.median(differences),
            "s",
            0.5,
            note=note,
        )
    ]


def cine(folder: Path) -> list[Figure]:
    """The 96-frame sample in a pseudo-terminal whose picture is 190x54: distinct frames of one loop, processor time."""
    sample, frames = _sample(folder)
    seconds = frames / 30.303
    with Session(
        [*CONSOLE, "--home", str(folder / "home"), "view", str(sample)], COLUMNS, ROWS + 4, _environ()
    ) as session:
        session.wait_for(f"/{frames}", 20)
        session.read(1.0)
        family = _family(session)
        loops, used, size, begun = [], _processor(family), len(session.output), time.monotonic()
        for _loop in range(3):
            loops.append(len(set(re.findall(rb"(\d+)/%d\x1b" % frames, session.read(seconds)))))
        elapsed = time.monotonic() - begun
        percent = (_processor(family) - used) / elapsed * 100
        rate = (len(session.output) - size) / elapsed
        session.send("\x11")
        session.finish()
    share = statistics.median(loops) / frames * 96
    note = f"loops {loops}, {rate / 1e6:.1f} MB/s"
    return [
        Figure(
            "96-frame cine at 190x54: distinct frames of a loop",
            share,
            "of 96",
            90.0,
            True,
            note,
        ),
        Figure("96-frame cine at 190x54: processor, all processes", percent, "% of one", 30.0),
    ]


def long_cine(folder: Path) -> list[Figure]:
    """A 1,000-frame 512x512 cine: time to its first picture, memory after playing for a while."""
    path = folder / "long.dcm"
    write_cine(path, frames=1000, fps=30.0, size=512)
    begun = time.monotonic()
    with Session(
        [*CONSOLE, "--home", str(folder / "home"), "view", str(path)], COLUMNS, ROWS + 4, _environ()
    ) as session:
        session.wait_for("/1000", 20)
        opened = time.monotonic() - begun
        highest = 0
        for _second in range(20):
            session.read(1.0)
            del session.output[:-100_000]
            highest = max(highest, sum(process.memory_info().rss for process in _family(session)))
        session.send("\x11")
        session.finish()
    path.unlink()
    return [
        Figure("1,000-frame cine: start to first picture", opened, "s", 2.5),
        Figure("1,000-frame cine: memory of all processes, 20 s playing", highest / 1e6, "MB", 400.0),
    ]


def _sample(folder: Path) -> tuple[Path, int]:
    samples = os.environ.get("CATHLAB_SAMPLES", "")
    if samples:
        return Path(samples).absolute() / "xa" / "rubo-0002_rca_96f_jpeg50.dcm", 96
    path = folder / "own96.dcm"
    if not path.exists():
        write_cine(path, frames=96, fps=30.303, size=512)
    return path, 96


def _viewer(folder: Path, path: Path) -> Session:
    """The viewer in a terminal whose picture is 190x54 cells: two lines above and below it, and two for the cine."""
    return Session([*CONSOLE, "--home", str(folder / "home"), "view", str(path)], COLUMNS, ROWS + 4, _environ())


_BYTECODE = tempfile.TemporaryDirectory()


def _environ() -> dict[str, str]:
    """Bytecode is kept, as it is for an installed console and its libraries; each measurement has a run to make it."""
    return {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": _BYTECODE.name}


def _seconds(command: Sequence[str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, **_environ()})
    return time.perf_counter() - begun


def _timed(action: Callable[[], object], times: int) -> float:
    begun = time.perf_counter()
    for _time in range(times):
        action()
    return (time.perf_counter() - begun) / times


def _until_drawn(command: Sequence[str], text: str, quit_key: bytes) -> float:
    begun = time.monotonic()
    with Session(command, COLUMNS, ROWS + 4, _environ()) as session:
        session.wait_for(text, 20)
        elapsed = time.monotonic() - begun
        session.send(quit_key.decode())
        session.finish()
    return elapsed


def _family(session: Session) -> list[psutil.Process]:
    console = psutil.Process(session.process.pid)
    return [console, *console.children(recursive=True)]


def _processor(family: Sequence[psutil.Process]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in family)
