"""Folders that nobody may read or write, as an account without rights meets them."""

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.store.processes import run

if sys.platform == "win32":
    pytest.skip("rights are not modes there", allow_module_level=True)


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that another account can reach, which pytest's own (0700) is not."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        place.chmod(0o711)
        for folder in ("locked", "readable", "free"):
            (place / folder).mkdir()
        (place / "free").chmod(0o777)
        for folder in ("locked", "readable"):
            (place / folder / "audit.jsonl").write_bytes(b"")
        (place / "free" / "settings.json").write_bytes(b"{}")
        (place / "free" / "settings.json").chmod(0)
        (place / "readable").chmod(0o555)
        (place / "locked").chmod(0)
        yield place
        for folder in ("locked", "readable"):
            (place / folder).chmod(0o700)


def test_folders_without_rights_are_answered_with_a_sentence(place: Path) -> None:
    # GIVEN a folder that may not be read, one that may not be written, and one that is free
    # WHEN an account without rights uses them
    result = run("without-rights", place)
    # THEN nothing ends in a traceback
    assert result.returncode == 0
    report = json.loads(result.stdout)
    worked = {name for name, answer in report.items() if answer == "done"}
    assert worked == {
        "home free",
        "sweep locked",
        "settings readable",
        "documents free",
        "audit verify readable",
        "audit free",
        "lock free",
    }
    # THEN each refusal names the place and says what to do
    for name, answer in report.items():
        if answer != "done":
            assert str(place) in answer, f"{name}: {answer}"
            assert "another folder" in answer, f"{name}: {answer}"


def test_the_child_gives_up_its_rights(place: Path) -> None:
    # GIVEN that root may do everything, the test above means something only if the child is not root
    if os.getuid() == 0:
        assert (place / "locked" / "audit.jsonl").read_bytes() == b""
    else:
        with pytest.raises(PermissionError):
            (place / "locked" / "audit.jsonl").read_bytes()
