"""The process that builds the index for the screen: an order comes in, progress and the report go out, as JSON lines.

It ends when the work is done. "cancel", and the end of standard input, which is the end of the console, stop it.
"""

import json
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from console.errors import ConsoleError
from console.i18n import set_language
from console.model.progress import Progress
from console.studies.build import build_index
from console.studies.job import report_out


def main() -> int:
    """One run."""
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
    sys.stdin.buffer.readline()
    stop.set()


def _say(message: dict[str, Any]) -> None:
    """Write on the pipe; a console that is gone hears nothing, and the run stops by its standard input."""
    with suppress(OSError):
        sys.stdout.buffer.write(json.dumps(message).encode() + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main())
