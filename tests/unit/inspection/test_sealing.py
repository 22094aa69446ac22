"""Seals: whatever is changed in a sealed inspection is named."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from unicodedata import normalize

import pytest

from console.errors import StoreError, UsageError
from console.inspection import lifecycle, sealing
from console.inspection.records import Records
from console.model.forms import Form, FormItem, FormSection, ItemKind, NumberLimits, Repeat
from console.model.inspections import (
    Action,
    Answer,
    Attachment,
    Entry,
    Inspection,
    Past,
    Recommendation,
    Signature,
    SignatureState,
    Stage,
    Urgency,
    Verdict,
)
from console.model.sentence import Words
from console.store.audit import AuditLog
from tests.unit.inspection.homes import (
    LOOK,
    NOON,
    NOTICE,
    PERMISSION,
    SERIAL,
    USED,
    answer,
    begun,
    proven,
    records_of,
    sealed,
    tampered,
    without_gaps,
)
from tests.unit.inspection.visits import visit

OURS = Signature("us", "李工", "工程师", date(2026, 11, 24), state=SignatureState.SIGNED)


def broken(home: Path, inspection_id: str | None = None) -> list[str]:
    """What `verify` says, by a console that only reads."""
    return [str(each.what) for each in sealing.verify(records_of(home, read_only=True), inspection_id)]


def test_a_sealed_inspection_verifies(tmp_path: Path) -> None:
    # GIVEN three sealed inspections, one of them signed, and a draft
    records = records_of(tmp_path)
    first, second = sealed(records, "2026Q2"), sealed(records, "2026Q3")
    records.change(first.id, lambda each: lifecycle.sign(each, OURS))
    begun(records)
    # THEN nothing is broken, each seal names the one before, and the audit log's head stands in it
    assert broken(tmp_path) == []
    assert first.seal is not None
    assert second.seal is not None
    assert (first.seal.previous, second.seal.previous) == ("", first.seal.sha256)
    assert (first.seal.audit_lines, second.seal.audit_lines) == (0, 1)
    assert AuditLog(tmp_path).verify().lines == 2


def test_the_seal_does_not_depend_on_how_the_record_is_kept(tmp_path: Path) -> None:
    # GIVEN an inspection WHEN another console reads it from the disk
    made = sealed(records_of(tmp_path))
    read = records_of(tmp_path).open(made.id)
    # THEN the canonical bytes are the same, sorted, without blanks, and their sum is the seal
    assert sealing.canonical(read) == sealing.canonical(made)
    assert made.seal is not None
    assert sealing.digest_of(read) == made.seal.sha256
    value = json.loads(sealing.canonical(made))
    again = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert again == sealing.canonical(made)


def test_canonical_bytes_are_known_for_ever() -> None:
    # GIVEN a fixed inspection that holds a value of every kind
    item = FormItem("age", ItemKind.NUMBER, Words("Age", "备份"), ("D4",), unit="h", limits=NumberLimits(maximum=26))
    section = FormSection("backup", Words("Backup", "备份"), (item,), repeat=Repeat.HOST)
    form = Form("quarterly", 1, Words("Quarterly inspection", "季度巡检"), (section,), "0" * 64, quarterly=True)
    photo = Attachment("a" * 64, "屏.jpg", 3, "image/jpeg", NOON, "left")
    typed = Answer(
        "９５ h", 95.0, Verdict.FAIL, "太久", ({"name": "李"},), (photo,), (proven(),), 7, False, "李工", NOON
    )
    entry = Entry("backup/age@pacs-a", section, item, "pacs-a", "PACS A", typed)
    made = Inspection(
        "0" * 32, "H-2026Q4-01", form, "第一医院", "WB-1", "2026Q4", date(2026, 11, 23), Stage.REVIEW, 0, created=NOON,
        begun=NOON, operator="李工", notice=NOTICE, permission=PERMISSION, entries=(entry,), conclusion="Sound",
        recommendations=(Recommendation("r1", "D4", "Back up daily", "cron", Urgency.NOW, (entry.id,), True),),
        actions=(Action("1" * 32, "0" * 32, entry.id, "Back up", "王工", date(2026, 12, 1), NOON),),
        past={entry.id: (Past("2026Q3", 20.0, "20", Verdict.PASS),)},
    )  # fmt: skip
    # WHEN a later version of the console makes its canonical bytes THEN they are the same, with and without a seal:
    # reports that were sealed years ago have to verify
    assert sealing.digest_of(made) == "5bf7355678e823bc2d20a97dc69d975dab7c15db55fa699b8a92a95d8e976232"
    with without_gaps():
        closed = sealing.seal(made, "b" * 64, (12, "c" * 64), "李工", NOON)
    assert closed.seal is not None
    assert closed.seal.sha256 == "05840d92a9b0e34160bc14f0f5f97631f429b8d1d4a093476fe0fed7bc805757"


def test_decomposed_letters_and_equal_numbers_are_the_same_content() -> None:
    # GIVEN the same text as two systems keep it, and the same number as two programs write it
    one = replace(visit(), conclusion=normalize("NFC", "Prüfung café 한글"))
    other = replace(one, conclusion=normalize("NFD", one.conclusion))
    assert one.conclusion != other.conclusion
    entry = one.entries[2]
    whole = replace(one, entries=(replace(entry, answer=replace(entry.answer, number=95)),))
    broken_up = replace(one, entries=(replace(entry, answer=replace(entry.answer, number=95.0)),))
    # THEN the bytes are the same
    assert sealing.canonical(one) == sealing.canonical(other)
    assert sealing.canonical(whole) == sealing.canonical(broken_up)


def test_signing_and_archiving_leave_the_seal_alone(tmp_path: Path) -> None:
    # GIVEN a sealed inspection WHEN it is signed by both sides and archived
    records = records_of(tmp_path)
    made = sealed(records)
    hospital = replace(OURS, side="hospital", name="王主任")
    records.change(made.id, lambda each: lifecycle.sign(each, OURS))
    records.change(made.id, lambda each: lifecycle.sign(each, hospital))
    done = records.change(made.id, lifecycle.archive)
    # THEN the seal is the same and holds
    assert done.seal == made.seal
    assert broken(tmp_path) == []


Change = Callable[[Path, Inspection], None]

CHANGES: dict[str, tuple[str, str, list[str]]] = {
    "value": (
        '"entered": "good"',
        '"entered": "goof"',
        ["displays/look was changed after the seal: the value", "it says now: goof"],
    ),
    "verdict": (
        '"verdict": "pass", "by"',
        '"verdict": "fail", "by"',
        ["displays/look was changed after the seal: the verdict"],
    ),
    "who": ('"by": "李工", "at"', '"by": "张工", "at"', ["displays/look was changed after the seal: who answered"]),
    "run": ('"run": 7', '"run": 8', [f"{USED} was changed after the seal: the check run"]),
    "which": (
        '"id": "displays/serial"',
        '"id": "displays/serjal"',
        ["displays/serial was removed", "serjal was added"],
    ),
    "number": ('"number": "第一医院-q', '"number": "第二医院-q', ["the report's number was changed"]),
    "notice": ("信息科 王工", "信息科 王二", ["the notice was changed"]),
    "permission": ("王主任", "张主任", ["the permission was changed"]),
    "form": ("低于 95 %", "低于 99 %", ["the form was changed"]),
    "sealed by": ('"by": "李工", "audit', '"by": "张工", "audit', ["the seal itself was changed"]),
    "seal": ('"seal": {"sha256": "', '"seal": {"sha256": "0', ["The content does not fit the seal"]),
    "operator": ('"operator": "李工"', '"operator": "张工"', ["the operator was changed"]),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_by_a_program_that_knows_the_checksum_is_named(tmp_path: Path, what: str) -> None:
    # GIVEN a sealed inspection
    made = sealed(records_of(tmp_path))
    path = records_of(tmp_path).path(made.id)
    # WHEN one thing in its file is changed, and the file's checksum made to fit
    old, new, said = CHANGES[what]
    tampered(path, old, new)
    # THEN exactly that is named
    found = broken(tmp_path, made.id)
    for each in said:
        assert any(each in sentence for sentence in found), (each, found)
    if what != "seal":
        assert len(found) == len([each for each in said if "says now" not in each])


@pytest.mark.parametrize("place", [0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.999])
def test_one_byte_changed_anywhere_is_named(tmp_path: Path, place: float) -> None:
    # GIVEN a sealed inspection
    made = sealed(records_of(tmp_path))
    path = records_of(tmp_path).path(made.id)
    raw = bytearray(path.read_bytes())
    # WHEN one bit somewhere in its file is turned
    raw[int(place * (len(raw) - 1))] ^= 1
    path.write_bytes(raw)
    # THEN verify names the file, again and again, and repairs nothing
    for _again in range(2):
        assert any(path.name in sentence for sentence in broken(tmp_path))
    assert path.read_bytes() == raw


def test_a_byte_changed_in_an_answer_names_the_item_and_the_file(tmp_path: Path) -> None:
    # GIVEN a sealed inspection WHEN an editor changes an answer, not knowing of the checksum
    made = sealed(records_of(tmp_path))
    path = records_of(tmp_path).path(made.id)
    path.write_bytes(path.read_bytes().replace(b'"entered": "good"', b'"entered": "food"'))
    # THEN file and item are named
    found = broken(tmp_path)
    assert len(found) == 2
    assert path.name in found[0]
    assert found[1] == "displays/look was changed after the seal: the value; it says now: food"


def test_a_changed_record_is_neither_signed_nor_exported_as_if_it_held(tmp_path: Path) -> None:
    # GIVEN a sealed inspection that was changed WHEN somebody signs it THEN it is refused
    made = sealed(records_of(tmp_path))
    records = records_of(tmp_path)
    tampered(records.path(made.id), '"entered": "good"', '"entered": "goof"')
    with pytest.raises(StoreError, match="was changed after it was sealed"):
        records.change(made.id, lambda each: lifecycle.sign(each, OURS))


def test_a_seal_that_was_made_anew_is_named(tmp_path: Path) -> None:
    # GIVEN a sealed inspection WHEN somebody changes it and calculates the seal again
    records = records_of(tmp_path)
    made = sealed(records)
    assert made.seal is not None
    forged = answer(replace(made, seal=None, stage=made.stage.IN_PROGRESS), LOOK, "forged")
    forged = replace(forged, seal=made.seal, stage=made.stage)
    forged = replace(forged, seal=replace(made.seal, sha256=sealing.digest_of(forged)))
    records.path(made.id).unlink()
    records_of(tmp_path).store.write(forged, None)
    # THEN the ledger tells
    assert any("sealed anew" in sentence for sentence in broken(tmp_path))


def test_a_seal_that_was_taken_away_is_named(tmp_path: Path) -> None:
    # GIVEN a sealed inspection WHEN it is made a draft again
    records = records_of(tmp_path)
    made = sealed(records)
    records_of(tmp_path).store.write(replace(made, seal=None, stage=made.stage.REVIEW), None)
    # THEN that is named
    assert any("the seal was taken away" in sentence for sentence in broken(tmp_path))


def test_a_signature_that_was_changed_is_named(tmp_path: Path) -> None:
    # GIVEN a signed inspection WHEN the name of who signed is changed in the file
    records = records_of(tmp_path)
    made = sealed(records)
    records.change(made.id, lambda each: lifecycle.sign(each, OURS))
    tampered(records.path(made.id), '"role": "工程师"', '"role": "主任"')
    # THEN that is named, though the seal does not cover it
    assert broken(tmp_path) == ["The signatures were changed by another program."]


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_removed_record_is_named(tmp_path: Path, which: int) -> None:
    # GIVEN three sealed inspections WHEN one is removed, its earlier generation and all
    records = records_of(tmp_path)
    made = [sealed(records, f"2026Q{number}") for number in (1, 2, 3)]
    for path in records.folder.glob(f"{made[which].id}*"):
        path.unlink()
    # THEN it is named by its number
    found = sealing.verify(records_of(tmp_path))
    assert [(each.number, str(each.what)) for each in found] == [(made[which].number, "The sealed record was removed.")]


def test_the_last_record_removed_with_its_line_in_the_ledger_is_named(tmp_path: Path) -> None:
    # GIVEN two sealed inspections WHEN the last one is removed, and the ledger of seals with it
    records = records_of(tmp_path)
    made = [sealed(records, f"2026Q{number}") for number in (1, 2)]
    for path in [*records.folder.glob(f"{made[1].id}*"), *records.folder.glob("seals.json*")]:
        path.unlink()
    # THEN the audit log still knows of it
    found = [(each.number, str(each.what)) for each in sealing.verify(records_of(tmp_path))]
    assert (made[1].number, "The sealed record was removed.") in found


def test_a_broken_chain_is_named(tmp_path: Path) -> None:
    # GIVEN three sealed inspections WHEN the line of the second is cut out of the ledger
    records = records_of(tmp_path)
    for number in (1, 2, 3):
        sealed(records, f"2026Q{number}")
    path = records.folder / "seals.json"
    body = json.loads(path.read_bytes().partition(b"\n")[2])
    line = body["seals"].pop("2")
    path.write_text("")
    records_of(tmp_path)
    from console.store.files import write_checked

    path.unlink()
    write_checked(path, json.dumps(body).encode())
    # THEN the gap in the chain is named, and the record that is in no line
    found = {each.number: str(each.what) for each in sealing.verify(records_of(tmp_path))}
    assert "chain of seals is broken before it" in found["第一医院-quarterly-2026Q3-01"]
    assert "not in the ledger" in found[line["number"]]


@pytest.mark.parametrize("how", ["missing", "changed"])
def test_an_attachment_that_is_not_what_it_was_is_named(tmp_path: Path, how: str) -> None:
    # GIVEN a sealed inspection with an attachment
    records = records_of(tmp_path)
    draft = begun(records)
    photo = records.attach(draft.id, b"\xff\xd8\xff photo", "屏.jpg")
    records.change(draft.id, lambda each: with_photo(each, photo))
    records.change(draft.id, lifecycle.review)
    with without_gaps():
        records.seal(draft.id, "李工")
    assert broken(tmp_path) == []
    # WHEN its file is removed or changed
    path = records.attachment_path(photo.sha256)
    if how == "missing":
        path.unlink()
    else:
        path.write_bytes(b"\xff\xd8\xff phot0")
    # THEN the item and the file are named
    said = "is missing" if how == "missing" else "was changed"
    assert broken(tmp_path) == [f"{LOOK}: the attachment 屏.jpg {said}."]


def with_photo(draft: Inspection, photo: Attachment) -> Inspection:
    entry = draft.entry(LOOK)
    return lifecycle.set_answer(draft, replace(entry, answer=replace(entry.answer, attachments=(photo,))))


def test_evidence_that_is_not_what_it_was_is_named(tmp_path: Path) -> None:
    # GIVEN a sealed inspection WHEN what a check answered is changed on the disk
    sealed(records_of(tmp_path))
    (path,) = (tmp_path / "inspections" / "evidence").rglob("*.json")
    path.write_bytes(path.read_bytes().replace(b"82 %", b"12 %"))
    # THEN the items that rest on it are named
    assert any(f"The evidence of {USED} is missing or was changed" in sentence for sentence in broken(tmp_path))


def test_a_seal_that_a_crash_kept_out_of_the_ledger_is_taken_up(tmp_path: Path) -> None:
    # GIVEN a crash between the record and the ledger
    records = records_of(tmp_path)
    sealed(records, "2026Q1")
    shutil.copy(records.folder / "seals.json", tmp_path / "kept")
    second = sealed(records, "2026Q2")
    shutil.copy(tmp_path / "kept", records.folder / "seals.json")
    # THEN that is no damage
    assert broken(tmp_path) == []
    # WHEN the next one is sealed THEN the chain goes on from it
    third = sealed(records_of(tmp_path), "2026Q3")
    assert third.seal is not None
    assert second.seal is not None
    assert third.seal.previous == second.seal.sha256
    assert broken(tmp_path) == []


def test_only_what_is_under_review_is_sealed(tmp_path: Path) -> None:
    # GIVEN a begun inspection WHEN it is sealed too early, twice, or by nobody THEN a sentence says what is missing
    records = records_of(tmp_path)
    draft = begun(records)
    with without_gaps():
        with pytest.raises(UsageError, match="not under review yet"):
            records.seal(draft.id, "李工")
        records.change(draft.id, lifecycle.review)
        with pytest.raises(UsageError, match="Say who seals it"):
            records.seal(draft.id, " \x1b")
        records.seal(draft.id, "李工")
        with pytest.raises(UsageError, match="sealed already"):
            records.seal(draft.id, "李工")


def test_what_is_not_complete_is_not_sealed(tmp_path: Path) -> None:
    # GIVEN an inspection under review with items that nobody answered
    records = records_of(tmp_path)
    draft = begun(records)
    records.change(draft.id, lifecycle.review)
    # WHEN it is sealed THEN the number of gaps and the first of them are said, and nothing is sealed
    with pytest.raises(UsageError, match=r"cannot be sealed yet: \d+ points are open"):
        records.seal(draft.id, "李工")
    assert not records.open(draft.id).sealed
    assert records.ledger.lines() == ()


def test_what_was_sealed_holds_the_earlier_values(tmp_path: Path) -> None:
    # GIVEN a sealed inspection of the quarter before WHEN the next one is sealed
    records = records_of(tmp_path)
    sealed(records, "2026Q3")
    made = sealed(records, "2026Q4")
    # THEN what its report prints beside the values is under the seal
    assert [past.quarter for past in made.past[SERIAL]] == ["2026Q3"]
    assert made.past[LOOK][0].verdict is Verdict.PASS


def test_an_imported_seal_is_no_break_in_the_chain(tmp_path: Path) -> None:
    # GIVEN an inspection that was sealed in another home as the second of its chain
    theirs, ours = records_of(tmp_path / "theirs"), records_of(tmp_path / "ours")
    sealed(theirs, "2026Q1")
    second = sealed(theirs, "2026Q2")
    sealed(ours, "2026Q3")
    take(theirs, ours, second)
    # WHEN this home goes on THEN its own chain does, and everything verifies
    last = sealed(ours, "2026Q4")
    assert last.seal is not None
    assert broken(tmp_path / "ours") == []
    # THEN the same record with other content is refused by name
    with pytest.raises(StoreError, match="seal of 第一医院-quarterly-2026Q2-01 is broken"):
        records_of(tmp_path / "third").take_in(replace(second, conclusion="forged"))
    with pytest.raises(StoreError, match="sealed: nothing in it changes"):
        ours.take_in(replace(second, conclusion="forged"))


def take(theirs: Records, ours: Records, inspection: Inspection) -> None:
    ours.take_in(theirs.open(inspection.id))


def test_a_revision_is_sealed_as_the_next_link(tmp_path: Path) -> None:
    # GIVEN a sealed inspection WHEN it is revised and sealed
    records = records_of(tmp_path)
    made = sealed(records)
    draft = records.revise(made.id, "wrong serial number", "李工")
    records.change(draft.id, lambda each: answer(each, SERIAL, "SN-2"))
    records.change(draft.id, lifecycle.review)
    with without_gaps():
        revised = records.seal(draft.id, "李工")
    # THEN both stand, and both verify
    assert revised.seal is not None
    assert made.seal is not None
    assert revised.seal.previous == made.seal.sha256
    assert (revised.revision, revised.reason) == (1, "wrong serial number")
    assert records.open(made.id).entry(SERIAL).answer.entered == "SN-1"
    assert broken(tmp_path) == []
    assert revised.begun == NOON


def test_a_damaged_sealed_record_is_brought_back_from_its_copy(tmp_path: Path) -> None:
    # GIVEN a sealed inspection whose file was damaged
    made = sealed(records_of(tmp_path))
    records = records_of(tmp_path)
    path = records.path(made.id)
    path.write_bytes(path.read_bytes()[:-200])
    assert broken(tmp_path) != []
    # WHEN it is read THEN it is the sealed one, never the draft before; nothing is signed on it as it lies
    assert records.open(made.id) == made
    with pytest.raises(StoreError, match="verify names"):
        records.change(made.id, lambda each: lifecycle.sign(each, OURS))
    # WHEN the copy is put in its place THEN the seal holds again, the damaged file is kept, and it may be signed
    assert records_of(tmp_path).restore(made.id) == made
    assert broken(tmp_path) == []
    assert len(list(records.folder.glob("*.damaged-*"))) == 1
    records_of(tmp_path).change(made.id, lambda each: lifecycle.sign(each, OURS))
    assert broken(tmp_path) == []


def test_nothing_is_brought_back_that_was_not_what_was_sealed(tmp_path: Path) -> None:
    # GIVEN a sealed inspection whose file is damaged, and whose copy is the draft before it
    records = records_of(tmp_path)
    made = sealed(records)
    path = records.path(made.id)
    records_of(tmp_path).store.write(replace(made, seal=None, stage=Stage.REVIEW), None)
    path.unlink()
    tampered(path.with_name(path.name + ".prev"), '"entered": "good"', '"entered": "forg"')
    # WHEN somebody wants it back, or types into it THEN both are refused
    fresh = records_of(tmp_path)
    with pytest.raises(StoreError, match="verify names"):
        fresh.restore(made.id)
    with pytest.raises(StoreError, match="verify names"):
        fresh.change(made.id, lambda each: replace(each, conclusion="typed"))


def test_a_console_that_has_a_record_open_sees_what_was_changed_on_the_disk(tmp_path: Path) -> None:
    # GIVEN a console that sealed an inspection and remembers all of it
    records = records_of(tmp_path)
    sealed(records)
    (path,) = (tmp_path / "inspections" / "evidence").rglob("*.json")
    # WHEN evidence is changed behind its back THEN the same console names it
    assert sealing.verify(records) == ()
    path.write_bytes(path.read_bytes().replace(b"82 %", b"12 %"))
    assert [each.number for each in sealing.verify(records)] == ["第一医院-quarterly-2026Q4-01"]
