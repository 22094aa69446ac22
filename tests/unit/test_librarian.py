"""The librarian answers the newest question of each kind, from a thread of its own."""

import queue
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from console.librarian import (
    PAGE,
    Answer,
    Found,
    Librarian,
    Load,
    Misses,
    Near,
    Order,
    Page,
    Paged,
    Refused,
    Search,
    parse,
)
from tests.archives import Study, fill, invent

Kind = TypeVar("Kind")
NEWEST = Order("date", True)


class Desk:
    """A librarian, and what came back."""

    def __init__(self, home: Path) -> None:
        self.answers: queue.Queue[Answer] = queue.Queue()
        self.librarian = Librarian(home, self.answers.put)

    def answer(self, kind: type[Kind], fits: Callable[[Kind], bool] = lambda answer: True) -> Kind:
        """The next answer of a kind that fits; others are passed over."""
        deadline = time.monotonic() + 10
        while True:
            answer = self.answers.get(timeout=max(deadline - time.monotonic(), 0.01))
            if isinstance(answer, kind) and fits(answer):
                return answer

    def find(self, words: str) -> Found:
        """What `words` find."""
        query = parse(words)
        self.librarian.ask(Search(query, NEWEST))
        return self.answer(Found, lambda found: found.search.query == query)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.librarian.close()


def test_a_search_brings_the_first_page_and_others_on_demand(desk: Desk, tmp_path: Path) -> None:
    fill(tmp_path, invent(3 * PAGE))
    # WHEN
    found = desk.find("")
    desk.librarian.ask(Page(PAGE))
    paged = desk.answer(Paged)
    # THEN
    assert (found.total, found.offset, len(found.lines), found.studies) == (3 * PAGE, 0, PAGE, 3 * PAGE)
    assert (paged.offset, len(paged.lines)) == (PAGE, PAGE)
    dates = [line.date for line in (*found.lines, *paged.lines)]
    assert dates == sorted(dates, reverse=True)


def test_what_was_taken_in_meanwhile_appears_after_a_load_and_the_cursor_stays_on_its_study(
    desk: Desk, tmp_path: Path
) -> None:
    fill(tmp_path, [Study(1, "张^伟", "P1", "2020-01-01")])
    assert desk.find("").total == 1
    fill(tmp_path, [Study(2, "李^雷", "P2", "2026-01-01")])
    # WHEN
    desk.librarian.ask(Load(keep=1))
    # THEN the study that the cursor stood on is the second now
    found = desk.answer(Found, lambda found: found.total == 2)
    assert found.cursor == 1


def test_only_the_newest_of_many_searches_has_to_be_answered(desk: Desk, tmp_path: Path) -> None:
    fill(tmp_path, invent(2000))
    for words in ("z", "zh", "zha", "zhan", "zhang", "zhang w"):
        desk.librarian.ask(Search(parse(words), NEWEST))
    last = desk.answer(Found, lambda found: found.search.query == parse("zhang w"))
    assert last.total == desk.find("zhang w").total


def test_near_misses_come_for_a_search_that_found_nothing(desk: Desk, tmp_path: Path) -> None:
    fill(tmp_path, [Study(1, "张^伟", "P0017", "2020-01-01")])
    assert desk.find("p0071").total == 0
    desk.librarian.ask(Near(parse("p0071")))
    assert [miss.line.patient_id for miss in desk.answer(Misses).lines] == ["P0017"]


def test_an_index_that_cannot_be_read_is_said_and_the_thread_lives_on(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "index.sqlite").write_bytes(b"no index" * 1000)
    desk.librarian.ask(Search(parse(""), NEWEST))
    assert "damaged" in desk.answer(Refused).error.detail
    (tmp_path / "index.sqlite").unlink()
    fill(tmp_path, [Study(1, "张^伟", "P1", "2020-01-01")])
    assert desk.find("").total == 1
