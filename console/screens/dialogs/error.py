"""The one error panel: title, one sentence to scroll when it is long, copy."""

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from console.errors import ConsoleError
from console.i18n import _
from console.screens.dialogs.panel import Panel


class ErrorPanel(Panel[None]):
    """Stays until the operator closes it: what failed must not vanish like a toast."""

    KIND = "error"

    def __init__(self, error: ConsoleError) -> None:
        super().__init__(error.title)
        self._error = error

    def inside(self) -> ComposeResult:
        with VerticalScroll(id="details"):
            yield Static(self._error.detail, markup=False, id="sentence")

    def hint(self) -> str:
        return _("esc close · y copy")

    def text(self) -> str:
        return str(self._error)
