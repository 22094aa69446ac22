"""The terminal page: what was found, the ramp, and another way to draw at a key press."""

from dataclasses import replace

import pytest
from textual.widgets import Static

from console.app import ConsoleApp
from console.graphics.choice import GraphicsChoice
from console.screens.terminal.screen import TerminalScreen
from console.widgets.line_list import LineList

from .conftest import TERMINAL, Desk, until


def console(desk: Desk, **found: object) -> ConsoleApp:
    terminal = replace(TERMINAL, **found)  # type: ignore[arg-type]
    graphics = GraphicsChoice(desk.services.preferences.now.graphics, terminal, "true")
    return ConsoleApp(desk.services, graphics.encoder, graphics=graphics)


def shown(app: ConsoleApp) -> str:
    return "\n".join(f"{line.text} {line.right}" for found in app.screen.query(LineList) for line in found.lines)


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
async def test_it_says_what_was_found_and_how_many_greys_there_are(desk: Desk, size: tuple[int, int]) -> None:
    app = console(desk, name="XTerm(379)", sixel=True, sixel_colors=256, cell_pixels=(9, 18), answered=True)
    async with app.run_test(size=size) as pilot:
        app.action_terminal()
        await until(pilot, lambda: isinstance(app.screen, TerminalScreen) and "XTerm" in shown(app))
        await until(pilot, lambda: "greys of 256" in str(app.screen.query_one("#ramp-caption", Static).content))
        for fact in ("a cell in pixels 9x18", "sixel graphics 256 colours", "kitty graphics no", "PuTTY", "tmux"):
            assert fact in shown(app)


async def test_a_key_tries_the_next_way_to_draw_and_keeps_it(desk: Desk) -> None:
    app = console(desk)
    async with app.run_test(size=(100, 30)) as pilot:
        app.action_terminal()
        await until(pilot, lambda: isinstance(app.screen, TerminalScreen) and "in force" in shown(app))
        await pilot.press("m")
        assert app.graphics is not None
        await until(pilot, lambda: desk.services.preferences.now.graphics == "half")
        assert app.graphics.wish == "half"
        await pilot.press("m")
        # THEN the caption tells the new one, and the encoders of all threads follow
        await until(pilot, lambda: "quadrants" in str(app.screen.query_one("#ramp-caption", Static).content))
        assert app.make_encoder().name == "quadrant"
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, TerminalScreen))


async def test_the_palette_and_the_settings_lead_to_it(desk: Desk) -> None:
    app = console(desk)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("f9")
        settings = app.screen.query_one(LineList)
        await until(pilot, lambda: len(settings.lines) > 0)
        settings.put_cursor(next(at for at, line in enumerate(settings.lines) if line.key == "terminal"))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, TerminalScreen))
