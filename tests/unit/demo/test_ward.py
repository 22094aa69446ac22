"""The practice servers: healthy they are green, and each fault turns its own row red and green again."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from console.checks.kinds import folder_queue
from console.checks.runner import run_checks
from console.demo.ward import FAULTS, build_ward, faults_on, ports_of, switch
from console.demo.ward_process import Ward
from console.model.check_run import Selection
from console.model.checks import Status
from console.paths import ensure_home
from console.site.reading import load_site

CHECKS = ("backup", "files", "queue", "interface", "dicom", "web", "logs")


@pytest.fixture
def ward(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ward]:
    home = tmp_path / "practice"
    ensure_home(home, practice=True)
    build_ward(home, datetime.now(UTC).astimezone().date())
    # The second look at the queue comes soon: a lesson need not wait for it.
    monkeypatch.setattr(folder_queue, "KIND", replace(folder_queue.KIND, again_after=timedelta(seconds=1)))
    found = Ward(home)
    found.beat()
    yield found
    found.close()


def statuses(home: Path) -> dict[tuple[str, str, str], Status]:
    done = run_checks(home, load_site(home / "site.toml"), Selection(checks=CHECKS), lambda event: None, lambda: False)
    return {finding.key: finding.status for finding in done.findings}


EXPECTED = {
    "queue": ("queue.folder", "send-queue"),
    "backup-old": ("backup.files", "ris"),
    "backup-cut": ("backup.files", "ris"),
    "errors": ("logs.error", "pacs-error"),
    "his": ("interface.hl7", "his"),
    "web": ("web", "viewer-web"),
    "archive": ("dicom", "archive"),
    "mirror": ("files.pair", "archive-mirror"),
}


def red(found: dict[tuple[str, str, str], Status]) -> set[tuple[str, str]]:
    return {(check, target) for (check, target, _item), status in found.items() if status is Status.CRIT}


def test_every_fault_turns_its_row_red_and_green_again(ward: Ward) -> None:
    home = ward._home
    # GIVEN the healthy practice site THEN nothing is critical
    assert red(statuses(home)) == set()
    # WHEN every fault is switched on THEN each shows in its own row
    switch(home, [fault.id for fault in FAULTS if fault.id != "backup-cut"])
    ward.beat()
    found = red(statuses(home))
    for fault, (check, target) in EXPECTED.items():
        if fault != "backup-cut":
            assert any(row.startswith(check) and where == target for row, where in found), (fault, found)
    # WHEN they are switched off THEN only what a person has to read stays
    switch(home, [])
    ward.beat()
    left = red(statuses(home))
    assert {target for _check, target in left} <= {"pacs-error"}
    # WHEN the last dump breaks off
    switch(home, ["backup-cut"])
    ward.beat()
    broken = statuses(home)
    assert broken["backup.files", "ris", "end"] is Status.CRIT
    assert faults_on(home) == {"backup-cut"}


def test_the_site_file_is_made_once_and_kept(ward: Ward, tmp_path: Path) -> None:
    home = ward._home
    path = home / "site.toml"
    path.write_text(path.read_text("utf-8").replace("练习医院", "我的医院"), "utf-8")
    ports = ports_of(home)
    build_ward(home, date(2026, 11, 23))
    assert "我的医院" in path.read_text("utf-8")
    assert ports_of(home) == ports
