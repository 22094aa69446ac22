"""The list of everything measured on one object: values with their source, names, hiding, undo, export."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult

from console.i18n import _
from console.measuredesk import MeasureBook
from console.model.measuring import Curve, Measurement, Statistics, Vessel
from console.screens.asking import Asking
from console.screens.base import bindings_of
from console.screens.dialogs.ask import AskText, Confirm
from console.screens.viewer.measured import calibrated_text, scale_text, source_name, tool_name, value_text
from console.services import Services
from console.widgets.bars import joined
from console.widgets.cursor_list import CursorList
from console.widgets.line_list import Line, LineList
from console.widgets.row_table import Column, Row, RowTable


class MeasurementsScreen(Asking):
    """One line a measurement, and below it all that is known of the one under the cursor."""

    SCOPE: ClassVar[str] = "measurements"
    BINDINGS = bindings_of("measurements")

    def __init__(self, services: Services, book: MeasureBook, chosen: int) -> None:
        super().__init__(services)
        self.book = book
        """What is listed."""
        self.wanted = 0
        """Number of the measurement to be shown afterwards; 0 for none."""
        self.moving = False
        """Whether it is to be moved then."""
        self._chosen = chosen

    def body(self) -> ComposeResult:
        ellipsis = self.console_app.symbols.ellipsis
        yield RowTable("measurements", ellipsis=ellipsis)
        yield LineList("measurement", ellipsis=ellipsis)

    def on_mount(self) -> None:
        super().on_mount()
        self._show(self._chosen)
        self.query_one(RowTable).focus()

    def _show(self, number: int = 0) -> None:
        kept = self.book.list()
        columns = (
            Column(_("No."), 4, right=True),
            Column(_("Frame"), 6, rank=2, right=True),
            Column(_("What"), 12, flex=1),
            Column(_("Label"), 10, flex=2, rank=1),
            Column(_("Value"), 22, flex=2),
            Column(_("Operator"), 10, flex=1, rank=4),
            Column(_("Time"), 16, rank=3),
        )
        rows = [self._row(one) for one in kept]
        table = self.query_one(RowTable)
        at = next((place for place, one in enumerate(kept) if one.number == number), table.cursor)
        table.show_all(columns, rows)
        table.put_cursor(min(at, max(len(rows) - 1, 0)))
        self._explain()
        self.refresh_bars()

    def _row(self, one: Measurement) -> Row:
        mark = "·" if one.hidden else "*" if one.recomputed is not None else ""
        cells = (
            str(one.number),
            str(one.frame),
            tool_name(one.shape.kind),
            one.name,
            value_text(one.found, uncertainty=True),
            one.operator,
            f"{one.at:%Y-%m-%d %H:%M}",
        )
        careful = bool(one.found.calibration.errors) or one.recomputed is not None
        return Row(cells, str(one.number), self.console_app.symbols.fold(mark), careful=careful)

    @property
    def _one(self) -> Measurement | None:
        kept, at = self.book.list(), self.query_one(RowTable).cursor
        return kept[at] if at < len(kept) else None

    @on(CursorList.Moved, "#measurements")
    def _moved(self, event: CursorList.Moved) -> None:
        event.stop()
        self._explain()

    def _explain(self) -> None:
        one = self._one
        lines = [] if one is None else explained(one, self.console_app.symbols.chart)
        mine = self.book.calibration
        if mine is not None:
            text = joined((calibrated_text(mine), scale_text(mine.calibration), f"{mine.at:%Y-%m-%d %H:%M}"), "  ")
            lines.append(Line(_("Calibration of the run: {text}").format(text=text)))
        self.query_one("#measurement", LineList).show(lines, 0)

    # What can be done

    @on(CursorList.Chosen, "#measurements")
    def _go(self, event: CursorList.Chosen) -> None:
        event.stop()
        self._leave(moving=False)

    def action_move(self) -> None:
        self._leave(moving=True)

    def _leave(self, *, moving: bool) -> None:
        one = self._one
        if one is not None:
            self.wanted, self.moving = one.number, moving
            self.answer()

    def action_back(self) -> None:
        self.answer()

    @work(exclusive=True, group="ask")
    async def action_rename(self) -> None:
        one = self._one
        if one is None:
            return
        name = await self.app.push_screen_wait(AskText(_("Rename"), _("What is it called?"), one.name))
        if name is not None:
            await self._do(lambda: self.book.rename(one.number, name))

    @work(group="change")
    async def action_hide(self) -> None:
        one = self._one
        if one is not None:
            await self._do(lambda: self.book.hide(one.number, not one.hidden))

    @work(group="change")
    async def action_remove(self) -> None:
        one = self._one
        if one is not None and await self._do(lambda: self.book.remove(one.number)):
            sentence = _("Measurement {number} is taken out; u brings it back.")
            self.notify(sentence.format(number=one.number), markup=False)

    @work(exclusive=True, group="ask")
    async def action_remove_all(self) -> None:
        count = len(self.book.list())
        question = _("{count} measurements of this object are taken out; u brings them back.").format(count=count)
        if count and await self.app.push_screen_wait(Confirm(_("Take out all"), question, _("Yes, all"))) == 1:
            await self._do(self.book.clear)

    @work(group="change")
    async def action_undo(self) -> None:
        await self._do(self.book.undo)

    @work(group="change")
    async def action_redo(self) -> None:
        await self._do(self.book.redo)

    async def _do(self, change: Callable[[], object]) -> bool:
        """Have the book changed; False where it was refused, which is said."""
        number = self._one.number if self._one is not None else 0
        desk = self.services.measures
        desk.operator = self.services.preferences.now.operator

        def done() -> bool:
            change()
            return True

        went = await self.asked(desk.submit(done)) is True
        self._show(number)
        return went

    async def retranslate(self) -> None:
        number = self._one.number if self._one is not None else 0
        await super().retranslate()
        self._show(number)


def explained(one: Measurement, chart: str) -> list[Line]:
    """All that is known of a measurement, to read."""
    found, calibration = one.found, one.found.calibration
    lines = [Line(joined((str(one.number), tool_name(one.shape.kind), one.name), "  "), heading=True)]
    if text := value_text(found, uncertainty=True):
        lines.append(Line(text, indent=1))
    if found.pixels is not None and found.unit in ("mm", "mm²"):
        unit = "px²" if found.unit == "mm²" else "px"
        lines.append(Line(f"{found.pixels:.2f} {unit}", indent=1))
    if one.recomputed is not None:
        sentence = _("A later calibration changed it on {time}; before it was {before}.")
        lines.append(Line(sentence.format(time=f"{one.recomputed:%Y-%m-%d %H:%M}", before=one.before), indent=1))
    if found.unit in ("mm", "mm²"):
        scale = joined((source_name(calibration.source), scale_text(calibration)), "  ")
        lines.append(Line(_("Scale: {text}").format(text=scale), indent=1))
    lines += [Line(warning, indent=1) for warning in calibration.warnings]
    if found.statistics is not None:
        lines += _statistics(found.statistics, chart)
    if found.curve is not None:
        lines += _curve(found.curve, chart)
    if found.vessel is not None:
        lines += _vessel(found.vessel, chart)
    points = "  ".join(f"{x:.1f}, {y:.1f}" for x, y in one.shape.points)
    lines.append(Line(_("Points: {points}").format(points=points), indent=1))
    lines.append(Line(joined((one.operator, f"{one.at:%Y-%m-%d %H:%M:%S}"), "  "), indent=1))
    return lines


def _statistics(region: Statistics, chart: str) -> list[Line]:
    what = _("mean {mean}, SD {sd}, from {low} to {high}, {count} pixels")
    text = what.format(
        mean=f"{region.mean:.2f}",
        sd=f"{region.sd:.2f}",
        low=f"{region.minimum:g}",
        high=f"{region.maximum:g}",
        count=region.count,
    )
    lines = [Line(text, indent=1)]
    if region.histogram:
        lines.append(Line(_("Histogram: {curve}").format(curve=sparkline(region.histogram, chart)), indent=1))
    return lines


def _curve(curve: Curve, chart: str) -> list[Line]:
    lines = [Line(_("Values: {curve}").format(curve=sparkline(curve.values, chart)), indent=1)]
    if curve.fwhm is not None:
        what = _("full width at half maximum: {width} {unit}")
        lines.append(Line(what.format(width=f"{curve.fwhm:.2f}", unit=curve.unit), indent=1))
    return lines


def _vessel(vessel: Vessel, chart: str) -> list[Line]:
    what = _("minimum diameter {mld} {unit}, reference {reference} {unit}, diameter stenosis {percent} %")
    text = what.format(
        mld=f"{vessel.mld:.2f}",
        reference=f"{vessel.reference:.2f}",
        percent=f"{vessel.stenosis_percent:.0f}",
        unit=vessel.unit,
    )
    return [
        Line(text, indent=1),
        Line(_("Diameters: {curve}").format(curve=sparkline(vessel.diameters, chart, lowest=0.0)), indent=1),
        Line(_("An engineering check, not a diagnosis."), indent=1),
    ]


def sparkline(values: Sequence[float], chart: str, cells: int = 48, lowest: float | None = None) -> str:
    """Values as a row of characters from `chart`, which go from low to high; many values are averaged."""
    if not values:
        return ""
    count = min(cells, len(values))
    edges = [round(place * len(values) / count) for place in range(count + 1)]
    means = [sum(values[a:b]) / (b - a) for a, b in pairwise(edges)]
    low = min(means) if lowest is None else min(lowest, *means)
    span = (max(means) - low) or 1.0
    return "".join(chart[min(int((value - low) / span * len(chart)), len(chart) - 1)] for value in means)
