"""Two copies of one inspection: which holds everything of the other, and where they differ."""

from dataclasses import replace
from datetime import UTC, date, datetime

from console.inspection.comparing import differing, holds, with_signatures
from console.model.inspections import (
    Action,
    Answer,
    Attachment,
    Inspection,
    Notice,
    Recommendation,
    Seal,
    Signature,
    SignatureState,
    Stage,
    Verdict,
)
from tests.unit.inspection.visits import NOON, answer, visit

LOOK, SERIAL = "displays/look", "displays/serial"
NOTICE = Notice(date(2026, 11, 1), "telephone", "Wang", "2026-11-23")
SCAN = Attachment("ab" * 32, "signed.pdf", 9, "application/pdf", NOON)


def signed(side: str, name: str = "Li", copy: Attachment | None = None) -> Signature:
    return Signature(side, name, "", date(2026, 11, 24), "paper", SignatureState.SIGNED, copy)


def sealed(*signatures: Signature, stage: Stage = Stage.FINAL) -> Inspection:
    seal = Seal("cd" * 32, "", datetime(2026, 11, 23, tzinfo=UTC), "Li", 1, "")
    return replace(visit(stage=stage), seal=seal, signatures=signatures)


def test_a_draft_that_was_written_on_holds_the_earlier_one_and_not_the_other_way_round() -> None:
    earlier = visit(answers={LOOK: answer(Verdict.PASS)})
    later = visit(answers={LOOK: answer(Verdict.PASS), SERIAL: answer(entered="SN-1")})
    assert holds(later, earlier)
    assert not holds(earlier, later)
    assert holds(earlier, earlier)


def test_drafts_that_both_say_something_of_their_own_hold_neither() -> None:
    one = visit(answers={LOOK: answer(Verdict.PASS), SERIAL: answer(entered="SN-1")})
    other = visit(answers={LOOK: answer(Verdict.FAIL)})
    assert not holds(one, other)
    assert not holds(other, one)
    assert differing(one, other) == (LOOK, SERIAL)
    assert differing(other, one, missing_only=True) == (LOOK,)


def test_who_typed_it_and_what_is_only_offered_make_no_difference() -> None:
    one = visit(answers={LOOK: answer(Verdict.PASS), SERIAL: Answer(entered="SN-1", carried=True)})
    other = visit(answers={LOOK: replace(answer(Verdict.PASS), by="Han", at=None)})
    assert differing(one, other) == ()
    assert holds(one, other)
    assert holds(other, one)


def test_notes_notice_conclusion_advice_and_actions_count_as_said() -> None:
    plain = visit()
    more = [
        visit(answers={LOOK: answer(note="dark")}),
        replace(plain, notice=NOTICE),
        replace(plain, conclusion="In order."),
        replace(plain, recommendations=(Recommendation("a", "D3", "x", "", edited=True),)),
        replace(plain, actions=(Action("1", plain.id, LOOK, "x"),)),
        replace(plain, stage=Stage.REVIEW),
    ]
    for each in more:
        assert not holds(plain, each)
        assert holds(each, plain)


def test_a_draft_of_advice_that_nobody_edited_is_no_loss() -> None:
    drafted = replace(visit(), recommendations=(Recommendation("a", "D3", "x", ""),))
    assert holds(visit(), drafted)


def test_another_version_of_the_form_holds_nothing_for_sure() -> None:
    other = replace(visit(), form=replace(visit().form, version=2))
    assert not holds(other, visit())


def test_a_missing_signature_and_the_later_stage_are_taken_over() -> None:
    ours = sealed(signed("us"), stage=Stage.SIGNED_BY_US)
    theirs = sealed(signed("us"), signed("hospital", "Wang", SCAN), stage=Stage.SIGNED)
    merged = with_signatures(ours, theirs)
    assert (merged.stage, merged.signatures) == (Stage.SIGNED, theirs.signatures)
    assert with_signatures(theirs, ours) == theirs


def test_a_signature_that_stands_here_is_never_replaced() -> None:
    ours, theirs = sealed(signed("us", "Li")), sealed(signed("us", "Somebody else", SCAN))
    assert with_signatures(ours, theirs) == ours


def test_the_signed_copy_of_the_same_signature_is_taken_over() -> None:
    merged = with_signatures(sealed(signed("us")), sealed(signed("us", copy=SCAN)))
    assert merged.signatures == (signed("us", copy=SCAN),)


def test_an_empty_signature_block_is_no_signature() -> None:
    empty = Signature("hospital")
    assert with_signatures(sealed(empty), sealed(signed("hospital"))).signatures == (signed("hospital"),)
    assert with_signatures(sealed(signed("hospital")), sealed(empty)).signatures == (signed("hospital"),)
    assert with_signatures(sealed(empty), sealed(empty)) == sealed(empty)
