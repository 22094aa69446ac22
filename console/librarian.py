"""Answers what the studies screen asks of the index, on a thread of its own and the latest question of each kind first.

SQLite connections belong to one thread, and a disk may stand still: the screen asks and goes on.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

from console.errors import ConsoleError
from console.model.studies import InstanceLine, NearMiss, PatientLine, SeriesLine, StudyLine
from console.studies.finding import Catalogue, Hits
from console.studies.library import Library
from console.studies.near import near
from console.studies.query import Order as Order
from console.studies.query import Query
from console.studies.query import parse as parse

PAGE = 100
"""Rows of a page; the table asks for as many (console.widgets.row_table)."""


@dataclass(frozen=True)
class Search:
    """What the operator wants to see: words, filters, order; patients or studies."""

    query: Query
    order: Order
    patients: bool = False
    keep: int = 0
    """The study that the cursor is to stay on, where it is among what is found."""


@dataclass(frozen=True)
class Load:
    """Read the index anew, and answer the last search again."""

    keep: int = 0
    """The study that the cursor is to stay on."""


@dataclass(frozen=True)
class _Loaded:
    """The index was read anew."""

    library: Library
    catalogue: Catalogue
    keep: int


@dataclass(frozen=True)
class Page:
    """Rows of the last search from `offset` on."""

    offset: int


@dataclass(frozen=True)
class SeriesOf:
    """The series of one study."""

    study: int


@dataclass(frozen=True)
class InstancesOf:
    """The objects of one series."""

    series: int


@dataclass(frozen=True)
class Near:
    """What comes near a search that found nothing."""

    query: Query


Question: TypeAlias = Search | Load | _Loaded | Page | SeriesOf | InstancesOf | Near


@dataclass(frozen=True)
class Found:
    """The first page of a search; the page that holds `cursor` after a reload."""

    search: Search
    total: int
    studies: int
    """Studies in the whole index."""
    cursor: int
    """Where the cursor belongs."""
    offset: int
    lines: Sequence[StudyLine] | Sequence[PatientLine]


@dataclass(frozen=True)
class Paged:
    """One further page of the search."""

    search: Search
    offset: int
    lines: Sequence[StudyLine] | Sequence[PatientLine]


@dataclass(frozen=True)
class Series:
    """The series of a study."""

    study: int
    lines: tuple[SeriesLine, ...]


@dataclass(frozen=True)
class Instances:
    """The objects of a series."""

    series: int
    lines: tuple[InstanceLine, ...]


@dataclass(frozen=True)
class Misses:
    """What comes near."""

    query: Query
    lines: tuple[NearMiss, ...]


@dataclass(frozen=True)
class Refused:
    """The index cannot be read."""

    error: ConsoleError


Answer: TypeAlias = Found | Paged | Series | Instances | Misses | Refused


@dataclass
class _Mailbox:
    """The newest question of each kind; the kinds in the order in which they came. Pages do not replace one another."""

    questions: dict[tuple[type, int], Question] = field(default_factory=dict)

    def put(self, question: Question) -> None:
        key = (type(question), question.offset if isinstance(question, Page) else 0)
        self.questions.pop(key, None)
        self.questions[key] = question
        if isinstance(question, Search):
            for old in [key for key in self.questions if key[0] in (Page, Near)]:
                del self.questions[old]

    def take(self) -> Question | None:
        if not self.questions:
            return None
        return self.questions.pop(next(iter(self.questions)))


class Librarian:
    """One thread, one connection to the index."""

    def __init__(self, home: Path, deliver: Callable[[Answer], object]) -> None:
        """`deliver` is called from the librarian's thread."""
        self._home = home
        self._deliver = deliver
        self._mail = _Mailbox()
        self._condition = threading.Condition()
        self._closed = False
        self._search: Search | None = None
        self._hits: Hits | None = None
        self._catalogue: Catalogue | None = None
        self._library = Library(home)
        self._loading = False
        """While the index is read anew questions are answered from what was read before."""
        self._thread = threading.Thread(target=self._work, name="librarian", daemon=True)
        self._thread.start()

    def ask(self, question: Question) -> None:
        """Put a question; the answer comes through `deliver`. An older one of its kind need not be answered."""
        with self._condition:
            self._mail.put(question)
            self._condition.notify()

    def close(self) -> None:
        """Stop answering."""
        with self._condition:
            self._closed = True
            self._condition.notify()

    def _work(self) -> None:
        while True:
            with self._condition:
                while not self._closed and not self._mail.questions:
                    self._condition.wait()
                if self._closed:
                    break
                question = self._mail.take()
            try:
                for answer in self._answers(question):
                    self._deliver(answer)
            except ConsoleError as error:
                self._deliver(Refused(error))
        self._library.close()

    def _answers(self, question: Question | None) -> Iterator[Answer]:
        library = self._library
        if isinstance(question, Load):
            if not self._loading:
                self._loading = True
                threading.Thread(target=self._load, args=(question.keep,), name="index-load", daemon=True).start()
        elif isinstance(question, _Loaded):
            self._loading = False
            self._library, self._catalogue = question.library, question.catalogue
            library.close()
            if self._search is not None:
                yield self._found(replace(self._search, keep=question.keep))
        elif isinstance(question, Search):
            yield self._found(question)
        elif isinstance(question, Page):
            if self._search is not None and self._hits is not None and self._catalogue is not None:
                yield Paged(self._search, question.offset, self._page(question.offset))
        elif isinstance(question, SeriesOf):
            yield Series(question.study, library.series(question.study))
        elif isinstance(question, InstancesOf):
            yield Instances(question.series, library.instances(question.series))
        elif isinstance(question, Near) and self._catalogue is not None:
            yield Misses(question.query, near(self._catalogue, question.query, cancelled=self._overtaken))

    def _overtaken(self) -> bool:
        """Whether somebody has typed on."""
        return self._closed or any(kind in (Search, Near) for kind, _offset in list(self._mail.questions))

    def _load(self, keep: int) -> None:
        library = Library(self._home)
        try:
            self.ask(_Loaded(library, library.reload(), keep))
        except ConsoleError as error:
            self._loading = False
            self._deliver(Refused(error))

    def _found(self, search: Search) -> Found:
        if self._catalogue is None:
            self._catalogue = self._library.reload()
        catalogue = self._catalogue
        self._search = search
        found = catalogue.patients if search.patients else catalogue.find
        self._hits = hits = found(search.query, search.order)
        cursor = (hits.place_of(search.keep) if search.keep else None) or 0
        offset = cursor // PAGE * PAGE
        return Found(search, hits.total, len(catalogue), cursor, offset, self._page(offset))

    def _page(self, offset: int) -> Sequence[StudyLine] | Sequence[PatientLine]:
        assert self._catalogue is not None
        assert self._hits is not None
        assert self._search is not None
        if self._search.patients:
            return self._catalogue.patient_page(self._hits, offset, PAGE)
        return self._catalogue.page(self._hits, offset, PAGE)
