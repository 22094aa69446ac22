"""The process that builds the index for the screen: an order comes in, progress and the report go out, as JSON lines.

It ends when the work is done. "cancel", and the end of standard input, which is the end of the console, stop it.
"""

import json
import os
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from console.errors import ConsoleError
from console.i18n import set_language
from console.model.progress import Progress
from console.studies.build import build_index
from console.studies.job import report_out
from console.studies.limits import limit_memory

_GRACE_S = 5.0
_MEMORY = 4 << 30
"""Address space in bytes; strangers' bytes are read in processes that have less."""


def main() -> int:
    """One run."""
    limit_memory(_MEMORY)
    order = json.loads(sys.stdin.buffer.readline())
    set_language(order["language"])
    stop = threading.Event()
    threading.Thread(target=_listen, args=(stop,), name="cancel", daemon=True).start()

    def tell(progress: Progress) -> None:
        _say({"progress": [progress.done, progress.total, progress.elapsed_s, progress.what]})

    try:
        report = build_index(Path(order["home"]), [Path(path) for path in order["paths"]], tell, stop.is_set)
    except ConsoleError as error:
        _say({"error": [type(error).__name__, error.title, error.detail]})
        return 1
    _say({"report": report_out(report)})
    return 0


def _listen(stop: threading.Event) -> None:
    line = sys.stdin.buffer.readline()
    stop.set()
    if not line:
        # The console is gone. A run that hangs in the system, as on a dead share, must not outlive it.
        time.sleep(_GRACE_S)
        os._exit(1)


def _say(message: dict[str, Any]) -> None:
    """Write on the pipe; a console that is gone hears nothing, and the run stops by its standard input."""
    with suppress(OSError):
        sys.stdout.buffer.write(json.dumps(message).encode() + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main())
