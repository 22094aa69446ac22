"""The catalogue: what ships is whole, and what cannot be used is said."""

from pathlib import Path

import pytest

from console.checks.catalogue import load
from console.model.checks import Status
from console.model.site import Limits

GOOD = """
[[check]]
id = "ward.door"
kind = "tcp"
title = { en = "Door", zh = "门" }
contract = ["D10"]
warn = "10min"
crit = "1h"
missing = "CRIT"
timeout = "20s"
colour = "blue"
"""


def written(folder: Path, text: str, name: str = "own.toml") -> Path:
    place = folder / "checks"
    place.mkdir(parents=True, exist_ok=True)
    (place / name).write_text(text, "utf-8")
    return place / name


def test_every_entry_that_ships_can_be_used() -> None:
    catalogue = load()
    assert [str(problem) for problem in catalogue.problems] == []
    assert len(catalogue.checks) > 20


def test_every_entry_that_ships_speaks_both_languages_and_names_its_clause() -> None:
    for check in load().checks:
        assert check.title.en, check.id
        for words in (check.title, check.rationale, check.remedy, check.privilege):
            assert not words.en or any("\u4e00" <= letter <= "\u9fff" for letter in words.zh), (check.id, words)
        assert check.contract or check.standard, check.id
        assert check.remedy, check.id


def test_an_engineer_adds_a_check_without_code(tmp_path: Path) -> None:
    # GIVEN a file in the home folder
    written(tmp_path, GOOD)
    # WHEN the catalogue is read
    check = load(tmp_path).check("ward.door")
    # THEN it stands there with what was written, units understood
    assert check is not None
    assert (check.kind, check.title.zh, check.contract, check.missing) == ("tcp", "门", ("D10",), Status.CRIT)
    assert check.limits == Limits(600.0, 3600.0)
    assert check.timeout_s == 20.0
    assert check.params == {"colour": "blue"}


def test_a_check_of_the_home_folder_replaces_the_one_that_ships(tmp_path: Path) -> None:
    shipped = load().checks[0]
    text = f'[[check]]\nid = "{shipped.id}"\nkind = "{shipped.kind}"\ntitle = "ours"\n'
    written(tmp_path, text)
    own = load(tmp_path)
    found = own.check(shipped.id)
    assert found is not None
    assert found.title.en == "ours"
    assert len(own.checks) == len(load().checks)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ('id = ""', "it has no id"),
        ('kind = "levitation"', "there is no kind levitation"),
        ('kind = "../../evil"', "there is no kind"),
        ('title = ""', "it has no title"),
        ('missing = "OK"', "missing must be one of"),
        ('missing = "MAYBE"', "missing must be one of"),
        ('mode = "magic"', "mode must be one of"),
        ('system = "beos"', "system must be one of"),
        ('warn = "soon"', "warn must be a number with its unit"),
        ("contract = 7", "contract must be a list of texts"),
        ("title = 7", "title must be a text"),
    ],
)
def test_an_entry_that_cannot_be_used_is_left_out_with_a_sentence(tmp_path: Path, change: str, said: str) -> None:
    # GIVEN a good entry with one mistake
    key = change.partition(" =")[0]
    lines = [line for line in GOOD.splitlines() if not line.startswith(f"{key} =")]
    path = written(tmp_path, "\n".join([*lines, change]))
    # WHEN the catalogue is read
    catalogue = load(tmp_path)
    # THEN it is not there, and one sentence names file, entry and mistake
    assert catalogue.check("ward.door") is None
    (problem,) = [str(problem) for problem in catalogue.problems]
    assert str(path) in problem
    assert said in problem


@pytest.mark.parametrize("text", ["[[check]\n", "\x00\x01", "x = 1", "check = 7", "[[check]]\n[[other]]\n"])
def test_a_file_that_is_no_catalogue_costs_no_other(tmp_path: Path, text: str) -> None:
    written(tmp_path, text, "broken.toml")
    written(tmp_path, GOOD, "good.toml")
    catalogue = load(tmp_path)
    assert catalogue.check("ward.door") is not None
    assert any("broken.toml" in str(problem) for problem in catalogue.problems)


def test_the_same_id_twice_in_one_file_is_a_mistake(tmp_path: Path) -> None:
    written(tmp_path, GOOD + GOOD)
    catalogue = load(tmp_path)
    assert len([problem for problem in catalogue.problems if "twice" in str(problem)]) == 1


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    written(tmp_path, "\ufeff" + GOOD)
    assert load(tmp_path).check("ward.door") is not None
