"""The palette: every command that works here, found by its name, its English name or its pinyin initials."""

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input

from console.commands import Command, commands_of
from console.i18n import _
from console.pinyin import initials
from console.screens.base import action_of
from console.screens.dialogs.panel import Panel
from console.widgets.line_list import Line, LineList


class Palette(Panel[str]):
    """The answer is the action of the chosen command."""

    def __init__(self, scope: str) -> None:
        super().__init__(_("Commands"))
        self._commands = [
            command for command in (*commands_of(scope), *commands_of("app")) if command.id != "app.palette"
        ]

    def inside(self) -> ComposeResult:
        yield Input(placeholder=_("name or pinyin initials"), id="wanted")
        yield LineList("commands", choosable=True)

    def hint(self) -> str:
        return _("↑↓ move · enter run · esc close")

    def on_mount(self) -> None:
        self._list("")

    @on(Input.Changed, "#wanted")
    def narrow(self, event: Input.Changed) -> None:
        event.stop()
        self._list(event.value)

    @on(Input.Submitted, "#wanted")
    def run_first(self, event: Input.Submitted) -> None:
        event.stop()
        self.query_one(LineList).action_choose()

    @on(LineList.Chosen)
    def run(self, event: LineList.Chosen) -> None:
        event.stop()
        self.answer(event.key)

    def key_down(self) -> None:
        self.query_one(LineList).action_move(1)

    def key_up(self) -> None:
        self.query_one(LineList).action_move(-1)

    def _list(self, wanted: str) -> None:
        self.query_one(LineList).show(
            [
                Line(_(command.name), dim=_(command.help), right=self.fold(command.key_label), key=action_of(command))
                for command in self._commands
                if matches(command, wanted)
            ]
        )


def matches(command: Command, wanted: str) -> bool:
    """True when `wanted` is part of the command's name in either language, its help, or the pinyin initials."""
    wanted = wanted.casefold().strip()
    name = _(command.name)
    return not wanted or any(
        wanted in text
        for text in (name.casefold(), command.name.casefold(), _(command.help).casefold(), initials(name))
    )
