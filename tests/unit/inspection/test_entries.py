"""A form's items in their places, and what an answer means there."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from console.errors import UsageError
from console.inspection.entries import NOTE_CHARACTERS, answered, entries_of
from console.inspection.templates import load_forms
from console.model.forms import Column, FormItem, FormSection, ItemKind, NumberLimits
from console.model.inspections import Answer, Entry, Verdict
from console.model.sentence import Words
from console.model.site import Display, Host, Site

SITE = Site(
    "Ward",
    hosts=(Host("pacs-a", name="PACS"), Host("pacs-b"), Host("ws-1", role="workstation")),
    displays=(Display("d1", maker="EIZO", model="RX370", serial="12"),),
)
NOW = datetime(2026, 11, 20, tzinfo=UTC)


def entry(kind: ItemKind, **more: Any) -> Entry:
    item = FormItem("it", kind, Words("It"), **more)
    return Entry("s/it", FormSection("s", Words("S"), (item,)), item)


def test_items_repeat_over_servers_workstations_and_displays_in_the_sites_order(tmp_path: Path) -> None:
    found = entries_of(load_forms(tmp_path).forms["quarterly"], SITE)
    ids = [each.id for each in found]
    assert len(set(ids)) == len(ids)
    assert [each.target for each in found if each.item.id == "partitions"] == ["pacs-a", "pacs-b"]
    assert [each.target for each in found if each.item.id == "environment"] == ["ws-1"]
    names = {each.id: each.target_name for each in found}
    assert names["servers/services@pacs-a"] == "PACS"
    assert names["displays/pattern@d1"] == "EIZO RX370 #12"
    # All of one server stands together.
    servers = [each.target for each in found if each.section.id == "servers"]
    assert servers == sorted(servers)


def test_where_a_site_names_no_display_the_question_stands_once(tmp_path: Path) -> None:
    found = entries_of(load_forms(tmp_path).forms["quarterly"], replace(SITE, displays=()))
    assert [each.id for each in found if each.item.id == "pattern"] == ["displays/pattern"]


def test_a_number_is_kept_as_it_was_typed_and_judged() -> None:
    item = entry(ItemKind.NUMBER, unit="%", limits=NumberLimits(maximum=95, maximum_open=True))
    answer = answered(item, entered="９４％", by="Li", at=NOW).answer
    assert (answer.entered, answer.number, answer.verdict, answer.by) == ("９４％", 94.0, Verdict.PASS, "Li")
    assert answered(item, entered="95").answer.verdict is Verdict.FAIL
    emptied = answered(answered(item, entered="95"), entered="").answer
    assert (emptied.entered, emptied.number, emptied.verdict) == ("", None, Verdict.NONE)


def test_a_number_without_limits_is_recorded_and_not_judged() -> None:
    answer = answered(entry(ItemKind.NUMBER, unit="GB"), entered="12").answer
    assert (answer.number, answer.verdict) == (12.0, Verdict.NONE)


@pytest.mark.parametrize("text", ["2026-11-20", "2026/11/20", "20261120", "2026年11月20日", "2026.11.20"])
def test_days_are_understood_as_they_are_written(text: str) -> None:
    assert answered(entry(ItemKind.DATE), entered=text).answer.entered == "2026-11-20"


def test_a_choice_is_taken_in_either_language_and_by_its_number() -> None:
    item = entry(ItemKind.CHOICE, choices=(Words("general", "一般"), Words("severe", "严重")))
    assert {answered(item, entered=text).answer.entered for text in ("severe", "Severe", "严重", "2")} == {"severe"}
    with pytest.raises(UsageError, match="not one of general, severe"):
        answered(item, entered="3")


def test_what_is_touched_is_confirmed_and_a_note_alone_does_not() -> None:
    item = replace(entry(ItemKind.TEXT), answer=Answer("SN-1", verdict=Verdict.PASS, carried=True))
    assert answered(item, note="same as before").answer.carried
    assert not answered(item, entered="SN-1").answer.carried


def test_texts_lose_what_a_terminal_would_obey_and_keep_their_lines() -> None:
    answer = answered(entry(ItemKind.TEXT), entered="a\x1b[31mb\r\nc\x00", note="x\x07\ny").answer
    assert "\x1b" not in answer.entered
    assert "\x00" not in answer.entered
    assert answer.entered.count("\n") == 1
    assert answer.note.split("\n")[1] == "y"


def test_rows_of_a_table_keep_their_columns_and_lose_empty_lines() -> None:
    item = entry(ItemKind.TABLE, columns=(Column("name", Words("Name"), True), Column("role", Words("Role"))))
    answer = answered(item, rows=[{"name": " 张伟 "}, {"name": "", "role": " "}]).answer
    assert (answer.rows, answer.verdict) == (({"name": "张伟", "role": ""},), Verdict.PASS)
    assert answered(item, rows=[]).answer.verdict is Verdict.NONE
    with pytest.raises(UsageError, match="Row 1 has a column age"):
        answered(item, rows=[{"age": "3"}])


@pytest.mark.parametrize(
    ("kind", "changes", "says"),
    [
        (ItemKind.NUMBER, {"entered": "many"}, "no number"),
        (ItemKind.DATE, {"entered": "2026-02-30"}, "no date"),
        (ItemKind.VERDICT, {"entered": "pass"}, "takes no text"),
        (ItemKind.NUMBER, {"verdict": Verdict.PASS}, "not with a verdict"),
        (ItemKind.TEXT, {"note": "x" * (NOTE_CHARACTERS + 1)}, "20001 characters; 20000"),
        (ItemKind.TEXT, {"entered": "x" * 4001}, "4001 characters"),
    ],
)
def test_what_does_not_fit_is_refused(kind: ItemKind, changes: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        answered(entry(kind), **changes)


def test_a_note_of_twenty_thousand_characters_is_kept() -> None:
    assert len(answered(entry(ItemKind.TEXT), note="备" * NOTE_CHARACTERS).answer.note) == NOTE_CHARACTERS


def test_every_kind_may_not_apply() -> None:
    for kind in ItemKind:
        assert answered(entry(kind), verdict=Verdict.NA).answer.verdict is Verdict.NA
