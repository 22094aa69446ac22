"""The catalogue keeps up with the source and nothing half-translated passes."""

from gettext import GNUTranslations
from pathlib import Path

import pytest

from scripts.translate import Files, main, sentences

SOURCE = """
from console.i18n import _, N_, ngettext
def say(count):
    a = _("Open {name}")
    b = N_("Quit")
    return ngettext("one file", "{count} files", count)
"""

COMPLETE = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgid "Open {name}"
msgstr "打开 {name}"

msgid "Quit"
msgstr "退出"

msgid "one file"
msgid_plural "{count} files"
msgstr[0] "{count} 个文件"
"""


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """A package with three sentences and no catalogue yet."""
    source = tmp_path / "package"
    source.mkdir()
    (source / "say.py").write_text(SOURCE, encoding="utf-8")
    return Files(source, tmp_path / "locale" / "console.po")


@pytest.fixture
def complete(files: Files) -> Files:
    """The same with a complete catalogue, compiled."""
    files.catalogue.parent.mkdir()
    files.catalogue.write_text(COMPLETE, encoding="utf-8")
    assert main([], files) == 0
    return files


def replace(files: Files, old: str, new: str) -> None:
    text = files.catalogue.read_text(encoding="utf-8")
    assert old in text
    files.catalogue.write_text(text.replace(old, new), encoding="utf-8")


def test_every_way_of_marking_a_sentence_is_found(files: Files) -> None:
    assert sentences(files.source) == {"Open {name}", "Quit", ("one file", "{count} files")}


def test_a_new_catalogue_waits_for_its_translations(files: Files) -> None:
    assert main([], files) == 0
    assert main(["--check"], files) == 1
    assert 'msgid "Quit"\nmsgstr ""' in files.catalogue.read_text(encoding="utf-8")


def test_a_complete_catalogue_passes_and_the_console_can_read_it(complete: Files) -> None:
    assert main(["--check"], complete) == 0
    with complete.compiled.open("rb") as stream:
        translations = GNUTranslations(stream)
    assert translations.gettext("Quit") == "退出"
    assert translations.ngettext("one file", "{count} files", 5) == "{count} 个文件"


def test_updating_twice_changes_nothing_and_leaves_no_date_and_no_line_number(complete: Files) -> None:
    first = complete.catalogue.read_bytes(), complete.compiled.read_bytes()
    (complete.source / "say.py").write_text("\n\n\n" + SOURCE, encoding="utf-8")
    main([], complete)
    assert (complete.catalogue.read_bytes(), complete.compiled.read_bytes()) == first
    assert b"Date" not in first[0]
    assert b"say.py" not in first[0]


def test_a_new_sentence_keeps_the_old_translations_and_a_removed_one_leaves(complete: Files) -> None:
    # GIVEN a sentence more and a sentence less in the source
    changed = SOURCE.replace('N_("Quit")', 'N_("Help")')
    (complete.source / "say.py").write_text(changed, encoding="utf-8")
    assert main(["--check"], complete) == 1
    # WHEN the catalogue is updated
    main([], complete)
    # THEN what was translated still is
    text = complete.catalogue.read_text(encoding="utf-8")
    assert "打开 {name}" in text
    assert 'msgid "Help"\nmsgstr ""' in text
    assert "Quit" not in text


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("退出", "", "not translated: 'Quit'"),
        ('msgid "Quit"', '#, fuzzy\nmsgid "Quit"', "in doubt (fuzzy): 'Quit'"),
        ("打开 {name}", "打开 {nmae}", "placeholders differ (name, nmae)"),
        ("打开 {name}", "打开", "placeholders differ (name)"),
        ("打开 {name}", "打开 {name", "placeholders differ"),
        ("{count} 个文件", "文件", "placeholders differ (count)"),
        ('msgid "Quit"\nmsgstr "退出"\n', "", "not in the catalogue: 'Quit'"),
        ('msgid "Quit"', 'msgid "Leave"\nmsgstr "离开"\n\nmsgid "Quit"', "no longer in the source: 'Leave'"),
    ],
)
def test_a_catalogue_that_is_not_complete_fails_and_says_why(
    old: str, new: str, complaint: str, complete: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    # GIVEN a catalogue with one flaw
    replace(complete, old, new)
    # WHEN it is checked THEN the flaw is named
    assert main(["--check"], complete) == 1
    assert complaint in capsys.readouterr().err


def test_a_translation_that_was_not_compiled_fails(complete: Files, capsys: pytest.CaptureFixture[str]) -> None:
    replace(complete, "退出", "离开")
    assert main(["--check"], complete) == 1
    assert "console.mo is not the compilation of console.po" in capsys.readouterr().err
