"""The palette: every command that works here, found by its name, its English name or its pinyin initials."""

from rich.cells import cell_len, set_cell_size
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from console.commands import Command, commands_of
from console.i18n import _
from console.pinyin import initials
from console.screens.base import action_of
from console.screens.dialogs.panel import Panel
from console.widgets.bars import side_by_side


class Palette(Panel[str]):
    """The answer is the action of the chosen command."""

    def __init__(self, scope: str) -> None:
        super().__init__(_("Commands"))
        self._commands = [
            command for command in (*commands_of(scope), *commands_of("app")) if command.id != "app.palette"
        ]

    def inside(self) -> ComposeResult:
        yield Input(placeholder=_("name or pinyin initials"), id="wanted")
        yield OptionList(id="commands", markup=False)

    def hint(self) -> str:
        return _("↑↓ move · enter run · esc close")

    def on_mount(self) -> None:
        self.call_after_refresh(self._list, "")

    @on(Input.Changed, "#wanted")
    def narrow(self, event: Input.Changed) -> None:
        event.stop()
        self._list(event.value)

    @on(Input.Submitted, "#wanted")
    def run_first(self, event: Input.Submitted) -> None:
        event.stop()
        self.query_one(OptionList).action_select()

    @on(OptionList.OptionSelected, "#commands")
    def run(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(event.option.id)

    def key_down(self) -> None:
        self.query_one(OptionList).action_cursor_down()

    def key_up(self) -> None:
        self.query_one(OptionList).action_cursor_up()

    def _list(self, wanted: str) -> None:
        options = self.query_one(OptionList)
        width = max(options.size.width - 2, 40)
        name_cells = max(cell_len(_(command.name)) for command in self._commands) + 2
        options.clear_options()
        for command in self._commands:
            if matches(command, wanted):
                name = set_cell_size(_(command.name), name_cells)
                line = side_by_side(name + _(command.help), command.key_label, width)
                options.add_option(Option(Text(line, no_wrap=True), id=action_of(command)))
        if options.option_count:
            options.highlighted = 0


def matches(command: Command, wanted: str) -> bool:
    """True when `wanted` is part of the command's name in either language, its help, or the pinyin initials."""
    wanted = wanted.casefold().strip()
    name = _(command.name)
    return not wanted or any(
        wanted in text
        for text in (name.casefold(), command.name.casefold(), _(command.help).casefold(), initials(name))
    )
