"""Settings: each one a line, enter changes it, and it is saved at once."""

from collections.abc import Awaitable, Callable
from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from console.graphics.choice import MODE_NAMES
from console.graphics.encoder import CHOICES
from console.i18n import N_, _, ngettext
from console.screens.base import ConsoleScreen, bindings_of
from console.screens.dialogs.ask import AskText, Choose
from console.services import Services
from console.settings import Settings, hash_passphrase
from console.widgets.line_list import Line, LineList

_LANGUAGES = (("", N_("as the system says")), ("zh", "中文"), ("en", "English"))
_THEMES = (("dark", N_("dark")), ("light", N_("light")))
_SWITCH = ((False, N_("off")), (True, N_("on")))
_COLORS = (
    ("auto", N_("as the terminal says")),
    ("true", N_("true colour")),
    ("256", "256"),
    ("16", "16"),
    ("none", N_("none")),
)
_GRAPHICS = tuple((mode, name) for mode, name in MODE_NAMES.items() if mode in CHOICES)
_MINUTES = (1, 5, 10, 15, 30, 60)


class SettingsScreen(ConsoleScreen):
    """The list of settings."""

    SCOPE: ClassVar[str] = "settings"
    BINDINGS = bindings_of("settings")

    class Hashed(Message):
        """The passphrase has been turned into its record."""

        def __init__(self, record: str) -> None:
            super().__init__()
            self.record = record

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._changes: dict[str, Callable[[], Awaitable[None]]] = {
            "language": self._language,
            "theme": self._theme,
            "colors": self._colors,
            "graphics": self._graphics,
            "terminal": self._terminal,
            "operator": self._operator,
            "team": self._team,
            "privacy": self._privacy,
            "autoplay": self._autoplay,
            "passphrase": self._passphrase,
            "lock_minutes": self._lock_minutes,
        }

    def body(self) -> ComposeResult:
        with Vertical(id="settings-pane") as pane:
            pane.border_title = Text(_("Settings"))
            yield LineList("settings", choosable=True, ellipsis=self.console_app.symbols.ellipsis)

    def on_mount(self) -> None:
        super().on_mount()
        self._list()

    async def on_screen_resume(self) -> None:
        await super().on_screen_resume()
        self._list()

    async def retranslate(self) -> None:
        await super().retranslate()
        self._list()

    def privacy_changed(self) -> None:
        self._list()

    def _list(self) -> None:
        for settings in self.query("#settings").results(LineList):
            now = self._lines(self.services.preferences.now)
            settings.show([Line(name, right=value, key=key) for key, name, value in now], settings.cursor)

    def _lines(self, now: Settings) -> tuple[tuple[str, str, str], ...]:
        return (
            ("operator", _("Operator's name"), now.operator or _("not given")),
            ("team", _("Our company"), now.team or _("not given")),
            ("language", _("Language"), _name(_LANGUAGES, now.language)),
            ("theme", _("Theme"), _name(_THEMES, now.theme)),
            ("colors", _("Colours (from the next start)"), _name(_COLORS, now.colors)),
            ("graphics", _("Pictures"), _name(_GRAPHICS, now.graphics)),
            ("terminal", _("What the terminal can do"), ""),
            ("privacy", _("Hide who the patient is"), _name(_SWITCH, now.privacy)),
            ("autoplay", _("Cines play when opened"), _name(_SWITCH, now.autoplay)),
            ("passphrase", _("Passphrase of the lock"), _("set") if now.passphrase else _("not set: no lock")),
            ("lock_minutes", _("Lock when idle"), _minutes(now.lock_minutes)),
        )

    def action_change(self) -> None:
        for settings in self.query(LineList):
            settings.action_choose()

    def action_back(self) -> None:
        self.console_app.action_place("home")

    @on(LineList.Chosen)
    def change_chosen(self, event: LineList.Chosen) -> None:
        event.stop()
        self._ask(event.key)

    @work(exclusive=True, group="setting")
    async def _ask(self, key: str) -> None:
        await self._changes[key]()
        self._list()

    async def _pick(self, title: str, choices: tuple[tuple[object, str], ...], now: object) -> object | None:
        """Ask for one of `choices` (value, name); None when the operator went back."""
        values = [value for value, _text in choices]
        names = [_(name) for _value, name in choices]
        chosen = await self.app.push_screen_wait(Choose(title, names, values.index(now) if now in values else 0))
        return None if chosen is None else values[chosen]

    async def _language(self) -> None:
        language = await self._pick(_("Language"), _LANGUAGES, self.services.preferences.now.language)
        if language is not None:
            await self.console_app.use_language(str(language))

    async def _theme(self) -> None:
        theme = await self._pick(_("Theme"), _THEMES, self.services.preferences.now.theme)
        if theme is not None:
            self.console_app.use_theme(str(theme))

    async def _colors(self) -> None:
        colors = await self._pick(_("Colours"), _COLORS, self.services.preferences.now.colors)
        if colors is not None:
            self.console_app.change_setting(colors=colors)

    async def _graphics(self) -> None:
        graphics = await self._pick(_("Pictures"), _GRAPHICS, self.services.preferences.now.graphics)
        if graphics is not None:
            self.console_app.use_graphics(str(graphics))

    async def _terminal(self) -> None:
        self.console_app.action_terminal()

    async def _privacy(self) -> None:
        hidden = await self._pick(_("Hide who the patient is"), _SWITCH, self.services.preferences.now.privacy)
        if hidden is not None:
            self.console_app.use_privacy(bool(hidden))

    async def _autoplay(self) -> None:
        autoplay = await self._pick(_("Cines play when opened"), _SWITCH, self.services.preferences.now.autoplay)
        if autoplay is not None:
            self.console_app.change_setting(autoplay=autoplay)

    async def _operator(self) -> None:
        question = _("Your name, as it should stand in records and reports:")
        name = await self.app.push_screen_wait(
            AskText(_("Operator's name"), question, self.services.preferences.now.operator)
        )
        if name is not None:
            self.console_app.change_setting(operator=name.strip())
            self.refresh_bars()

    async def _team(self) -> None:
        question = _("The company that serves the hospital, as it should stand where we sign a report:")
        name = await self.app.push_screen_wait(AskText(_("Our company"), question, self.services.preferences.now.team))
        if name is not None:
            self.console_app.change_setting(team=name.strip())

    async def _lock_minutes(self) -> None:
        choices = tuple((minutes, _minutes(minutes)) for minutes in _MINUTES)
        minutes = await self._pick(_("Lock when idle"), choices, self.services.preferences.now.lock_minutes)
        if minutes is not None:
            self.console_app.change_setting(lock_minutes=minutes)

    async def _passphrase(self) -> None:
        title = _("Passphrase of the lock")
        if self.services.preferences.now.passphrase and not await self.console_app.unlocked(
            _("The passphrase in force:")
        ):
            return
        first = await self.app.push_screen_wait(
            AskText(title, _("New passphrase (empty: no lock). It cannot be recovered."), secret=True)
        )
        if first is None:
            return
        if first:
            again = await self.app.push_screen_wait(AskText(title, _("The same once more:"), secret=True))
            if again is None:
                return
            if again != first:
                self.notify(_("The two were not the same; nothing was changed."), severity="warning", markup=False)
                return
        self._hash(first)

    @work(thread=True, exit_on_error=False, group="scrypt", description="hashing a passphrase")
    def _hash(self, passphrase: str) -> None:
        self.post_message(self.Hashed(hash_passphrase(passphrase) if passphrase else ""))

    @on(Hashed)
    def keep_passphrase(self, event: Hashed) -> None:
        event.stop()
        self.console_app.change_setting(passphrase=event.record)
        self.console_app.note("lock set" if event.record else "lock removed")
        self._list()


def _name(choices: tuple[tuple[object, str], ...], value: object) -> str:
    return next((_(name) for choice, name in choices if choice == value), str(value))


def _minutes(minutes: int) -> str:
    return ngettext("after {minutes} minute", "after {minutes} minutes", minutes).format(minutes=minutes)
