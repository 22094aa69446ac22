"""A process beside the doctor that looks at the files it is told to.

`python -m console.repair.doctor.worker_process TODAY LANGUAGE [hashes] [decode] [PROGRAM…]` speaks length-prefixed
marshal on standard input and output with `console.repair.doctor.crew` until the pipe closes. It limits its own memory,
and a crash ends it alone.
"""

import gc
import os
import sys
from datetime import date

from console.i18n import set_language
from console.repair.doctor.reading import Seen, see
from console.repair.doctor.wire import Options, pack_seen, unpack_batch

_MEMORY = 1 << 30
"""Bytes of its own; files that are mapped do not count."""


def look(path: str, options: Options, today: date) -> Seen:
    """Everything that is asked about one file."""
    seen = see(path, today, hashes=options.hashes)
    if seen.facts is not None and seen.facts.directory is None:
        if options.decode:
            from console.repair.doctor.decoding import decode_findings

            seen.found += decode_findings(path)
    if seen.facts is not None and options.tools:
        from console.repair.doctor.tools import tool_findings

        seen.found += tool_findings(path, options.tools)
    return seen


def main() -> None:
    """Answer until standard input closes."""
    options = Options.of(sys.argv[1:])
    today = date.fromisoformat(options.today)
    set_language(options.language)
    answers = os.dup(1)
    silent = os.open(os.devnull, os.O_RDWR)
    for descriptor in (1, 2):
        os.dup2(silent, descriptor)
    if sys.platform == "win32":
        import msvcrt

        msvcrt.setmode(0, os.O_BINARY)
        msvcrt.setmode(answers, os.O_BINARY)
    _limit_memory()
    # Hundreds of spans a file, none in a circle: looking for circles would take a tenth of the time.
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)
    stream = os.fdopen(0, "rb")
    while len(head := stream.read(4)) == 4:
        paths = unpack_batch(stream.read(int.from_bytes(head, "little")))
        rest = memoryview(pack_seen([look(path, options, today) for path in paths]))
        while rest:
            rest = rest[os.write(answers, rest) :]


def _limit_memory() -> None:
    """What it may reserve; not the address space, in which a file of any size is mapped."""
    if sys.platform == "linux":
        import resource

        _soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
        limit = _MEMORY if hard == resource.RLIM_INFINITY else min(_MEMORY, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


if __name__ == "__main__":
    try:
        main()
    except (BrokenPipeError, KeyboardInterrupt):
        sys.exit(0)
