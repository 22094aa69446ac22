"""The rewrite: one element of a long cine beside `cp` and fsync of it, and ten thousand files in one job."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from console.demo.damage_kit import Kit, element, places, replaced
from console.repair import job, pieces, plan
from console.repair.job import Order
from console.repair.remedies.catalogue import propose
from console.repair.remedies.remedy import Request
from console.repair.spans import walk
from console.store.disk import sync_folder
from tests.benchmarks.figures import ROOT, Figure
from tests.benchmarks.headers import make_ct_files

_CINE = 245 << 20
_FILES = 10_000
_TURNS = 5
_NAME = 0x00100010
_ORDER = Order(in_place=True, ticket="benchmark", operator="benchmark")


def rewrite(folder: Path) -> list[Figure]:
    """All promises of the rewrite."""
    if sys.platform == "win32":
        return []
    return [*_one_cine(folder / "rewrite-cine"), *_many_files(folder / "rewrite-many")]


def _one_cine(folder: Path) -> list[Figure]:
    """Times pair by pair with `cp`, since the disk has its moods; the best of each counts."""
    folder.mkdir(parents=True)
    path, copy = folder / "cine.dcm", folder / "copy.dcm"
    _write_cine(path)
    peer, swap, whole, memory = [], [], [], []
    for turn in range(_TURNS):
        peer.append(_timed(lambda: _cp(path, copy)))
        swap.append(_child("swap", path)[0])
        peer.append(_timed(lambda: _cp(path, copy)))
        seconds, peak = _child("job", path, folder / f"home-{turn}")
        whole.append(seconds)
        memory.append(peak)
        shutil.rmtree(folder / f"home-{turn}")
    best = min(peer)
    megabytes = f"{_CINE >> 20} MB, cp and fsync {best:.2f} s"
    return [
        Figure("rewrite, written and moved beside cp", best / min(swap), "x", 0.8, True, megabytes),
        Figure("rewrite, whole job beside written and moved", min(whole) / min(swap), "times", 5.0, note=megabytes),
        Figure("rewrite, peak memory", max(memory), "MB", 80.0, note="of the whole process"),
    ]


def _many_files(folder: Path) -> list[Figure]:
    make_ct_files(folder / "data", _FILES)
    began = time.perf_counter()
    seconds, memory = _child("many", folder / "data", folder / "home")
    note = f"{_FILES} files of 39 KB in {seconds:.0f} s ({time.perf_counter() - began:.0f} s with the plan)"
    stopped, _memory = _child("stop", folder / "data", folder / "home-2")
    return [
        Figure("rewrite, many files: peak memory", memory, "MB", 300.0, note=note),
        Figure("rewrite, many files: stopped after", stopped, "s", 1.0, note=f"in the middle of {_FILES} files"),
    ]


def _write_cine(path: Path) -> None:
    kit = Kit()
    kit.number = 1
    data = kit.native()
    frames = _CINE // (64 * 64)
    head = replaced(data[: places(data)[0x7FE00010].start], 0x00280008, element(0x00280008, "IS", b"%d" % frames))
    with path.open("wb") as stream:
        stream.write(head + b"\xe0\x7f\x10\x00OB\0\0" + (frames * 64 * 64).to_bytes(4, "little"))
        for _chunk in range(_CINE >> 20):
            stream.write(os.urandom(4096) * 256)


def _cp(path: Path, copy: Path) -> None:
    subprocess.run(["cp", "-f", str(path), str(copy)], check=True)
    descriptor = os.open(copy, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def _timed(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def _child(what: str, *paths: Path) -> tuple[float, float]:
    """Seconds and peak memory in MB of a process of its own."""
    line = [sys.executable, "-m", "tests.benchmarks.rewrite", what, *map(str, paths)]
    told = json.loads(subprocess.run(line, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)
    return told["seconds"], told["megabytes"]


# In the child


def _swap(path: Path) -> None:
    """The new file written and moved into its place, and nothing else."""
    source = os.open(path, os.O_RDONLY)
    head = os.pread(source, 1 << 16, 0)
    size = os.fstat(source).st_size
    tree = walk(head)
    node = next(node for node in tree.nodes if node.tag == _NAME)
    name = (b"Li^Xiaolong ", b"Li^Xiao ")[head[node.vo : node.ve] == b"Li^Xiaolong "]
    parts = pieces.Pieces()
    parts.span(0, node.lpos)
    parts.bytes(len(name).to_bytes(2, "little") + name)
    parts.span(node.ve, size)
    temporary = path.with_name(".swap.part")
    target = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    os.posix_fallocate(target, 0, parts.size)
    pieces.write(parts, source, target)
    os.fsync(target)
    os.close(target)
    os.close(source)
    os.replace(temporary, path)
    sync_folder(path.parent)


def _job(path: Path, home: Path, answers: dict[str, str]) -> float:
    """A plan of it, applied in place; the seconds that applying took."""
    home.mkdir()
    made = plan.make(home, propose("correct-attributes", Request((path,), answers)), operator="benchmark", why="speed")
    began = time.perf_counter()
    report = job.apply(home, made.id, _ORDER)
    assert report.done == len(made.files) > 0, report.problem
    return time.perf_counter() - began


def _stop(path: Path, home: Path) -> float:
    """Copies of all files, stopped in the middle; the seconds from the word to the report."""
    home.mkdir()
    answers = {"PatientName": "Wang^Fang", "SeveralPatients": "yes"}
    made = plan.make(home, propose("correct-attributes", Request((path,), answers)), operator="benchmark", why="speed")
    asked: list[float] = []

    def told(done: int, total: int, _what: str) -> None:
        if done == total // 2:
            asked.append(time.perf_counter())

    report = job.apply(home, made.id, Order(operator="benchmark"), told, lambda: bool(asked))
    assert report.done == len(made.files) // 2, report.problem
    return time.perf_counter() - asked[0]


def _main(what: str, path: Path, home: Path) -> None:
    import resource

    if what == "swap":
        seconds = _timed(lambda: _swap(path))
    elif what == "job":
        seconds = _job(path, home, {"PatientName": f"Zhang^Wei{os.getpid()}"})
    elif what == "stop":
        seconds = _stop(path, home)
    else:
        seconds = _job(path, home, {"PatientName": "Zhang^Wei", "SeveralPatients": "yes"})
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps({"seconds": seconds, "megabytes": megabytes}))


if __name__ == "__main__":
    _main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[-1]))
