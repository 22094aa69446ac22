"""A report of 30 pages, 20 photos of 12 megapixels and 10 charts, validated as PDF/A-2b, ordered as a screen does."""

import statistics
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from console.model.report import Report, Written
from console.report.job import ReportJob
from tests.benchmarks.figures import Figure
from tests.unit.report import making

RUNS = 5
PHOTOS, CHARTS, PAGES = 20, 10, 30


def report(folder: Path) -> list[Figure]:
    """From the order to the file on disk, the process and its start included."""
    order = large(folder)
    seconds, peaks, pages = [], [], 0
    for _run in range(RUNS):
        target = folder / "report.pdf"
        job = ReportJob(order, target, "zh")
        begun = time.monotonic()
        job.start(lambda progress: None, lambda result: None)
        result = job.wait(120)
        seconds.append(time.monotonic() - begun)
        if not isinstance(result, Written) or not result.pdfa:
            raise RuntimeError(str(result))
        peaks.append(result.peak_bytes / 1e6)
        pages = result.pages
    if pages < PAGES:
        raise RuntimeError(f"{pages} pages")
    what = f"report of {pages} pages, {PHOTOS} photos, {CHARTS} charts"
    return [
        Figure(f"{what}: order to PDF/A-2b on disk", statistics.median(seconds), "s", 4.0),
        Figure(f"{what}: memory of its process", statistics.median(peaks), "MB", 200.0),
    ]


def large(folder: Path) -> Report:
    """The order: photos as a telephone makes them, an inspection of many hosts and displays."""
    rng = np.random.RandomState(3)
    small = rng.randint(0, 255, (378, 504, 3)).astype(np.uint8)
    scene = Image.fromarray(small).resize((4032, 3024), Image.Resampling.BICUBIC)
    paths = []
    for number in range(PHOTOS):
        path = folder / f"IMG_{number:04d}.jpg"
        scene.save(path, quality=80 + number % 15, comment=str(number).encode())
        paths.append(path)
    files = tuple(making.attachment(path, caption=f"机柜 {number}") for number, path in enumerate(paths, 1))
    inspection = making.inspection(18, 32, files)
    where = {one.sha256: path for one, path in zip(files, paths, strict=True)}
    made = Report(inspection, making.charts(CHARTS), making.runs(26), where, team="维护方")
    return replace(made, audit_lines=1290, audit_head="7d" * 32)
