"""Records on the disk: what was confirmed is there, whole, and what may not change does not."""

import json
import os
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from console.errors import StoreError, UsageError
from console.inspection import attachments, lifecycle
from console.inspection.record_json import inspection_from_json, inspection_to_json
from console.model.inspections import Answer, Entry, Inspection, Recommendation, Stage, Urgency, Verdict
from tests.unit.inspection.homes import (
    LOOK,
    NOON,
    SERIAL,
    USED,
    answer,
    begun,
    new,
    proven,
    records_of,
    sealed,
    tampered,
    typing,
)


def test_what_was_changed_is_read_back_by_another_console(tmp_path: Path) -> None:
    # GIVEN an inspection with an answer, a note of 20,000 characters and findings with their proof
    records = records_of(tmp_path)
    draft = begun(records)
    note = "喆昇堃玥㛃𬱖\n[b]" * 2000
    kept = records.change(draft.id, lambda each: lifecycle.set_answer(each, with_note(each, LOOK, note[:20_000])))
    # WHEN another console opens it
    read = records_of(tmp_path, read_only=True).open(draft.id)
    # THEN all of it is there
    assert read == kept
    assert read.entry(LOOK).answer.note == note[:20_000]
    assert read.entry(USED).answer.findings == (proven(),)
    assert read.number == "第一医院-quarterly-2026Q4-01"


def with_note(draft: Inspection, entry_id: str, note: str) -> Entry:
    entry = draft.entry(entry_id)
    return replace(entry, answer=replace(entry.answer, note=note))


def test_the_whole_inspection_survives_json(tmp_path: Path) -> None:
    # GIVEN a sealed inspection with everything in it
    records = records_of(tmp_path)
    made = sealed(records)
    full = replace(
        made, recommendations=(Recommendation("r1", "D3", "Enlarge /data", "Buy a disk", Urgency.NOW, (USED,)),)
    )
    # WHEN it goes through a pipe
    back = inspection_from_json(json.loads(json.dumps(inspection_to_json(full))))
    # THEN it is the same, a number stays a number, and what stands for its default is left out
    assert back == full
    assert "answer" not in inspection_to_json(new(records, "2027Q1"))["entries"][2]


def test_a_change_that_is_refused_writes_nothing(tmp_path: Path) -> None:
    # GIVEN a begun inspection
    records = records_of(tmp_path)
    draft = begun(records)
    before = records.path(draft.id).read_bytes()
    # WHEN a step is refused
    with pytest.raises(UsageError, match="begun already"):
        records.change(draft.id, lambda each: lifecycle.begin(each, by="李工", at=NOON))
    # THEN the file is as it was
    assert records.path(draft.id).read_bytes() == before


def test_a_change_that_changes_nothing_writes_nothing(tmp_path: Path) -> None:
    # GIVEN an inspection WHEN the same answer comes again
    records = records_of(tmp_path)
    draft = begun(records)
    records.change(draft.id, lambda each: answer(each, LOOK, "good"))
    before = records.path(draft.id).stat()
    records.change(draft.id, lambda each: answer(each, LOOK, "good"))
    # THEN the generation before is not overwritten by a copy of this one
    assert records.path(draft.id).stat().st_ino == before.st_ino


def test_a_form_changed_later_does_not_change_the_inspection(tmp_path: Path) -> None:
    # GIVEN an inspection WHEN somebody tries to put it on another form
    records = records_of(tmp_path)
    draft = begun(records)
    other = replace(draft.form, version=2)
    # THEN it is refused, and the record holds the form it was begun with
    with pytest.raises(StoreError, match="the form it was begun with"):
        records.change(draft.id, lambda each: replace(each, form=other))
    assert records_of(tmp_path).open(draft.id).form == draft.form


def test_a_sealed_inspection_takes_signatures_and_nothing_else(tmp_path: Path) -> None:
    # GIVEN a sealed inspection
    records = records_of(tmp_path)
    made = sealed(records)
    # WHEN an answer is changed behind the lifecycle's back THEN it is refused in a sentence
    entry = made.entries[3]
    other = replace(entry, answer=replace(entry.answer, note="forged"))
    with pytest.raises(StoreError, match="sealed: nothing in it changes any more"):
        records.change(made.id, lambda each: replace(each, entries=(*each.entries[:3], other, *each.entries[4:])))
    with pytest.raises(StoreError, match="sealed"):
        records.change(made.id, lambda each: replace(each, seal=None, stage=Stage.REVIEW))
    # THEN where it stands changes
    assert records.change(made.id, lambda each: replace(each, stage=Stage.SIGNED_BY_US)).stage is Stage.SIGNED_BY_US


