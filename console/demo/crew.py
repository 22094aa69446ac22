"""Several processes make the items of the hospital side by side, each started anew: a fork would copy the caller's
threads, and Windows has none.

An item is one piece of work; it comes back as bytes and this process alone writes to disk. Where processes cannot be
started, or one dies, the rest is made here.
"""

import os
import pickle
import queue
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from console import child
from console.demo.cases import Item
from console.demo.contents import Angiogram

_MOST = 8
_WORTH_FRAMES = 120
"""So many frames of a 512 matrix keep one process busy for as long as its start takes, several times over."""
_PATIENCE_S = 0.05

Step = Callable[[int], None]


@dataclass(frozen=True)
class Finished:
    """One item, ready for the disk."""

    item: Item
    picture: bytes
    truth: bytes


def work(items: Sequence[Item], step: Step, processes: int | None = None) -> Iterator[Finished]:
    """Make `items`; they come as they get ready.

    `step(count)` is called whenever frames are done, with 0 while there is nothing to tell, at least twenty times a
    second; what it raises ends the work at once, other processes included. `processes` None means one for each
    processor this process may use, and never more than there is work for.
    """
    count = processes
    if count is None:
        count = min(_processors(), _MOST, 1 + round(sum(map(_weight, items)) / _WORTH_FRAMES))
    count = min(count, len(items))
    left = list(items)
    if count > 1:
        for finished in _side_by_side(left, step, count):
            left.remove(finished.item)
            yield finished
    for item in left:
        yield _here(item, step)


def _here(item: Item, step: Step) -> Finished:
    """Make one item in this process."""
    from console.demo.make import make

    step(0)
    told = 0

    def tick(number: int) -> None:
        nonlocal told
        step(number - told)
        told = number

    picture, truth = make(item, tick)
    step(item.frames - told)
    return Finished(item, picture, truth)


def _side_by_side(items: Sequence[Item], step: Step, count: int) -> Iterator[Finished]:
    """Make what other processes can; what one of them leaves undone is not among the answers."""
    # The first of all first, because somebody waits for it; then the long ones, so that none is left for the end.
    order = sorted(items[1:], key=_weight)
    order.append(items[0])
    todo: queue.SimpleQueue[Item] = queue.SimpleQueue()
    for item in reversed(order):
        todo.put(item)
    answers: queue.SimpleQueue[Finished | int | None] = queue.SimpleQueue()
    hands: list[_Hand] = []
    try:
        try:
            for _number in range(count):
                hands.append(_Hand(todo, answers))
        except OSError:
            # No process can be started, or not so many: everything is made here.
            return
        running = count
        while running:
            try:
                answer = answers.get(timeout=_PATIENCE_S)
            except queue.Empty:
                step(0)
                continue
            if answer is None:
                running -= 1
            elif isinstance(answer, int):
                step(answer)
            else:
                yield answer
    finally:
        for hand in hands:
            hand.stop()


class _Hand:
    """One process, and the thread that feeds it and listens to it."""

    def __init__(self, todo: "queue.SimpleQueue[Item]", answers: "queue.SimpleQueue[Finished | int | None]") -> None:
        self._todo, self._answers = todo, answers
        self._process = child.start(child.module_command("console.demo.crew_process"), one_thread=True)
        self._thread = threading.Thread(target=self._serve, name="practice-builder", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the process, whatever it is doing; the thread ends with it."""
        self._process.kill()
        self._process.wait()
        self._thread.join()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            try:
                pipe.close()
            except OSError:
                continue  # a request that it did not live to read

    def _serve(self) -> None:
        to_child, from_child = self._process.stdin, self._process.stdout
        assert to_child is not None
        assert from_child is not None
        try:
            while True:
                self._one(self._todo.get_nowait(), to_child, from_child)
        except (queue.Empty, OSError, EOFError, pickle.UnpicklingError):
            # Nothing left, or the process died: what it had in hand is missing from the answers.
            self._answers.put(None)

    def _one(self, item: Item, to_child: IO[bytes], from_child: IO[bytes]) -> None:
        pickle.dump(item, to_child)
        to_child.flush()
        told = 0
        while True:
            # Our own child wrote this: nothing of a stranger's is unpickled.
            answer = pickle.load(from_child)
            if isinstance(answer, int):
                self._answers.put(answer - told)
                told = answer
            else:
                picture, truth = answer
                self._answers.put(item.frames - told)
                self._answers.put(Finished(item, picture, truth))
                return


def _processors() -> int:
    """Processors that this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _weight(item: Item) -> float:
    """How long an item takes, in frames of a 512 matrix."""
    content = item.content
    if isinstance(content, Angiogram):
        return 6.0 + content.frames * (content.recipe.c_arm.size / 512) ** 2 * (
            3.0 if content.recipe.sweep_deg else 1.0
        )
    return 2.0 + 2.0 * content.frames
