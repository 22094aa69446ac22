"""How long after a key the studies screen has painted its answer, with 100,000 studies in the index."""

import statistics
import time
from pathlib import Path

from tests.archives import fill, invent
from tests.benchmarks.figures import COLUMNS, CONSOLE, ROWS, Figure
from tests.terminal import Session

STUDIES = 100_000
TYPED = ("zhang", "zhw", "p00", "2026-11", "冠脉", "qqqq", "li xa", "1")
"""What is typed key by key; each search is wiped out again with as many backspaces."""
_QUIET_S = 0.15
"""The answer is painted when nothing more comes for so long."""


def studies_screen(folder: Path) -> list[Figure]:
    """Key to last byte of what it changes: typing, wiping, moving, paging, in a pseudo-terminal of 190x58."""
    home = folder / "studies-home"
    home.mkdir(parents=True, exist_ok=True)
    fill(home, invent(STUDIES))
    command = [*CONSOLE, "--home", str(home)]
    with Session(command, COLUMNS, ROWS + 4, {"CATHLAB_HOME": str(home)}) as session:
        session.wait_for("Your name", 30)
        session.send("x\r")
        session.read(1.0)
        session.send("\x1bOS")
        session.wait_for(f"{STUDIES} studies", 30)
        session.read(2.0)
        session.send("/")
        session.read(1.0)
        typing = []
        for words in TYPED:
            typing += [_answered(session, letter) for letter in words]
            typing += [_answered(session, "\x7f") for _letter in words]
        session.send("\r")
        session.read(1.0)
        moving = [_answered(session, key) for key in ["\x1b[B", "\x1b[6~", "\x1b[F", "\x1b[5~", "\x1b[H"] * 6]
        session.send("\x11")
        session.finish()
    note = f"median {statistics.median(typing):.0f} ms, worst {max(typing):.0f} ms of {len(typing)} keys"
    moved = f"median {statistics.median(moving):.0f} ms, worst {max(moving):.0f} ms of {len(moving)} keys"
    return [
        Figure(
            "100,000 studies: a key of the search to its paint, 95th percentile", _p95(typing), "ms", 100, note=note
        ),
        Figure(
            "100,000 studies: arrows and pages to their paint, 95th percentile", _p95(moving), "ms", 100, note=moved
        ),
    ]


def _answered(session: Session, key: str) -> float:
    """Milliseconds from `key` to the last byte before the line is quiet."""
    begun = last = time.monotonic()
    session.send(key)
    while time.monotonic() - last < _QUIET_S:
        if session.read(0.002):
            last = time.monotonic()
    return (last - begun) * 1000


def _p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]
