"""Starting and stopping a run, and the two questions it may ask: a host's key, the passphrase of the vault."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import work
from textual.message import Message

from console.errors import ConsoleError, StoreError
from console.i18n import _, ngettext
from console.model.check_run import Selection, Trust
from console.model.text import clean
from console.screens.base import ConsoleScreen
from console.screens.dialogs.ask import AskText
from console.screens.dialogs.listing import Decide
from console.widgets.line_list import Line

if TYPE_CHECKING:
    from collections.abc import Callable


class Running(ConsoleScreen):
    """What every screen that can start a run shares."""

    _deaf: "Callable[[], None] | None" = None
    _told = False
    """A change was heard and is not shown yet: no second message is needed."""

    @dataclass
    class Changed(Message):
        """The board is another one now."""

    def hear(self) -> None:
        """Begin to listen to the checkroom."""
        self._deaf = self.services.checkroom.listen(self._heard)

    def on_unmount(self) -> None:
        if self._deaf is not None:
            self._deaf()

    def _heard(self) -> None:
        """Called from the thread of a run."""
        if not self._told:
            self._told = True
            self.post_message(self.Changed())

    def start_run(self, selection: Selection) -> None:
        """Ask everything of the selection, unless a run goes on already."""
        if self.services.checkroom.running:
            self.notify(_("The checks run already; esc stops them."), severity="warning", markup=False)
            return
        self._start(selection)

    @work(exclusive=True, group="run")
    async def _start(self, selection: Selection) -> None:
        room = self.services.checkroom
        if room.state.error is not None:
            self.console_app.show_error(room.state.error)
            return
        if await asyncio.to_thread(room.desk.vault_is_locked):
            question = _("Passwords of the site lie in the vault of the home folder. Its passphrase:")
            answer = await self.app.push_screen_wait(AskText(_("Vault"), question, secret=True))
            if answer is None:
                return
            try:
                await asyncio.to_thread(room.desk.open_vault, answer)
            except ConsoleError as error:
                self.console_app.show_error(error)
                return
        if room.run(selection, self.services.preferences.now.operator):
            self.console_app.note("checks started", checks=" ".join(selection.checks), hosts=" ".join(selection.hosts))

    def stop_run(self) -> bool:
        """Stop what runs; False when nothing does."""
        return self.services.checkroom.stop()

    def run_ended(self) -> None:
        """Say what came of a run, once, and ask what it left open."""
        room = self.services.checkroom
        end, room.last_end = room.last_end, None
        if end is None:
            return
        if end.problem:
            self.console_app.show_error(StoreError(_("The run is not complete"), end.problem))
        questions, room.questions = list(room.questions), []
        if questions:
            self._ask_trust(questions)
        self.console_app.note("checks ended", run=str(end.run), status=end.status.value, stopped=str(end.stopped))

    @work(exclusive=True, group="trust")
    async def _ask_trust(self, questions: list[Trust]) -> None:
        """Each host key that nobody has confirmed yet; those that are trusted are asked again."""
        trusted = []
        for trust in questions:
            question = trust.question
            lines = [
                Line(_("Host {host} at {address} port {port} shows a key nobody has confirmed yet:").format(
                    host=clean(question.host), address=clean(question.address), port=question.port)),
                Line(""),
                Line(f"{question.key_type}  {question.fingerprint}", heading=True),
                Line(""),
                Line(_("Compare it with the server's own console:")),
                Line("ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub"),
            ]  # fmt: skip
            if await self.app.push_screen_wait(Decide(_("Unknown host key"), lines, _("The same: trust this key"))):
                try:
                    await asyncio.to_thread(self.services.checkroom.desk.trust, question)
                except ConsoleError as error:
                    self.console_app.show_error(error)
                    return
                self.console_app.note("host key trusted", host=question.host, fingerprint=question.fingerprint)
                trusted.append(question.host)
        if trusted:
            count = len(trusted)
            form = ngettext(
                "{count} key trusted; the host is asked again.",
                "{count} keys trusted; the hosts are asked again.",
                count,
            )
            self.notify(form.format(count=count), markup=False)
            self.start_run(Selection(hosts=tuple(trusted)))
