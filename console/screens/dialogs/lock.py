"""The lock: nothing of the screen shows through, and no command works, until the passphrase is given."""

from dataclasses import dataclass

from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from console.i18n import _
from console.settings import check_passphrase
from console.widgets.steady import SteadyScreen


class LockScreen(SteadyScreen, ModalScreen[bool]):
    """Covers everything. The answer True means the passphrase was right; False that the operator gave up.

    With `cancellable` it is a question (the passphrase in force, before a change), not a lock.
    """

    @dataclass
    class Checked(Message):
        """The passphrase has been compared."""

        right: bool

    def __init__(self, record: str, prompt: str, *, cancellable: bool = False) -> None:
        super().__init__()
        self._record = record
        self._prompt = prompt
        self.cancellable = cancellable

    def compose(self) -> ComposeResult:
        with Vertical(id="panel", classes="plain"):
            yield Static(self._prompt, markup=False)
            yield Input(password=True, id="passphrase")
            yield Static("", id="problem", markup=False)
            hint = _("enter accept · esc cancel") if self.cancellable else _("enter unlock")
            yield Static(hint, id="hint", markup=False)

    def on_key(self, event: events.Key) -> None:
        if self.cancellable and event.key == "escape":
            event.stop()
            self.answer(False)

    @on(Input.Submitted, "#passphrase")
    def compare(self, event: Input.Submitted) -> None:
        event.stop()
        self.query_one("#problem", Static).update(_("checking …"))
        self._check(event.value)

    @work(thread=True, exclusive=True, exit_on_error=False, group="scrypt", description="comparing a passphrase")
    def _check(self, passphrase: str) -> None:
        self.post_message(self.Checked(check_passphrase(passphrase, self._record)))

    @on(Checked)
    def judge(self, event: Checked) -> None:
        event.stop()
        if event.right:
            self.answer(True)
        else:
            self.query_one("#passphrase", Input).value = ""
            self.query_one("#problem", Static).update(_("That is not the passphrase."))
