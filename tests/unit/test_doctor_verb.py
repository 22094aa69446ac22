"""`cathlab doctor` as a script and as a person use it."""

import json
from argparse import Namespace
from pathlib import Path

import pytest

from console.doctor_verb import doctor
from console.i18n import set_language
from tests.unit.repair.visits import kit


def run(home: Path, *paths: Path, as_json: bool = False, baseline: str | None = None) -> int:
    options = Namespace(path=[str(path) for path in paths], json=as_json, decode=False, tools=False, baseline=baseline)
    return doctor(options, home)


@pytest.fixture
def cut(tmp_path: Path) -> Path:
    path = tmp_path / "archive" / "cut.dcm"
    path.parent.mkdir()
    path.write_bytes(kit().native()[:-5000])
    return path


def test_a_truncated_file_is_named_with_its_remedy(
    cut: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # WHEN a person asks, THEN code, sentence, arithmetic and remedy are said, and the home folder stays as it was
    assert run(tmp_path / "home", cut) == 0
    said = capsys.readouterr().out
    assert str(cut) in said
    assert "cut-native" in said
    assert "5000 of 16384 bytes are missing; 2 of 4 frames are whole." in said
    assert "cathlab repair plan salvage-frames" in said
    assert not (tmp_path / "home").exists()


def test_a_script_gets_the_keys_of_the_design(cut: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path / "home", cut, as_json=True) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["files"], document["healthy"]) == (1, 0)
    (finding,) = document["findings"]
    assert finding["path"] == str(cut)
    assert (finding["code"], finding["severity"], finding["repairable"]) == ("cut-native", "critical", True)
    assert finding["remedy"] == "salvage-frames"
    assert finding["confidence"] == "certain"


def test_a_baseline_lies_in_the_home_folder(cut: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = tmp_path / "home"
    # GIVEN a first visit, and a file that goes
    run(home, cut.parent, baseline="check")
    cut.unlink()
    capsys.readouterr()
    # THEN the second one misses it
    run(home, cut.parent, baseline="check", as_json=True)
    assert [finding["code"] for finding in json.loads(capsys.readouterr().out)["findings"]] == ["gone"]


def test_names_of_strangers_do_not_steer_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "esc\x1b[2J.dcm"
    path.write_bytes(kit().native()[:-1])
    run(tmp_path / "home", path)
    assert "\x1b" not in capsys.readouterr().out


def test_it_speaks_chinese(cut: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    set_language("zh")
    try:
        assert run(tmp_path / "home", cut) == 0
    finally:
        set_language("en")
    assert "cut-native" in capsys.readouterr().out
