"""Questions to people, and what becomes of their answers."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from console.checks.answers import Answers
from console.checks.catalogue import kind_of
from console.checks.kind import Target, Wanted
from console.checks.kinds.manual import recall
from console.errors import StoreError, UsageError
from console.model.answers import Answer
from console.model.checks import Status, Verdict
from console.model.site import Database, Host, Site
from tests.unit.checks.judged import NOW, check_of, judge, status_of

CHECK = check_of("manual.study-opened")
TARGET = Target("site")


def said(word: str, days_ago: float = 1.0, **more: object) -> Verdict:
    answer = Answer(CHECK.id, "site", word, "seen", "Li Gong", NOW - timedelta(days=days_ago), **more)  # type: ignore[arg-type]
    (verdict,) = judge(CHECK, TARGET, notes=answer)
    return verdict


@pytest.mark.parametrize(
    ("word", "days_ago", "expected"),
    [
        ("pass", 1, Status.OK),
        ("pass", 91, Status.OK),
        ("pass", 92, Status.WARN),
        ("part", 1, Status.WARN),
        ("fail", 1, Status.CRIT),
        ("fail", 500, Status.CRIT),
        ("na", 1, Status.NA),
        ("na", 92, Status.WARN),
        ("pass", -2, Status.UNKNOWN),
    ],
)
def test_an_answer_counts_for_as_long_as_it_is_recent(word: str, days_ago: float, expected: Status) -> None:
    assert said(word, days_ago).status is expected


def test_a_question_that_nobody_answered_is_manual() -> None:
    (verdict,) = judge(CHECK, TARGET, notes=None)
    assert verdict.status is Status.MANUAL
    assert "Nobody has answered this yet" in str(verdict.summary)


def test_an_answer_names_who_looked_and_when() -> None:
    assert str(said("pass").summary) == "Li Gong looked on 2026-11-22: yes. seen"


def test_evidence_that_was_changed_proves_nothing() -> None:
    assert said("pass", evidence="photo.jpg", sha256="00", intact=False).status is Status.UNKNOWN


def test_something_else_in_the_place_of_an_answer_is_not_green() -> None:
    assert status_of(CHECK, TARGET, notes={"said": "pass"}) == [Status.UNKNOWN]
    assert status_of(check_of("manual.study-opened", per="ward"), TARGET) == [Status.UNKNOWN]


def test_questions_are_asked_of_each_thing_they_are_about() -> None:
    site = Site(
        "Ward", Path("site.toml"), hosts=(Host("a"), Host("b")), databases=(Database("ris", "postgresql://x/ris"),)
    )
    for check_id, expected in (
        ("manual.malware", ["a", "b"]),
        ("manual.restore-drill", ["ris"]),
        ("manual.accounts", ["site"]),
        ("manual.display-look", []),
    ):
        check = check_of(check_id)
        assert [target.id for target in kind_of(check).targets(check, site)] == expected
        # THEN a machine that no site file describes is asked nothing
        assert kind_of(check).targets(check, replace(site, path=None)) == []


def test_an_answer_is_kept_with_its_evidence_and_the_last_one_counts(tmp_path: Path) -> None:
    # GIVEN a photo and two answers
    photo = tmp_path / "Screen 1.JPG"
    photo.write_bytes(b"picture")
    home = tmp_path / "home"
    home.mkdir()
    answers = Answers(home)
    answers.answer(CHECK.id, "site", "fail", by="Li Gong", at=NOW - timedelta(days=3), note="does not open")
    answers.answer(CHECK.id, "site", "pass", by="Wang", at=NOW, evidence=photo)
    # WHEN a run recalls them, as another process that only reads
    wanted = Wanted(CHECK, TARGET, Site("Ward"))
    answer = recall(wanted, home)
    # THEN the last one counts, the first is still there, and the copy is the photo
    assert answer is not None
    assert (answer.said, answer.by, answer.evidence, answer.intact) == ("pass", "Wang", "Screen 1.JPG", True)
    assert [each.said for each in Answers(home).history(CHECK.id, "site")] == ["fail", "pass"]
    copy = answers.evidence_path(answer)
    assert copy is not None
    assert copy.suffix == ".jpg"
    assert copy.read_bytes() == b"picture"
    # WHEN somebody changes the copy, THEN the answer proves nothing any more
    copy.write_bytes(b"another picture")
    changed = recall(wanted, home)
    assert changed is not None
    assert judge(CHECK, TARGET, notes=changed)[0].status is Status.UNKNOWN


def test_an_answer_that_proves_nothing_is_refused(tmp_path: Path) -> None:
    answers = Answers(tmp_path)
    empty = tmp_path / "empty.pdf"
    empty.write_bytes(b"")
    for more in (
        {"said": "pass", "by": "Li"},
        {"said": "pass", "by": " ", "note": "x"},
        {"said": "maybe", "by": "Li", "note": "x"},
        {"said": "fail", "by": "Li", "evidence": tmp_path / "photo.jpg"},
        {"said": "pass", "by": "Li", "evidence": tmp_path / "none.jpg"},
        {"said": "pass", "by": "Li", "evidence": empty},
        {"said": "pass", "by": "Li", "evidence": tmp_path},
    ):
        with pytest.raises(UsageError):
            answers.answer(CHECK.id, "site", at=NOW, **more)
    assert answers.latest(CHECK.id, "site") is None
    assert not (tmp_path / "evidence").exists()


def test_a_console_that_only_reads_keeps_nothing(tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"x")
    with pytest.raises(StoreError):
        Answers(tmp_path, read_only=True).answer(CHECK.id, "site", "pass", by="Li", at=NOW, evidence=photo)
    assert not (tmp_path / "evidence").exists()


def test_a_file_with_something_else_in_it_is_a_sentence(tmp_path: Path) -> None:
    answers = Answers(tmp_path)
    answers.answer(CHECK.id, "site", "pass", by="Li", at=NOW, note="x")
    answers._table.update({"at": "yesterday"})
    with pytest.raises(StoreError, match=r"answers\.json"):
        recall(Wanted(CHECK, TARGET, Site("Ward")), tmp_path)
