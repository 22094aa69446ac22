"""The doctor: small files a second, and hashing of large cines beside sha256sum."""

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from console.demo.damage_kit import Kit, element, places, replaced
from console.repair.doctor.baseline import Baseline
from console.repair.doctor.examine import examine
from tests.benchmarks.figures import Figure
from tests.benchmarks.headers import make_ct_files

_FILES = 3000
_PER_FILE = 50_000
_CINE = 256 << 20
_CINES = 4


def doctor(folder: Path) -> list[Figure]:
    """Both promises of the doctor."""
    return [*_small(folder / "doctor-small"), *_large(folder / "doctor-large")]


def _small(folder: Path) -> list[Figure]:
    make_ct_files(folder, _FILES)
    for path in folder.rglob("IM*"):
        path.write_bytes(_sound(path.read_bytes()))
    seconds = min(_visit(folder) for _turn in range(3))
    rate = _FILES / seconds
    return [Figure("doctor, 50 KB files", rate, "files/s", 1000, True, f"{_FILES} files, warm, 258 elements each")]


def _visit(folder: Path) -> float:
    report = examine([folder], lambda _moment: None, lambda: False)
    bad = [finding for finding in report.findings if finding.code not in ("missing-type-2", "instance-gap")]
    assert report.files == _FILES
    assert not bad, bad[:3]
    return report.seconds


def _sound(data: bytes) -> bytes:
    """The benchmark's files have UIDs with leading zeros, one set of them for all in the file meta information."""
    known = places(data)
    for tag in (0x0020000D, 0x0020000E, 0x00080018):
        place = known[tag]
        data = data[: place.value] + re.sub(rb"\.0(?=\d)", b".1", data[place.value : place.end]) + data[place.end :]
    place = places(data)[0x00080018]
    data = replaced(data, 0x00020003, element(0x00020003, "UI", data[place.value : place.end]))
    # A private element brings the file to its size.
    grown = element(0x00290010, "LO", b"PRACTICE") + element(0x00291010, "OB", bytes(_PER_FILE - len(data) - 28 & ~1))
    at = next((place.start for tag, place in places(data).items() if tag > 0x00291010), len(data))
    return data[:at] + grown + data[at:]


def _large(folder: Path) -> list[Figure]:
    program = shutil.which("sha256sum")
    if program is None or sys.platform == "win32":
        return []
    files = list(_cines(folder))
    peer = min(_timed([program, *map(str, files)]) for _turn in range(3))
    best = 1e9
    for turn in range(3):
        with closing(Baseline(folder / f"baseline-{turn}.sqlite")) as baseline:
            report = examine(files, lambda _moment: None, lambda: False, baseline=baseline)
        best = min(best, report.seconds)
    note = f"{_CINES} cines of {_CINE >> 20} MB: {peer:.2f} s and {best:.2f} s"
    return [Figure("doctor, hashing beside sha256sum", peer / best, "x", 0.6, True, note)]


def _cines(folder: Path) -> Iterator[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    kit = Kit()
    for number in range(1, _CINES + 1):
        kit.number = number
        path = folder / f"cine{number}.dcm"
        data = kit.native()
        place = places(data)[0x7FE00010]
        rows = _CINE // (64 * 64)
        head = replaced(data[: place.start], 0x00280008, element(0x00280008, "IS", str(rows).encode()))
        size = rows * 64 * 64
        with path.open("wb") as stream:
            stream.write(head + b"\xe0\x7f\x10\x00OB\0\0" + size.to_bytes(4, "little"))
            for _chunk in range(size >> 20):
                stream.write(bytes(range(256)) * 4096)
        yield path


def _timed(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began
