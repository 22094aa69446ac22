"""A structured report of measurements, sent to a real archive."""

import json
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.dicom.measuring.report_out import measurement_report
from tests.network.test_net_dicom import free_port, running
from tests.support import missing, need_program
from tests.unit.dicom.measuring.test_reports import measured


@pytest.fixture
def orthanc(tmp_path: Path) -> Iterator[tuple[int, int]]:
    """(DICOM port, HTTP port) of an archive."""
    program = shutil.which("Orthanc") or shutil.which("Orthanc", path="/usr/sbin")
    if program is None:
        missing("the program Orthanc is not installed")
    port, web = free_port(), free_port()
    config = {
        "Name": "test", "DicomAet": "PACS", "DicomPort": port, "HttpPort": web, "RemoteAccessAllowed": False,
        "StorageDirectory": str(tmp_path / "db"), "IndexDirectory": str(tmp_path / "db"), "Plugins": [],
    }  # fmt: skip
    (tmp_path / "orthanc.json").write_text(json.dumps(config))
    with running(tmp_path, port, program, str(tmp_path / "orthanc.json")):
        yield port, web


def test_an_archive_stores_the_report_under_the_patient(orthanc: tuple[int, int], tmp_path: Path) -> None:
    port, web = orthanc
    path, sheet = measured(tmp_path)
    report = tmp_path / "report.dcm"
    report.write_bytes(measurement_report(path, sheet, "Li", datetime(2026, 11, 23, tzinfo=UTC)))
    command = [need_program("storescu"), "-aec", "PACS", "127.0.0.1", str(port), str(report)]
    sent = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert sent.returncode == 0, sent.stderr
    with urllib.request.urlopen(f"http://127.0.0.1:{web}/instances?expand", timeout=20) as answer:
        (stored,) = json.load(answer)
    tags = stored["MainDicomTags"]
    with urllib.request.urlopen(
        f"http://127.0.0.1:{web}/instances/{stored['ID']}/simplified-tags", timeout=20
    ) as answer:
        simple = json.load(answer)
    assert tags["SOPInstanceUID"] == simple["SOPInstanceUID"]
    assert (simple["PatientID"], simple["Modality"]) == ("P0017", "SR")
    assert simple["PatientName"] == "Zhang^Wei=张^伟"
    assert simple["VerificationFlag"] == "UNVERIFIED"
