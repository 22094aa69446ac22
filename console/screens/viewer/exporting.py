"""Writing what the viewer shows as a picture file: where to, whether to replace, then the work itself."""

from dataclasses import dataclass
from pathlib import Path

from textual import on, work
from textual.message import Message

from console.errors import ConsoleError
from console.i18n import _
from console.model.picture import PictureInfo
from console.model.text import clean
from console.model.view import ViewState
from console.pages import PageReader
from console.pictures import export_png
from console.playback import Shot
from console.screens.base import ConsoleScreen
from console.screens.dialogs.ask import Confirm
from console.screens.dialogs.files import FileDialog


class FrameExport(ConsoleScreen):
    """The part of the viewer that exports."""

    _info: PictureInfo | None = None
    """What is open; None while nothing is."""
    _shot: Shot | None = None
    """What is on the screen; None before the first frame."""
    _pages: PageReader | None = None
    """Where the frames come from, for the pages of a document; None for a picture."""

    @dataclass
    class Exported(Message):
        """A PNG has been written."""

        path: Path
        sop_instance_uid: str

    @dataclass
    class NotExported(Message):
        """It could not be written."""

        error: ConsoleError

    @work(exclusive=True, group="export")
    async def action_export(self) -> None:
        info, shot = self._info, self._shot
        if info is None or shot is None or shot.error is not None:
            return
        name = f"{_('frame') if self.services.preferences.now.privacy else Path(info.path).stem}-{shot.frame}.png"
        look = await self.app.push_screen_wait(FileDialog(_("Export the frame as PNG"), Path.home(), save_as=name))
        if look is None:
            return
        if look.exists:
            question = _("{path} exists already. Replace it?").format(path=clean(str(look.path)))
            if await self.app.push_screen_wait(Confirm(_("Replace a file"), question, _("Yes, replace it"))) != 1:
                return
        self._write_png(info, shot.state, look.path)

    @work(thread=True, exit_on_error=False, group="write", description="writing a PNG file")
    def _write_png(self, info: PictureInfo, state: ViewState, path: Path) -> None:
        try:
            if self._pages is None:
                self.services.pictures.export(info, state.frame, state.presentation, path)
            else:
                export_png(info, self._pages.frame(info, state.frame), state.window, state.inverted, path)
            self.post_message(self.Exported(path, info.sop_instance_uid))
        except ConsoleError as error:
            self.post_message(self.NotExported(error))

    @on(Exported)
    def exported(self, event: Exported) -> None:
        event.stop()
        self.console_app.note("frame exported", sop_instance_uid=event.sop_instance_uid)
        self.notify(_("Written: {path}").format(path=clean(str(event.path))), markup=False)

    @on(NotExported)
    def not_exported(self, event: NotExported) -> None:
        event.stop()
        self.console_app.show_error(event.error)
