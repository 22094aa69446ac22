"""The process that runs the checks for the screen: an order comes in, events go out, as JSON lines.

"cancel", and the end of standard input, which is the end of the console, stop it.
"""

import json
import os
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from console.checks.runner import run_checks
from console.checks.wire import event_out
from console.errors import ConsoleError
from console.i18n import set_language
from console.model.check_run import Ended, RunEvent, Selection
from console.model.checks import Status
from console.site.reading import load_site, this_machine
from console.site.secrets import Secrets

_GRACE_S = 5.0


def main() -> int:
    """One run."""
    order = json.loads(sys.stdin.buffer.readline())
    set_language(order["language"])
    stop = threading.Event()
    threading.Thread(target=_listen, args=(stop,), name="cancel", daemon=True).start()
    home = Path(order["home"])
    selection = Selection(tuple(order["checks"]), tuple(order["hosts"]), tuple(order["targets"]))
    passphrase = order.pop("passphrase")
    try:
        site = this_machine() if order["site"] is None else load_site(Path(order["site"]))
        secrets = Secrets(home, (lambda: passphrase) if passphrase else None)
        run_checks(home, site, selection, _tell, stop.is_set, secrets=secrets, operator=order["operator"])
    except ConsoleError as error:
        _tell(Ended(0, Status.UNKNOWN, 0.0, True, error.detail))
        return 1
    return 0


def _listen(stop: threading.Event) -> None:
    line = sys.stdin.buffer.readline()
    stop.set()
    if not line:
        # The console is gone. A run that hangs in the system, as on a dead share, must not outlive it.
        time.sleep(_GRACE_S)
        os._exit(1)


def _tell(event: RunEvent) -> None:
    """Write on the pipe; a console that is gone hears nothing, and the run stops by its standard input."""
    with suppress(OSError):
        sys.stdout.buffer.write(json.dumps(event_out(event)).encode() + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    # Threads that wait for a dead host must not hold up the end.
    os._exit(status)
