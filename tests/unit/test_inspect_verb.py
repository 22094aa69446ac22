"""`cathlab inspect` and `cathlab report` as scripts use them: exit status, one document, one sentence."""

import base64
import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any

import pytest

from console import inspect_exchange, inspect_verb
from console.cli import main
from console.inspection.records import Records
from console.inspection.templates import load_forms
from console.model.check_run import Selection
from console.model.checks import Finding, Metric, Status
from console.resources import resource
from console.site.reading import load_site
from console.store.audit import AuditLog
from console.store.history import History
from console.store.lock import HomeLock
from tests.unit.inspection.visits import FORM, found

SITE = """
[site]
name = "Hospital"
contract = { number = "WB-1", from = 2026-01-01, to = 2026-12-31 }
[[host]]
id = "pacs-a"
via = "none"
[[host]]
id = "pacs-b"
via = "none"
"""
Said = tuple[int, str, str]
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
"""One pixel."""


@dataclass
class Line:
    """The command line of one home folder."""

    home: Path
    said: Callable[[], tuple[str, str]]

    def __call__(self, *words: str) -> Said:
        status = main(["--home", str(self.home), "--lang", "en", *words])
        out, err = self.said()
        assert "Traceback" not in err
        return status, out, err

    def good(self, *words: str) -> str:
        status, out, err = self("inspect", *words)
        assert status == 0, err + out
        return out

    def json(self, *words: str) -> Any:
        return json.loads(self.good(*words, "--json"))

    def refused(self, *words: str) -> str:
        status, out, err = self("inspect", *words)
        assert status in (1, 2)
        assert out == ""
        assert err.count("\n") == 1
        return err


