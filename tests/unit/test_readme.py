"""The two READMEs tell the same commands, and exactly as many as a newcomer needs."""

import re
from pathlib import Path

import pytest

from scripts.readme_command import commands, main

ROOT = Path(__file__).parent.parent.parent
READMES = (ROOT / "README.md", ROOT / "README.zh.md")
PAGES = (*READMES, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", ROOT / "data" / "README.md")
NAMES = {
    "practice",
    "practice powershell",
    "tests",
    "tests powershell",
    "collect",
    "collect powershell",
    "install",
    "install powershell",
}


def test_both_languages_tell_the_same_commands() -> None:
    english, chinese = (commands(path.read_text(encoding="utf-8")) for path in READMES)
    assert english == chinese
    assert set(english) == NAMES


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_command_is_one_line_that_stands_alone(name: str) -> None:
    command = commands(READMES[0].read_text(encoding="utf-8"))[name]
    assert "\n" not in command
    assert "cathlab" in command or "pytest" in command or "offline.py" in command


def test_a_command_that_is_not_there_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nowhere"]) == 1
    assert "marks no command 'nowhere'" in capsys.readouterr().err


def test_a_name_that_stands_twice_is_a_mistake() -> None:
    block = "<!-- command: practice -->\n```sh\nx\n```\n"
    assert commands(block) == {"practice": "x"}
    with pytest.raises(ValueError, match="twice"):
        commands(block + block)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_file_that_a_page_links_to_is_there(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
