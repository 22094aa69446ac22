"""A run for programs, spreadsheets, people and monitoring systems."""

import csv
import io
import json
import re

import pytest

from console.checks.exports import exit_status, nagios, to_csv, to_json, to_markdown
from console.model.checks import Metric, Status
from tests.unit.checks.found import finding, run

PERFDATA = re.compile(r"'[^'=|\" ]+'=-?\d+(\.\d+)?[a-zA-Z%]*(;-?[\d.]*){0,4}")


@pytest.mark.parametrize(
    ("states", "status"),
    [
        ("OK NA MANUAL", 0),
        ("OK WARN", 1),
        ("OK WARN CRIT UNKNOWN SKIPPED", 2),
        ("OK WARN UNKNOWN", 3),
        ("", 3),
        ("NA MANUAL", 3),
        ("OK SKIPPED", 3),
        ("WARN SKIPPED", 3),
    ],
)
def test_the_exit_status_is_never_green_without_a_measured_ok(states: str, status: int) -> None:
    assert exit_status([finding(Status(state)) for state in states.split()]) == status


def test_json_has_the_keys_that_scripts_rely_on() -> None:
    # GIVEN a finding with a path that is no Unicode and a number that is none
    odd = finding(Status.WARN, item="/\udcff", metrics=(Metric("rate", float("nan")),), output="x")
    document = to_json(run(odd))
    # THEN it is strict JSON that UTF-8 can carry
    document.encode()
    read = json.loads(document, parse_constant=pytest.fail)
    assert {"site", "started", "seconds", "status", "findings"} <= read.keys()
    keys = "check target item status summary measured expected metrics evidence remedy clause standard since"
    assert set(keys.split()) <= read["findings"][0].keys()
    assert read["findings"][0]["metrics"][0]["value"] is None
    assert read["findings"][0]["evidence"][0]["output"] == "x"


@pytest.mark.parametrize("bad", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\n=1", "\uff1d1"])
def test_a_spreadsheet_calculates_nothing(bad: str) -> None:
    # GIVEN an item that a spreadsheet would take for a formula WHEN it is written as CSV
    text = to_csv(run(finding(item=bad, target="中文")))
    # THEN the cell is a text, and the file has no byte order mark
    _head, row = csv.reader(io.StringIO(text))
    assert row[3].startswith("'")
    assert row[2] == "中文"
    assert not text.startswith("\ufeff")


def test_markdown_shows_strangers_text_as_it_is() -> None:
    # GIVEN texts that would become a heading, a link, a list or HTML
    text = to_markdown(run(finding(Status.CRIT, summary="- <b>x</b> [a](http://b) *c*\n# d", item="|`")))
    # THEN every sign of it is escaped, and it stays one paragraph
    assert "\\- \\<b\\>x\\</b\\> \\[a\\](http://b) \\*c\\* \\# d" in text
    assert "\\|\\`" in text
    assert "D3" in text


def test_the_status_line_is_what_plug_ins_print() -> None:
    # GIVEN findings with limits, quotes and bars in their names, and numbers that are none
    full = Metric("used", 9_999_999_999.5, "bytes", 10**10, None, 0.0, 2.0e12)
    names = finding(item='it\'s a|b=c "d"', metrics=(full, Metric("x", float("inf"))))
    line = nagios(run(names, finding(Status.CRIT, summary="full | now")))
    # THEN one line, the text without a bar, each number in digits
    assert line.startswith("CATHLAB CRITICAL - full / now | ")
    assert line.count("\n") == 1
    assert line.count("|") == 1
    data = line.split(" | ")[1].strip()
    assert PERFDATA.fullmatch(data), data
    assert data.endswith("=9999999999.5B;10000000000;;0;2000000000000")


def test_the_status_line_is_short_however_much_there_is() -> None:
    # GIVEN thousands of findings with long Chinese sentences
    many = [
        finding(Status.WARN, item=f"/{n}", summary="磁盘" * 200, metrics=(Metric("n", n, "%", 90.0),))
        for n in range(3000)
    ]
    line = nagios(run(*many))
    # THEN it is cut between characters and between numbers
    assert len(line.encode()) <= 4096
    text, data = line.split(" | ")
    assert text.endswith("…")
    assert len(data.split()) > 10
    assert all(PERFDATA.fullmatch(entry) for entry in data.split())