@pytest.fixture
def line(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Line:
    home = tmp_path / "home"
    home.mkdir()
    (home / "site.toml").write_text(SITE, "utf-8")
    forms = SimpleNamespace(forms=MappingProxyType({FORM.id: FORM}), problems=())
    monkeypatch.setattr(inspect_verb, "load_forms", lambda home: forms)
    monkeypatch.setattr(inspect_exchange, "load_forms", lambda home: forms)

    def said() -> tuple[str, str]:
        both = capsys.readouterr()
        return both.out, both.err

    return Line(home, said)


def run_of(
    home: Path, *findings: Finding, at: datetime | None = None, stopped: bool = False, site: str = "Hospital"
) -> int:
    """A check run in the history."""
    at = at or datetime.now(UTC)
    history = History(home)
    history.open()
    with closing(history):
        run = history.begin(site, at, "Li", Selection())
        history.add(run, [replace(each, measured_at=at) for each in findings])
        history.end(run, 1.0, Status.OK, stopped)
    return run


def disk(status: Status, host: str, percent: float = 41.5) -> Finding:
    metrics = (Metric("used_percent", percent, "%", 85, 95), Metric("used_bytes", percent * 1e10, "bytes"))
    return found(status, host=host, metrics=(*metrics, Metric("free_bytes", (100 - percent) * 1e10, "bytes")))


def begun(line: Line) -> str:
    """An inspection that has begun, filled in from a run; its id."""
    run_of(line.home, disk(Status.OK, "pacs-a"), disk(Status.CRIT, "pacs-b", 97))
    made: str = line.json("new", "quarterly", "--from-check", "last", "--by", "Li")["id"]
    line.good("notice", made, "--channel", "phone", "--to", "Wang", "--window", "morning", "--by", "Li")
    line.good("permit", made, "--who", "Wang", "--by", "Li")
    line.good("begin", made, "--by", "Li")
    return made


def answered(line: Line) -> str:
    """An inspection without gaps; its id."""
    made = begun(line)
    line.good("set", made, "backup-age", "12 h")
    line.good("set", made, "look", "pass")
    line.good("set", made, "serial", "SN-1")
    line.good("note", made, "disks/used@pacs-b", "old sessions pile up")
    line.good("action", made, "disks/used@pacs-b", "--what", "Clean up", "--owner", "Han", "--due", "2099-01-01")
    line.good("recommend", made)
    line.good("conclude", made, "One disk is full.")
    return made


def test_an_inspection_goes_from_its_beginning_to_a_signed_archive(line: Line, tmp_path: Path) -> None:
    # GIVEN an inspection of which everything is answered
    made = answered(line)
    assert line.json("gaps", made)["gaps"] == []
    # WHEN it is looked through, sealed and signed by both
    line.good("review", made)
    seal = line.json("seal", made)["seal"]
    scan = tmp_path / "signed.pdf"
    scan.write_bytes(b"%PDF-1.7 scan")
    line.good("sign", made, "--side", "us", "--name", "Li", "--role", "engineer")
    signed = line.json("sign", made, "--side", "hospital", "--name", "Wang", "--copy", str(scan))
    # THEN it says so, the signed copy is named by its hash, and every seal holds
    assert (signed["state"], len(seal["sha256"])) == ("signed", 64)
    assert signed["signatures"][1]["copy"]["media"] == "application/pdf"
    assert line.json("archive", made)["state"] == "archived"
    assert line.json("verify") == {"ok": True, "broken": []}
    # AND the audit log has each step, and no value of any item
    log = (line.home / "audit.jsonl").read_text("utf-8")
    steps = ("created", "announced", "permitted", "begun", "reviewed", "sealed", "signed", "archived")
    assert [step for step in steps if f'"inspection.{step}"' not in log] == []
    assert "pile up" not in log
    assert AuditLog(line.home).verify().ok


def test_the_document_of_show_has_what_was_entered_and_measured(line: Line) -> None:
    made = answered(line)
    document = line.json("show", made)
    items = {item["id"]: item for item in document["items"]}
    assert items["disks/used@pacs-a"]["verdict"] == "pass"
    assert items["disks/used@pacs-a"]["value"] == 41.5
    assert items["disks/used@pacs-b"]["verdict"] == "fail"
    assert items["disks/used@pacs-b"]["note"] == "old sessions pile up"
    assert (items["disks/backup-age"]["value"], items["disks/backup-age"]["verdict"]) == (12.0, "pass")
    assert items["displays/serial"]["value"] == "SN-1"
    assert document["recommendations"][0]["urgency"] == "now"
    assert document["actions"][0]["owner"] == "Han"
    assert (document["state"], document["revision"], document["seal"]) == ("in-progress", 0, None)


def test_nothing_is_answered_before_it_has_begun(line: Line) -> None:
    made = line.json("new", "quarterly")["id"]
    assert "was not begun yet" in line.refused("set", made, "look", "pass")
    assert "notice and permission" in line.refused("begin", made)
    begun = line.json("begin", made, "--override", "The server is down, the head of IT asked by telephone")
    assert "by telephone" in begun["permission"]["override"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("set", "ID", "look", "maybe"), "pass, fail or na"),
        (("set", "ID", "nothing", "1"), "There are: "),
        (("set", "ID", "used", "pass"), "say which one: disks/used@pacs-a, disks/used@pacs-b"),
        (("set", "ID", "backup-age", "12 kg"), "kg"),
        (("confirm", "ID", "serial"), "was not carried over"),
        (("attach", "ID", "look", "/nowhere/photo.jpg"), "/nowhere/photo.jpg"),
        (("action", "ID", "look", "--what", "x", "--owner", "y", "--due", "2001-01-01"), "2001-01-01"),
        (("action", "ID", "look", "--what", "x", "--owner", "y", "--due", "soon"), "soon"),
        (("seal", "ID"), "not under review"),
        (("sign", "ID", "--side", "us", "--name", "Li"), "Seal the inspection first"),
        (("revise", "ID", "--reason", "x"), "is not sealed"),
        (("archive", "ID"), "both sides"),
        (("fill", "ID", "--from-check", "99"), "There is no check run 99"),
        (("show", "nothing"), "There is no inspection nothing"),
        (("new", "yearly"), "There is no form yearly"),
        (("new", "quarterly", "--quarter", "2026Q5"), "2026Q5"),
        (("export", "ID", "x.pdf"), "does not end in .zip"),
        (("import", "/nowhere/x.zip"), "/nowhere/x.zip"),
        (("close", "12", "--evidence", "x"), "No action begins with 12"),
        (("sing", "ID"), "sing"),
    ],
)
def test_what_cannot_be_is_one_sentence(line: Line, words: tuple[str, ...], said: str) -> None:
    made = begun(line)
    assert said in line.refused(*(made if word == "ID" else word for word in words))


