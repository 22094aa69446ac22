"""Taking in archives from other homes: verified first, merged by id, and nothing sealed is ever written over."""

import hashlib
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from console.errors import StoreError, UsageError
from console.inspection import actions, sealing
from console.inspection.archive import export
from console.inspection.merging import Merged, Outcome, import_archive
from console.inspection.record_json import inspection_to_json
from console.inspection.records import Records
from console.model.inspections import Action, Inspection, Signature, SignatureState, Stage, Verdict
from tests.unit.inspection.visits import NOON, answer, sealed, visit

ID = "a" * 32
LOOK, SERIAL = "displays/look", "displays/serial"
PHOTO = b"\xff\xd8\xff photo"


def home_of(folder: Path, *inspections: Inspection) -> Records:
    folder.mkdir(exist_ok=True)
    records = Records(folder)
    for each in inspections:
        records.take_in(each)
    return records


@pytest.fixture
def elsewhere(tmp_path: Path) -> Records:
    return home_of(tmp_path / "laptop")


@pytest.fixture
def here(tmp_path: Path) -> Records:
    return home_of(tmp_path / "office")


def brought(records: Records, inspection: Inspection, tmp_path: Path, name: str = "x.zip") -> Path:
    """The archive of an inspection from another home."""
    records.take_in(inspection)
    path = tmp_path / name
    export(records, inspection.id, path)
    return path


def changed(path: Path, change: Callable[[dict[str, bytes]], None], *, sums: bool = True) -> Path:
    """The zip with its members changed, and the sums made to fit, as somebody would who knows them."""
    with zipfile.ZipFile(path) as opened:
        inside = {name: opened.read(name) for name in opened.namelist()}
    change(inside)
    if sums:
        inside.pop("SHA256SUMS", None)
        listed = [f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in inside.items()]
        inside["SHA256SUMS"] = "".join(listed).encode()
    with zipfile.ZipFile(path, "w") as opened:
        for name, data in inside.items():
            opened.writestr(name, data)
    return path


def state(records: Records) -> dict[str, bytes]:
    """Every file of the home that is not an index or the audit log."""
    files = (path for path in records.home.rglob("*") if path.is_file() and "sqlite" not in path.name)
    return {str(path.relative_to(records.home)): path.read_bytes() for path in files}


def test_a_sealed_inspection_arrives_whole_with_its_photo_and_its_seal_holds(
    elsewhere: Records, here: Records, tmp_path: Path
) -> None:
    # GIVEN a sealed inspection with a photo on a laptop
    elsewhere.take_in(visit(ID))
    photo = elsewhere.attach(ID, PHOTO, "look.jpg")
    done = sealed(visit(ID, answers={LOOK: replace(answer(Verdict.FAIL, note="dark"), attachments=(photo,))}))
    path = brought(elsewhere, done, tmp_path)
    # WHEN it is taken in at the office
    merged = import_archive(here, path)
    # THEN it is the same, its photo is there, and its seal holds there too
    assert (merged.outcome, merged.id, merged.number) == (Outcome.ADDED, ID, done.number)
    assert here.open(ID) == done
    assert here.attachment_path(photo.sha256).read_bytes() == PHOTO
    assert sealing.verify(here) == ()


def test_taking_it_in_again_changes_nothing(elsewhere: Records, here: Records, tmp_path: Path) -> None:
    path = brought(elsewhere, sealed(visit(ID)), tmp_path)
    import_archive(here, path)
    before = state(here)
    assert import_archive(here, path).outcome is Outcome.SAME
    assert state(here) == before


def test_a_seal_that_a_crash_kept_out_of_the_ledger_is_noted_the_second_time(
    elsewhere: Records, here: Records, tmp_path: Path
) -> None:
    path = brought(elsewhere, sealed(visit(ID)), tmp_path)
    import_archive(here, path)
    whole = state(here)
    for ledger in here.folder.glob("seals.json*"):
        ledger.unlink()
    assert import_archive(here, path).outcome is Outcome.SAME
    assert state(here) == whole