def test_a_console_that_only_reads_changes_nothing(tmp_path: Path) -> None:
    # GIVEN a home that another console holds
    draft = begun(records_of(tmp_path))
    reader = records_of(tmp_path, read_only=True)
    before = sorted(path.name for path in tmp_path.rglob("*"))
    # WHEN it is listed, opened and changed
    assert reader.lines()[0].id == draft.id
    with pytest.raises(StoreError, match="another console holds this home folder"):
        reader.change(draft.id, lambda each: answer(each, LOOK, "good"))
    with pytest.raises(StoreError, match="another console holds this home folder"):
        new(reader)
    with pytest.raises(StoreError, match="another console holds this home folder"):
        reader.attach(draft.id, b"x", "x.txt")
    # THEN nothing lies about that was not there
    assert sorted(path.name for path in tmp_path.rglob("*")) == before


def opening(what: str) -> Callable[[Inspection], Inspection]:
    return lambda draft: lifecycle.add_action(draft, LOOK, what, at=NOON)


def test_threads_that_change_one_inspection_take_turns(tmp_path: Path) -> None:
    # GIVEN one inspection WHEN four threads open actions at the same time
    records = records_of(tmp_path)
    draft = begun(records)

    def work(number: int) -> None:
        for each in range(5):
            records.change(draft.id, opening(f"{number}-{each}"))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # THEN none is lost
    assert len({action.what for action in records_of(tmp_path).open(draft.id).actions}) == 20


def test_a_file_is_kept_once_under_its_sum(tmp_path: Path) -> None:
    # GIVEN a photo that is attached twice
    records = records_of(tmp_path)
    draft = begun(records)
    photo = tmp_path / "显示器 1.jpg"
    photo.write_bytes(b"\xff\xd8\xff\xe0" + os.urandom(100_000))
    one = records.attach(draft.id, photo, "显示器 1.jpg\x1b[31m", "left")
    two = records.attach(draft.id, photo.read_bytes(), "again.jpg")
    # THEN it lies there once, cleaned of what a terminal would obey, and nothing half-written stays
    assert (one.sha256, one.media, one.size) == (two.sha256, "image/jpeg", 100_004)
    assert one.name == "显示器 1.jpg[31m"
    files = [path for path in (records.folder / "attachments").rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in files] == [photo.read_bytes()]
    assert records.attachment_path(one.sha256) == files[0]


def test_an_attachment_that_was_damaged_is_mended_by_attaching_it_again(tmp_path: Path) -> None:
    # GIVEN an attachment whose bytes were changed on the disk
    records = records_of(tmp_path)
    draft = begun(records)
    kept = records.attach(draft.id, b"proof", "proof.txt")
    records.attachment_path(kept.sha256).write_bytes(b"other")
    # WHEN the same file is attached again THEN the right bytes lie there
    records.attach(draft.id, b"proof", "proof.txt")
    assert records.attachment_path(kept.sha256).read_bytes() == b"proof"


def test_too_large_a_file_is_refused_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a limit of 1,000 bytes WHEN a larger file, or larger bytes, are attached
    monkeypatch.setattr(attachments, "MOST_BYTES", 1000)
    records = records_of(tmp_path)
    draft = begun(records)
    large = tmp_path / "large.bin"
    large.write_bytes(b"x" * 1001)
    # THEN the sentence names it, and nothing of it stays
    with pytest.raises(UsageError, match=r"large.bin has 1.0 kB; an attachment may have 1.0 kB"):
        records.attach(draft.id, large, "large.bin")
    with pytest.raises(UsageError, match="may have"):
        records.attach(draft.id, b"x" * 1001, "large.bin")
    assert not [path for path in (records.folder / "attachments").rglob("*") if path.is_file()]


@pytest.mark.parametrize("name", ["missing.jpg", "folder"])
def test_what_is_no_file_is_not_attached(tmp_path: Path, name: str) -> None:
    # GIVEN a folder and nothing WHEN they are attached THEN a sentence names them
    (tmp_path / "folder").mkdir()
    records = records_of(tmp_path)
    with pytest.raises(UsageError, match=name):
        records.attach(begun(records).id, tmp_path / name, name)


def test_what_is_no_sum_names_no_attachment(tmp_path: Path) -> None:
    # GIVEN words of a stranger WHEN they are taken for a sum THEN no path is made of them
    for word in ("../../etc/passwd", "", "A" * 64, "0" * 63):
        with pytest.raises(UsageError, match="no SHA-256"):
            records_of(tmp_path).attachment_path(word)


