"""Help for the screen under it, made from the command table."""

from dataclasses import replace

from rich.cells import set_cell_size
from textual.app import ComposeResult

from console.commands import Command, commands_of
from console.i18n import _
from console.screens.dialogs.panel import Panel
from console.widgets.line_list import Line, LineList, wrap

_KEY_CELLS = 10


class HelpPanel(Panel[None]):
    """Every key that works here, then the ones that work everywhere."""

    def __init__(self, scope: str) -> None:
        super().__init__(_("Keys"))
        self._scope = scope

    def inside(self) -> ComposeResult:
        yield LineList("lines")

    def on_mount(self) -> None:
        self.call_after_refresh(self._show)

    def _show(self) -> None:
        lines: list[Line] = []
        found = self.query_one(LineList)
        cells = found.size.width - _KEY_CELLS - 6
        for heading, scope in ((_("On this screen"), self._scope), (_("Everywhere"), "app")):
            commands = commands_of(scope)
            if commands:
                lines.append(Line(heading, heading=True))
                lines += [line for command in commands for line in _lines(command, cells)]
        found.show([replace(line, text=self.fold(line.text)) for line in lines], cursor=1)
        found.focus()

    def hint(self) -> str:
        return _("↑↓ scroll · esc close")


def _lines(command: Command, cells: int) -> list[Line]:
    """The key, then name and help, wrapped beside it."""
    first, *others = wrap(_("{name}: {help}").format(name=_(command.name), help=_(command.help)), cells)
    return [
        Line(set_cell_size(command.key_label, _KEY_CELLS) + first, 1),
        *(Line(" " * _KEY_CELLS + line, 1) for line in others),
    ]
