"""Faults of the practice site, switched on and off by the one who teaches."""

import asyncio

from textual import work

from console.errors import ConsoleError
from console.i18n import _
from console.screens.base import ConsoleScreen
from console.screens.dialogs.ask import Choose


class Practising(ConsoleScreen):
    """The part of the checklists that only the practice site has."""

    @work(exclusive=True, group="faults")
    async def action_faults(self) -> None:
        if not self.services.practice:
            self.notify(_("Faults are for the practice site: cathlab demo."), markup=False)
            return
        room, at = self.services.checkroom, 0
        while True:
            faults = await asyncio.to_thread(room.faults)
            names = [f"[{'x' if on else ' '}] {_(name)} → {_(shows)}" for _id, name, shows, on in faults]
            fold = self.console_app.symbols.fold
            question = _("A fault shows after a second or two; run the checks to see it.")
            chosen = await self.app.push_screen_wait(
                Choose(_("Practice faults"), [fold(name) for name in names], at, question)
            )
            if chosen is None:
                return
            at = chosen
            try:
                await asyncio.to_thread(room.switch_fault, faults[chosen][0])
            except ConsoleError as error:
                self.console_app.show_error(error)
                return
            self.console_app.note("practice fault switched", fault=faults[chosen][0])
