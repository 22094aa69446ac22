"""How the form reaches the disk: every step in its order, off the event loop, and what was refused is said."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import TypeVar

from console.errors import ConsoleError, UsageError
from console.i18n import _
from console.inspectiondesk import InspectionDesk
from console.inspectionsteps import Step
from console.model.inspections import Inspection
from console.screens.base import ConsoleScreen

T = TypeVar("T")


class Saving(ConsoleScreen):
    """What every screen of the inspections shares."""

    @property
    def desk(self) -> InspectionDesk:
        """The inspections of the home folder."""
        return self.services.inspections

    @property
    def operator(self) -> str:
        """Who works here."""
        return self.services.preferences.now.operator

    async def asked(self, future: "Future[T]") -> T | None:
        """What the desk answers; None when it refused, which is said."""
        try:
            return await self.kept(future)
        except UsageError as error:
            self.refused(error)
            return None

    async def kept(self, future: "Future[T]") -> T | None:
        """What the desk answers; None when the disk failed, which is said. Raises UsageError for what can be mended.

        Leaving the screen never takes back what was handed over.
        """
        try:
            return await asyncio.shield(asyncio.wrap_future(future))
        except UsageError:
            raise
        except ConsoleError as error:
            self.console_app.show_error(error)
            return None

    async def aside(self, call: Callable[[], T]) -> T | None:
        """What something long that only reads gives; None when it failed, which is said. It never holds up the end."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T | ConsoleError] = loop.create_future()

        def work() -> None:
            found: T | ConsoleError
            try:
                found = call()
            except ConsoleError as error:
                found = error
            with suppress(RuntimeError):
                # Nobody waits any more once the console has ended.
                loop.call_soon_threadsafe(lambda: None if future.done() else future.set_result(found))

        threading.Thread(target=work, name="aside", daemon=True).start()
        found = await future
        if isinstance(found, ConsoleError):
            self.console_app.show_error(found)
            return None
        return found

    def refused(self, error: UsageError) -> None:
        """Say why not: one sentence in passing, a list in the panel."""
        if "\n" not in error.detail and len(error.detail) < 240:
            self.notify(error.detail, severity="warning", timeout=8, markup=False)
        else:
            self.console_app.show_error(error)


class OneInspection(Saving):
    """A screen about one inspection."""

    inspection: Inspection
    """As it stands on the disk."""
    show: Callable[[], None]
    """Draws everything anew; the screen knows how."""

    async def step(self, how: Step, note: str = "", **details: str) -> bool:
        """Change the inspection; False when that was refused. `note` is the event for the audit log."""
        changed = await self.asked(self.desk.submit(self.desk.change, self.inspection.id, how))
        return self.taken(changed, note, **details)

    def taken(self, changed: Inspection | None, note: str = "", **details: str) -> bool:
        """Show the inspection as it stands now."""
        if changed is None:
            return False
        self.inspection = changed
        if note:
            self.console_app.note(f"inspection.{note}", inspection=changed.id, **details)
        self.show()
        return True

    def barred(self) -> bool:
        """Whether nothing can be changed here; says why."""
        if self.desk.read_only:
            self.notify(
                _("Another console holds the home folder; this one only reads."), severity="warning", markup=False
            )
            return True
        if self.inspection.sealed:
            sentence = _("This inspection is sealed. v begins a revision, with a reason, to correct it.")
            self.notify(sentence, severity="warning", timeout=8, markup=False)
            return True
        return False