@pytest.mark.parametrize("word", ["../settings", "", "x" * 32, "ABCDEF" * 6])
def test_what_is_no_id_opens_no_file(tmp_path: Path, word: str) -> None:
    # GIVEN a stranger's id, as from an archive WHEN it is opened THEN it is refused before any file is looked for
    with pytest.raises(UsageError, match="no id of an inspection"):
        records_of(tmp_path).open(word)


def test_an_inspection_is_found_by_number_and_by_how_it_begins(tmp_path: Path) -> None:
    # GIVEN two inspections, the first with a revision
    records = records_of(tmp_path)
    first, second = sealed(records, "2026Q3"), begun(records, "2026Q4")
    revision = records.revise(first.id, "wrong serial number", "李工")
    # WHEN they are named
    found = [records.find(name) for name in (first.id, second.number, second.id[:12], "第一医院-QUARTERLY-2026q4")]
    # THEN each is found; a number means its last revision
    assert found == [first.id, second.id, second.id, second.id]
    assert records.find(first.number) == revision.id
    with pytest.raises(UsageError, match="Several inspections begin with"):
        records.find("第一")
    with pytest.raises(UsageError, match="There is no inspection nothing"):
        records.find("nothing")
    with pytest.raises(UsageError, match="There is no inspection"):
        records.find("")


def test_one_report_is_revised_once_at_a_time(tmp_path: Path) -> None:
    # GIVEN a sealed inspection that is being revised
    records = records_of(tmp_path)
    made = sealed(records)
    draft = records.revise(made.id, "wrong serial number", "李工")
    assert (draft.number, draft.revision, draft.amends, draft.seal) == (made.number, 1, made.id, None)
    # WHEN somebody begins another one THEN the first is named
    with pytest.raises(UsageError, match="has revision 1 already"):
        records.revise(made.id, "again", "李工")
    # THEN the sealed one is untouched
    assert records_of(tmp_path).open(made.id) == made


def test_a_damaged_draft_is_read_from_the_generation_before_and_said_once(tmp_path: Path) -> None:
    # GIVEN a draft whose file was damaged
    told: list[str] = []
    draft = begun(records_of(tmp_path))
    records = records_of(tmp_path, told=told)
    records.change(draft.id, lambda each: answer(each, LOOK, "good"))
    records.change(draft.id, lambda each: answer(each, SERIAL, "SN-1"))
    path = records.path(draft.id)
    path.write_bytes(path.read_bytes()[:-100])
    # WHEN it is opened and listed, several times
    read = [records.open(draft.id) for _each in range(3)]
    assert [line.id for line in records.lines()] == [draft.id]
    # THEN the state before is there, the operator was told once, and the damaged file still lies there
    assert {each.entry(LOOK).answer.entered for each in read} == {"good"}
    assert {each.entry(SERIAL).answer.entered for each in read} == {""}
    assert len(told) == 1
    assert "damaged" in told[0]
    assert not list(records.folder.glob("*.damaged-*"))
    # WHEN something is typed THEN the damaged file is set aside, never overwritten
    records.change(draft.id, lambda each: answer(each, SERIAL, "SN-2"))
    assert len(list(records.folder.glob("*.damaged-*"))) == 1
    assert records_of(tmp_path).open(draft.id).entry(SERIAL).answer.entered == "SN-2"


def test_evidence_that_is_gone_makes_its_item_unknown(tmp_path: Path) -> None:
    # GIVEN a draft with a measured item whose evidence was deleted
    told: list[str] = []
    draft = begun(records_of(tmp_path))
    for path in (tmp_path / "inspections" / "evidence").rglob("*.json"):
        path.unlink()
    # WHEN it is opened
    records = records_of(tmp_path, told=told)
    read = records.open(draft.id)
    # THEN the item does not pass on nothing, the rest is there, and the file is named
    assert read.entry(USED).answer.verdict is Verdict.UNKNOWN
    assert read.entry(LOOK).answer == Answer()
    assert len(told) == 1
    assert "evidence" in told[0]
    # WHEN another field is typed THEN that still works
    assert records.change(draft.id, lambda each: answer(each, LOOK, "good")).entry(LOOK).answer.entered == "good"


