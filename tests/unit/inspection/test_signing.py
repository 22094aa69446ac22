"""Signing a sealed report: what every signer refuses, and what paper holds."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from console.errors import UsageError
from console.inspection.signing import (
    HOSPITAL,
    SIGNERS,
    US,
    PaperSigner,
    Signer,
    SignRequest,
    missing_copies,
    signature_of,
    signer,
)
from console.model.inspections import Attachment, Inspection, Seal, SignatureState
from tests.unit.inspection.visits import visit

SEALED_AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SCAN = Attachment("ab" * 32, "signed.pdf", 1000, "application/pdf", SEALED_AT)
GOOD = SignRequest(US, "Li Lei", "engineer", date(2026, 11, 24))


def sealed() -> Inspection:
    return replace(visit(), seal=Seal("cd" * 32, "", SEALED_AT, "Li", 3, "ef" * 32))


def test_a_signature_on_paper_holds_name_role_day_and_the_signed_copy() -> None:
    # GIVEN a sealed inspection
    # WHEN it is signed on paper, and the scan is at hand
    signature = PaperSigner().sign(sealed(), replace(GOOD, copy=SCAN))
    # THEN the signature says who, as what, when, how, and which file shows it
    assert (signature.side, signature.name, signature.role, signature.on) == (US, "Li Lei", "engineer", GOOD.on)
    assert (signature.signer, signature.state, signature.attachment) == ("paper", SignatureState.SIGNED, SCAN)


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (replace(GOOD, side="them"), "them"),
        (replace(GOOD, name=" \x1b "), "name"),
        (replace(GOOD, name="x" * 201), "200"),
        (replace(GOOD, role="x" * 201), "200"),
        (replace(GOOD, on=date(2026, 11, 22)), "2026-11-23"),
    ],
)
def test_what_cannot_be_a_signature_is_refused_in_words(request_: SignRequest, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        PaperSigner().sign(sealed(), request_)
    assert said in refused.value.detail


def test_a_draft_cannot_be_signed() -> None:
    with pytest.raises(UsageError, match="Seal the inspection first"):
        PaperSigner().sign(visit(), GOOD)


def test_control_characters_are_taken_out_of_a_name() -> None:
    signed = PaperSigner().sign(sealed(), replace(GOOD, name=" 李\x1b[31m雷 ", role="工程师\n"))
    assert (signed.name, signed.role) == ("李[31m雷", "工程师")


def test_a_side_without_signature_is_unsigned_and_a_missing_copy_is_named() -> None:
    ours = PaperSigner().sign(sealed(), GOOD)
    theirs = PaperSigner().sign(sealed(), replace(GOOD, side=HOSPITAL, copy=SCAN))
    signed = replace(sealed(), signatures=(ours, theirs))
    assert signature_of(visit(), HOSPITAL).state is SignatureState.UNSIGNED
    assert signature_of(signed, HOSPITAL) == theirs
    assert missing_copies(signed) == (US,)


def test_paper_says_what_a_person_has_to_compare() -> None:
    paper = PaperSigner()
    assert SCAN.sha256 in paper.verify(sealed(), paper.sign(sealed(), replace(GOOD, copy=SCAN)))
    assert "no signed copy" in paper.verify(sealed(), paper.sign(sealed(), GOOD))


def test_signers_are_found_by_their_word_and_paper_is_offered_first() -> None:
    first: Signer = SIGNERS[0]
    assert (first.id, first.title) == ("paper", "on paper")
    assert signer("paper") is first
    with pytest.raises(UsageError, match="There are: paper"):
        signer("token")
