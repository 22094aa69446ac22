"""The collect script for Windows, as far as it can be read without Windows."""

import json
import re
from hashlib import sha256
from pathlib import Path

import pytest

from console.checks.raw import Probe
from console.checks.transports.collecting_windows import write_collector_windows
from console.resources import resource
from tests.unit.checks.machine import host

TEXT = resource("collect/collect.ps1").read_text("ascii")
CODE = re.sub(r"(?m)^\s*#.*$", "", TEXT)
BARE = re.sub(r"'[^'\n]*'|\"[^\"\n]*\"", "''", CODE)
READING = {
    "ConvertFrom-Json",
    "ConvertTo-Json",
    "ForEach-Object",
    "Get-CimInstance",
    "Get-Item",
    "Get-ItemProperty",
    "Get-WinEvent",
    "New-Object",
    "Set-StrictMode",
    "Sort-Object",
    "Write-Host",
}
"""Commands that change nothing on a server."""


def test_powershell_reads_it_in_any_code_page() -> None:
    assert TEXT.isascii()
    assert "\t" not in TEXT


@pytest.mark.parametrize(("left", "right"), [("{", "}"), ("(", ")"), ("[", "]")])
def test_every_bracket_is_closed(left: str, right: str) -> None:
    depth = 0
    for letter in BARE:
        depth += (letter == left) - (letter == right)
        assert depth >= 0
    assert depth == 0


def test_it_calls_its_own_functions_and_commands_that_only_read() -> None:
    own = set(re.findall(r"(?m)^function ([A-Za-z]+-[A-Za-z]+)", CODE))
    called = set(re.findall(r"(?<![-\w$.\\'])([A-Z][A-Za-z]+-[A-Z][A-Za-z]+)\b", BARE))
    assert called - own <= READING
    assert own <= called


def test_it_writes_two_files_and_nothing_else() -> None:
    writing = re.findall(r"::(Write\w+|Create\w*|Delete|Move|Copy|Append\w+|Open\w*)\(", CODE)
    assert writing == ["WriteAllBytes", "WriteAllBytes"]
    assert not re.search(r"(?<![-=])>\s*\S", BARE)
    assert not re.search(r"Invoke-|Start-|Stop-|Set-(?!StrictMode)|Remove-|net\.exe|w32tm|cmd\b", BARE)


def test_it_needs_no_powershell_younger_than_three() -> None:
    assert not re.search(r"\?\?|\?\.|&&|\|\||-Parallel|-AsHashtable|::new\(|ToUnixTime", BARE)


def test_every_question_of_the_machine_has_its_section() -> None:
    sections = re.findall(r"(?m)^ {12}'([a-z.-]+)' \{", CODE)
    assert {"system", "services", "processes", "ports", "time-sync", "disk", "files", "learning"} <= set(sections)


def test_script_questions_and_checksum_are_written_for_a_host(tmp_path: Path) -> None:
    probes = (Probe("services", ("Spooler", "打印'服务\"")), Probe("ports"), Probe("ports", limit_s=3.0))
    script, questions, proof = write_collector_windows(tmp_path, host(id="pacs/甲"), probes)
    assert script.name == "collect-pacs--.ps1"
    assert b"\r\n" in script.read_bytes()
    assert b"\r\r" not in script.read_bytes()
    assert proof.read_text().split() == [sha256(script.read_bytes()).hexdigest(), script.name]
    order = json.loads(questions.read_bytes())
    assert questions.read_bytes().isascii()
    assert questions.name == "collect-pacs--.questions.json"
    assert order["host"] == "pacs/甲"
    assert order["probes"][0]["args"] == ["Spooler", "打印'服务\""]
    assert [probe["name"] for probe in order["probes"]] == ["services", "ports"]


def test_without_a_host_it_serves_any_server(tmp_path: Path) -> None:
    script, questions, _proof = write_collector_windows(tmp_path, None, ())
    assert (script.name, questions.name) == ("collect.ps1", "collect.questions.json")
    assert json.loads(questions.read_bytes())["host"] == ""
