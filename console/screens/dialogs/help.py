"""Help for the screen under it, made from the command table."""

from rich.cells import cell_len
from textual.app import ComposeResult

from console.commands import Command, commands_of
from console.i18n import _
from console.screens.dialogs.panel import Panel
from console.widgets.line_list import Line, LineList

_KEY_CELLS = 10


class HelpPanel(Panel[None]):
    """Every key that works here, then the ones that work everywhere."""

    def __init__(self, scope: str) -> None:
        super().__init__(_("Keys"))
        self._scope = scope

    def inside(self) -> ComposeResult:
        yield LineList(id="lines")

    def on_mount(self) -> None:
        lines = []
        for heading, scope in ((_("On this screen"), self._scope), (_("Everywhere"), "app")):
            commands = commands_of(scope)
            if commands:
                lines += [Line(heading, heading=True), *(_line(command) for command in commands)]
        self.query_one(LineList).show(lines)
        self.query_one(LineList).focus()

    def hint(self) -> str:
        return _("↑↓ scroll · esc close")


def _line(command: Command) -> Line:
    key = command.key_label or "–"
    return Line(f"{key}{' ' * max(_KEY_CELLS - cell_len(key), 1)}{_(command.name)}: {_(command.help)}", 1)
