"""The one error panel: title, one sentence, details to scroll, copy, where the record is."""

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from console.errors import ConsoleError
from console.i18n import _
from console.screens.dialogs.panel import Panel


class ErrorPanel(Panel[None]):
    """Stays until the operator closes it: what failed must not vanish like a toast."""

    KIND = "error"

    def __init__(self, error: ConsoleError, details: str = "") -> None:
        super().__init__(error.title)
        self._error = error
        self._details = details

    def inside(self) -> ComposeResult:
        with VerticalScroll(id="details"):
            yield Static(self._error.detail, markup=False, id="sentence")
            if self._details:
                yield Static(self._details, markup=False, id="more")

    def hint(self) -> str:
        return _("esc close · y copy")

    def text(self) -> str:
        return "\n".join(part for part in (str(self._error), self._details) if part)
