"""The process that looks at files and repairs them for the screens: questions come in, progress and answers go out.

It ends when the console does, after the file at work.
"""

import queue
import sys
import threading
from pathlib import Path
from typing import Any

from console.errors import ConsoleError, StoreError
from console.i18n import _, set_language
from console.model.progress import Progress
from console.repairdesk import RepairDesk
from console.repairs import STOP, receive, send

_CANCELLABLE = ("examine", "plan", "apply", "resume", "find_lost")
_TOLD = ("examine", "plan", "apply", "resume", "undo")


def main() -> int:
    """Questions until the console is gone."""
    questions: queue.Queue[Any] = queue.Queue()
    stop = threading.Event()
    gone = threading.Event()

    def listen() -> None:
        while (message := receive(sys.stdin.buffer)) is not None:
            if message == STOP:
                stop.set()
            else:
                questions.put(message)
        gone.set()
        stop.set()
        questions.put(None)

    threading.Thread(target=listen, name="questions", daemon=True).start()
    while (question := questions.get()) is not None:
        stop.clear()
        if gone.is_set():
            return 0
        send(sys.stdout.buffer, _answer(question, stop))
    return 0


def _answer(question: Any, stop: threading.Event) -> tuple[str, Any]:
    method, values, said, home, read_only = question
    set_language(said)
    desk = RepairDesk(Path(home), read_only=read_only)
    if method in _CANCELLABLE:
        values["cancelled"] = stop.is_set
    if method in _TOLD:
        values["progress"] = _tell
    try:
        return "result", getattr(desk, method)(**values)
    except ConsoleError as error:
        return "error", _plain(error)
    except MemoryError:
        sentence = _("There is not enough memory. Close other programs, or take fewer files at a time.")
        return "error", StoreError(_("Too much at once"), sentence)


def _plain(error: ConsoleError) -> ConsoleError:
    """The error as the console knows it: without the classes of what only this process loads."""
    family = next(kind for kind in type(error).__mro__ if kind.__module__ == ConsoleError.__module__)
    assert issubclass(family, ConsoleError)
    return family(error.title, error.detail)


def _tell(progress: Progress) -> None:
    send(sys.stdout.buffer, ("progress", progress))


if __name__ == "__main__":
    sys.exit(main())
