"""The content that ships is found in a checkout and in an installation, and a missing file is a sentence."""

from pathlib import Path

import pytest

from console.errors import ConsoleError
from console.resources import data_folder, resource, resources


def package_below(folder: Path) -> Path:
    package = folder / "console"
    package.mkdir()
    return package


def test_checkout_reads_the_folder_at_its_top(tmp_path: Path) -> None:
    # GIVEN a checkout: pyproject.toml and data/ beside the package
    package = package_below(tmp_path)
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "data").mkdir()
    # THEN content is read from there
    assert data_folder(package) == tmp_path / "data"


def test_installation_reads_inside_the_package_even_with_a_strange_data_folder_beside_it(tmp_path: Path) -> None:
    # GIVEN an installation: no pyproject.toml, but another distribution's "data" in the same folder
    package = package_below(tmp_path)
    (tmp_path / "data").mkdir()
    # THEN the package's own folder is used
    assert data_folder(package) == package / "data"


def test_this_checkout_has_its_content() -> None:
    assert resource("README.md").is_file()


def test_missing_content_is_a_sentence_that_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(ConsoleError) as caught:
        resource("forms/quarter.toml", tmp_path)
    assert "quarter.toml" in caught.value.detail
    assert caught.value.title


@pytest.mark.parametrize("name", ["../secret.toml", "/etc/passwd", "forms/../../secret.toml", ""])
def test_a_name_cannot_leave_the_folder(name: str, tmp_path: Path) -> None:
    (tmp_path / "secret.toml").touch()
    folder = tmp_path / "data"
    folder.mkdir()
    with pytest.raises(ValueError, match="inside data/"):
        resource(name, folder)


def test_a_folder_lists_its_files_by_name_and_only_those_of_the_kind(tmp_path: Path) -> None:
    # GIVEN a folder with two catalogues, a note and a folder that looks like a catalogue
    checks = tmp_path / "checks"
    checks.mkdir()
    for name in ("network.toml", "disk.toml", "README.md"):
        (checks / name).touch()
    (checks / "old.toml").mkdir()
    # THEN the catalogues come sorted
    assert [path.name for path in resources("checks", ".toml", tmp_path)] == ["disk.toml", "network.toml"]


def test_a_folder_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert resources("calendar", ".toml", tmp_path) == ()
