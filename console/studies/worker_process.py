"""A process beside an index run: reads the objects it is told to and hands back rows, or makes lines of studies.

`python -m console.studies.worker_process` speaks length-prefixed marshal on standard input and output with
`console.studies.workers` and `console.studies.computing` until the pipe closes. It limits its own memory, and a crash
ends it alone.
"""

import marshal
import os
import sys
from typing import Any

from console.studies.limits import limit_memory
from console.studies.objects import Answer, read_batch
from console.studies.rows import Preparer

_PREPARER = Preparer()


def answer(request: Any) -> Answer | list[Any]:
    """The answer to a batch to be read (a tuple), or to studies to be settled (a list)."""
    if isinstance(request, tuple):
        number, folder, zipped, named = request
        files = [(os.fsdecode(name), size, time) for name, size, time in named]
        return read_batch(_PREPARER, number, os.fsdecode(folder), zipped, files, deep=True)
    from console.studies.lines import settle_study

    return [settle_study(job) for job in request]


def main() -> None:
    """Answer until standard input closes."""
    answers = os.dup(1)
    silent = os.open(os.devnull, os.O_RDWR)
    for descriptor in (1, 2):
        os.dup2(silent, descriptor)
    if sys.platform == "win32":
        import msvcrt

        msvcrt.setmode(0, os.O_BINARY)
        msvcrt.setmode(answers, os.O_BINARY)
    limit_memory()
    stream = os.fdopen(0, "rb")
    while len(head := stream.read(4)) == 4:
        data = marshal.dumps(answer(marshal.loads(stream.read(int.from_bytes(head, "little")))))
        rest = memoryview(len(data).to_bytes(4, "little") + data)
        while rest:
            rest = rest[os.write(answers, rest) :]


if __name__ == "__main__":
    try:
        main()
    except (BrokenPipeError, KeyboardInterrupt):
        sys.exit(0)
