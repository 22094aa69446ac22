"""What Textual leaves every screen to see to: sizes that were overtaken, and answers that come twice."""

from textual import events
from textual.screen import Screen


class SteadyScreen:
    """Mixed into every screen: a size that is no longer the terminal's is not passed on.

    Screens under a dialog hand each size they get to all others. Two sizes on their way at the same time (somebody
    drags the window's edge) would be handed round for ever, and nothing else would be done (Textual 8.2.8).
    """

    def on_resize(self, event: events.Resize) -> None:
        """Stop a size that has been overtaken."""
        if isinstance(self, Screen) and event.size != self.app.size:
            event.prevent_default()
            event.stop()

    def answer(self, value: object = None) -> None:
        """Leave the screen with `value`, unless it has been left already or something stands over it.

        Two keys pressed at once both want to close a dialog; the second would take the screen below with it.
        """
        if isinstance(self, Screen) and self.app.screen is self:
            self.dismiss(value)
