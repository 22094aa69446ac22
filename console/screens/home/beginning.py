"""A site that has no site file yet: learn this machine, look at an example, or only at pictures."""

import asyncio

from textual import work

from console.errors import ConsoleError
from console.i18n import _
from console.screens.base import ConsoleScreen
from console.screens.checklists.siting import confirm_learned
from console.screens.dialogs.listing import Decide
from console.widgets.line_list import Line


class Beginning(ConsoleScreen):
    """The part of the home page that a new installation sees."""

    @property
    def begins(self) -> bool:
        """Whether there is no site file, and nobody has said that none is wanted."""
        room = self.services.checkroom
        return room.ready and room.state.path is None and not self.services.preferences.now.pictures_only

    def beginning_lines(self) -> list[Line]:
        """The three ways to begin; none once there is a site."""
        if not self.begins:
            return []
        return [
            Line(_("No site yet. How do you want to begin?"), heading=True),
            Line(_("1  learn this machine: its services, ports and partitions"), key="learn"),
            Line(_("2  open an example site file, to be changed"), key="example"),
            Line(_("3  look at pictures only"), key="pictures"),
        ]

    def action_begin(self, how: str) -> None:
        if not self.begins or not how:
            return
        if how == "learn":
            self._learn()
        elif how == "example":
            self._example()
        else:
            self.console_app.change_setting(pictures_only=True)
            self.services.checkroom.changed()

    @work(exclusive=True, group="begin")
    async def _learn(self) -> None:
        """Ask this machine what runs on it and let the operator confirm it, line by line."""
        self.notify(_("Looking at this machine …"), timeout=5, markup=False)
        room = self.services.checkroom
        try:
            proposal = await asyncio.to_thread(room.desk.learn)
            accepted = await confirm_learned(self, proposal)
            if accepted is None:
                return
            path = await asyncio.to_thread(room.desk.write_learned, accepted)
        except ConsoleError as error:
            self.console_app.show_error(error)
            return
        self.notify(_("Written: {path}").format(path=path), timeout=8, markup=False)

    @work(exclusive=True, group="begin")
    async def _example(self) -> None:
        """Show the example and put it into the home folder when the operator wants it."""
        room = self.services.checkroom
        try:
            text = await asyncio.to_thread(room.desk.example)
            lines = [Line(line) for line in text.split("\n")]
            if await self.app.push_screen_wait(Decide(_("An example site file"), lines, _("Use it as the site file"))):
                path = await asyncio.to_thread(room.desk.write_example)
                self.notify(_("Written: {path}").format(path=path), timeout=8, markup=False)
        except ConsoleError as error:
            self.console_app.show_error(error)