def test_evidence_is_written_once_and_not_with_every_field(tmp_path: Path) -> None:
    # GIVEN an inspection with half a megabyte of evidence
    records = records_of(tmp_path)
    draft = new(records, answered={USED: Answer(findings=(proven("x" * 500_000),), run=7)})
    # WHEN fields are typed
    records.change(draft.id, lambda each: replace(each, conclusion="one"))
    records.change(draft.id, lambda each: replace(each, conclusion="two"))
    # THEN the record stays small, and the evidence lies there once
    assert records.path(draft.id).stat().st_size < 20_000
    assert len(list((records.folder / "evidence").rglob("*.json"))) == 1
    assert records_of(tmp_path).open(draft.id).entry(USED).answer.findings == (proven("x" * 500_000),)


def test_a_record_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    # GIVEN a record whose format is newer
    records = records_of(tmp_path)
    draft = begun(records)
    tampered(records.path(draft.id), '"record": 1', '"record": 2')
    # WHEN it is opened or changed THEN it is refused in words, and listed with the reason
    with pytest.raises(StoreError, match="newer version"):
        records.change(draft.id, lambda each: answer(each, LOOK, "good"))
    assert "newer version" in records.lines()[0].damaged


@pytest.mark.parametrize("wrong", ["{}", '{"format": {"1": {"record": 1}}}', "[]", '{"a": 1}', "\x00\x01"])
def test_a_file_that_is_no_record_is_refused_in_words(tmp_path: Path, wrong: str) -> None:
    # GIVEN a file with a checksum that is no record
    records = records_of(tmp_path)
    begun(records)
    path = records.path("f" * 32)
    data = wrong.encode()
    path.write_bytes(b"#cathlab-store 1 sha256:%s %d\n" % (sha256(data).hexdigest().encode(), len(data)) + data)
    # WHEN it is opened THEN a sentence names it; the list shows it and everything else
    with pytest.raises(StoreError, match="f" * 32):
        records.open("f" * 32)
    lines = records.lines()
    assert [bool(line.damaged) for line in lines] == [True, False]


def test_a_field_is_on_the_disk_within_fifty_milliseconds(tmp_path: Path) -> None:
    # GIVEN a begun inspection
    records = records_of(tmp_path)
    draft = begun(records)
    # WHEN fields are typed
    took = []
    for number in range(7):
        start = time.perf_counter()
        records.change(draft.id, typing(LOOK, str(number)))
        took.append(time.perf_counter() - start)
    # THEN the usual one takes less than 50 ms, with room for a busy machine
    assert sorted(took)[3] < 0.05


def test_a_note_beside_a_measured_value_leaves_its_evidence_alone(tmp_path: Path) -> None:
    # GIVEN an item that was measured by one run, and another by a later one
    records = records_of(tmp_path)
    other = USED.replace("pacs-a", "pacs-b")
    draft = new(records, answered={USED: Answer(findings=(proven(),), run=7)})
    later = replace(draft.entry(other), answer=Answer(findings=(proven("91 %", "pacs-b"),), run=8))
    draft = records.change(draft.id, lambda each: replace(each, entries=(each.entries[0], later, *each.entries[2:])))
    # WHEN a note is typed beside the first
    noted = with_note(draft, USED, "looked at")
    records.change(draft.id, lambda each: replace(each, entries=(noted, *each.entries[1:])))
    # THEN each run's evidence lies there once, and both items still have theirs
    written = [json.loads(path.read_bytes()) for path in (records.folder / "evidence").rglob("*.json")]
    assert sorted(list(each) for each in written) == [[USED], [other]]
    assert records_of(tmp_path).open(draft.id).entries[:2] == (noted, later)


def test_a_reader_that_has_a_record_open_sees_what_the_other_console_saved(tmp_path: Path) -> None:
    # GIVEN a console that has read a record WHEN the one that holds the home folder saves a field
    records = records_of(tmp_path)
    draft = begun(records)
    reader = records_of(tmp_path, read_only=True)
    assert reader.open(draft.id).entry(LOOK).answer.entered == ""
    records.change(draft.id, typing(LOOK, "good"))
    # THEN the reader sees it
    assert reader.open(draft.id).entry(LOOK).answer.entered == "good"


def test_a_file_from_elsewhere_is_kept_only_under_its_own_sum(tmp_path: Path) -> None:
    # GIVEN a file from an archive WHEN its bytes do not have the sum that the archive says
    records = records_of(tmp_path)
    wanted = sha256(b"proof").hexdigest()
    with pytest.raises(StoreError, match="its SHA-256 is"):
        records.keep_file([b"for", b"ged"], wanted)
    # THEN nothing of it stays; the right bytes are kept
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    records.keep_file([b"pro", b"of"], wanted)
    assert records.attachment_path(wanted).read_bytes() == b"proof"
