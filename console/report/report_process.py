"""The process that prints: a report comes in on standard input, progress and the result go out as lines of JSON.

"cancel", and the end of standard input, which is the end of the console, stop it.
"""

import json
import os
import pickle
import sys
import time
from dataclasses import asdict
from pathlib import Path

from console.child import stops_with_parent, tell_parent
from console.errors import Cancelled, ConsoleError
from console.i18n import _, language, set_language
from console.model.report import Report, Stopped


def main() -> int:
    """One report."""
    started = time.monotonic()
    head = json.loads(sys.stdin.buffer.readline())
    set_language(head["messages"])
    # From our own console alone, which started this process and runs the same code.
    report = pickle.loads(sys.stdin.buffer.read(head["bytes"]))
    assert isinstance(report, Report)
    stopped = stops_with_parent()

    def tell(done: int, total: int, what: str) -> None:
        tell_parent({"progress": [done, total, time.monotonic() - started, what]})

    try:
        from console.report.build import write_report

        written = write_report(
            report, Path(head["target"]), head["language"], head["epoch"], tell=tell, stopped=stopped
        )
    except ImportError as error:
        said = _("A library that prints the report cannot be loaded: {reason}. Install the console again.")
        tell_parent(_stopped(Stopped(_("The report was not written"), said.format(reason=error))))
        return 1
    except MemoryError:
        said = _("There is not enough memory for the report. Close other programs and try again.")
        tell_parent(_stopped(Stopped(_("The report was not written"), said)))
        return 1
    except ConsoleError as error:
        tell_parent(_stopped(Stopped(error.title, error.detail, isinstance(error, Cancelled))))
        return 1
    tell_parent({"written": asdict(written)})
    return 0


def _stopped(stopped: Stopped) -> dict[str, object]:
    return {"stopped": asdict(stopped)}


__all__ = ["language", "main"]

if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    # A photo that hangs on a dead share must not hold up the end.
    os._exit(status)
