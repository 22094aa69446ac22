"""Threads that may be left behind."""

import threading
import time
from collections.abc import Iterator

import pytest

from console.checks.crew import Crew


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Opens when the test ends, so that no thread outlives it."""
    opened = threading.Event()
    yield opened
    opened.set()


def everything(crew: Crew, patience_s: float = 10.0) -> dict[object, object]:
    found: dict[object, object] = {}
    until = time.monotonic() + patience_s
    while crew.pending and time.monotonic() < until:
        done = crew.next(0.05, lambda key: None)
        if done is not None:
            found[done[0]] = done[1]
    return found


def test_every_piece_of_work_comes_back_once() -> None:
    crew = Crew(size=4)
    for number in range(50):
        crew.put(number, 5.0, lambda deadline, number=number: number * number)  # type: ignore[misc]
    assert everything(crew) == {number: number * number for number in range(50)}
    assert crew.pending == 0


def test_work_that_never_ends_is_given_up_and_holds_nobody_up(gate: threading.Event) -> None:
    # GIVEN as many pieces that hang as there are places, and one that does not
    crew = Crew(size=2, grace_s=0.1)
    crew.put("silent", 0.1, lambda deadline: gate.wait(30))
    crew.put("mute", 0.1, lambda deadline: gate.wait(30))
    crew.put("quick", 5.0, lambda deadline: "here")
    # WHEN all is waited for
    started = time.monotonic()
    found = everything(crew)
    # THEN those that hang are None after their limit, and the quick one had its place
    assert found == {"silent": None, "mute": None, "quick": "here"}
    assert time.monotonic() - started < 5


def test_no_more_run_at_once_than_there_are_places(gate: threading.Event) -> None:
    crew = Crew(size=3)
    running: list[int] = []
    most = []
    lock = threading.Lock()

    def work(deadline: float) -> None:
        with lock:
            running.append(1)
            most.append(len(running))
        gate.wait(0.02)
        with lock:
            running.pop()

    for number in range(20):
        crew.put(number, 5.0, work)
    everything(crew)
    assert max(most) <= 3
    assert max(most) > 1


def test_delayed_work_starts_later_than_the_rest() -> None:
    crew = Crew(size=1)
    order: list[str] = []
    crew.put("late", 5.0, lambda deadline: order.append("late"), delay_s=0.2)
    crew.put("soon", 5.0, lambda deadline: order.append("soon"))
    everything(crew)
    assert order == ["soon", "late"]


def test_what_is_dropped_is_named_and_never_comes_back(gate: threading.Event) -> None:
    crew = Crew(size=1)
    crew.put("running", 5.0, lambda deadline: gate.wait(30))
    crew.put("waiting", 5.0, lambda deadline: "never")
    crew.next(0.05, lambda key: None)
    assert sorted(crew.drop()) == ["running", "waiting"]
    gate.set()
    assert crew.next(0.2, lambda key: None) is None


def test_work_learns_its_deadline_on_the_monotonic_clock() -> None:
    crew = Crew()
    crew.put("only", 7.0, lambda deadline: deadline - time.monotonic())
    left = everything(crew)["only"]
    assert isinstance(left, float)
    assert 6.0 < left <= 7.0
