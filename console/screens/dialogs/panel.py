"""What every dialog shares: a titled panel over the screen, escape closes, one line that says the keys."""

from typing import ClassVar, Generic, TypeVar

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from console.i18n import _
from console.screens.base import bindings_of
from console.theme import Symbols
from console.widgets.steady import SteadyScreen

Answer = TypeVar("Answer")


class Panel(SteadyScreen, ModalScreen[Answer | None], Generic[Answer]):
    """A question or a statement. The answer is None when the operator closed it."""

    BINDINGS = bindings_of("dialog")
    KIND: ClassVar[str] = "plain"
    """plain | error: the colour of the frame."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.panel_title = title

    def compose(self) -> ComposeResult:
        with Vertical(id="panel", classes=self.KIND) as panel:
            panel.border_title = Text(self.panel_title)
            yield from self.inside()
            yield Static(self.fold(self.hint()), id="hint", markup=False)

    def inside(self) -> ComposeResult:
        """What the panel holds."""
        yield from ()

    def fold(self, text: str) -> str:
        """`text` in characters that this terminal draws as wide as they are counted."""
        symbols: Symbols = getattr(self.app, "symbols", Symbols())
        return symbols.fold(text)

    def hint(self) -> str:
        """The keys, in one line."""
        return _("esc close")

    def text(self) -> str:
        """What y copies."""
        return ""

    def action_close(self) -> None:
        self.answer(None)

    def action_copy(self) -> None:
        if self.text():
            self.app.copy_to_clipboard(self.text())
            self.app.notify(_("Copied."), markup=False)
