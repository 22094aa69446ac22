"""What every place shares: the two lines, services, and a way to change the language without losing its state."""

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from console.commands import COMMANDS, Command, commands_of
from console.i18n import _
from console.model.checks import Status
from console.services import Services
from console.widgets.bars import Key, KeyBar, Place, TopBar, TopLine
from console.widgets.line_list import LineList
from console.widgets.steady import SteadyScreen

if TYPE_CHECKING:
    from console.app import ConsoleApp

PLACES = ("home", "checklists", "studies", "repair", "inspections", "settings")
"""Places in the top line, each with a command app.PLACE."""


def bindings_of(scope: str) -> list[BindingType]:
    """The Textual bindings of a scope, from the command table."""
    namespace = "app." if scope == "app" else ""
    return [
        Binding(
            key,
            namespace + command.action,
            command.name,
            show=command.bar,
            id=f"{command.id}:{key}",
            tooltip=command.help,
            priority=command.priority,
        )
        for command in commands_of(scope)
        for key in command.key.split(",")
        if key
    ]


def keys_of(scope: str) -> tuple[Key, ...]:
    """What the bottom line of a scope offers, translated: its own commands, then help and quit."""
    own = [command for command in commands_of(scope) if command.bar]
    general = [command for command in commands_of("app") if command.bar]
    return tuple(Key(command.key_label, _(command.name), action_of(command)) for command in (*own, *general))


def action_of(command: Command) -> str:
    """The command's action with its namespace, as a click or the palette calls it."""
    return ("app." if command.scope == "app" else "screen.") + command.action


class ConsoleScreen(SteadyScreen, Screen[None]):
    """A place: top line, body, bottom line."""

    SCOPE: ClassVar[str] = ""
    """The commands that work here."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.services = services

    @property
    def console_app(self) -> "ConsoleApp":
        """The application, with the things every screen may ask of it."""
        app: ConsoleApp = self.app  # type: ignore[assignment]  # the only application these screens live in
        return app

    def compose(self) -> ComposeResult:
        yield TopBar()
        with Container(id="body"):
            yield from self.body()
        yield KeyBar()

    def body(self) -> ComposeResult:
        """The part between the two lines."""
        yield from ()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A worker that failed in a way nobody foresaw must not leave the screen waiting for ever."""
        if event.state is WorkerState.ERROR:
            self.console_app.fail(event.worker.error)

    def on_mount(self) -> None:
        self.set_interval(5, self.refresh_bars)
        self.refresh_bars()

    async def on_screen_resume(self) -> None:
        self.refresh_bars()

    def refresh_bars(self) -> None:
        """Say in both lines what is true now."""
        bars = self.query(TopBar)
        if not bars:
            return
        bars.first().line = self._top_line()
        bar = self.query_one(KeyBar)
        fold = self.console_app.symbols.fold
        bar.keys = tuple(replace(key, label=fold(key.label), name=fold(key.name)) for key in self.keys())
        # Help and quit never give way, and neither does the way back.
        back = any(command.action == "back" for command in commands_of(self.SCOPE))
        bar.always = sum(command.bar for command in commands_of("app")) + back

    def keys(self) -> tuple[Key, ...]:
        """What the bottom line offers; screens narrow it to what works now."""
        return keys_of(self.SCOPE)

    async def retranslate(self) -> None:
        """Everything again, in the language now in force; cursor and focus stay where they are."""
        focused = self.focused.id if self.focused is not None else None
        cursors = {found.id: found.cursor for found in self.query(LineList)}
        await self.recompose()
        for found in self.query(LineList):
            found.remember(cursors.get(found.id, 0))
            if found.id == focused:
                found.focus()
        self.refresh_bars()

    def privacy_changed(self) -> None:
        """Patient identity is to be hidden or shown from now on."""

    def graphics_changed(self) -> None:
        """Pictures are to be drawn anew: in another way, or for a font of another size."""

    def _state(self) -> str:
        """What is wrong at the site: symbol, number, word; empty before anything is known."""
        room = self.services.checkroom
        # While a run goes on the board is made by whoever shows it, not by each bar.
        board = room.last_board if room.running else room.board(self.services.clock().date())
        counts = board.counts()
        symbols = self.console_app.symbols
        words = ((Status.CRIT, _("critical")), (Status.UNKNOWN, _("unknown")), (Status.WARN, _("warning")))
        parts = [
            f"{symbols.verdicts[at]} {counts[status]} {word}"
            for at, (status, word) in enumerate(words)
            if counts[status]
        ]
        if not parts and counts[Status.OK]:
            parts = [f"{symbols.verdicts[4]} {counts[Status.OK]} {_('in order')}"]
        return "  ".join(parts)

    def _top_line(self) -> TopLine:
        settings = self.services.preferences.now
        marks = []
        if self.services.practice:
            marks.append(_("PRACTICE"))
        if settings.privacy:
            marks.append(_("privacy"))
        if self.services.preferences.read_only:
            marks.append(_("read-only"))
        names = {command.id: command for command in COMMANDS}
        places = tuple(
            Place(
                names[f"app.{place}"].key_label,
                _(names[f"app.{place}"].name),
                f"app.place('{place}')",
                place == self.app.current_mode,
            )
            for place in PLACES
        )
        return TopLine(
            product=_("Cathlab Console"),
            site=self.services.checkroom.state.site.name,
            state=self._state(),
            places=places,
            marks=tuple(marks),
            operator=settings.operator,
            clock=f"{self.services.clock():%H:%M}",
            separator=self.console_app.symbols.separator,
        )
