"""Where the home folder is, and that of the practice site."""

import errno
import os
import sys
from pathlib import Path

import pytest

from console.errors import StoreError
from console.paths import ensure_home, home_folder, is_practice, practice_folder


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """The folder the program stands in."""
    folder = tmp_path / "program"
    folder.mkdir()
    return folder


def test_the_option_wins(tmp_path: Path, program: Path) -> None:
    (program / "cathlab-home").mkdir()
    environ = {"CATHLAB_HOME": str(tmp_path / "environment")}
    assert home_folder(str(tmp_path / "option"), environ, program) == tmp_path / "option"
    assert home_folder(None, environ, program) == tmp_path / "environment"
    assert home_folder("", {"CATHLAB_HOME": ""}, program) == program / "cathlab-home"


def test_without_all_that_it_is_the_user_data_folder(
    tmp_path: Path, program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platformdirs.user_data_path", lambda name, appauthor: tmp_path / "data" / name)
    assert home_folder(None, {}, program) == tmp_path / "data" / "cathlab-console"
    # THEN a file of that name beside the program is not a home
    (program / "cathlab-home").write_bytes(b"")
    assert home_folder(None, {}, program) == tmp_path / "data" / "cathlab-console"


def test_it_is_always_absolute(tmp_path: Path, program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    assert home_folder("here", {}, program) == tmp_path / "here"
    if sys.platform != "win32":
        assert home_folder("~/there", {}, program) == tmp_path / "user" / "there"


@pytest.mark.skipif(sys.platform == "win32", reason="accounts are found otherwise there")
def test_an_account_without_a_home_is_a_sentence(program: Path) -> None:
    with pytest.raises(StoreError, match="--home"):
        home_folder("~nobody-of-that-name/x", {}, program)


def test_a_home_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    home = tmp_path / "deep" / "home"
    ensure_home(home)
    assert home.is_dir()
    if sys.platform != "win32":
        assert home.stat().st_mode & 0o777 == 0o700
    assert (home / ".cathlab-home").read_text() == "cathlab-home 1 site\n"
    assert [path.name for path in home.iterdir()] == [".cathlab-home"]
    assert is_practice(home) is False


def test_a_home_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    ensure_home(tmp_path / "home")
    (tmp_path / "home" / "site.toml").write_text("kept")
    (tmp_path / "home").chmod(0o750)
    ensure_home(tmp_path / "home")
    assert (tmp_path / "home" / "site.toml").read_text() == "kept"
    if sys.platform != "win32":
        assert (tmp_path / "home").stat().st_mode & 0o777 == 0o750


def test_a_folder_with_files_becomes_a_home_without_losing_its_rights(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text("kept")
    tmp_path.chmod(0o755)
    ensure_home(tmp_path)
    assert is_practice(tmp_path) is False
    if sys.platform != "win32":
        assert tmp_path.stat().st_mode & 0o777 == 0o755


def test_a_newer_home_is_refused_and_left_alone(tmp_path: Path) -> None:
    marker = tmp_path / ".cathlab-home"
    marker.write_text("cathlab-home 2 site and more\n")
    for use in (ensure_home, is_practice):
        with pytest.raises(StoreError, match="newer version"):
            use(tmp_path)
    assert marker.read_text() == "cathlab-home 2 site and more\n"
    assert [path.name for path in tmp_path.iterdir()] == [".cathlab-home"]


@pytest.mark.parametrize("words", ["", "cathlab-home", "cathlab-home 1", "cathlab-home 1 other", "x 1 site", "\0\0"])
def test_a_damaged_marker_is_not_guessed(tmp_path: Path, words: str) -> None:
    (tmp_path / ".cathlab-home").write_text(words)
    with pytest.raises(StoreError, match="damaged"):
        ensure_home(tmp_path)


def test_a_file_in_the_place_of_the_home_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "home").write_bytes(b"")
    with pytest.raises(StoreError, match="not a folder"):
        ensure_home(tmp_path / "home")
    with pytest.raises(StoreError, match="--home"):
        ensure_home(tmp_path / "home" / "below")


def test_a_write_protected_home_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ensure_home(tmp_path)

    def refused(*_arguments: object, **_options: object) -> int:
        raise OSError(errno.EROFS, "Read-only file system")

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refused)
        with pytest.raises(StoreError, match="write-protected"):
            ensure_home(tmp_path)


def test_the_practice_site_lives_beside_the_real_one(tmp_path: Path, program: Path) -> None:
    home = tmp_path / "home"
    ensure_home(home)
    assert practice_folder(None, {"CATHLAB_HOME": str(home)}, program) == tmp_path / "home-practice"
    # THEN it does so even when the real home is named, or when files stand in the folder
    assert practice_folder(str(home), {}, program) == tmp_path / "home-practice"
    (program / "file").write_bytes(b"")
    assert practice_folder(str(program), {}, program) == tmp_path / "program-practice"


def test_a_practice_site_is_built_where_the_option_says_while_that_is_free(tmp_path: Path, program: Path) -> None:
    place = tmp_path / "practice"
    assert practice_folder(str(place), {}, program) == place
    ensure_home(place, practice=True)
    assert is_practice(place)
    # THEN it is found again, by the option as by the environment, and stays a practice site when it is opened as home
    (place / "pictures").mkdir()
    assert practice_folder(str(place), {}, program) == place
    assert practice_folder(None, {"CATHLAB_HOME": str(place)}, program) == place
    ensure_home(place)
    assert is_practice(place)


def test_a_practice_site_is_never_built_over_a_real_one(tmp_path: Path) -> None:
    real, files = tmp_path / "real", tmp_path / "files"
    ensure_home(real)
    files.mkdir()
    (files / "record").write_bytes(b"x")
    for folder in (real, files):
        with pytest.raises(StoreError, match="practice site"):
            ensure_home(folder, practice=True)
    assert is_practice(real) is False
    assert not (files / ".cathlab-home").exists()


def test_a_folder_that_is_not_there_is_no_practice_site(tmp_path: Path) -> None:
    assert is_practice(tmp_path / "never") is False
