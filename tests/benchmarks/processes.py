"""The processes that are measured beside `cathlab index`. They load what they need and nothing else, as peers do."""

import json
import marshal
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parents[2]
KEYWORDS = (
    "SpecificCharacterSet ImageType SOPClassUID SOPInstanceUID StudyDate StudyTime AccessionNumber Modality "
    "Manufacturer InstitutionName StationName StudyDescription SeriesDescription ManufacturerModelName "
    "PatientName PatientID PatientBirthDate PatientSex BodyPartExamined ProtocolName StudyInstanceUID "
    "SeriesInstanceUID StudyID SeriesNumber InstanceNumber NumberOfFrames Rows Columns BitsStored "
    "PhotometricInterpretation AcquisitionDate AcquisitionTime"
).split()
"""What an index asks of each file."""
_MESSAGE = 500
_AHEAD = 40


def allowed_processors() -> list[int]:
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else list(range(os.cpu_count() or 1))


def environ() -> dict[str, str]:
    """As on a machine where the console is installed: its modules are compiled."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": os.path.join(tempfile.gettempdir(), f"cathlab-benchmarks-{os.getuid()}")}


def with_pydicom(path: str) -> list[Any]:
    """What the index asks, asked of pydicom."""
    import pydicom

    ds = pydicom.dcmread(path, stop_before_pixels=True)
    return [ds.get(keyword) for keyword in KEYWORDS]


def with_dicomsdl(path: str) -> list[Any]:
    """What the index asks, asked of dicomsdl, which stops before the pixels too."""
    import dicomsdl

    ds = dicomsdl.open_file(path, 0x7FE00000)
    return [getattr(ds, keyword, None) for keyword in KEYWORDS]


_PEERS: dict[str, Callable[[str], Any]] = {"pydicom": with_pydicom, "dicomsdl": with_dicomsdl}


def _read_with(peer: str, folder: str, count: str) -> None:
    """A plain loop over files with one of the peers."""
    paths = sorted(str(path) for path in Path(folder).rglob("IM*"))[: int(count)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        read = _PEERS[peer]
        for path in paths:
            read(path)


def _make_rows(target: str, count: str) -> None:
    """Rows as reader processes have them, and the folders that a walk would have found: messages of plain tuples."""
    from console.studies.rows import folder_number
    from tests.synthetic import synthetic_rows

    folders: dict[str, int] = {}
    new: list[tuple[str, int]] = []
    rows: list[Any] = []
    with open(target, "wb") as stream:
        for row, path, *file in synthetic_rows(int(count)):
            if path not in folders:
                folders[path] = folder_number(path)
                new.append((path, folders[path]))
            rows.append((tuple(row), folders[path], path, *file))
            if len(rows) == _MESSAGE:
                data = marshal.dumps((new, rows))
                stream.write(len(data).to_bytes(4, "little") + data)
                new, rows = [], []


def _messages(stream: IO[bytes]) -> Iterator[Any]:
    while len(head := stream.read(4)) == 4:
        yield marshal.loads(stream.read(int.from_bytes(head, "little")))


def _ahead(messages: Iterator[Any]) -> Iterator[Any]:
    """`messages`, some of them fetched by a thread before they are asked for, as those of the reader processes are."""
    waiting: queue.Queue[Any] = queue.Queue(_AHEAD)

    def fetch() -> None:
        for message in messages:
            waiting.put(message)
        waiting.put(None)

    threading.Thread(target=fetch, daemon=True).start()
    return iter(waiting.get, None)


def _prepare_rows(source: str) -> None:
    """What a reader process does with rows, their reading left out: makes them ready and sends them on."""
    from console.studies.build import few_collections
    from console.studies.rows import Preparer

    preparer = Preparer()
    with few_collections(), open(source, "rb") as stream, os.fdopen(os.dup(1), "wb") as sink:
        for folders, rows in _messages(stream):
            data = marshal.dumps((folders, preparer.prepare(rows)))
            sink.write(len(data).to_bytes(4, "little") + data)


def _import_rows(source: str, home: str) -> None:
    """Import what a reader process makes ready, and settle it; seconds and memory of all processes as JSON."""
    import resource

    from console.studies.build import few_collections
    from console.studies.database import open_index
    from console.studies.importer import import_prepared
    from console.studies.settle import settle_all

    begun = time.perf_counter()
    line = [sys.executable, "-m", "tests.benchmarks.processes", "prepare-rows", source]
    with few_collections():
        connection = open_index(Path(home))
        with subprocess.Popen(line, cwd=ROOT, env=environ(), stdout=subprocess.PIPE) as reader:
            assert reader.stdout is not None
            import_prepared(connection, _ahead(_messages(reader.stdout)))
        rows_s = time.perf_counter() - begun
        settle_all(connection, len(allowed_processors()) - 1)
    seconds = time.perf_counter() - begun
    (studies,) = connection.execute("SELECT count(*) FROM study").fetchone()
    connection.close()
    used = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    peak = sum(used) / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    print(json.dumps({"seconds": seconds, "rows_s": rows_s, "studies": studies, "peak_mb": peak}))


def main(what: str, *arguments: str) -> None:
    """The processes that are measured beside `cathlab index`."""
    if what == "make-rows":
        _make_rows(*arguments)
    elif what == "prepare-rows":
        _prepare_rows(*arguments)
    elif what == "import-rows":
        _import_rows(*arguments)
    else:
        _read_with(what, *arguments)


if __name__ == "__main__":
    main(*sys.argv[1:])
