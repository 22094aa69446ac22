"""What a terminal that is too small is told."""

from textual import events
from textual.app import ComposeResult
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widgets import Static

from console.i18n import _
from console.widgets.steady import SteadyScreen

LEAST = (60, 18)
"""Columns and rows below which the screens cannot be read; they are laid out for 80x24."""


class TooSmall(SteadyScreen, ModalScreen[None]):
    """Covers everything until the terminal is large enough."""

    def compose(self) -> ComposeResult:
        yield Static(self.sentence(), id="sentence", markup=False)

    def sentence(self) -> str:
        """What is wrong and what to do."""
        sentence = _(
            "This terminal is too small: {columns}x{rows}. "
            "The console needs at least {least_columns}x{least_rows}; enlarge the window."
        )
        size = self.app.size
        return sentence.format(columns=size.width, rows=size.height, least_columns=LEAST[0], least_rows=LEAST[1])

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        self._look()

    def on_screen_resume(self) -> None:
        # Another dialog may have stood over this one while the terminal grew.
        self._look()

    def _look(self) -> None:
        if not is_small(self.app.size) and self.app.screen is self:
            self.answer(None)
        else:
            self.query_one("#sentence", Static).update(self.sentence())


def is_small(size: Size) -> bool:
    """True when a terminal of `size` cannot show the screens."""
    return size.width < LEAST[0] or size.height < LEAST[1]