def test_a_home_that_a_console_has_open_is_read_and_not_written(line: Line, tmp_path: Path) -> None:
    # GIVEN a console that holds the home folder
    made = answered(line)
    lock = HomeLock(line.home)
    assert lock.acquire("Han Meimei")
    try:
        # THEN everything can be read and exported
        assert line.json("show", made)["id"] == made
        assert line.json("list")["inspections"][0]["id"] == made
        line.good("export", made, str(tmp_path / "x.zip"), "--no-pdf")
        assert line("report", made, "-o", str(tmp_path / "x.pdf"))[0] == 0
        # AND one sentence says who has it when something is to be changed
        for words in (("set", made, "look", "fail"), ("new", "quarterly"), ("import", str(tmp_path / "x.zip"))):
            assert "Han Meimei" in line.refused(*words)
    finally:
        lock.release()
    assert line.json("show", made)["items"][3]["verdict"] == "pass"


def test_a_number_or_the_beginning_of_an_id_names_an_inspection(line: Line) -> None:
    made = line.json("new", "quarterly")
    for name in (made["number"], made["id"][:6]):
        assert line.json("show", name)["id"] == made["id"]


def test_a_table_is_set_as_json_rows(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    from console.model.forms import Column, FormItem, ItemKind
    from console.model.sentence import Words

    people = FormItem(
        "people", ItemKind.TABLE, Words("People"), columns=(Column("name", Words("Name")),), required=False
    )
    section = replace(FORM.sections[1], items=(*FORM.sections[1].items, people))
    form = replace(FORM, sections=(FORM.sections[0], section))
    forms = SimpleNamespace(forms={form.id: form}, problems=())
    monkeypatch.setattr(inspect_verb, "load_forms", lambda home: forms)
    made = begun(line)
    rows = [{"name": "喆昇"}, {"name": "Li"}]
    items = line.json("set", made, "people", json.dumps(rows, ensure_ascii=False))["items"]
    assert next(item["value"] for item in items if item["item"] == "people") == rows
    for wrong in ("Li", '{"name": "Li"}', '[{"nam": "Li"}]', "[1]", "[" * 9000):
        assert 'rows such as [{"name": ""}]' in line.refused("set", made, "people", wrong)


def test_last_quarters_value_stands_beside_and_static_data_is_carried(line: Line) -> None:
    # GIVEN a sealed inspection of an earlier quarter
    first = line.json("new", "quarterly", "--quarter", "2026Q3", "--planned", "2026-08-03")["id"]
    line.good("begin", first, "--override", "by telephone")
    run_of(line.home, disk(Status.OK, "pacs-a"), disk(Status.OK, "pacs-b"))
    line.good("fill", first)
    for item, value in (("backup-age", "12 h"), ("look", "pass"), ("serial", "SN-1")):
        line.good("set", first, item, value)
    line.good("conclude", first, "In order.")
    line.good("review", first)
    line.good("seal", first)
    # WHEN the next one begins
    made = line.json("new", "quarterly", "--quarter", "2026Q4")
    items = {item["id"]: item for item in made["items"]}
    # THEN what was measured stands beside its item, and the serial number is offered, to be confirmed
    assert items["disks/backup-age"]["previous"]["value"] == 12.0
    assert items["disks/backup-age"]["value"] is None
    assert (items["displays/serial"]["value"], items["displays/serial"]["carried"]) == ("SN-1", True)
    line.good("begin", made["id"], "--override", "by telephone")
    assert not next(i for i in line.json("confirm", made["id"], "serial")["items"] if i["item"] == "serial")["carried"]


def test_open_actions_are_listed_over_all_inspections_until_they_are_closed(line: Line) -> None:
    made = answered(line)
    line.good("review", made)
    line.good("seal", made)
    (todo,) = line.json("actions")["actions"]
    closed = line.json("close", todo["id"][:8], "--evidence", "cleaned, see run 9", "--by", "Han")
    assert (closed["closed_by"], closed["evidence"]) == ("Han", "cleaned, see run 9")
    assert line.json("actions")["actions"] == []
    assert [each["id"] for each in line.json("actions", "--all")["actions"]] == [todo["id"]]
    assert line.json("verify")["ok"]


def test_a_byte_that_was_changed_in_a_sealed_record_is_named_with_status_1(line: Line) -> None:
    made = answered(line)
    line.good("review", made)
    line.good("seal", made)
    path = Records(line.home).path(made)
    path.write_bytes(path.read_bytes().replace(b"pile up", b"pile uq"))
    status, out, _err = line("inspect", "verify", "--json")
    assert status == 1
    assert not json.loads(out)["ok"]
    assert made in {each["id"] for each in json.loads(out)["broken"]}


def test_an_archive_goes_to_another_home_and_is_verified_without_one(line: Line, tmp_path: Path) -> None:
    # GIVEN a sealed inspection that is exported with its report
    made = answered(line)
    line.good("review", made)
    seal = line.json("seal", made)["seal"]["sha256"]
    path = tmp_path / "x.zip"
    exported = line.json("export", made, str(path))
    assert exported["size"] == path.stat().st_size
    assert seal in line.good("verify", str(path))
    # WHEN another home takes it in, twice
    other = Line(tmp_path / "other", line.said)
    assert other.json("import", str(path))["outcome"] == "added"
    assert other.json("import", str(path))["outcome"] == "same"
    # THEN it is the same there
    assert other.json("show", made)["seal"]["sha256"] == seal
    assert other.json("verify")["ok"]
    # AND a changed archive is named
    raw = path.read_bytes()
    path.write_bytes(raw[:300] + bytes([raw[300] ^ 1]) + raw[301:])
    assert line("inspect", "verify", str(path))[0] == 1
    assert "was not taken in" in other.refused("import", str(path))


def test_two_drafts_that_differ_are_a_question_with_status_1(line: Line, tmp_path: Path) -> None:
    made = begun(line)
    path = tmp_path / "x.zip"
    line.good("export", made, str(path), "--no-pdf")
    line.good("set", made, "look", "pass")
    other = Line(tmp_path / "other", line.said)
    other.good("import", str(path))
    other.good("set", made, "look", "fail")
    other.good("export", made, str(path), "--no-pdf")
    status, out, _err = line("inspect", "import", str(path), "--json")
    answer = json.loads(out)
    assert (status, answer["outcome"]) == (1, "aside")
    assert line.json("import", "--take", answer["aside"])["outcome"] == "continued"


def test_a_report_is_written_in_the_language_that_was_asked_for(line: Line, tmp_path: Path) -> None:
    made = answered(line)
    for day in range(3):
        run_of(line.home, disk(Status.OK, "pacs-a", 40 + day), at=datetime.now(UTC) - timedelta(days=60 - day * 20))
    written = {}
    for language in ("en", "zh"):
        path = tmp_path / f"{language}.pdf"
        status = main(["--home", str(line.home), "report", made, "-o", str(path), "--lang", language, "--json"])
        out, err = line.said()
        assert status == 0, err
        written[language] = json.loads(out)
        assert path.read_bytes().startswith(b"%PDF")
        assert written[language]["pdfa"]
        assert written[language]["missing_glyphs"] == []
    assert written["en"]["sha256"] != written["zh"]["sha256"]


def test_quarters_say_which_are_missing(line: Line) -> None:
    status, out, _err = line("inspect", "quarters", "--json")
    found = json.loads(out)
    assert [each["quarter"] for each in found["quarters"]] == ["2026Q1", "2026Q2", "2026Q3", "2026Q4"]
    assert status == (1 if any(each["coverage"] == "overdue" for each in found["quarters"]) else 0)


def test_the_run_of_another_site_does_not_fill_in_this_one(line: Line) -> None:
    made = begun(line)
    run = run_of(line.home, disk(Status.OK, "pacs-b"), site="Another hospital")
    assert "Another hospital" in line.refused("fill", made, "--from-check", str(run))
    assert run_of(line.home, disk(Status.OK, "pacs-b"), stopped=True)
    filled = line.json("fill", made)["items"][0]["run"]
    assert filled == 1


def test_help_and_version_stay_fast_and_the_verb_loads_no_screen(line: Line) -> None:
    code = (
        "import sys; from console.cli import main; main(['--home', sys.argv[1], 'inspect', 'list']); "
        "print([name for name in ('textual', 'rich', 'reportlab', 'pydicom', 'numpy') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(line.home)], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.endswith("[]\n"), done.stdout


FORM_FILE = """
[form]
id = "walk"
version = 1
title = { en = "Walk", zh = "巡视" }
[[section]]
id = "all"
title = "All"
[[section.item]]
id = "noise"
kind = "verdict"
title = "Noise"
KEY
"""


def test_a_form_file_is_checked_before_it_is_used(line: Line, tmp_path: Path) -> None:
    # GIVEN a form of the site's own, once as it should be and once with a mistake
    path = tmp_path / "walk.toml"
    path.write_text(FORM_FILE.replace("KEY", ""), "utf-8")
    assert line.json("forms", "--check", str(path))["forms"][0]["id"] == "walk"
    path.write_text(FORM_FILE.replace("KEY", "requierd = true"), "utf-8")
    # THEN the mistake is named by file, line and key, with status 1
    status, out, _err = line("inspect", "forms", "--check", str(path))
    assert status == 1
    assert f"{path}:13:" in out
    assert "requierd" in out
    status, out, _err = line("inspect", "forms", "--check", str(tmp_path / "none.toml"))
    assert (status, "none.toml" in out) == (1, True)


@pytest.mark.parametrize("form_id", ["quarterly", "acceptance", "training"])
def test_every_form_that_ships_goes_from_its_beginning_to_the_seal(
    line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form_id: str
) -> None:
    # GIVEN a form as it ships, begun at the example hospital with what a check run found
    monkeypatch.setattr(inspect_verb, "load_forms", load_forms)
    (line.home / "site.toml").write_bytes(resource("examples/site.toml").read_bytes())
    site = load_site(line.home / "site.toml").name
    run_of(line.home, disk(Status.OK, "pacs-a"), disk(Status.CRIT, "pacs-b", 97), site=site)
    made = line.json("new", form_id, "--from-check", "last", "--by", "Li")
    line.good("begin", made["id"], "--override", "by telephone", "--by", "Li")
    form = load_forms(line.home).forms[form_id]
    columns = {
        f"{part.id}/{item.id}": [column.id for column in item.columns] for part in form.sections for item in part.items
    }
    choices = {f"{part.id}/{item.id}": item.choices for part in form.sections for item in part.items}
    photo = tmp_path / "photo.png"
    photo.write_bytes(PNG)
    # WHEN each gap is closed as its kind asks
    for item in made["items"]:
        name, plain = item["id"], f"{item['section']}/{item['item']}"
        if item["verdict"] == "fail":
            line.good("note", made["id"], name, "seen")
            line.good("action", made["id"], name, "--what", "Clean up", "--owner", "Han", "--due", "2099-01-01")
            continue
        kind = item["kind"]
        values = {"number": "1", "date": "2026-11-20", "table": json.dumps([dict.fromkeys(columns[plain], "x")])}
        if kind in ("verdict", "measured"):
            line.good("set", made["id"], name, "pass", "--note", "seen")
        elif kind == "file":
            line.good("attach", made["id"], name, str(photo))
        else:
            value = choices[plain][0].zh if choices[plain] else values.get(kind, "喆昇堃")
            line.good("set", made["id"], name, value, "--note", "seen")
    line.good("conclude", made["id"], "One disk is full.")
    for gap in line.json("gaps", made["id"])["gaps"]:
        # A number that fails, or a photo that has to be there.
        line.good("note", made["id"], gap["item"], "seen")
        line.good("attach", made["id"], gap["item"], str(photo))
        line.good("action", made["id"], gap["item"], "--what", "See to it", "--owner", "Han", "--due", "2099-01-01")
    status, out, _err = line("inspect", "gaps", made["id"])
    assert (status, out) == (0, "")
    line.good("recommend", made["id"])
    line.good("review", made["id"])
    sealed = line.json("seal", made["id"])
    # THEN it is sealed, every seal holds, and it travels
    assert sealed["state"] == "final"
    assert line.json("verify")["ok"]
    line.good("export", made["id"], str(tmp_path / "x.zip"))
    other = Line(tmp_path / "other", line.said)
    assert other.json("import", str(tmp_path / "x.zip"))["outcome"] == "added"
    assert other.json("verify")["ok"]
