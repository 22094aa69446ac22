"""The keyring of the operating system, asked on threads of our own: a locked one waits for a person, for ever."""

import importlib.util
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, TypeVar

from console.i18n import N_
from console.model.sentence import NOTHING, Sentence

SERVICE = "cathlab-console"
"""Under which the keyring keeps our passwords; the name of the secret is the account."""

_Result = TypeVar("_Result")


class Silent(Exception):
    """The keyring gave no answer, and is not asked again. `why` is empty where there is none at all."""

    def __init__(self, why: Sentence) -> None:
        super().__init__(str(why))
        self.why = why


class _NoKeyring(LookupError):
    """This system has no keyring: nothing to tell anyone."""


class _Box:
    """Carries what a thread found, or the error it ended with, to the one who asked."""

    def __init__(self) -> None:
        self.value: Any = None
        self.error: BaseException | None = None
        self.done = False

    def __enter__(self) -> "_Box":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        # Backends are strangers' code and raise what they like. The one who asked hears of it, not stderr.
        self.error = error
        self.done = True
        return True


class Keyring:
    """The system's keyring. One that fails or keeps silent once is left alone for the rest of the session."""

    def __init__(self, service: str = SERVICE, limit_s: float = 4.0) -> None:
        self.service = service
        self.limit_s = limit_s
        """Seconds for one question."""
        self.trouble: Sentence = NOTHING
        """Why it is not asked any more."""
        self._absent = False
        self._lock = threading.Lock()

    def get(self, name: str) -> str | None:
        """The password; None when it is not known. Raises Silent."""
        found = self._ask(lambda ring: ring.get_password(self.service, name))
        return found if isinstance(found, str) else None

    def set(self, name: str, value: str) -> None:
        """Keep a password. Raises Silent."""
        self._ask(lambda ring: ring.set_password(self.service, name, value))

    def remove(self, name: str) -> None:
        """Forget a password that is there. Raises Silent."""
        self._ask(lambda ring: ring.delete_password(self.service, name))

    def _ask(self, question: Callable[[Any], _Result]) -> _Result | None:
        with self._lock:
            if self.trouble or self._absent:
                raise Silent(self.trouble)
            box = _Box()
            # A daemon: whoever waits for a person to unlock something must not keep the program from ending.
            thread = threading.Thread(target=_answer, args=(box, question), name="keyring", daemon=True)
            thread.start()
            thread.join(self.limit_s)
            if not box.done:
                source = N_("The keyring of the system did not answer within {seconds} s; it may be locked.")
                self.trouble = Sentence(source, {"seconds": f"{self.limit_s:g}"})
            elif isinstance(box.error, _NoKeyring):
                self._absent = True
            elif box.error is not None:
                source = N_("The keyring of the system cannot be used: {why}.")
                why = str(box.error).strip().split("\n")[0].rstrip(".") or type(box.error).__name__
                self.trouble = Sentence(source, {"why": why})
            if self.trouble or self._absent:
                raise Silent(self.trouble)
            return box.value  # type: ignore[no-any-return]


def _answer(box: _Box, question: Callable[[Any], Any]) -> None:
    with box:
        box.value = question(_backend())


def _backend() -> Any:
    """The keyring's backend. Raises _NoKeyring when the system has none."""
    if importlib.util.find_spec("keyring") is None:
        raise _NoKeyring
    import keyring
    import keyring.backends.fail

    ring = keyring.get_keyring()
    if isinstance(ring, keyring.backends.fail.Keyring) or getattr(ring, "priority", 1) <= 0:
        raise _NoKeyring
    return ring
