"""The ledger of seals of one home folder, in their order: what a removed or unsealed record is found by.

    HOME/inspections/seals.json      table "seals": {"id", "number", "revision", "sha256", "previous", "at", "origin"}

It is no secret and proves nothing by itself: each seal names the one before it, and the audit log has a line for each.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from console.model.inspections import Inspection
from console.store.documents import Documents, open_documents

NAME = "seals.json"
"""Below HOME/inspections."""
SEALED, IMPORTED = "sealed", "imported"
"""Where a seal was made: in this home, or in the one that an archive came from."""

_TABLE = "seals"


@dataclass(frozen=True)
class SealLine:
    """One seal of the ledger."""

    id: str
    """Of the inspection."""
    number: str
    revision: int
    sha256: str
    previous: str
    at: str
    """ISO 8601 with zone."""
    origin: str


class Ledger:
    """The ledger of one home folder. Callers take turns (see `Records`)."""

    def __init__(self, folder: Path, read_only: bool, tell: Callable[[str], None] | None) -> None:
        self._path = folder / NAME
        self._read_only = read_only
        self._tell = tell

    def lines(self) -> tuple[SealLine, ...]:
        """All of them, the oldest first; lines that are something else are left out. Raises StoreError."""
        found = []
        for document in self._documents().table(_TABLE).all():
            try:
                found.append(SealLine(**{name: _checked(document[name], kind) for name, kind in _KINDS.items()}))
            except (KeyError, TypeError):
                continue
        return tuple(found)

    def tip(self) -> str:
        """SHA-256 of the seal made last in this home, "" before the first. Raises StoreError."""
        return next((line.sha256 for line in reversed(self.lines()) if line.origin == SEALED), "")

    def add(self, inspection: Inspection, origin: str) -> None:
        """Note the seal of an inspection, unless it is noted already. Raises StoreError."""
        seal = inspection.seal
        if seal is None or any(line.sha256 == seal.sha256 for line in self.lines()):
            return
        line = SealLine(
            inspection.id,
            inspection.number,
            inspection.revision,
            seal.sha256,
            seal.previous,
            seal.at.isoformat(),
            origin,
        )
        self._documents().table(_TABLE).insert(asdict(line))

    def _documents(self) -> Documents:
        return open_documents(self._path, read_only=self._read_only, tell=self._tell)


_KINDS = {
    "id": str,
    "number": str,
    "revision": int,
    "sha256": str,
    "previous": str,
    "at": str,
    "origin": str,
}


def _checked(value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        raise TypeError(type(value).__name__)
    return value
