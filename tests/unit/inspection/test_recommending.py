"""Recommendations drafted from what failed, ordered and edited by a person."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.i18n import set_language
from console.inspection.recommending import drafted, edited, moved, removed, with_drafts
from console.model.checks import Status
from console.model.inspections import Action, Answer, Recommendation, Urgency, Verdict
from tests.unit.inspection.visits import answer, found, visit

FULL = found(Status.CRIT, host="pacs-a", measured="97 %", expected="< 95 %")
HIGH = found(Status.WARN, host="pacs-b", item="/backup", measured="91 %", expected="< 85 %")


def measured(*findings: object, verdict: Verdict = Verdict.FAIL) -> Answer:
    return replace(Answer(), verdict=verdict, findings=tuple(findings), run=7)  # type: ignore[arg-type]


def recommendation(name: str, group: str = "D3", urgency: Urgency = Urgency.SOON) -> Recommendation:
    return Recommendation(name, group, f"what {name}", "", urgency)


def ids(found: Sequence[Recommendation]) -> str:
    return "".join(each.id for each in found)


def test_one_check_that_found_something_on_two_hosts_is_one_recommendation() -> None:
    # GIVEN a disk that is full on one host and one that is filling on another
    inspection = visit(answers={"disks/used@pacs-a": measured(FULL), "disks/used@pacs-b": measured(HIGH)})
    # WHEN recommendations are drafted
    (only,) = drafted(inspection)
    # THEN it says what, where, measured against expected, what to do, how urgent, and where it comes from
    assert only.what == "Partitions: pacs-a /data 97 % (expected < 95 %); pacs-b /backup 91 % (expected < 85 %)"
    assert (only.group, only.remedy, only.urgency) == ("D3", "Make room", Urgency.NOW)
    assert only.entries == ("disks/used@pacs-a", "disks/used@pacs-b")
    assert not only.edited


def test_the_worst_place_is_named_first_and_many_are_counted() -> None:
    warnings = [found(Status.WARN, item=f"/d{n}", measured="90 %", expected="< 85 %") for n in range(8)]
    worst = found(Status.CRIT, item="/full", measured="99 %", expected="< 95 %")
    (only,) = drafted(visit(answers={"disks/used@pacs-a": measured(*warnings, worst)}))
    assert only.what.startswith("Partitions: pacs-a /full 99 % (expected < 95 %); pacs-a /d0 90 % (expected < 85 %); ")
    assert only.what.endswith("and 3 more")


def test_an_item_that_a_person_failed_says_what_was_found() -> None:
    # GIVEN a display that flickers, and a backup that is too old, with what has to be done
    answers = {
        "displays/look": answer(Verdict.FAIL, note="flickers at the left edge"),
        "disks/backup-age": answer(Verdict.FAIL, "50 h", 50),
    }
    todo = Action("1", "x", "disks/backup-age", "Start the backup by hand")
    found = drafted(replace(visit(answers=answers), actions=(todo,)))
    # THEN they stand in the order of the form, each with its words
    assert [each.group for each in found] == ["D4", "D2"]
    assert found[0].what == "Age of the newest backup: 50 h (expected at most 26 h)"
    assert found[0].remedy == "Start the backup by hand"
    assert found[1].what == (
        "Picture without disturbance does not hold: no flicker, no dead pixels. Found: flickers at the left edge"
    )


def test_what_could_not_be_found_out_is_said_and_is_less_urgent() -> None:
    unknown = found(Status.UNKNOWN)
    (only,) = drafted(visit(answers={"disks/used@pacs-a": measured(unknown, verdict=Verdict.UNKNOWN)}))
    assert only.what == "Partitions could not be checked: pacs-a /data: /data is UNKNOWN"
    assert only.urgency is Urgency.LATER


@pytest.mark.parametrize(("measured_", "expected"), [("", ""), ("-", ""), ("97 %", ""), ("-", "on")])
def test_without_a_pair_of_values_the_checks_own_sentence_stands(measured_: str, expected: str) -> None:
    wrong = found(Status.WARN, measured=measured_, expected=expected)
    (only,) = drafted(visit(answers={"disks/used@pacs-a": measured(wrong)}))
    assert only.what == "Partitions: pacs-a /data: /data is WARN"


def test_what_is_not_known_on_one_host_does_not_vanish_behind_what_is_wrong_on_another() -> None:
    answers = {
        "disks/used@pacs-a": measured(FULL),
        "disks/used@pacs-b": measured(found(Status.UNKNOWN, host="pacs-b"), verdict=Verdict.UNKNOWN),
    }
    wrong, unknown = drafted(visit(answers=answers))
    assert "could not be checked: pacs-b /data" in unknown.what
    assert "pacs-b" not in wrong.what
    assert (wrong.urgency, unknown.urgency) == (Urgency.NOW, Urgency.LATER)


def test_a_host_that_could_not_be_asked_is_one_recommendation() -> None:
    # GIVEN one host on which every check failed for the same reason, and one trouble of another kind
    silent = [found(Status.UNKNOWN, check=f"disk.used.{n}", host="pacs-b") for n in range(5)]
    other = found(Status.UNKNOWN, check="disk.used.x", host="pacs-b", item="/x")
    answers = {"disks/used@pacs-b": measured(*silent, other, verdict=Verdict.UNKNOWN)}
    # THEN its access is one thing to see to, and the rest stands by itself
    access, rest = drafted(visit(answers=answers))
    assert access.what == "pacs-b could not be checked (5 checks): /data is UNKNOWN"
    assert access.urgency is Urgency.SOON
    assert rest.what.endswith("could not be checked: pacs-b /x: /x is UNKNOWN")


def test_nothing_follows_from_what_passed_or_was_overruled() -> None:
    answers = {
        "disks/used@pacs-a": measured(found(Status.OK), verdict=Verdict.PASS),
        "disks/used@pacs-b": measured(FULL, verdict=Verdict.PASS),
        "displays/look": answer(Verdict.NA, note="no display"),
    }
    assert drafted(visit(answers=answers)) == ()


def test_what_a_person_edited_stays_and_what_follows_from_nothing_any_more_goes() -> None:
    # GIVEN two drafts, one of them edited and moved to the top
    answers = {"disks/used@pacs-a": measured(FULL), "displays/look": answer(Verdict.FAIL, note="dark")}
    inspection = with_drafts(visit(answers=answers))
    disks, look = inspection.recommendations
    mine = replace(look, what="Replace the display of room 1.", remedy="Ordered")
    inspection = replace(inspection, recommendations=moved(edited((disks, look), mine), look.id, -1))
    # WHEN the disk is in order again and recommendations are drafted anew
    healthy = {"disks/used@pacs-a": measured(found(Status.OK), verdict=Verdict.PASS)}
    again = drafted(replace(visit(answers=healthy), recommendations=inspection.recommendations))
    # THEN the edited one stands as it was written, the other is gone
    assert again == (replace(mine, edited=True),)


def test_what_a_person_edited_stays_while_its_item_still_fails() -> None:
    inspection = with_drafts(visit(answers={"disks/used@pacs-a": measured(FULL)}))
    (only,) = inspection.recommendations
    mine = edited(inspection.recommendations, replace(only, what="Buy disks.", urgency=Urgency.LATER))
    assert drafted(replace(inspection, recommendations=mine)) == mine


def test_a_draft_follows_the_new_run_and_keeps_its_place() -> None:
    # GIVEN drafts whose groups the engineer has put in another order
    answers = {"disks/used@pacs-a": measured(FULL), "displays/look": answer(Verdict.FAIL, note="dark")}
    first = drafted(visit(answers=answers))
    turned = moved(first, first[0].id, 1)
    assert [each.group for each in turned] == ["D2", "D3"]
    # WHEN the next run measures another value
    answers["disks/used@pacs-a"] = measured(found(Status.CRIT, measured="99 %", expected="< 95 %"))
    again = drafted(replace(visit(answers=answers), recommendations=turned))
    # THEN the text is new and the order is the engineer's
    assert [each.group for each in again] == ["D2", "D3"]
    assert "99 %" in again[1].what


def test_a_new_group_comes_where_the_form_has_it() -> None:
    # GIVEN drafts of the first and the last part of the form
    answers = {"disks/used@pacs-a": measured(FULL), "displays/look": answer(Verdict.FAIL, note="dark")}
    first = drafted(visit(answers=answers))
    # WHEN something between them fails too
    answers["disks/backup-age"] = answer(Verdict.FAIL, "50 h", 50)
    again = drafted(replace(visit(answers=answers), recommendations=first))
    assert [each.group for each in again] == ["D3", "D4", "D2"]


def test_drafting_twice_changes_nothing() -> None:
    answers = {"disks/used@pacs-a": measured(FULL), "displays/look": answer(Verdict.FAIL, note="dark")}
    once = with_drafts(visit(answers=answers))
    assert with_drafts(once) == once


def test_a_new_one_comes_behind_those_of_its_group_that_are_as_urgent() -> None:
    mine = [
        recommendation("a", urgency=Urgency.NOW),
        recommendation("b", urgency=Urgency.LATER),
        recommendation("c", ""),
    ]
    inspection = visit(answers={"disks/used@pacs-a": measured(HIGH)})
    kept = tuple(replace(each, edited=True) for each in mine)
    again = drafted(replace(inspection, recommendations=kept))
    assert [each.urgency for each in again if each.group == "D3"] == [Urgency.NOW, Urgency.SOON, Urgency.LATER]
    assert again[-1].id == "c"


def test_a_recommendation_moves_in_its_group_and_at_the_edge_takes_the_group_along() -> None:
    order = (recommendation("a"), recommendation("b"), recommendation("c", "D4"), recommendation("d", "D5"))
    assert ids(moved(order, "a", 1)) == "bacd"
    assert ids(moved(order, "b", -1)) == "bacd"
    assert ids(moved(order, "b", 1)) == "cabd"
    assert ids(moved(order, "d", -1)) == "abdc"
    assert ids(moved(order, "a", -1)) == ids(moved(order, "d", 1)) == "abcd"
    with pytest.raises(KeyError):
        moved(order, "x", 1)


@given(
    st.lists(st.sampled_from(["D3", "D4", ""]), min_size=1, max_size=7),
    st.lists(st.tuples(st.integers(0, 6), st.sampled_from([-1, 1])), max_size=8),
)
def test_moving_loses_nothing_and_keeps_groups_together(groups: list[str], steps: list[tuple[int, int]]) -> None:
    order: tuple[Recommendation, ...] = tuple(
        sorted((recommendation(str(n), group) for n, group in enumerate(groups)), key=lambda each: each.group)
    )
    for which, step in steps:
        order = moved(order, str(which % len(groups)), step)
        assert {each.id for each in order} == {str(n) for n in range(len(groups))}
        seen = [each.group for each in order]
        assert [g for i, g in enumerate(seen) if i == 0 or seen[i - 1] != g] == list(dict.fromkeys(seen))


def test_one_that_the_engineer_adds_comes_to_the_end_of_its_group_and_can_go_again() -> None:
    order = (recommendation("a"), recommendation("b", "D4"))
    added = edited(order, recommendation("n"))
    assert ids(added) == "anb"
    assert added[1].edited
    assert ids(removed(added, "n")) == "ab"


def test_braces_brackets_and_escapes_of_strangers_stay_text() -> None:
    evil = found(Status.CRIT, item="/{0}/[b]\x1b[31m", measured="{x}", expected="{y}")
    (only,) = drafted(visit(answers={"disks/used@pacs-a": measured(evil)}))
    assert only.what == "Partitions: pacs-a /{0}/[b][31m {x} (expected {y})"
    note = drafted(visit(answers={"displays/look": answer(Verdict.FAIL, note="{what} {0} %s")}))
    assert note[0].what.endswith("Found: {what} {0} %s")


def test_texts_are_in_the_language_in_use() -> None:
    set_language("zh")
    (only,) = drafted(visit(answers={"disks/used@pacs-a": measured(FULL)}))
    assert only.what.startswith("分区")
    assert only.remedy == "腾出空间"
