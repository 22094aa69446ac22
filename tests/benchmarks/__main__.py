"""The figures that the console promises, each beside its peer, measured in one run: `python -m tests.benchmarks`.

Prints a table and, with `--json FILE`, writes the same as JSON. Exit status 1 when a promise is not kept. The real
96-frame sample is used when CATHLAB_SAMPLES names the folder of samples; the others make their own input.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.blocks import blocks
from tests.benchmarks.figures import Figure, cine, first_picture, long_cine, version
from tests.benchmarks.finding import finding
from tests.benchmarks.graphics import graphics
from tests.benchmarks.headers import headers
from tests.benchmarks.index import index
from tests.benchmarks.inspections import inspections
from tests.benchmarks.logs import logs
from tests.benchmarks.many_hosts import many_hosts
from tests.benchmarks.pipeline import pipeline
from tests.benchmarks.practice import practice
from tests.benchmarks.report import report
from tests.benchmarks.rewrite import rewrite
from tests.benchmarks.studies_screen import studies_screen
from tests.benchmarks.terminal import terminal
from tests.benchmarks.vessels import vessels
from tests.benchmarks.viewer import viewer


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", metavar="FILE", type=Path)
    parser.add_argument("--only", nargs="*", default=())
    options = parser.parse_args()
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        for name, measure in {
            "version": version,
            "blocks": blocks,
            "graphics": graphics,
            "first": first_picture,
            "cine": cine,
            "long": long_cine,
            "headers": headers,
            "index": index,
            "finding": finding,
            "logs": logs,
            "hosts": many_hosts,
            "studies": studies_screen,
            "practice": practice,
            "report": report,
            "inspections": inspections,
            "rewrite": rewrite,
            "pipeline": pipeline,
            "vessels": vessels,
            "viewer": viewer,
            "terminal": terminal,
        }.items():
            if not options.only or name in options.only:
                print(f"measuring {name} ...", file=sys.stderr)
                figures += measure(Path(folder))
    width = max(len(figure.what) for figure in figures)
    print(f"Python {platform.python_version()}, {os.cpu_count()} processors, {platform.machine()}")
    for figure in figures:
        verdict = "kept" if figure.kept else "BROKEN"
        measured = f"{figure.value:>9.2f} {figure.unit:<8} promised {figure.promise:<8}"
        print(f"{figure.what:<{width}}  {measured} {verdict}  {figure.note}")
    if options.json:
        options.json.write_text(json.dumps([figure.document() for figure in figures], indent=2) + "\n")
    return 0 if all(figure.kept for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
