"""What is in force while the console runs: language, theme, privacy, who was here last, and the lock."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

from textual import events, work

from console import i18n
from console.commands import commands_of
from console.errors import ConsoleError
from console.graphics.choice import SLOW, GraphicsChoice
from console.graphics.probe import cell_size
from console.i18n import _
from console.screens.base import ConsoleScreen
from console.screens.dialogs.error import ErrorPanel
from console.screens.dialogs.lock import LockScreen
from console.screens.terminal.screen import TerminalScreen
from console.services import Services
from console.theme import THEMES
from console.widgets.direct_paint import DirectPaintApp

_NOT_WHILE_LOCKED = frozenset(command.action.partition("(")[0] for command in commands_of("app")) - {"leave"}


class SessionApp(DirectPaintApp):
    """An application that saves every choice at once and locks itself when nobody is there."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.services = services
        self.graphics: GraphicsChoice | None = None
        """The way to draw in force; None where nobody may change it."""
        services.audit.failed = self.audit_failed
        self._last_input = services.monotonic()
        self._held_back: list[tuple[ConsoleError, Callable[[None], None] | None]] = []
        """Errors that came while the console was locked; they are shown when it is open again."""

    async def use_language(self, language: str) -> None:
        """Switch the language of every screen; "" follows the system."""
        self.change_setting(language=language)
        i18n.set_language(language or i18n.detect())
        for screen in self._console_screens():
            await screen.retranslate()

    def use_theme(self, theme: str) -> None:
        """Switch to the "dark" or "light" theme."""
        self.change_setting(theme=theme)
        self.theme = THEMES[theme].name

    def use_privacy(self, hidden: bool) -> None:
        """Hide or show patient identity everywhere."""
        self.change_setting(privacy=hidden)
        for screen in self._console_screens():
            screen.privacy_changed()
        self.refresh_all()

    def use_graphics(self, wish: str) -> None:
        """Draw pictures this way from now on, and after the next start."""
        if self.graphics is not None:
            self.graphics.use(wish)
            self.draw_anew()
        self.change_setting(graphics=wish)

    def action_terminal(self) -> None:
        """The page that says what the terminal can do."""
        if self.graphics is not None and not isinstance(self.screen, TerminalScreen):
            self.push_screen(TerminalScreen(self.services))

    def fit_graphics(self, columns: int, rows: int) -> None:
        """The terminal has this size; its font may have another one."""
        if self.graphics is None or self.is_headless:
            return
        cell = cell_size(sys.__stdout__.fileno(), columns, rows) if sys.__stdout__ is not None else None
        if self.graphics.fit(columns, rows, cell):
            self.cell_height = cell[1] if cell is not None else self.cell_height
            self.draw_anew()

    def heed_line(self) -> None:
        """Have frames that play drawn with what the line can carry; to be called every now and then."""
        if self.graphics is not None and self.outlet is not None:
            self.graphics.slow = 0 < self.outlet.rate < SLOW

    def draw_anew(self) -> None:
        """Every picture, in the way that is in force now."""
        for screen in self._console_screens():
            screen.graphics_changed()

    def refresh_all(self) -> None:
        """The two lines of every screen again."""
        for screen in self._console_screens():
            screen.refresh_bars()

    def change_setting(self, **values: object) -> None:
        """Change and save settings; what cannot be saved is said in the error panel."""
        try:
            self.services.preferences.change(**values)
        except ConsoleError as error:
            self.show_error(error)
        if "operator" in values:
            self.services.lock.name_operator(self.services.preferences.now.operator)

    def show_error(self, error: ConsoleError, then: Callable[[None], None] | None = None) -> None:
        """The error panel; `then` is called when it is closed. Nothing is ever put over the lock."""
        if self.locked:
            self._held_back.append((error, then))
        else:
            self.push_screen(ErrorPanel(error), then)

    def note(self, event: str, **details: str) -> None:
        """One line of the audit log, written off the event loop; when it cannot be, the error panel says so."""
        self.services.note(event, **details)

    def audit_failed(self, error: ConsoleError) -> None:
        """Called from the thread that writes the audit log."""
        if self._loop is not None and self.is_running:
            self._loop.call_soon_threadsafe(self.show_error, error)

    def remember(self, path: Path) -> None:
        """Put a picture on top of those last looked at."""
        self.change_setting(recent=self.services.preferences.now.with_recent(str(path)).recent)

    async def unlocked(self, prompt: str, *, cancellable: bool = True) -> bool:
        """True when the passphrase was given, or none is set."""
        record = self.services.preferences.now.passphrase
        right = not record or await self.push_screen_wait(LockScreen(record, prompt, cancellable=cancellable))
        if not cancellable:
            await self._say_what_was_held_back()
        return right

    async def _say_what_was_held_back(self) -> None:
        """What failed behind the lock, one panel after the other, as soon as the lock has left the screen."""
        while self.locked:  # noqa: ASYNC110  (the stack of screens has no event to wait for)
            await asyncio.sleep(0.01)
        held, self._held_back = self._held_back, []
        for error, then in held:
            await self.push_screen_wait(ErrorPanel(error))
            if then is not None:
                then(None)

    @work(exclusive=True, group="lock")
    async def action_lock(self) -> None:
        if self.services.preferences.now.passphrase:
            await self.unlocked(_("The console is locked. Passphrase:"), cancellable=False)
        else:
            self.notify(_("No passphrase is set. F9 sets one."), markup=False)

    @property
    def locked(self) -> bool:
        """True while a lock stands anywhere, whatever was put over it."""
        return any(
            isinstance(screen, LockScreen) and not screen.cancellable
            for stack in self._screen_stacks.values()
            for screen in stack
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """No command of the console works while it is locked, but leaving it."""
        if self.locked and action in _NOT_WHILE_LOCKED:
            return False
        return super().check_action(action, parameters)

    def _lock_when_idle(self) -> None:
        now = self.services.preferences.now
        idle = self.services.monotonic() - self._last_input
        if now.passphrase and idle > now.lock_minutes * 60 and not self.locked:
            self.action_lock()

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.InputEvent):
            self._last_input = self.services.monotonic()
        await super().on_event(event)

    def _console_screens(self) -> list[ConsoleScreen]:
        return [
            screen for stack in self._screen_stacks.values() for screen in stack if isinstance(screen, ConsoleScreen)
        ]
