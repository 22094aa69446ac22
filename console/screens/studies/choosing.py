"""What the operator chooses on the studies screen: marks, order, filter, patients instead of studies."""

from collections.abc import Callable, Sequence

from textual import work
from textual.widgets import Input

from console.i18n import _
from console.model.studies import PatientLine, StudyLine
from console.screens.base import ConsoleScreen
from console.screens.dialogs.ask import Choose
from console.screens.studies.narrowing import FILTERS, ORDERS
from console.widgets.row_table import Row, RowTable


class Choosing(ConsoleScreen):
    """The part of the studies screen that changes what is listed."""

    marked: dict[int, StudyLine]
    """The studies chosen for export, in the order in which they were marked."""
    _current: StudyLine | None
    _order = 0
    """Which of ORDERS is in force."""
    _filter = 0
    """Which of FILTERS is in force."""
    _patients = False
    """Whether patients are listed instead of studies."""
    _patient: PatientLine | None = None
    """The patient whose studies alone are listed."""
    _near = False
    """Whether what is listed only comes near."""
    _find: Callable[[], None]
    _rows: Callable[[Sequence[StudyLine]], list[Row]]
    _say_tally: Callable[[], None]

    def chosen_studies(self) -> tuple[StudyLine, ...]:
        return tuple(self.marked.values()) or (() if self._current is None else (self._current,))

    def action_mark(self) -> None:
        study, table = self._current, self.query_one("#studies", RowTable)
        if study is None or self._near:
            return
        if self.marked.pop(study.id, None) is None:
            self.marked[study.id] = study
        table.put_row(table.cursor, self._rows((study,))[0])
        self._say_tally()
        table.action_move(1)

    def action_filter(self) -> None:
        self.query_one("#wanted", Input).focus()

    @work(exclusive=True, group="choose")
    async def action_sort(self) -> None:
        names = [_(order.name) for order in ORDERS]
        chosen = await self.app.push_screen_wait(Choose(_("Sort"), names, self._order))
        if chosen is not None:
            self._order = chosen
            self._find()

    @work(exclusive=True, group="choose")
    async def action_narrow(self) -> None:
        names = [_(one.name) for one in FILTERS]
        chosen = await self.app.push_screen_wait(Choose(_("Show only"), names, self._filter))
        if chosen is not None:
            self._filter = chosen
            self._find()

    def action_patients(self) -> None:
        self._patients = not self._patients
        self._patient = None
        self._find()
