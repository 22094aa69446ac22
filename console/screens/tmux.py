"""Who looks at the tmux we run in: somebody may detach here and attach from another terminal."""

import asyncio
import os
from collections.abc import Callable

from console.graphics.choice import GraphicsChoice
from console.multiplexer import clients, seen_through
from console.widgets.direct_paint import DirectPaintApp

_SECONDS = 2.0


class TmuxWatch:
    """Looks every now and then, where tmux hands pictures through at all."""

    def __init__(self, app: DirectPaintApp, graphics: GraphicsChoice, changed: Callable[[], None]) -> None:
        """`changed` is called when another way to draw may be in force."""
        self._app, self._graphics, self._changed = app, graphics, changed
        self._clients: tuple[str, ...] | None = None

    def begin(self) -> None:
        """Look from now on."""
        if self._graphics.terminal.passthrough:
            self._begin_look()
            self._app.set_interval(_SECONDS, self._begin_look)

    def _begin_look(self) -> None:
        self._app.run_worker(self._look(), group="tmux", exclusive=True)

    async def _look(self) -> None:
        now = await asyncio.to_thread(clients, os.environ)
        before, self._clients = self._clients, now
        outlet = self._app.outlet
        if before in (None, now) or not now or outlet is None:
            return
        found = await asyncio.to_thread(
            seen_through, self._graphics.terminal, os.environ, lambda data: outlet.write(data.decode("ascii"))
        )
        self._graphics.found(found)
        self._changed()
