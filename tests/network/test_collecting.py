"""The script for the stick: runs in any shell, without root, writes one file, and the same parser reads it."""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from console.checks.raw import Probe
from console.checks.transports.collecting import bundle_stream, write_collector
from console.checks.transports.posix_frame import Said, parse_answer
from console.errors import StoreError
from console.model.site import Host
from tests.network.shells import SHELLS, tools, without_rights
from tests.network.test_posix_frame import AWKWARD, bodies
from tests.support import need_program

if sys.platform == "win32":
    pytest.skip("there is no POSIX shell", allow_module_level=True)

PROBES = (Probe("hello", AWKWARD), Probe("bytes"), Probe("hangs", limit_s=1), Probe("fails"), Probe("last"))


@pytest.fixture
def stick() -> Iterator[Path]:
    """A folder that an account without rights can use."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        yield folder


def collect(stick: Path, shell: str = "dash", path: str = "", *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the script as somebody at the server would."""
    words = shell.split()
    words[0] = need_program(words[0])
    for file in stick.glob("*.sh*"):
        file.chmod(0o644)
    script = next(stick.glob("collect*.sh"))
    text = script.read_text("utf-8", "surrogateescape")
    script.write_text(
        text.replace("/bin/sh -c", " ".join(words) + " -c").replace('/bin/sh "$self"', " ".join(words) + ' "$self"'),
        "utf-8",
        "surrogateescape",
    )
    command = [*words, str(script), *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, cwd="/", env={"PATH": path or "/usr/bin:/bin"},
        stdin=subprocess.DEVNULL, **without_rights(),
    )  # fmt: skip


def bundle(stick: Path) -> dict[str, Any]:
    """The only file that was written."""
    (file,) = stick.glob("cathlab-*.json")
    document = json.loads(file.read_bytes())
    assert isinstance(document, dict)
    return document


@pytest.mark.parametrize("shell", SHELLS)
def test_a_bundle_holds_what_a_connection_would_have_brought(shell: str, stick: Path) -> None:
    # GIVEN a script for one host on a stick
    written = write_collector(stick, Host("pacs-a", name="主 [/b] 'x'"), PROBES, bodies)
    assert [path.name for path in written] == ["collect-pacs-a.sh", "collect-pacs-a.sh.sha256"]
    # WHEN it is run on the server by an account without rights
    done = collect(stick, shell)
    assert done.returncode == 0, done.stderr
    # THEN the file says where it comes from
    document = bundle(stick)
    assert (document["format"], document["version"], document["system"]) == ("cathlab-bundle", 1, "linux")
    assert document["host"] == "pacs-a"
    assert document["hostname"]
    collected = datetime.fromisoformat(document["collected"])
    assert abs((datetime.now(UTC) - collected).total_seconds()) < 60
    # THEN the parser of the connection reads the answers
    probes, nonce, stream = bundle_stream(document)
    assert probes == PROBES
    hello, data, hangs, fails, last = parse_answer(stream, probes, nonce, Said(collected, "bundle"), bodies)
    assert hello.output == "".join(f"{word}|" for word in AWKWARD).encode()
    assert data.output == b"\0\1\xff\n\n"
    assert hangs.trouble
    assert fails.exit_status == 3
    assert last.system == "linux"
    assert not last.trouble


def test_the_checksum_beside_it_fits_and_is_shown(stick: Path) -> None:
    # GIVEN a bundle
    write_collector(stick, None, PROBES[:1], bodies)
    done = collect(stick)
    # WHEN its checksum is taken
    (file,) = stick.glob("cathlab-*.json")
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    # THEN it stands beside it as sha256sum writes it, and on the screen
    assert file.with_name(file.name + ".sha256").read_text() == f"{digest}  {file.name}\n"
    assert digest in done.stdout
    # THEN the script's own fits too
    proof = subprocess.run(["sha256sum", "-c", "collect.sh.sha256"], cwd=stick, capture_output=True, check=False)
    assert proof.returncode == (0 if b"/bin/sh -c" in (stick / "collect.sh").read_bytes() else 1)


def test_nothing_but_the_bundle_is_written(stick: Path) -> None:
    # GIVEN a stick with the script, and another folder for the answer
    write_collector(stick, Host("a/b c"), PROBES[:2], bodies)
    target = stick / "target"
    target.mkdir()
    target.chmod(0o777)
    before = set(stick.iterdir())
    # WHEN it is run with that folder THEN there are two files in it and none elsewhere
    assert collect(stick, "dash", "", str(target)).returncode == 0
    assert set(stick.iterdir()) == before
    names = sorted(path.name for path in target.iterdir())
    assert len(names) == 2
    assert names[0].startswith("cathlab-a-b-c-")
    assert names[1] == names[0] + ".sha256"


@pytest.mark.parametrize("missing", [(), ("base64",), ("base64", "od"), ("sha256sum",), ("setsid", "head", "base64")])
def test_a_small_system_manages_with_what_it_has(stick: Path, missing: tuple[str, ...]) -> None:
    # GIVEN a server with the tools of busybox alone, and not even all of them
    path = tools(stick / "tools", missing=missing)
    write_collector(stick, Host("small"), PROBES, bodies)
    # The frame would find the machine's own tools behind them.
    script = stick / "collect-small.sh"
    text = script.read_text("utf-8")
    script.write_text(text.replace("PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin", ":"))
    # WHEN it is run
    done = collect(stick, "busybox ash", path)
    assert done.returncode == 0, done.stderr
    # THEN the answers are the same
    document = bundle(stick)
    assert document["encoding"] == ("hex" if "base64" in missing else "base64")
    probes, nonce, stream = bundle_stream(document)
    raws = parse_answer(stream, probes, nonce, Said(datetime.now(UTC), "bundle"), bodies)
    assert raws[1].output == b"\0\1\xff\n\n"
    assert not raws[4].trouble
    # THEN a missing checksum is said
    assert ("no checksum" in done.stdout) == ("sha256sum" in missing)


def test_a_folder_that_cannot_be_written_is_said(stick: Path) -> None:
    # GIVEN a folder that the account may not write
    write_collector(stick, None, PROBES[:1], bodies)
    (stick / "locked").mkdir(mode=0o555)
    # WHEN the script is told to write there THEN it says so, and ends with a status
    done = collect(stick, "dash", "", str(stick / "locked"))
    if os.getuid() == 0 or not os.access(stick / "locked", os.W_OK):
        assert done.returncode == 3
        assert "Name a folder" in done.stderr


def test_a_stick_that_is_gone_is_a_sentence(tmp_path: Path) -> None:
    # GIVEN a folder that is not there WHEN the script is to be written THEN that is an error in words
    with pytest.raises(StoreError):
        write_collector(tmp_path / "gone", None, PROBES[:1], bodies)


@pytest.mark.parametrize(
    "change",
    [
        {"format": "x"},
        {"version": 2},
        {"system": "windows"},
        {"encoding": "rot13"},
        {"stream": "?"},
        {"probes": [{}]},
        {"probes": 1},
    ],
)
def test_a_document_that_is_something_else_is_refused(stick: Path, change: dict[str, Any]) -> None:
    # GIVEN a good bundle WHEN one thing in it is wrong THEN it is refused
    good = {
        "format": "cathlab-bundle", "version": 1, "system": "linux", "nonce": "00",
        "probes": [{"name": "a", "args": [], "limit_s": 1}], "encoding": "base64", "stream": "AAAA",
    }  # fmt: skip
    assert bundle_stream(good)[2] == b"\0\0\0"
    with pytest.raises((ValueError, KeyError, TypeError)):
        bundle_stream({**good, **change})