def test_a_sealed_record_is_never_written_over_by_another_one(
    elsewhere: Records, here: Records, tmp_path: Path
) -> None:
    # GIVEN one inspection that was sealed twice with different content
    path = brought(elsewhere, sealed(visit(ID, answers={LOOK: answer(Verdict.FAIL, note="dark")})), tmp_path)
    here.take_in(sealed(visit(ID, answers={LOOK: answer(Verdict.PASS)})))
    before = state(here)
    # WHEN the other one is brought, with and without insisting
    for take in (False, True):
        with pytest.raises(UsageError, match="displays/look") as refused:
            import_archive(here, path, take=take)
        assert "never written over" in refused.value.detail
    # THEN the one here is as it was
    assert state(here) == before


def test_a_draft_never_replaces_what_is_sealed(elsewhere: Records, here: Records, tmp_path: Path) -> None:
    path = brought(elsewhere, visit(ID, answers={SERIAL: answer(entered="other")}), tmp_path)
    here.take_in(sealed(visit(ID)))
    before = state(here)
    assert import_archive(here, path, take=True).outcome is Outcome.SAME
    assert state(here) == before


def signed(inspection: Inspection, *names: str) -> Inspection:
    sides = ("us", "hospital")
    signatures = tuple(
        Signature(side, name, "", date(2026, 11, 24), "paper", SignatureState.SIGNED)
        for side, name in zip(sides, names, strict=False)
    )
    return replace(inspection, stage=Stage.SIGNED if len(names) == 2 else Stage.SIGNED_BY_US, signatures=signatures)


def test_signatures_that_were_given_elsewhere_are_taken_over(elsewhere: Records, here: Records, tmp_path: Path) -> None:
    done = sealed(visit(ID))
    here.take_in(signed(done, "Li"))
    path = brought(elsewhere, signed(done, "Li", "Wang"), tmp_path)
    assert import_archive(here, path).outcome is Outcome.SIGNATURES
    there = here.open(ID)
    assert ([each.name for each in there.signatures], there.stage) == (["Li", "Wang"], Stage.SIGNED)
    # AND an older copy without them takes nothing away
    older = brought(home_of(tmp_path / "third"), signed(done, "Li"), tmp_path, "older.zip")
    assert import_archive(here, older).outcome is Outcome.SAME
    assert here.open(ID) == there


# Drafts


def test_a_draft_that_was_written_on_elsewhere_takes_the_place_of_the_earlier_one(
    elsewhere: Records, here: Records, tmp_path: Path
) -> None:
    here.take_in(visit(ID, answers={LOOK: answer(Verdict.PASS)}))
    more = visit(ID, answers={LOOK: answer(Verdict.PASS), SERIAL: answer(entered="SN-1")})
    merged = import_archive(here, brought(elsewhere, more, tmp_path))
    assert (merged.outcome, merged.aside) == (Outcome.CONTINUED, None)
    assert here.open(ID) == more


def test_a_draft_that_says_less_than_the_one_here_changes_nothing(
    elsewhere: Records, here: Records, tmp_path: Path
) -> None:
    more = visit(ID, answers={LOOK: answer(Verdict.PASS), SERIAL: answer(entered="SN-1")})
    here.take_in(more)
    path = brought(elsewhere, visit(ID, answers={LOOK: answer(Verdict.PASS)}), tmp_path)
    assert import_archive(here, path).outcome is Outcome.SAME
    assert here.open(ID) == more


def test_of_two_drafts_that_differ_the_one_here_stays_and_the_other_is_kept_aside(
    elsewhere: Records, here: Records, tmp_path: Path
) -> None:
    # GIVEN two drafts of one inspection that both hold something of their own
    mine, theirs = visit(ID, answers={LOOK: answer(Verdict.PASS)}), visit(ID, answers={LOOK: answer(Verdict.FAIL)})
    here.take_in(mine)
    path = brought(elsewhere, theirs, tmp_path)
    # WHEN the other one is brought
    merged = import_archive(here, path)
    # THEN the one here stays, the other lies beside it, and the sentence says what differs and what to do
    assert (merged.outcome, here.open(ID)) == (Outcome.ASIDE, mine)
    assert merged.aside is not None
    assert LOOK in merged.what
    assert f"import --take {merged.aside}" in merged.what
    # AND what was kept aside can be taken after all; then the one from here is kept
    taken = import_archive(here, merged.aside, take=True)
    assert (taken.outcome, here.open(ID)) == (Outcome.CONTINUED, theirs)
    assert taken.aside is not None
    back = import_archive(here, taken.aside, take=True)
    assert (back.outcome, here.open(ID)) == (Outcome.CONTINUED, mine)


