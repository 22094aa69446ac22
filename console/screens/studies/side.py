"""Beside the studies: the series of the one under the cursor, their thumbnails, and the objects of a series."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from textual import on
from textual.message import Message

from console.graphics.painting import Painting
from console.librarian import Instances, InstancesOf, Question, Series
from console.model.studies import InstanceLine, SeriesLine, StudyLine
from console.screens.base import ConsoleScreen
from console.screens.studies import texts
from console.thumbnails import Thumbnails, Wish
from console.widgets.card_list import CardList
from console.widgets.cursor_list import CursorList
from console.widgets.row_table import RowTable

WIDE = 100
"""Columns from which the series stand beside the studies; below, they take their place when they are asked for."""

_TALL = 32
"""Rows from which thumbnails are larger."""


class SidePane(ConsoleScreen):
    """The part of the studies screen that shows one study from within."""

    _current: StudyLine | None = None
    """The study under the cursor."""
    _thumbnails: Thumbnails | None = None
    _series: dict[str, SeriesLine]
    _objects: dict[str, InstanceLine]
    _series_of = 0
    """The study whose series are shown."""
    _opening = 0
    """The series that is to be opened as soon as its objects are known; 0 for none."""
    _ask: Callable[[Question], None]
    """Puts a question to the librarian; the screen knows how."""
    _is_composed = True
    """False while the language changes."""
    _at_side = False
    """True while the side pane takes the place of the list on a narrow terminal."""

    @dataclass
    class Pictured(Message):
        """A thumbnail is ready."""

        key: str
        painting: Painting | None

    def _show_series(self, answer: Series) -> None:
        if self._current is None or answer.study != self._current.id:
            return
        self._series_of = answer.study
        self._series = {str(line.id): line for line in answer.lines}
        self.query_one("#series", CardList).show([texts.series_card(line) for line in answer.lines])

    @on(CardList.Needed, "#series")
    def picture_needed(self, event: CardList.Needed) -> None:
        event.stop()
        series, cards = self._series.get(event.key), event.source
        if series is not None and self._thumbnails is not None:
            wish = Wish(event.key, series.first_instance, cards.picture_columns, cards.picture_rows)
            self._thumbnails.want(wish)

    @on(Pictured)
    def show_picture(self, event: Pictured) -> None:
        event.stop()
        if self._is_composed:
            self.query_one("#series", CardList).put_picture(event.key, event.painting)

    def _show_objects(self, answer: Instances) -> None:
        if answer.series == self._opening:
            self._opening = 0
            self._open_lines(answer.lines)
            return
        self._objects = {str(line.id): line for line in answer.lines}
        privacy, symbols = self.services.preferences.now.privacy, self.console_app.symbols
        rows = [texts.instance_row(line, privacy=privacy, symbols=symbols) for line in answer.lines]
        table = self.query_one("#objects", RowTable)
        table.show_all(texts.instance_columns(), rows)
        self.query_one("#series").display = False
        table.display = True
        table.focus()
        self.refresh_bars()

    def _close_objects(self) -> bool:
        """Back from the objects to the series; False when the series were there already."""
        table = self.query_one("#objects", RowTable)
        if not table.display:
            return False
        table.display = False
        series = self.query_one("#series", CardList)
        series.display = True
        if table.has_focus:
            series.focus()
        return True

    @on(CursorList.Chosen, "#series")
    def series_chosen(self, event: CursorList.Chosen) -> None:
        event.stop()
        # Until the series of the study under the cursor are here, those of another may still stand there.
        if self._current is not None and self._series_of == self._current.id:
            self._opening = int(event.key)
            self._ask(InstancesOf(self._opening))

    @on(CursorList.Chosen, "#objects")
    def object_chosen(self, event: CursorList.Chosen) -> None:
        event.stop()
        lines = list(self._objects.values())
        place = next(index for index, line in enumerate(lines) if str(line.id) == event.key)
        self._open_lines((*lines[place:], *lines[:place]))

    def _open_lines(self, lines: Sequence[InstanceLine]) -> None:
        if lines:
            self.console_app.open_paths(tuple(Path(line.folder, line.name) for line in lines))

    def action_objects(self) -> None:
        cards = self.query_one("#series", CardList)
        if self._close_objects() or not self._series or self._current is None or self._series_of != self._current.id:
            return
        self._at_side = True
        self._lay_out()
        self._ask(InstancesOf(int(cards.item_key(cards.cursor))))

    def _lay_out(self) -> None:
        tall = self.app.size.height >= _TALL
        self.query_one("#series", CardList).picture_size(*((15, 6) if tall else (10, 4)))
        wide = self.app.size.width >= WIDE
        self.query_one("#found-pane").display = wide or not self._at_side
        self.query_one("#side").display = wide or self._at_side
