"""Where passwords come from: the system's keyring, an environment variable, the home folder's vault, in that order.

Nothing here waits for a person, and no password stands in an error, a log, or a `repr`.
"""

import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from console.errors import StoreError
from console.i18n import N_, _
from console.model.sentence import Sentence
from console.paths import is_practice
from console.site.keyrings import SERVICE, Keyring, Silent
from console.site.redactor import Redactor as Redactor  # part of what this module offers
from console.site.vault import VAULT, read_vault, write_vault
from console.site.vault import SecretError as SecretError  # part of what this module offers

Place = Literal["keyring", "environment", "vault"]
"""Where a password is kept."""

VARIABLE = "CATHLAB_SECRET_"
"""Begin of the environment variables: CATHLAB_SECRET_PACS_B holds the password named "pacs-b"."""

_LONGEST = 4096


def variable_of(name: str) -> str:
    """The environment variable that holds the password of that name."""
    return VARIABLE + "".join(letter if letter.isalnum() else "_" for letter in name).upper()


class Secrets:
    """The passwords of a home folder. May be asked from several threads; each question ends within seconds."""

    def __init__(
        self,
        home: Path,
        passphrase: Callable[[], str] | None = None,
        *,
        keyring: Keyring | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        """`passphrase` opens the vault; None leaves it closed. `keyring` and `environ` instead of the system's."""
        self.home = home
        self._passphrase = passphrase
        self._keyring = keyring or Keyring(_service(home))
        self._environ = os.environ if environ is None else environ
        self._lock = threading.Lock()
        self._opened: dict[str, str] | None = None
        self._troubles: dict[str, Sentence] = {}

    @property
    def has_vault(self) -> bool:
        """Whether the home folder holds a vault."""
        return (self.home / VAULT).exists()

    @property
    def troubles(self) -> tuple[Sentence, ...]:
        """Why passwords may be missing, as far as somebody asked: a silent keyring, a vault that stays closed."""
        return tuple(self._troubles.values())

    def secret(self, name: str) -> str | None:
        """The password of that name; None when nobody knows it (`troubles` may say why)."""
        found = self._find(name)
        return found[1] if found else None

    def place_of(self, name: str) -> Place | None:
        """Where the password of that name lies; None when nobody knows it."""
        found = self._find(name)
        return found[0] if found else None

    def names(self) -> tuple[str, ...]:
        """What the vault holds; empty while it stays closed. (A keyring does not tell what it holds.)"""
        return tuple(sorted(self._vault()))

    def check_vault(self) -> None:
        """Whether the passphrase opens the vault. Raises SecretError or StoreError with the reason."""
        opened = read_vault(self.home, self._word())
        with self._lock:
            self._opened = opened
            self._troubles.pop("vault", None)

    def set(self, name: str, value: str, place: Place = "vault") -> None:
        """Keep a password. Raises SecretError, StoreError. The vault is made when there is none."""
        if not name.strip() or not value or "\0" in value or len(value) > _LONGEST:
            raise SecretError(_("Not kept"), _("A password has a name, and is not empty."))
        if place == "keyring":
            try:
                self._keyring.set(name, value)
                kept = self._keyring.get(name) == value
            except Silent as silent:
                raise SecretError(_("Not kept"), str(silent.why) or _("This system has no keyring.")) from silent
            if not kept:
                raise SecretError(_("Not kept"), _("The keyring of the system did not keep the password."))
            return
        if place == "environment":
            raise SecretError(_("Not kept"), _("The environment is set outside the console."))
        self._change(lambda secrets: {**secrets, name: value}, forget=name in self.names())

    def remove(self, name: str) -> None:
        """Forget a password in keyring and vault. Raises SecretError, StoreError."""
        try:
            if self._keyring.get(name) is not None:
                self._keyring.remove(name)
        except Silent as silent:
            self._note("keyring", silent.why)
        if self.has_vault:
            self._change(lambda secrets: {key: value for key, value in secrets.items() if key != name}, forget=True)

    def change_passphrase(self, new: str) -> None:
        """Seal the vault anew. Raises SecretError, StoreError."""
        opened = read_vault(self.home, self._word())
        write_vault(self.home, new, opened, forget=True)
        with self._lock:
            self._passphrase = lambda: new
            self._opened = opened

    def _find(self, name: str) -> tuple[Place, str] | None:
        if not name:
            return None
        try:
            found = self._keyring.get(name)
        except Silent as silent:
            self._note("keyring", silent.why)
            found = None
        if found:
            return "keyring", found
        found = self._environ.get(variable_of(name))
        if found:
            return "environment", found
        found = self._vault().get(name)
        return ("vault", found) if found else None

    def _vault(self) -> Mapping[str, str]:
        """What the vault holds, opened once; nothing while it cannot be opened."""
        with self._lock:
            if self._opened is None:
                self._opened = self._open()
            return self._opened

    def _open(self) -> dict[str, str]:
        if not self.has_vault:
            return {}
        if self._passphrase is None:
            source = N_("The vault of passwords is locked: no passphrase was given.")
            self._troubles["vault"] = Sentence(source)
            return {}
        try:
            return read_vault(self.home, self._word())
        except (SecretError, StoreError) as error:
            self._troubles["vault"] = Sentence(N_("The vault of passwords stays closed: {why}"), {"why": error.detail})
            return {}

    def _change(self, changed: Callable[[dict[str, str]], dict[str, str]], *, forget: bool) -> None:
        word = self._word()
        # Read again: another console may have added something since.
        secrets = changed(read_vault(self.home, word))
        write_vault(self.home, word, secrets, forget=forget)
        with self._lock:
            self._opened = secrets
            self._troubles.pop("vault", None)

    def _word(self) -> str:
        if self._passphrase is None:
            raise SecretError(_("The vault stays closed"), _("The vault needs its passphrase."))
        return self._passphrase()

    def _note(self, about: str, why: Sentence) -> None:
        if why:
            self._troubles[about] = why


def _service(home: Path) -> str:
    """The practice site must never be handed a real site's password of the same name."""
    try:
        return f"{SERVICE}-practice" if is_practice(home) else SERVICE
    except StoreError:
        return SERVICE