def test_a_draft_gives_way_to_its_sealed_form_and_is_kept_where_it_said_something_else(
    elsewhere: Records, here: Records, tmp_path: Path
) -> None:
    here.take_in(visit(ID, answers={LOOK: answer(Verdict.PASS)}))
    done = sealed(visit(ID, answers={LOOK: answer(Verdict.FAIL)}))
    merged = import_archive(here, brought(elsewhere, done, tmp_path))
    assert (merged.outcome, here.open(ID)) == (Outcome.CONTINUED, done)
    assert merged.aside is not None
    assert merged.aside.is_file()


# What comes from strangers


def refused(here: Records, path: Path) -> str:
    before = state(here)
    with pytest.raises(UsageError) as error:
        import_archive(here, path)
    assert state(here) == before, "something was taken in"
    return error.value.detail


def test_a_record_that_was_changed_after_the_seal_is_refused_however_well_the_sums_fit(
    elsewhere: Records, here: Records, tmp_path: Path
) -> None:
    # GIVEN an archive in which somebody turned a verdict, and made record and sums fit
    done = sealed(visit(ID, answers={LOOK: answer(Verdict.FAIL, note="dark")}))
    path = brought(elsewhere, done, tmp_path)
    forged = replace(
        done, entries=tuple(replace(e, answer=answer(Verdict.PASS)) if e.id == LOOK else e for e in done.entries)
    )

    def forge(inside: dict[str, bytes]) -> None:
        inside["record.json"] = json.dumps(inspection_to_json(forged)).encode()
        inside["sealed.json"] = sealing.canonical(forged)

    # THEN the seal says no, and what was not sealed together says so too
    assert "the seal of H-2026Q4-aaaa is broken" in refused(here, changed(path, forge))
    path = brought(elsewhere, done, tmp_path, "y.zip")
    only_record = changed(
        path, lambda inside: inside.update({"record.json": json.dumps(inspection_to_json(forged)).encode()})
    )
    assert "do not say the same" in refused(here, only_record)


def test_an_archive_of_a_newer_version_is_called_that(elsewhere: Records, here: Records, tmp_path: Path) -> None:
    # GIVEN a record with a field that this version does not know, sealed with it
    path = brought(elsewhere, sealed(visit(ID)), tmp_path)

    def newer(inside: dict[str, bytes]) -> None:
        record, part = json.loads(inside["record.json"]), json.loads(inside["sealed.json"])
        for each in (record, part):
            each["weather"] = "rain"
        inside["sealed.json"] = json.dumps(part, sort_keys=True, separators=(",", ":")).encode()
        record["seal"]["sha256"] = hashlib.sha256(inside["sealed.json"]).hexdigest()
        inside["record.json"] = json.dumps(record).encode()

    assert "newer version" in refused(here, changed(path, newer))


def test_a_byte_that_was_changed_on_the_way_is_named(elsewhere: Records, here: Records, tmp_path: Path) -> None:
    path = brought(elsewhere, sealed(visit(ID)), tmp_path)
    changed(path, lambda inside: inside.update({"README.txt": b"read me not"}), sums=False)
    assert "README.txt was changed" in refused(here, path)


