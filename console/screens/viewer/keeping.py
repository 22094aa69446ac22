"""What was measured on the picture that is open: read, shown on it, taken up again, undone."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from textual import work

from console.errors import UsageError
from console.graphics.drawing import Drawn
from console.graphics.measures import drawn, together
from console.graphics.palette import Tone
from console.i18n import _
from console.look import ByFrame
from console.measuredesk import MeasureBook, MeasureDesk
from console.model.measuring import Measurement, Point, UserCalibration
from console.model.picture import PictureInfo
from console.model.sketch import taken_up
from console.pages import PageReader
from console.screens.asking import Asking
from console.screens.dialogs.ask import Confirm
from console.screens.viewer.measured import label_text
from console.screens.viewer.sketching import Sketching

_REACH = 1.5
"""Cells from a point at which the mouse still takes it."""


@dataclass(frozen=True)
class Refused:
    """Why nothing can be measured on an object."""

    error: UsageError


class Keeping(Sketching, Asking):
    """The part of the viewer that keeps measurements."""

    _chosen: int = 0
    """Number of the measurement that stands out; 0 for none."""
    _book: "MeasureBook | Refused | None" = None
    """The measurements of what is open; None until they have been read."""
    _pages: PageReader | None
    _say_badge: Callable[[], None]
    """Says below the picture where its scale comes from; the viewer knows how."""

    @property
    def measures(self) -> MeasureDesk:
        """The measurements of the home folder, kept under the name of who works here."""
        desk = self.services.measures
        desk.operator = self.services.preferences.now.operator
        return desk

    @property
    def own_calibration(self) -> UserCalibration | None:
        """The operator's own, of what is open."""
        return self._book.calibration if isinstance(self._book, MeasureBook) else None

    # The book of what is open

    @work(exclusive=True, group="book")
    async def read_measurements(self) -> None:
        """Read what was measured on the picture that is open, and show it."""
        self._book, self._chosen = None, 0
        info = self._info
        if info is None or not info.frames or self._pages is not None or not info.sop_instance_uid:
            return
        await self._open_book(info)
        if isinstance(self._book, Refused):
            self.notify(self._book.error.detail, severity="warning", timeout=10, markup=False)

    async def _open_book(self, info: PictureInfo, *, anew: bool = False) -> None:
        desk = self.measures
        try:
            found: MeasureBook | Refused | None = await self.kept(desk.submit(partial(desk.open, info, anew=anew)))
        except UsageError as error:
            found = Refused(error)
        if self._info is not info:
            return
        self._book = found
        if isinstance(found, MeasureBook):
            if found.notice:
                self.notify(found.notice, severity="warning", timeout=10, markup=False)
            self.put_down()
            self._say_badge()

    async def _measurable(self) -> MeasureBook | None:
        """The book, asked for where there is none yet; None where nothing can be measured, which is said."""
        info, playback = self._info, self.playback
        if info is None or playback is None or not info.frames:
            return None
        if self._pages is not None:
            self.notify(_("The pages of a document cannot be measured."), markup=False)
            return None
        if self._book is None:
            await self._open_book(info)
        if isinstance(self._book, Refused) and info.sop_instance_uid:
            question = self._book.error.detail
            yes = _("Yes, measure anew; the older ones are put aside")
            if await self.app.push_screen_wait(Confirm(self._book.error.title, question, yes)) != 1:
                return None
            await self._open_book(info, anew=True)
        if isinstance(self._book, Refused):
            self.refused(self._book.error)
        return self._book if isinstance(self._book, MeasureBook) and self._info is info else None

    # What is kept, on the picture

    def put_down(self) -> None:
        book, playback = self._book, self.playback
        if playback is None or not isinstance(book, MeasureBook):
            return
        held = self._sketch.number if self._sketch is not None else 0
        frames: dict[int, list[Drawn]] = {}
        for one in book.list(hidden=False):
            if one.number != held:
                tone: Tone = "calm" if one.number == self._chosen else "accent"
                part = drawn(one.shape, label_text(one), tone, one.found.vessel)
                frames.setdefault(one.frame, []).append(part)
        shown = ByFrame({frame: together(parts) for frame, parts in frames.items()})
        for other in self.everyone():
            if other.info.sop_instance_uid == playback.info.sop_instance_uid:
                other.draw_by_frame(shown)

    def _changed(self, sentence: str = "") -> None:
        self.put_down()
        self._say_badge()
        self._say_state()
        if sentence:
            self.notify(sentence, markup=False)

    def grasp(self, at: Point) -> bool:
        book, playback = self._book, self.playback
        if not isinstance(book, MeasureBook) or playback is None:
            return False
        columns, rows = self.view_size()
        best: tuple[float, Measurement, int] | None = None
        for one in book.list(playback.state().frame, hidden=False):
            for place, point in enumerate(one.shape.points):
                seen = playback.view_point(point[0] + 0.5, point[1] + 0.5)
                if seen is None:
                    continue
                # Cells are twice as high as wide.
                away = math.hypot((seen[0] - at[0]) * columns / 2, (seen[1] - at[1]) * rows)
                if away <= _REACH and (best is None or away < best[0]):
                    best = away, one, place
        if best is None:
            return False
        self.take_up(best[1], best[2])
        return True

    def take_up(self, one: Measurement, held: int = 0) -> None:
        """Put a point of a kept measurement into the hand."""
        self.end_pointing()
        self.action_seek(one.frame)
        self._chosen = one.number
        self.hold(taken_up(one.shape.kind, one.frame, one.shape.points, one.number, held))
        self.put_down()

    # The way back, and the list

    def action_undo(self) -> None:
        self._step_back(forth=False)

    def action_redo(self) -> None:
        self._step_back(forth=True)

    @work(group="measure")
    async def _step_back(self, *, forth: bool) -> None:
        book = self._book
        if not isinstance(book, MeasureBook):
            return
        self.end_pointing()
        went = await self.asked(self.measures.submit(book.redo if forth else book.undo))
        if went is False:
            self.notify(_("There is nothing to do again.") if forth else _("There is nothing to undo."), markup=False)
        elif went:
            self._changed()

    def action_remove(self) -> None:
        """Take out the measurement that stands out; undo brings it back."""
        if self._sketch is not None:
            self.action_take_back()
        elif self._chosen:
            self._remove(self._chosen)

    @work(group="measure")
    async def _remove(self, number: int) -> None:
        book = self._book
        if isinstance(book, MeasureBook) and any(one.number == number for one in book.list()):
            await self.asked(self.measures.submit(book.remove, number))
            self._chosen = 0
            self._changed(_("Measurement {number} is taken out; u brings it back.").format(number=number))
