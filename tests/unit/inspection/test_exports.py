"""Inspections as JSON for scripts and as text for people."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

from console.i18n import set_language
from console.inspection.exports import document, line_document
from console.inspection.texts import action_text, list_text, text
from console.model.checks import Status
from console.model.inspections import (
    Action,
    Answer,
    Attachment,
    Gap,
    Notice,
    Past,
    Permission,
    Seal,
    Signature,
    SignatureState,
    Stage,
    Verdict,
)
from console.model.sentence import Sentence
from tests.unit.inspection.visits import NOON, answer, found, line_of, visit

SCAN = Attachment("ab" * 32, "照片.jpg", 9, "image/jpeg", NOON, "left edge")
GAP = Gap("displays/look", Sentence("{item} needs a note.", {"item": "displays/look"}))


def whole() -> dict[str, object]:
    answers = {
        "disks/backup-age": answer(Verdict.FAIL, "50 h", 50.0, "tape stuck"),
        "disks/used@pacs-a": replace(Answer(), verdict=Verdict.PASS, findings=(found(Status.OK),), run=7, number=41.5),
        "displays/look": replace(answer(Verdict.NA), attachments=(SCAN,)),
    }
    inspection = replace(
        visit(answers=answers, stage=Stage.SIGNED_BY_US),
        notice=Notice(date(2026, 11, 1), "telephone", "Wang", "morning"),
        permission=Permission(date(2026, 11, 2), "Wang", attachment=SCAN),
        actions=(Action("a1", "0" * 32, "disks/backup-age", "Free the tape", "Han", date(2026, 12, 1), NOON),),
        signatures=(Signature("us", "Li", "engineer", date(2026, 11, 24), "paper", SignatureState.SIGNED, SCAN),),
        seal=Seal("cd" * 32, "", datetime(2026, 11, 23, tzinfo=UTC), "Li", 3, "ef" * 32),
        past={
            "disks/backup-age": (Past("2026Q2", 20.0, "20 h", Verdict.PASS), Past("2026Q3", 24, "24 h", Verdict.PASS))
        },
    )
    return json.loads(json.dumps(document(inspection, (GAP,)), ensure_ascii=False))  # type: ignore[no-any-return]


def test_the_document_has_the_keys_that_scripts_rely_on() -> None:
    # GIVEN an inspection with a bit of everything
    made = whole()
    # THEN the promised keys are there, and an item says its value, unit, verdict, note and what was before
    assert {"id", "form", "version", "state", "revision", "items", "gaps", "seal"} <= set(made)
    assert (made["form"], made["version"], made["state"], made["revision"]) == ("quarterly", 1, "signed-by-us", 0)
    items = {item["id"]: item for item in made["items"]}  # type: ignore[attr-defined]
    backup = items["disks/backup-age"]
    assert (backup["value"], backup["entered"], backup["unit"], backup["verdict"]) == (50.0, "50 h", "h", "fail")
    assert backup["note"] == "tape stuck"
    assert backup["previous"] == {"quarter": "2026Q3", "value": 24, "entered": "24 h", "verdict": "pass"}
    assert [each["quarter"] for each in backup["history"]] == ["2026Q2", "2026Q3"]
    assert items["displays/serial"]["value"] is None
    assert items["displays/serial"]["previous"] is None
    assert made["gaps"] == [{"item": "displays/look", "what": "displays/look needs a note."}]
    assert made["seal"]["sha256"] == "cd" * 32  # type: ignore[index]
    assert made["seal"]["at"] == "2026-11-23T00:00:00+00:00"  # type: ignore[index]


def test_the_document_holds_evidence_attachments_actions_and_signatures() -> None:
    made = whole()
    items = {item["id"]: item for item in made["items"]}  # type: ignore[attr-defined]
    assert items["disks/used@pacs-a"]["findings"][0]["status"] == "OK"
    assert (items["disks/used@pacs-a"]["value"], items["disks/used@pacs-a"]["run"]) == (41.5, 7)
    assert items["displays/look"]["attachments"][0]["name"] == "照片.jpg"
    assert made["permission"]["attachment"]["sha256"] == "ab" * 32  # type: ignore[index]
    assert made["notice"]["on"] == "2026-11-01"  # type: ignore[index]
    assert made["actions"][0]["due"] == "2026-12-01"  # type: ignore[index]
    assert made["signatures"][0]["copy"]["sha256"] == "ab" * 32  # type: ignore[index]


def test_a_draft_has_null_where_nothing_is_yet() -> None:
    made = document(visit(), ())
    assert made["seal"] is made["notice"] is made["permission"] is None
    assert made["gaps"] == made["actions"] == made["signatures"] == []


def test_the_text_says_each_item_with_symbol_and_word() -> None:
    answers = {"displays/look": answer(Verdict.FAIL, note="[b]dark[/b]\x1b[31m"), "displays/serial": Answer("SN-1")}
    answers["displays/serial"] = replace(answers["displays/serial"], carried=True)
    answers["displays/remark"] = answer(entered="scratched")
    said = text(visit(answers=answers), (GAP,))
    assert "✗ fail       displays/look  Picture without disturbance  [b]dark[/b][31m" in said
    assert "· carried over displays/serial  Serial number  SN-1  not confirmed" in said
    assert "· recorded   displays/remark  Remark  scratched" in said
    assert "displays/look: displays/look needs a note." in said
    assert "\x1b" not in said


def test_lists_of_inspections_and_actions_are_one_line_each() -> None:
    lines = [line_of(visit()), line_of(visit("b" * 32), damaged="It cannot be read.")]
    said = list_text(lines).splitlines()
    assert len(said) == 2
    assert "in progress" in said[0]
    assert "It cannot be read." in said[1]
    assert list_text([]) == "No inspection yet.\n"
    assert line_document(lines[0])["state"] == "in-progress"
    still = Action("a1", "x", "y", "Free the tape", "Han", date(2026, 12, 1), NOON)
    assert action_text(still) == "a1  Free the tape  Han  due 2026-12-01"
    done = replace(still, closed=NOON, evidence="Runs again")
    assert action_text(done) == "a1  Free the tape  Han  closed 2026-11-23: Runs again"


def test_titles_follow_the_language() -> None:
    set_language("zh")
    assert document(visit(), ())["title"] == "季度巡检"
