"""Work that a desk does in its own thread, awaited by a screen: what comes back, or why not, said at once."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import TypeVar

from console.errors import ConsoleError, UsageError
from console.screens.base import ConsoleScreen

T = TypeVar("T")


class Asking(ConsoleScreen):
    """A screen whose work is done by a desk behind it."""

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
        try:
            return await self.aside_or_raise(call)
        except ConsoleError as error:
            self.console_app.show_error(error)
            return None

    async def aside_or_raise(self, call: Callable[[], T]) -> T:
        """What something long that only reads gives; raises the ConsoleError that it raises."""
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
            raise found
        return found

    def refused(self, error: UsageError) -> None:
        """Say why not: one sentence in passing, a list in the panel."""
        if "\n" not in error.detail and len(error.detail) < 240:
            self.notify(error.detail, severity="warning", timeout=8, markup=False)
        else:
            self.console_app.show_error(error)
