"""Answers taken from a check run: what is not known never passes, and what a person entered stays."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.inspection.entries import answered
from console.inspection.prefill import findings_for, is_overruled, prefill, verdict_among
from console.model.checks import Finding, Metric, Status
from console.model.forms import NumberLimits, Repeat
from console.model.inspections import EMPTY, Answer, Inspection, Verdict
from tests.unit.inspection.visits import BACKUP, NOON, USED, answer, entry, found, visit

A, B, AGE = "disks/used@pacs-a", "disks/used@pacs-b", "disks/backup-age"


def verdicts(inspection: Inspection) -> dict[str, str]:
    return {
        each.id: each.answer.verdict.value for each in inspection.entries if each.answer.verdict is not Verdict.NONE
    }


@pytest.mark.parametrize(
    ("statuses", "verdict"),
    [
        ("", Verdict.NONE),
        ("OK", Verdict.PASS),
        ("OK OK NA", Verdict.PASS),
        ("NA NA", Verdict.NA),
        ("OK WARN", Verdict.FAIL),
        ("OK CRIT UNKNOWN", Verdict.FAIL),
        ("WARN UNKNOWN", Verdict.FAIL),
        ("OK UNKNOWN", Verdict.UNKNOWN),
        ("OK MANUAL", Verdict.UNKNOWN),
        ("OK SKIPPED", Verdict.UNKNOWN),
        ("NA SKIPPED", Verdict.UNKNOWN),
        ("SKIPPED", Verdict.UNKNOWN),
        ("MANUAL", Verdict.UNKNOWN),
    ],
)
def test_several_findings_make_one_verdict(statuses: str, verdict: Verdict) -> None:
    assert verdict_among(found(Status(each)) for each in statuses.split()) is verdict


@given(st.lists(st.sampled_from(list(Status)), min_size=1, max_size=6))
def test_nothing_passes_unless_everything_that_applies_is_ok(statuses: list[Status]) -> None:
    verdict = verdict_among(found(each) for each in statuses)
    assert (verdict is Verdict.PASS) == (set(statuses) <= {Status.OK, Status.NA} and Status.OK in statuses)


def test_an_item_of_a_host_takes_what_was_found_on_that_host() -> None:
    # GIVEN findings of two hosts
    findings = (found(Status.OK), found(Status.CRIT, host="pacs-b"), found(Status.CRIT, check="queue.folder"))
    # WHEN an inspection is filled in
    filled = prefill(visit(), findings, 7)
    # THEN each host has its own, with evidence and the run's number, and nobody has signed for it
    assert verdicts(filled) == {A: "pass", B: "fail"}
    assert filled.entry(A).answer.findings == findings[:1]
    assert (filled.entry(A).answer.run, filled.entry(A).answer.by) == (7, "")


def test_an_item_that_is_asked_once_takes_the_findings_of_all() -> None:
    once = replace(USED, repeat=Repeat.ONCE)
    inspection = replace(visit(), entries=(entry(USED, ""),))
    assert once.checks == USED.checks
    filled = prefill(inspection, (found(Status.OK), found(Status.CRIT, host="pacs-b")), 7)
    assert filled.entries[0].answer.verdict is Verdict.FAIL
    assert len(filled.entries[0].answer.findings) == 2


@pytest.mark.parametrize(
    ("checks", "hit"),
    [
        (("disk.used",), True),
        (("disk",), True),
        (("disk.",), True),
        (("dis",), False),
        (("disk.use",), False),
        ((), False),
    ],
)
def test_a_check_is_named_whole_or_by_its_beginning_up_to_a_dot(checks: tuple[str, ...], hit: bool) -> None:
    there = replace(entry(USED, "pacs-a"), item=replace(USED, checks=checks))
    assert bool(findings_for(there, (found(Status.OK),))) is hit


def test_a_display_takes_findings_about_itself() -> None:
    there = entry(USED, "reading-1")
    about = found(Status.OK, host="ws-1", target="reading-1")
    assert findings_for(there, (about, found(Status.OK, host="ws-1"))) == (about,)


def test_what_the_run_did_not_ask_about_stays() -> None:
    before = prefill(visit(), (found(Status.OK),), 7)
    again = prefill(before, (found(Status.CRIT, host="pacs-b"),), 8)
    assert (again.entry(A).answer.run, again.entry(B).answer.run) == (7, 8)
    assert prefill(before, (), 9) == before


def test_a_run_that_could_not_find_out_takes_the_old_green_away() -> None:
    before = prefill(visit(), (found(Status.OK),), 7)
    assert prefill(before, (found(Status.UNKNOWN),), 8).entry(A).answer.verdict is Verdict.UNKNOWN


def overruled(*findings: Finding) -> Inspection:
    filled = prefill(visit(), findings, 7)
    mine = replace(filled.entry(A).answer, verdict=Verdict.PASS, by="Li", at=NOON, note="swapped the disk meanwhile")
    return replace(
        filled, entries=tuple(replace(each, answer=mine) if each.id == A else each for each in filled.entries)
    )


def test_a_verdict_that_a_person_overruled_stands_while_the_checks_say_the_same() -> None:
    before = overruled(found(Status.CRIT))
    assert is_overruled(before.entry(A).answer)
    after = prefill(before, (found(Status.WARN, item="/other"),), 8).entry(A).answer
    assert (after.verdict, after.by, after.run) == (Verdict.PASS, "Li", 8)


def test_when_the_checks_change_their_mind_a_person_is_asked_again_and_the_note_stays() -> None:
    before = overruled(found(Status.CRIT))
    after = prefill(before, (found(Status.UNKNOWN),), 8).entry(A).answer
    assert (after.verdict, after.by, after.at) == (Verdict.UNKNOWN, "", None)
    assert after.note == "swapped the disk meanwhile"


def test_a_confirmation_of_the_same_verdict_stands() -> None:
    filled = prefill(visit(), (found(Status.CRIT),), 7)
    mine = replace(filled.entry(A).answer, by="Li", at=NOON, note="seen")
    confirmed = replace(
        filled, entries=tuple(replace(each, answer=mine) if each.id == A else each for each in filled.entries)
    )
    after = prefill(confirmed, (found(Status.CRIT),), 8).entry(A).answer
    assert (after.verdict, after.by, after.note) == (Verdict.FAIL, "Li", "seen")


def test_the_worst_metric_is_the_number_behind_a_measured_item() -> None:
    metrics = [found(Status.OK, item=f"/{v}", metrics=(Metric("used_percent", v, "%"),)) for v in (41.5, 93.25, 7)]
    assert prefill(visit(), metrics, 7).entry(A).answer.number == 93.25


# Numbers


def age(seconds: float, unit: str = "s", status: Status = Status.OK) -> Finding:
    return found(status, check="backup.files", metrics=(Metric("age_s", seconds, unit),))


def test_a_number_takes_the_metric_that_its_item_names_in_the_items_unit() -> None:
    # GIVEN a backup that is 30 h old, where 26 h are allowed
    filled = prefill(visit(), (age(3600 * 30),), 7).entry(AGE).answer
    # THEN the number stands as if it had been typed, judged, with its evidence
    assert (filled.number, filled.verdict, filled.run) == (30.0, Verdict.FAIL, 7)
    assert filled.entered == "30 h"
    assert filled.findings == (age(3600 * 30),)


def test_a_number_that_a_person_typed_is_never_written_over() -> None:
    mine = answer(Verdict.PASS, "20 h", 20)
    assert prefill(visit(answers={AGE: mine}), (age(3600 * 30),), 7).entry(AGE).answer == mine


def test_a_number_that_a_person_typed_over_what_a_run_filled_in_stays() -> None:
    # GIVEN a number of a run that a person corrected
    filled = prefill(visit(), (age(3600 * 30),), 7)
    typed = answered(filled.entry(AGE), entered="20 h")
    changed = tuple(typed if each.id == AGE else each for each in filled.entries)
    # WHEN the next run says something else
    again = prefill(replace(filled, entries=changed), (age(3600 * 40),), 8)
    # THEN the person's number stands
    assert again.entry(AGE).answer.entered == "20 h"


def test_a_number_of_an_earlier_run_or_a_carried_one_is_replaced_and_its_note_stays() -> None:
    first = prefill(
        visit(answers={AGE: replace(answer(entered="9 h", number=9, note="n"), carried=True)}), (age(7200),), 7
    )
    assert (first.entry(AGE).answer.number, first.entry(AGE).answer.note) == (2.0, "n")
    second = prefill(first, (age(3600),), 8).entry(AGE).answer
    assert (second.number, second.run, second.carried) == (1.0, 8, False)


def test_where_only_a_lower_limit_stands_the_smallest_is_the_worst() -> None:
    low = replace(BACKUP, limits=NumberLimits(minimum=1))
    inspection = replace(visit(), entries=(replace(entry(BACKUP), item=low),))
    filled = prefill(inspection, (age(7200), age(1800)), 7)
    assert filled.entries[0].answer.number == 0.5


@pytest.mark.parametrize(
    "finding",
    [
        age(1.0, "%"),
        age(float("nan")),
        age(float("inf")),
        age(3600.0, status=Status.UNKNOWN),
        found(Status.OK, check="backup.files", metrics=(Metric("size_bytes", 1.0, "bytes"),)),
        found(Status.OK, check="backup.files"),
    ],
)
def test_what_is_no_number_in_that_unit_leaves_the_field_to_a_person(finding: Finding) -> None:
    assert prefill(visit(), (finding,), 7).entry(AGE).answer == EMPTY


@pytest.mark.parametrize("status", [Status.UNKNOWN, Status.MANUAL, Status.SKIPPED])
def test_a_number_is_not_taken_while_one_of_several_is_not_known(status: Status) -> None:
    unknown = found(status, check="backup.files", item="other")
    assert prefill(visit(), (age(3600), unknown), 7).entry(AGE).answer == EMPTY


def test_attachments_of_a_number_stay() -> None:
    kept = replace(Answer(), note="see photo")
    assert prefill(visit(answers={AGE: kept}), (age(7200),), 7).entry(AGE).answer.note == "see photo"
