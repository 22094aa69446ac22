"""The switchboard: start, places, general commands, end. What the screens show is theirs."""

import asyncio
import contextlib
import gc
import signal
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import events, work
from textual.binding import BindingType

from console import i18n
from console.commands import commands_of
from console.graphics.choice import GraphicsChoice
from console.graphics.encoder import Encoder
from console.i18n import _
from console.screens import places
from console.screens.base import ConsoleScreen, bindings_of
from console.screens.dialogs.ask import AskText
from console.screens.dialogs.help import HelpPanel
from console.screens.dialogs.palette import Palette
from console.screens.dialogs.small import TooSmall, is_small
from console.screens.home.screen import HomeScreen
from console.screens.session import SessionApp
from console.screens.tmux import TmuxWatch
from console.screens.viewer.screen import ViewerScreen
from console.services import Services
from console.theme import THEMES, Symbols


def _collect_garbage_again() -> None:
    """After the start: what is there now stays, so it is never looked at again, which keeps the pauses short."""
    gc.freeze()
    gc.enable()


class ConsoleApp(SessionApp):
    """The full-screen console."""

    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("app")
    DEFAULT_MODE = "home"

    def __init__(
        self,
        services: Services,
        make_encoder: Callable[[], Encoder],
        *,
        symbols: Symbols | None = None,
        start_with: Sequence[Path] = (),
        machine_facts: Callable[[], tuple[str, ...]] = tuple,
        graphics: GraphicsChoice | None = None,
    ) -> None:
        super().__init__(services)
        self.make_encoder = make_encoder
        self.graphics = graphics
        self.symbols = symbols or Symbols()
        self.hung_up = False
        """True when the line to the terminal was cut."""
        self.leaving = False
        """True once the operator, or the system, has asked the console to end."""
        self.started = False
        """True once the way to the first screen is free: unlocked, and the notices said."""
        self._asked = False
        self._start_with = start_with
        self._machine_facts = machine_facts
        for theme in THEMES.values():
            self.register_theme(theme)
        # Before the first style sheet is read: a theme set later has it read again, which costs 50 ms.
        self.set_reactive(ConsoleApp.theme, THEMES[services.preferences.now.theme].name)
        self.set_class(self.symbols != Symbols(), "plain")
        self.add_mode("home", lambda: HomeScreen(services, waiting=bool(start_with)))
        self.add_mode("checklists", partial(places.checklists, services))
        self.add_mode("studies", partial(places.studies, services, graphics.cell_encoder if graphics else make_encoder))
        self.add_mode("repair", partial(places.repair, services))
        self.add_mode("inspections", partial(places.inspections, services))
        self.add_mode("settings", partial(places.settings, services))

    # Start and end

    def on_mount(self) -> None:
        if hasattr(signal, "SIGHUP"):
            with contextlib.suppress(NotImplementedError, RuntimeError):
                asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self._hang_up)
                asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self.action_leave)
        self.set_interval(5, self._lock_when_idle)
        if self.graphics is not None:
            TmuxWatch(self, self.graphics, self.draw_anew).begin()
            self.set_interval(1, self.heed_line)
        self.set_timer(1, _collect_garbage_again)
        self.read_site()
        self._welcome()

    @work(thread=True, exit_on_error=False, group="site")
    def read_site(self) -> None:
        """Read the site file and what earlier runs found; screens that listen show it."""
        self.services.checkroom.load()

    @work
    async def _welcome(self) -> None:
        """Unlock, say what happened to the records, ask who works here, then go where the command line pointed."""
        now = self.services.preferences.now
        if now.passphrase:
            await self.unlocked(_("The console is locked. Passphrase:"), cancellable=False)
        self.note("console opened", practice=str(self.services.practice))
        for notice in self.services.notices:
            self.notify(notice, severity="warning", timeout=15, markup=False)
        self.started = True
        if self._start_with:
            if self.services.practice:
                await self.switch_mode("studies")
            self.open_paths(self._start_with)
        else:
            self.ask_operator()

    def ask_operator(self) -> None:
        """Ask who works here, once: when the home page is first seen and no name is known."""
        if not (self._asked or self.services.preferences.now.operator or self.services.preferences.read_only):
            self._asked = True
            self._ask_operator()

    @work(exclusive=True, group="operator")
    async def _ask_operator(self) -> None:
        question = _("Your name, as it should stand in records and reports (F9 changes it):")
        name = await self.push_screen_wait(AskText(_("Who works here?"), question))
        if name:
            self.change_setting(operator=name.strip())
            self.refresh_all()

    def _hang_up(self) -> None:
        self.hung_up = True
        self.exit(0)

    def action_leave(self) -> None:
        self.leaving = True
        self.exit(0)

    # Places and general commands

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Show the pictures at and below `paths`."""
        self.push_screen(ViewerScreen(self.services, paths, self.make_encoder))

    def show_check(self, key: str) -> None:
        """Go to the checklists, with the cursor on the row of that key."""
        self.action_place("checklists")
        places.show_check(self.screen, key)

    def show_actions(self) -> None:
        """Go to the actions of all inspections."""
        self.action_place("inspections")
        places.show_actions(self.screen)

    def action_place(self, place: str) -> None:
        while place == self.current_mode and len(self.screen_stack) > 1:
            self.pop_screen()
        if place != self.current_mode:
            self.switch_mode(place)

    def facts(self) -> tuple[str, ...]:
        """What this terminal and this installation can do, for the home page."""
        return self._machine_facts()

    def action_help(self) -> None:
        if not isinstance(self.screen, HelpPanel):
            self.push_screen(HelpPanel(self._scope()))

    def action_command_palette(self) -> None:
        if not self.screen.is_modal:
            self._ask_palette()

    @work(exclusive=True, group="palette")
    async def _ask_palette(self) -> None:
        action = await self.push_screen_wait(Palette(self._scope()))
        if action:
            await self.run_action(action, self.screen)

    async def action_next_language(self) -> None:
        await self.use_language("en" if i18n.language() == "zh" else "zh")

    def action_next_theme(self) -> None:
        self.use_theme("light" if self.services.preferences.now.theme == "dark" else "dark")

    def action_toggle_privacy(self) -> None:
        self.use_privacy(not self.services.preferences.now.privacy)

    def on_resize(self, event: events.Resize) -> None:
        # The lock is readable at any size, and nothing may be put over it.
        self.fit_graphics(event.size.width, event.size.height)
        if is_small(event.size) and not self.locked and not isinstance(self.screen, TooSmall):
            self.push_screen(TooSmall())

    def _scope(self) -> str:
        screen = self.screen
        return screen.SCOPE if isinstance(screen, ConsoleScreen) and commands_of(screen.SCOPE) else "dialog"
