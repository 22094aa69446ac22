"""The process that runs the checks for the screen: an order comes in, events go out, as JSON lines.

"cancel", and the end of standard input, which is the end of the console, stop it.
"""

import json
import os
import sys
from pathlib import Path

from console.checks.runner import run_checks
from console.checks.wire import event_out
from console.child import stops_with_parent, tell_parent
from console.errors import ConsoleError
from console.i18n import set_language
from console.model.check_run import Ended, RunEvent, Selection
from console.model.checks import Status
from console.site.reading import load_site, this_machine
from console.site.secrets import Secrets


def main() -> int:
    """One run."""
    order = json.loads(sys.stdin.buffer.readline())
    set_language(order["language"])
    stopped = stops_with_parent()
    home = Path(order["home"])
    selection = Selection(tuple(order["checks"]), tuple(order["hosts"]), tuple(order["targets"]))
    passphrase = order.pop("passphrase")
    try:
        site = this_machine() if order["site"] is None else load_site(Path(order["site"]))
        secrets = Secrets(home, (lambda: passphrase) if passphrase else None)
        run_checks(home, site, selection, _tell, stopped, secrets=secrets, operator=order["operator"])
    except ConsoleError as error:
        _tell(Ended(0, Status.UNKNOWN, 0.0, True, error.detail))
        return 1
    return 0


def _tell(event: RunEvent) -> None:
    tell_parent(event_out(event))


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    # Threads that wait for a dead host must not hold up the end.
    os._exit(status)
