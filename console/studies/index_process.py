"""The process that builds the index for the screen: an order comes in, progress and the report go out, as JSON lines.

It ends when the work is done. "cancel", and the end of standard input, which is the end of the console, stop it.
"""

import json
import sys
from pathlib import Path

from console.child import stops_with_parent, tell_parent
from console.errors import ConsoleError
from console.i18n import set_language
from console.model.progress import Progress
from console.studies.build import build_index
from console.studies.job import report_out
from console.studies.limits import limit_memory

_MEMORY = 4 << 30
"""Address space in bytes; strangers' bytes are read in processes that have less."""


def main() -> int:
    """One run."""
    limit_memory(_MEMORY)
    order = json.loads(sys.stdin.buffer.readline())
    set_language(order["language"])
    stopped = stops_with_parent()

    def tell(progress: Progress) -> None:
        tell_parent({"progress": [progress.done, progress.total, progress.elapsed_s, progress.what]})

    try:
        report = build_index(Path(order["home"]), [Path(path) for path in order["paths"]], tell, stopped)
    except ConsoleError as error:
        tell_parent({"error": [type(error).__name__, error.title, error.detail]})
        return 1
    tell_parent({"report": report_out(report)})
    return 0


if __name__ == "__main__":
    sys.exit(main())
