"""Measuring in the viewer: tools, what is kept and drawn, calibration, undo and redo, the list."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from textual import work

from console.errors import ConsoleError, UsageError
from console.graphics.drawing import Drawn
from console.graphics.measures import drawn, together
from console.graphics.palette import Tone
from console.i18n import _
from console.look import ByFrame
from console.measuredesk import MeasureBook, MeasureDesk, known_object
from console.model.measuring import KnownObject, Measurement, Point, ShapeKind, UserCalibration
from console.model.picture import PictureInfo
from console.model.sketch import Sketch, taken_up
from console.pages import PageReader
from console.screens.asking import Asking
from console.screens.dialogs.ask import AskText, Choose, Confirm
from console.screens.viewer.measured import TOOLS, calibrated_text, label_text, scale_text, tool_name, value_text
from console.screens.viewer.measurements import MeasurementsScreen
from console.screens.viewer.sketching import Sketching

_REACH = 1.5
"""Cells from a point at which the mouse still takes it."""


@dataclass(frozen=True)
class Refused:
    """Why nothing can be measured on an object."""

    error: UsageError


class Measuring(Sketching, Asking):
    """The part of the viewer that measures."""

    _tool: ShapeKind = ShapeKind.DISTANCE
    """What was drawn last."""
    _chosen: int = 0
    """Number of the measurement that stands out; 0 for none."""
    _weighing: bool = False
    """A value is being found out."""
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

    # Tools

    @work(exclusive=True, group="choose")
    async def action_measure(self) -> None:
        """Choose what is drawn; enter takes what was drawn last."""
        if await self._measurable() is None:
            return
        kinds = [kind for kind, _name in TOOLS]
        names = [*(tool_name(kind) for kind in kinds), _("List of measurements")]
        chosen = await self.app.push_screen_wait(Choose(_("Measure"), names, kinds.index(self._tool)))
        if chosen == len(kinds):
            self.action_measurements()
        elif chosen is not None:
            self._tool = kinds[chosen]
            self.begin(self._tool)

    @work(exclusive=True, group="choose")
    async def action_calibrate(self) -> None:
        """Calibrate the run on something of known size, or go back to the header."""
        book = await self._measurable()
        if book is None:
            return
        choices = [_("On a catheter"), _("On a line of known length")]
        if book.calibration is not None:
            choices.append(_("Back to what the header says"))
        chosen = await self.app.push_screen_wait(Choose(_("Calibrate"), choices))
        if chosen == 2:
            if await self.asked(self.measures.submit(self._uncalibrate, book)):
                self._changed(_("The header's scale is in force again."))
        elif chosen is not None:
            self.begin(ShapeKind.DISTANCE, "line" if chosen else "catheter")

    @staticmethod
    def _uncalibrate(book: MeasureBook) -> bool:
        book.uncalibrate()
        return True

    def finish(self, sketch: Sketch) -> None:
        if sketch.purpose != "measure":
            self._finish_calibration(sketch)
        else:
            self._keep(sketch)

    @work(group="measure")
    async def _keep(self, sketch: Sketch) -> None:
        book, shape = self._book, sketch.shape
        if not isinstance(book, MeasureBook) or shape is None:
            return
        name = ""
        if sketch.kind is ShapeKind.TEXT and not sketch.number:
            asked = await self.app.push_screen_wait(AskText(_("Text"), _("What is to stand there?")))
            if not (name := (asked or "").strip()):
                return
        self.end_pointing()
        desk = self.measures
        try:
            if sketch.number:
                kept = await self.kept(desk.submit(book.move, sketch.number, shape.points))
            else:
                kept = await self.kept(desk.submit(book.add, sketch.frame, shape, name))
        except UsageError as error:
            self.refused(error)
            if self._book is book and self._sketch is None:
                # Nothing is lost: the last point is in the hand again.
                self.hold(sketch)
            return
        if kept is not None:
            self._chosen = kept.number
            self._changed()

    @work(exclusive=True, group="choose")
    async def _finish_calibration(self, sketch: Sketch) -> None:
        book, shape = self._book, sketch.shape
        if not isinstance(book, MeasureBook) or shape is None:
            return
        known = await self._ask_known(sketch, (shape.points[0], shape.points[1]))
        if known is None or self._book is not book:
            return
        self.end_pointing()
        try:
            mine = await self.kept(self.measures.submit(book.calibrate, sketch.frame, known))
        except UsageError as error:
            self.refused(error)
            if self._sketch is None:
                self.hold(sketch)
            return
        if mine is not None:
            self._changed("  ".join((calibrated_text(mine), scale_text(mine.calibration))))
            for warning in mine.calibration.warnings:
                self.notify(warning, severity="warning", timeout=10, markup=False)

    async def _ask_known(self, sketch: Sketch, line: tuple[Point, Point]) -> KnownObject | None:
        """Ask for the size until it is one; None where the operator gives up."""
        is_line = sketch.purpose == "line"
        question = (
            _("How long is the line, such as 10mm?")
            if is_line
            else _("How thick is the catheter, such as 6F or 2.00mm?")
        )
        title, value, known = _("Calibrate"), "" if is_line else "6F", None
        while known is None:
            answer = await self.app.push_screen_wait(AskText(title, question, value))
            if answer is None:
                return None
            try:
                known = known_object(answer, line, is_line=is_line)
            except UsageError as error:
                question, value = error.detail, answer
        if is_line:
            return known
        fillings = ("", "contrast", "saline")
        names = [_("Not known"), _("Filled with contrast"), _("Filled with saline")]
        chosen = await self.app.push_screen_wait(
            Choose(
                title, names, question=_("What is in the catheter? The literature disagrees by 10 %, so it is kept.")
            )
        )
        return None if chosen is None else replace(known, filling=fillings[chosen])

    # What it is worth while it is drawn

    def weigh(self, sketch: Sketch) -> None:
        if sketch.purpose == "measure" and not self._weighing:
            self._find_worth()

    @work(group="weigh")
    async def _find_worth(self) -> None:
        """Of the shape as it stands; when it has moved on meanwhile, again."""
        book = self._book
        self._weighing, known = True, None
        try:
            while (sketch := self._sketch) is not None and sketch != known and isinstance(book, MeasureBook):
                known, shape = sketch, sketch.shape
                worth = ""
                if shape is not None:
                    try:
                        found = await self.aside_or_raise(partial(book.value, sketch.frame, shape))
                        worth = value_text(found, uncertainty=True)
                    except ConsoleError as error:
                        worth = error.detail
                if self._sketch is not None:
                    self._worth = worth
                    self._say_state()
        finally:
            self._weighing = False

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

    @work(exclusive=True, group="choose")
    async def action_measurements(self) -> None:
        """The list of everything measured on this object."""
        book = await self._measurable()
        if book is None:
            return
        if not book.list():
            self.notify(_("Nothing was measured on this object yet; m measures."), markup=False)
            return
        self.end_pointing()
        screen = MeasurementsScreen(self.services, book, self._chosen)
        self.app.push_screen(screen, lambda _answer: self._from_list(screen))

    def _from_list(self, screen: MeasurementsScreen) -> None:
        if screen.book is not self._book:
            return
        self._changed()
        number = screen.wanted
        one = next((one for one in screen.book.list() if one.number == number), None)
        if one is not None:
            self._chosen = one.number
            self.action_seek(one.frame)
            if screen.moving:
                self.take_up(one)
            else:
                self.put_down()