def test_a_missing_photo_is_named(elsewhere: Records, here: Records, tmp_path: Path) -> None:
    elsewhere.take_in(visit(ID))
    photo = elsewhere.attach(ID, PHOTO, "look.jpg")
    path = brought(elsewhere, visit(ID, answers={LOOK: replace(answer(), attachments=(photo,))}), tmp_path)

    def without(inside: dict[str, bytes]) -> None:
        del inside[next(name for name in inside if name.startswith("attachments/"))]

    assert "the attachment look.jpg is missing" in refused(here, changed(path, without))


@pytest.mark.parametrize(
    "record",
    [b"", b"[]", b"{}", b"null", b'{"id": 1}', b"\xff", b"[" * 100_000, b'{"id": "x", "form": {}, "entries": []}'],
)
def test_rubbish_in_place_of_a_record_is_refused(
    elsewhere: Records, here: Records, tmp_path: Path, record: bytes
) -> None:
    path = brought(elsewhere, visit(ID), tmp_path)
    assert "record.json" in refused(here, changed(path, lambda inside: inside.update({"record.json": record})))


@pytest.mark.parametrize("bad", ["../../evil", "x", "A" * 32, "", "a" * 33, "aa/" + "a" * 29])
def test_an_id_that_leads_elsewhere_is_refused(elsewhere: Records, here: Records, tmp_path: Path, bad: str) -> None:
    path = brought(elsewhere, visit(ID), tmp_path)
    evil = replace(visit(ID), id=bad)

    def forge(inside: dict[str, bytes]) -> None:
        inside["record.json"] = json.dumps(inspection_to_json(evil)).encode()
        inside["sealed.json"] = sealing.canonical(evil)

    assert refused(here, changed(path, forge))
    assert sorted(each.name for each in tmp_path.iterdir()) == ["laptop", "office", "x.zip"]


def test_what_is_no_archive_is_refused_and_what_is_not_there_is_said(here: Records, tmp_path: Path) -> None:
    rubbish = tmp_path / "x.zip"
    rubbish.write_bytes(b"%PDF-1.7")
    assert "no zip file" in refused(here, rubbish)
    with pytest.raises(StoreError, match=r"none\.zip"):
        import_archive(here, tmp_path / "none.zip")


def test_a_console_that_only_reads_takes_nothing_in(elsewhere: Records, here: Records, tmp_path: Path) -> None:
    path = brought(elsewhere, sealed(visit(ID)), tmp_path)
    before = state(here)
    with pytest.raises(StoreError):
        import_archive(Records(here.home, read_only=True), path)
    assert state(here) == before


# Actions


def test_an_action_that_is_still_open_stays_where_its_record_has_it(
    elsewhere: Records, here: Records, tmp_path: Path
) -> None:
    todo = Action("b" * 32, ID, LOOK, "Replace the display", "Han", date(2026, 12, 1), NOON)
    import_archive(here, brought(elsewhere, sealed(replace(visit(ID), actions=(todo,))), tmp_path))
    assert actions.open_actions(here) == (todo,)
    assert actions.ActionBook(here.home).states() == {}


def test_an_action_that_was_closed_elsewhere_is_closed_here(elsewhere: Records, here: Records, tmp_path: Path) -> None:
    # GIVEN a sealed inspection with an open action in both homes
    todo = Action("b" * 32, ID, LOOK, "Replace the display", "Han", date(2026, 12, 1), NOON)
    done = sealed(replace(visit(ID), actions=(todo,)))
    here.take_in(done)
    elsewhere.take_in(done)
    # WHEN it is closed in the other one, and its archive is brought
    actions.close(elsewhere, todo.id, by="Li", evidence="Replaced, see delivery note", at=NOON)
    merged: Merged = import_archive(here, brought(elsewhere, done, tmp_path))
    # THEN it is closed here, and the sealed record is what it was
    assert merged.outcome is Outcome.SAME
    assert actions.open_actions(here) == ()
    (closed,) = actions.all_actions(here)
    assert (closed.closed_by, closed.evidence) == ("Li", "Replaced, see delivery note")
    assert here.open(ID) == done
    # AND an older archive does not open it again
    older = brought(home_of(tmp_path / "third"), done, tmp_path, "older.zip")
    import_archive(here, older)
    assert actions.open_actions(here) == ()
