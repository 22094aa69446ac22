"""What is in force while the console runs: language, theme, privacy, who was here last, and the lock."""

from pathlib import Path

from textual import events, work

from console import i18n
from console.errors import ConsoleError
from console.i18n import _
from console.screens.base import ConsoleScreen
from console.screens.dialogs.error import ErrorPanel
from console.screens.dialogs.lock import LockScreen
from console.services import Services
from console.theme import THEMES
from console.widgets.direct_paint import DirectPaintApp


class SessionApp(DirectPaintApp):
    """An application that saves every choice at once and locks itself when nobody is there."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.services = services
        self._last_input = services.monotonic()

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

    def refresh_all(self) -> None:
        """The two lines of every screen again."""
        for screen in self._console_screens():
            screen.refresh_bars()

    def change_setting(self, **values: object) -> None:
        """Change and save settings; what cannot be saved is said in the error panel."""
        try:
            self.services.preferences.change(**values)
        except ConsoleError as error:
            self.push_screen(ErrorPanel(error))

    def note(self, event: str, **details: str) -> None:
        """One line of the audit log; when it cannot be written, the error panel says so."""
        try:
            self.services.note(event, **details)
        except ConsoleError as error:
            self.push_screen(ErrorPanel(error))

    def remember(self, path: Path) -> None:
        """Put a picture on top of those last looked at."""
        self.change_setting(recent=self.services.preferences.now.with_recent(str(path)).recent)

    async def unlocked(self, prompt: str, *, cancellable: bool = True) -> bool:
        """True when the passphrase was given, or none is set."""
        record = self.services.preferences.now.passphrase
        return not record or await self.push_screen_wait(LockScreen(record, prompt, cancellable=cancellable))

    @work(exclusive=True, group="lock")
    async def action_lock(self) -> None:
        if self._locked():
            return
        if self.services.preferences.now.passphrase:
            await self.unlocked(_("The console is locked. Passphrase:"), cancellable=False)
        else:
            self.notify(_("No passphrase is set. F9 sets one."), markup=False)

    def _locked(self) -> bool:
        return isinstance(self.screen, LockScreen)

    def _lock_when_idle(self) -> None:
        now = self.services.preferences.now
        idle = self.services.monotonic() - self._last_input
        if now.passphrase and idle > now.lock_minutes * 60 and not self._locked():
            self.action_lock()

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.InputEvent):
            self._last_input = self.services.monotonic()
        await super().on_event(event)

    def _console_screens(self) -> list[ConsoleScreen]:
        return [
            screen for stack in self._screen_stacks.values() for screen in stack if isinstance(screen, ConsoleScreen)
        ]
