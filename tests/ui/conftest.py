"""The console as a test sees it: real services in a home folder of its own, no terminal."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest
from textual.pilot import Pilot
from textual.widget import Widget

from console.app import ConsoleApp
from console.graphics.encoder import choose
from console.graphics.terminal import Terminal, unasked
from console.screens.base import ConsoleScreen
from console.services import Services, build_services
from console.widgets.bars import KeyBar, TopBar

Found = TypeVar("Found", bound=Widget)

ENVIRON = {"LANG": "C.UTF-8", "COLORTERM": "truecolor", "TERM": "test"}
TERMINAL: Terminal = unasked(ENVIRON, (80, 24), windows=False)


class HandClock:
    """A monotonic clock that the test turns."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Desk:
    """Services, and the console on top of them."""

    services: Services
    clock: HandClock

    def app(self, *paths: Path) -> ConsoleApp:
        """A console that opens `paths`, or the home page."""
        facts = ("terminal: test", "colours: true colour", "pictures: half", "decoders: all")
        return ConsoleApp(
            self.services, lambda: choose("half", TERMINAL, "true"), start_with=paths, machine_facts=lambda: facts
        )


@pytest.fixture
def desk(isolated_home: Path) -> Iterator[Desk]:
    clock = HandClock()
    wall = datetime(2026, 11, 20, 10, 32, tzinfo=UTC)
    services = replace(build_services(isolated_home), clock=lambda: wall, monotonic=clock)
    services.preferences.change(operator="Li", autoplay=False, language="en")
    yield Desk(services, clock)
    services.close()


async def until(pilot: Pilot[int], condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Let the console work until `condition` holds; AssertionError when it does not come to that."""
    import asyncio
    import time

    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("the console did not get there:\n" + screen_text(pilot.app))
        await pilot.pause()
        await asyncio.sleep(0.01)


def screen_text(app: object) -> str:
    """What stands on the screen, line by line, as a reader sees it."""
    assert isinstance(app, ConsoleApp)
    compositor = app.screen._compositor
    width, height = app.size
    return "\n".join(strip.text.rstrip() for strip in compositor.render_strips(app.size)[:height] if width)


def bars(app: ConsoleApp) -> tuple[str, str]:
    """The top and the bottom line."""
    screen = app.screen
    assert isinstance(screen, ConsoleScreen)
    return screen.query_one(TopBar).render().plain, screen.query_one(KeyBar).render().plain


async def settled(pilot: Pilot[int], action: Awaitable[None]) -> None:
    """Await `action`, then let its messages be handled."""
    await action
    await pilot.pause()
