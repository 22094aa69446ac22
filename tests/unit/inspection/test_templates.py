"""Forms from their files: the shipped ones, own ones, and everything that can be wrong with them."""

from pathlib import Path

import pytest

from console.checks.catalogue import load as load_catalogue
from console.inspection.templates import load_forms
from console.model.forms import Form, FormItem, ItemKind, Repeat
from console.model.sentence import Words

GOOD = """
[form]
id = "own"
version = 3
title = { en = "Own form", zh = "自定表" }

[[section]]
id = "first"
title = "First"

[[section.item]]
id = "age"
kind = "number"
title = "Age"
unit = "h"
below = 26
"""


def own(home: Path, text: str, name: str = "own.toml") -> Path:
    path = home / "forms" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def items(form: Form) -> list[FormItem]:
    return [item for section in form.sections for item in section.items]


def words(form: Form) -> list[Words]:
    """Every text of a form."""
    found = [form.title]
    for section in form.sections:
        found += [section.title, section.note]
        for item in section.items:
            found += [item.title, item.method, item.criterion, item.source, *item.choices]
            found += [column.title for column in item.columns]
    return [text for text in found if text]


def test_the_shipped_forms_are_whole_and_in_both_languages(tmp_path: Path) -> None:
    found = load_forms(tmp_path)
    assert found.problems == ()
    assert set(found.forms) == {"quarterly", "acceptance", "training"}
    for form in found.forms.values():
        assert [text for text in words(form) if not (text.en and text.zh)] == []
    assert [form.id for form in found.forms.values() if form.quarterly] == ["quarterly"]


def test_the_quarterly_form_serves_every_clause_of_the_daily_work(tmp_path: Path) -> None:
    quarterly = load_forms(tmp_path).forms["quarterly"]
    clauses = {clause for item in items(quarterly) for clause in item.clause}
    assert {f"D{number}" for number in range(1, 11)} | {"Q1", "N2", "T1", "S1", "S2", "S4", "IMG"} <= clauses
    repeats = {section.repeat for section in quarterly.sections}
    assert {Repeat.HOST, Repeat.DISPLAY, Repeat.WORKSTATION} <= repeats


def test_measured_items_name_checks_that_there_are(tmp_path: Path) -> None:
    # GIVEN the shipped catalogue
    known = [check.id for check in load_catalogue(tmp_path).checks]
    for form in load_forms(tmp_path).forms.values():
        for item in items(form):
            # THEN every id of a form, or its beginning up to a dot, is one of them
            for wanted in item.checks:
                assert any(check == wanted or check.startswith(f"{wanted}.") for check in known), (item.id, wanted)


def test_an_own_form_stands_beside_the_shipped_ones_or_in_place_of_one(tmp_path: Path) -> None:
    shipped = load_forms(tmp_path).forms["training"]
    own(tmp_path, GOOD)
    own(tmp_path, GOOD.replace('id = "own"', 'id = "training"'), "training.toml")
    found = load_forms(tmp_path)
    assert found.problems == ()
    form = found.forms["own"]
    assert (form.version, str(form.title), items(form)[0].limits.maximum_open) == (3, "Own form", True)
    assert items(found.forms["training"])[0].id == "age"
    assert found.forms["training"].sha256 != shipped.sha256


def test_the_digest_follows_every_change_and_nothing_else(tmp_path: Path) -> None:
    own(tmp_path, GOOD)
    first = load_forms(tmp_path).forms["own"].sha256
    own(tmp_path, "# a word about it\n" + GOOD)
    assert load_forms(tmp_path).forms["own"].sha256 == first
    own(tmp_path, GOOD.replace("below = 26", "below = 27"))
    assert load_forms(tmp_path).forms["own"].sha256 != first


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "says"),
    [
        ('kind = "number"', 'kind = "nummer"', 13, "section[1].item[1].kind", "number was probably meant"),
        ('kind = "number"', "", 11, "section[1].item[1].kind", "it is missing"),
        ('unit = "h"', 'unitt = "h"', 15, "section[1].item[1].unitt", "unit was probably meant"),
        ("below = 26", 'below = "26"', 16, "section[1].item[1].below", "must be a number"),
        ("below = 26", "below = 26\nmax = 30", 11, "section[1].item[1]", "say the same"),
        ("below = 26", "below = 26\nmin = 30", 11, "section[1].item[1]", "above the upper"),
        ('kind = "number"', 'kind = "text"', 16, "section[1].item[1].below", "only items of the kind number"),
        ("version = 3", "version = 0", 4, "form.version", "whole number"),
        ('id = "age"', 'id = "Age of it"', 12, "section[1].item[1].id", "short name"),
        ('title = "Age"', "", 11, "section[1].item[1].title", "it is missing"),
        ('title = "Age"', 'title = { de = "Alter" }', 14, "section[1].item[1].title", "must be a text"),
        ("version = 3", 'version = 3\nnumbering = "x{serial"', 5, "form.numbering", "must hold the last"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_key(
    tmp_path: Path, old: str, new: str, line: int, key: str, says: str
) -> None:
    path = own(tmp_path, GOOD.replace(old, new, 1))
    found = load_forms(tmp_path)
    assert "own" not in found.forms
    assert "quarterly" in found.forms
    problem = next(each for each in found.problems if each.key == key)
    assert (problem.file, problem.line) == (str(path), line)
    assert says in problem.what


def test_all_mistakes_are_named_at_once(tmp_path: Path) -> None:
    own(tmp_path, GOOD.replace("version = 3", "version = 0").replace("number", "nummer").replace("below", "belov"))
    assert len(load_forms(tmp_path).problems) == 3


@pytest.mark.parametrize("text", ["", "[form", '[form]\nid = "x"\n', "section = 5", "\x00", "[[section]]\n" * 3])
def test_what_is_no_form_is_a_problem_and_never_a_crash(tmp_path: Path, text: str) -> None:
    own(tmp_path, text)
    found = load_forms(tmp_path)
    assert found.problems
    assert set(found.forms) == {"quarterly", "acceptance", "training"}


def test_two_files_with_one_id_are_told(tmp_path: Path) -> None:
    own(tmp_path, GOOD, "a.toml")
    own(tmp_path, GOOD, "b.toml")
    found = load_forms(tmp_path)
    assert "a.toml" in found.problems[0].what
    assert found.problems[0].file.endswith("b.toml")


def test_every_kind_of_item_is_asked_somewhere(tmp_path: Path) -> None:
    kinds = {item.kind for form in load_forms(tmp_path).forms.values() for item in items(form)}
    assert kinds == set(ItemKind)
