"""The site file behind the screens: what is carried on a stick comes back whole, and keys can be forgotten."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from console.checks.transports.bundle import ask_bundle
from console.errors import UsageError
from console.model.site import Host
from console.sitedesk import SiteDesk

SITE = """
[site]
name = "Ward"

[[host]]
id = "far"
via = "bundle"
services = ["ssh"]
"""


@pytest.fixture
def desk(tmp_path: Path) -> SiteDesk:
    home = tmp_path / "home"
    home.mkdir()
    (home / "site.toml").write_text(SITE, "utf-8")
    found = SiteDesk(home, None, lambda: None)
    assert found.load().error is None
    return found


@pytest.mark.skipif(sys.platform == "win32", reason="a script for Linux")
def test_a_host_that_only_a_stick_reaches_is_asked_and_judged(desk: SiteDesk, tmp_path: Path) -> None:
    # GIVEN the script for a host, on a stick
    stick = tmp_path / "stick"
    script, *_proof = desk.write_collector("far", stick, "linux")
    # WHEN it is run there, without root, and its file is taken in
    stick.chmod(0o777)  # a stick of FAT knows no rights
    script.chmod(0o755)
    above = tmp_path
    while above != Path("/tmp") and above.stat().st_uid == os.getuid():
        above.chmod(0o755)
        above = above.parent
    rights = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
    subprocess.run(["sh", str(script), str(stick)], check=True, capture_output=True, cwd=stick, timeout=120, **rights)  # type: ignore[call-overload]
    (left,) = [path for path in stick.glob("*.json") if "questions" not in path.name]
    desk.take_bundle(left)
    # THEN the same questions are answered from it
    from console.checks.catalogue import load
    from console.checks.plan import plan, probes_of
    from console.model.check_run import Selection

    probes = probes_of(plan(load(desk.home), desk.state.site, Selection(), desk.home), "far")
    answer = ask_bundle(Host("far", via="bundle"), desk.home, probes)
    assert not answer.trouble
    assert any(raw.output and not raw.trouble for raw in answer.answers)


def test_a_windows_host_gets_a_script_its_questions_and_a_checksum(desk: SiteDesk, tmp_path: Path) -> None:
    names = sorted(path.name for path in desk.write_collector("far", tmp_path / "stick", "windows"))
    assert names == ["collect-far.ps1", "collect-far.ps1.sha256", "collect-far.questions.json"]


def test_what_is_no_bundle_is_not_taken_in(desk: SiteDesk, tmp_path: Path) -> None:
    path = tmp_path / "far.json"
    path.write_text("{}", "utf-8")
    with pytest.raises(UsageError):
        desk.take_bundle(path)
    assert not (desk.home / "bundles" / "far.json").exists()


def test_an_unknown_host_has_nothing_to_collect_and_no_key_to_forget(desk: SiteDesk, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        desk.write_collector("nobody", tmp_path, "linux")
    assert desk.forget_host_key("far") is False
