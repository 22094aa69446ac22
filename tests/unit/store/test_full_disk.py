"""A full disk, for real: what was acknowledged stays, the rest is refused in words, and work goes on after."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.unit.store.processes import run

if sys.platform == "win32":
    pytest.skip("Windows has neither file size limits nor small disks made at will", allow_module_level=True)


def mounting(folder: Path) -> list[str] | None:
    """The words that start a program in a world of its own, where a small disk can be mounted; None where none can."""
    for world in (["unshare", "--mount"], ["unshare", "--map-root-user", "--mount"]):
        mount = [*world, "mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(folder)]
        try:
            if subprocess.run(mount, check=False, capture_output=True, timeout=20).returncode == 0:
                return world
        except FileNotFoundError:
            return None
    return None


def fill_disk(folder: Path, way: str) -> dict[str, Any]:
    """What a process tells that wrote until the disk was full."""
    world = mounting(folder) if way == "tmpfs" else None
    if world is None:
        # A limit on the size of each file refuses a write in the middle just as a full disk does.
        result = run("fill-disk", folder, "limit")
    else:
        script = 'mount -t tmpfs -o size=512k tmpfs "$0" && exec "$@"'
        line = ["sh", "-c", script, str(folder)]
        result = run("fill-disk", folder, "tmpfs", before=[*world, *line])
    assert result.returncode == 0
    report: dict[str, Any] = json.loads(result.stdout)
    return report


@pytest.mark.parametrize("way", ["limit", "tmpfs"])
def test_a_full_disk_loses_nothing_that_was_acknowledged(tmp_path: Path, way: str) -> None:
    # GIVEN a home folder on a disk with little room WHEN each kind of file is written until it is refused
    report = fill_disk(tmp_path, way)
    # THEN something was acknowledged before, and all of that is there, in memory and on the disk
    acknowledged = list(range(1, report["inserted"] + 1))
    assert len(acknowledged) > 3
    assert report["documents"] == acknowledged
    assert report["documents reopened"] == acknowledged
    ok, lines = report["audit"]
    assert ok
    assert lines - report["appended"] in (0, 1)
    assert report["settings readable"] == (1 if report["saved"] else 0)
    # THEN each refusal is a sentence that names the folder and says what to do
    assert len(report["sentences"]) == 3
    for sentence in report["sentences"]:
        assert str(tmp_path) in sentence
        assert "Free some space" in sentence
    # THEN nothing half-written lies about, and the console still opens, since there the operator finds out
    assert report["leftovers"] == []
    assert report["locked"]
    # THEN with room again, work goes on where it stopped
    assert report["documents after"] == [*acknowledged, len(acknowledged) + 1]
    assert report["audit after"] == [True, ""]
    assert report["settings after"] == "after"
