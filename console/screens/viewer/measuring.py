"""Measuring in the viewer: tools, calibration, what a shape is worth while it is drawn, the list."""

from dataclasses import replace
from functools import partial

from textual import work

from console.errors import ConsoleError, UsageError
from console.i18n import _
from console.measuredesk import MeasureBook, known_object
from console.model.measuring import KnownObject, Point, ShapeKind
from console.model.sketch import Sketch
from console.screens.dialogs.ask import AskText, Choose
from console.screens.viewer.keeping import Keeping
from console.screens.viewer.measured import TOOLS, calibrated_text, scale_text, tool_name, value_text
from console.screens.viewer.measurements import MeasurementsScreen


class Measuring(Keeping):
    """The part of the viewer that measures and calibrates."""

    _tool: ShapeKind = ShapeKind.DISTANCE
    """What was drawn last."""
    _weighing: bool = False
    """A value is being found out."""

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
