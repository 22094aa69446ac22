"""The steps of an inspection: what each stage allows, and how the rest is refused."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from console.errors import UsageError
from console.inspection import lifecycle, sealing
from console.inspection.numbering import next_number
from console.model.forms import Form
from console.model.inspections import (
    Attachment,
    Inspection,
    Notice,
    Permission,
    Signature,
    SignatureState,
    Stage,
    Verdict,
)
from console.model.site import Site
from tests.unit.inspection.homes import LOOK, NOON, NOTICE, PERMISSION, answer, without_gaps
from tests.unit.inspection.visits import FORM, visit

OURS = Signature("us", "李工", "工程师", date(2026, 11, 24), state=SignatureState.SIGNED)
THEIRS = replace(OURS, side="hospital", name="王主任", role="信息科主任")
PLANNED = visit(stage=Stage.PLANNED)
SEALED_STAGES = (Stage.FINAL, Stage.SIGNED_BY_US, Stage.SIGNED, Stage.ARCHIVED)


def at_work() -> Inspection:
    permitted = lifecycle.permit(lifecycle.announce(PLANNED, NOTICE), PERMISSION)
    return lifecycle.begin(permitted, by="李工", at=NOON)


def closed() -> Inspection:
    with without_gaps():
        return sealing.seal(lifecycle.review(at_work()), "", (0, "0" * 64), "李工", NOON)


def test_an_inspection_goes_from_plan_to_archive() -> None:
    # GIVEN a planned inspection WHEN every step is taken in its order
    stages = [PLANNED.stage]
    draft = PLANNED
    steps: list[Callable[[Inspection], Inspection]] = [
        lambda each: lifecycle.announce(each, NOTICE),
        lambda each: lifecycle.permit(each, PERMISSION),
        lambda each: lifecycle.begin(each, by="李工", at=NOON),
        lifecycle.review,
        lambda each: sealing.seal(each, "", (0, "0" * 64), "李工", NOON),
        lambda each: lifecycle.sign(each, OURS),
        lambda each: lifecycle.sign(each, THEIRS),
        lifecycle.archive,
    ]
    with without_gaps():
        for step in steps:
            draft = step(draft)
            stages.append(draft.stage)
    # THEN it stands at each stage once
    assert stages == list(Stage)
    assert (draft.notice, draft.permission, draft.signatures) == (NOTICE, PERMISSION, (OURS, THEIRS))
    assert draft.begun == NOON


def test_nothing_begins_without_notice_and_permission_but_with_a_reason() -> None:
    # GIVEN a planned inspection WHEN it is begun THEN what is missing is said
    with pytest.raises(UsageError, match="notice and permission of the hospital is missing"):
        lifecycle.begin(PLANNED, by="李工", at=NOON)
    with pytest.raises(UsageError, match="permission of the hospital is missing"):
        lifecycle.begin(lifecycle.announce(PLANNED, NOTICE), "  ", by="李工", at=NOON)
    # WHEN a reason is given THEN it begins, and the reason stays where the report prints it
    begun = lifecycle.begin(PLANNED, "down since the night", by="李工", at=NOON)
    assert begun.permission == Permission(NOON.date(), "", override="down since the night")
    # THEN a permission that arrives later does not take the reason away
    later = lifecycle.permit(lifecycle.announce(begun, NOTICE), PERMISSION)
    assert later.permission == replace(PERMISSION, override="down since the night")
    assert later.stage is Stage.IN_PROGRESS


def test_a_reason_that_nobody_needs_is_not_printed() -> None:
    # GIVEN a permitted inspection WHEN it is begun with a reason THEN that is refused
    permitted = lifecycle.permit(lifecycle.announce(PLANNED, NOTICE), PERMISSION)
    with pytest.raises(UsageError, match="no reason is needed"):
        lifecycle.begin(permitted, "in a hurry", by="李工", at=NOON)


def test_a_form_that_is_not_quarterly_asks_for_neither() -> None:
    # GIVEN an acceptance after repair WHEN it is begun at once THEN it begins
    acceptance = replace(PLANNED, form=replace(FORM, id="acceptance", quarterly=False))
    assert lifecycle.begin(acceptance, by="李工", at=NOON).stage is Stage.IN_PROGRESS
    assert lifecycle.permit(acceptance, PERMISSION).stage is Stage.PERMITTED


def test_days_of_notice_and_permission_have_to_fit() -> None:
    # GIVEN a notice WHEN the permission is earlier, or the notice becomes later THEN both days are named
    noted = lifecycle.announce(PLANNED, NOTICE)
    with pytest.raises(UsageError, match="2026-11-10; the permission cannot be earlier"):
        lifecycle.permit(noted, replace(PERMISSION, on=date(2026, 11, 9)))
    permitted = lifecycle.permit(noted, PERMISSION)
    with pytest.raises(UsageError, match="cannot be later"):
        lifecycle.announce(permitted, replace(NOTICE, on=date(2026, 11, 20)))
    with pytest.raises(UsageError, match="Record the notice first"):
        lifecycle.permit(PLANNED, PERMISSION)


@pytest.mark.parametrize(
    ("notice", "said"),
    [
        (replace(NOTICE, channel=" \x1b\t"), "how the hospital was told"),
        (replace(NOTICE, recipient=""), "who was told"),
    ],
)
def test_a_notice_says_how_and_whom(notice: Notice, said: str) -> None:
    # GIVEN a notice without one of them WHEN it is recorded THEN that is asked for
    with pytest.raises(UsageError, match=said):
        lifecycle.announce(PLANNED, notice)


def test_answers_begin_with_the_work() -> None:
    # GIVEN an inspection that was not begun WHEN an answer is typed THEN it is refused
    with pytest.raises(UsageError, match="was not begun yet"):
        answer(PLANNED, LOOK, "good")
    # GIVEN one at work THEN it stands there, in its place, and under review too
    draft = answer(at_work(), LOOK, "good")
    assert [entry.id for entry in draft.entries] == [entry.id for entry in PLANNED.entries]
    assert draft.entry(LOOK).answer.entered == "good"
    assert answer(lifecycle.review(draft), LOOK, "bad", Verdict.FAIL).stage is Stage.REVIEW
    with pytest.raises(UsageError, match="asks nothing called"):
        lifecycle.set_answer(draft, replace(draft.entry(LOOK), id="none/such"))


STEPS: dict[str, Callable[[Inspection], Inspection]] = {
    "notice": lambda each: lifecycle.announce(each, NOTICE),
    "permission": lambda each: lifecycle.permit(each, PERMISSION),
    "begin": lambda each: lifecycle.begin(each, "reason", by="李工", at=NOON),
    "answer": lambda each: answer(each, LOOK, "good"),
    "conclusion": lambda each: lifecycle.conclude(each, "sound"),
    "recommendations": lambda each: lifecycle.recommend(each, ()),
    "action": lambda each: lifecycle.add_action(each, LOOK, "replace", at=NOON),
    "review": lifecycle.review,
    "reopen": lifecycle.reopen,
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("stage", SEALED_STAGES)
def test_nothing_goes_back_behind_the_seal(step: str, stage: Stage) -> None:
    # GIVEN a sealed inspection WHEN any step of a draft is taken THEN a revision is what is offered
    with pytest.raises(UsageError, match=r"sealed.*Begin a revision"):
        STEPS[step](replace(closed(), stage=stage))


def test_a_draft_is_neither_signed_nor_archived_nor_revised() -> None:
    # GIVEN a draft WHEN a step behind the seal is taken THEN it is refused
    with pytest.raises(UsageError, match="A draft cannot be signed"):
        lifecycle.sign(at_work(), OURS)
    with pytest.raises(UsageError, match="once both sides have signed"):
        lifecycle.archive(at_work())
    with pytest.raises(UsageError, match="is not sealed: correct it as it is"):
        lifecycle.revise(at_work(), "why", by="李工", at=NOON)


def test_we_sign_first_and_a_signature_is_not_replaced() -> None:
    # GIVEN a sealed inspection WHEN the hospital signs first THEN it is refused
    with pytest.raises(UsageError, match="We sign first"):
        lifecycle.sign(closed(), THEIRS)
    # WHEN the same side signs again with another name THEN it is refused; a copy may be added, once
    signed = lifecycle.sign(closed(), OURS)
    with pytest.raises(UsageError, match="signed by 李工 on 2026-11-24 already"):
        lifecycle.sign(signed, replace(OURS, name="张工"))
    scan = Attachment("a" * 64, "scan.pdf", 10, "application/pdf", NOON)
    copied = lifecycle.sign(signed, replace(OURS, attachment=scan))
    assert copied.signatures == (replace(OURS, attachment=scan),)
    assert copied.stage is Stage.SIGNED_BY_US
    with pytest.raises(UsageError, match="already"):
        lifecycle.sign(copied, replace(OURS, attachment=replace(scan, sha256="b" * 64)))
    # THEN a copy that arrives after the archive is taken as well
    done = lifecycle.archive(lifecycle.sign(signed, THEIRS))
    assert lifecycle.sign(done, replace(OURS, attachment=scan)).stage is Stage.ARCHIVED


def test_an_action_is_opened_changed_and_closed_with_evidence() -> None:
    # GIVEN a begun inspection WHEN an action is opened without words, for nothing, or for yesterday
    draft = at_work()
    with pytest.raises(UsageError, match="Say what has to be done"):
        lifecycle.add_action(draft, LOOK, "  ", at=NOON)
    with pytest.raises(UsageError, match="asks nothing called"):
        lifecycle.add_action(draft, "none/such", "replace", at=NOON)
    with pytest.raises(UsageError, match="2026-11-22 has passed"):
        lifecycle.add_action(draft, LOOK, "replace", due=date(2026, 11, 22), at=NOON)
    # WHEN it is opened THEN it follows until it is closed with what proves it
    opened = lifecycle.add_action(draft, LOOK, "replace\nthe lamp", owner="王工", due=date(2026, 12, 1), at=NOON)
    (action,) = opened.actions
    assert (action.what, action.owner, action.inspection) == ("replace the lamp", "王工", draft.id)
    changed = lifecycle.change_action(opened, action.id, owner="张工", at=NOON)
    assert changed.actions == (replace(action, owner="张工"),)
    with pytest.raises(UsageError, match="what proves that it is done"):
        lifecycle.close_action(changed, action.id, " ", by="李工", at=NOON)
    done = lifecycle.close_action(changed, action.id, "photo of the new lamp", by="李工", at=NOON)
    assert done.actions[0].closed == NOON
    with pytest.raises(UsageError, match="is closed"):
        lifecycle.change_action(done, action.id, owner="王工", at=NOON)
    with pytest.raises(UsageError, match="has no action"):
        lifecycle.close_action(done, "f" * 32, "x", by="李工", at=NOON)


def test_an_action_of_an_earlier_inspection_is_not_dropped() -> None:
    # GIVEN an action that was opened here and one from before WHEN they are dropped THEN only the own one goes
    draft = lifecycle.add_action(at_work(), LOOK, "replace", at=NOON)
    earlier = replace(draft.actions[0], id="e" * 32, inspection="f" * 32)
    both = replace(draft, actions=(*draft.actions, earlier))
    assert lifecycle.drop_action(both, draft.actions[0].id).actions == (earlier,)
    with pytest.raises(UsageError, match="closed with evidence, not dropped"):
        lifecycle.drop_action(both, earlier.id)


def test_texts_are_as_long_as_they_may_be() -> None:
    # GIVEN a conclusion of 20,000 characters and one of one more THEN the first is kept, the second refused in words
    assert len(lifecycle.conclude(at_work(), "字" * 20_000).conclusion) == 20_000
    with pytest.raises(UsageError, match="has 20001 characters; 20000 are kept"):
        lifecycle.conclude(at_work(), "字" * 20_001)
    long_note = replace(at_work().entry(LOOK).answer, note="字" * 20_001)
    with pytest.raises(UsageError, match="20001 characters"):
        lifecycle.set_answer(at_work(), replace(at_work().entry(LOOK), answer=long_note))


def test_where_the_operator_stood_is_remembered() -> None:
    # GIVEN a draft WHEN the operator moves THEN that is kept; of a sealed one nothing is
    assert lifecycle.stand_on(at_work(), LOOK).cursor == LOOK
    assert lifecycle.stand_on(closed(), LOOK).cursor == ""


def test_a_revision_holds_everything_but_seal_and_signatures() -> None:
    # GIVEN a signed inspection WHEN it is revised
    signed = lifecycle.sign(closed(), OURS)
    later = NOON + timedelta(days=3)
    revised = lifecycle.revise(signed, "wrong\tserial number", by="张工", at=later)
    # THEN it is a draft of the next revision that says what it amends and why
    assert (revised.revision, revised.amends, revised.reason) == (1, signed.id, "wrong serial number")
    assert (revised.stage, revised.seal, revised.signatures) == (Stage.IN_PROGRESS, None, ())
    assert (revised.number, revised.entries, revised.begun) == (signed.number, signed.entries, NOON)
    assert (revised.created, revised.operator) == (later, "张工")
    assert revised.id != signed.id
    with pytest.raises(UsageError, match="Say why it is revised"):
        lifecycle.revise(signed, " ", by="张工", at=later)


def test_reports_are_numbered_by_their_form() -> None:
    # GIVEN the usual pattern, and one without a serial number
    site = Site("第一 医院/东院")
    taken: set[str] = set()
    for _each in range(3):
        taken.add(next_number(FORM, site, "2026Q4", taken))
    own = replace(FORM, numbering="XJ{year}{quarter}")
    plain: set[str] = set()
    for _each in range(3):
        plain.add(next_number(own, site, "2026Q4", plain))
    # THEN every number is given once, and may stand in the name of a file
    assert taken == {f"第一-医院-东院-quarterly-2026Q4-{serial:02d}" for serial in (1, 2, 3)}
    assert plain == {"XJ20264", "XJ20264-2", "XJ20264-3"}


@pytest.mark.parametrize("pattern", ["{nothing}", "{serial", "{0}", "{site.name}", "{serial:xx}"])
def test_a_pattern_that_is_none_is_refused_in_words(pattern: str) -> None:
    # GIVEN a form of the site's own with a wrong pattern WHEN a number is made THEN the pattern is named
    form: Form = replace(FORM, numbering=pattern)
    with pytest.raises(UsageError, match="no pattern with"):
        next_number(form, Site("H"), "2026Q4", set())


@pytest.mark.parametrize("quarter", ["2026Q5", "2026", "", "26Q1", "2026q4"])
def test_what_is_no_quarter_is_refused(quarter: str) -> None:
    # GIVEN no quarter WHEN an inspection of it is numbered THEN it is refused
    with pytest.raises(UsageError, match="no quarter such as 2026Q4"):
        next_number(FORM, Site("H"), quarter, set())


def test_the_operator_and_the_moment_of_the_beginning_are_kept() -> None:
    # GIVEN a planned inspection WHEN somebody else begins it THEN the report names who did
    moment = datetime(2026, 11, 24, 9, 0, tzinfo=NOON.tzinfo)
    begun = lifecycle.begin(PLANNED, "reason", by="张工\x1b[31m", at=moment)
    assert (begun.operator, begun.begun) == ("张工[31m", moment)
    with pytest.raises(UsageError, match="was begun already"):
        lifecycle.begin(begun, "reason", by="张工", at=moment)
