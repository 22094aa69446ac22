"""What checks found, kept beside the records: large, never changed, and named by its SHA-256.

    HOME/inspections/evidence/ab/abcdef….json      {"disks/used@pacs-a": [finding, …], …}

A record names the file, so that a field is saved in milliseconds however long the checks' answers are. One file holds
what one change brought, which is one check run as a rule.
"""

import json
from collections import OrderedDict
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from console.errors import StoreError
from console.i18n import _
from console.model.checks import Finding
from console.model.finding_json import finding_from_json, finding_to_json
from console.store.disk import fill, move, sync_folder, temporary_name
from console.store.trouble import cannot_read, cannot_write

FOLDER = "evidence"
"""Below HOME/inspections."""

Findings = Mapping[str, tuple[Finding, ...]]
"""By entry id."""

_REMEMBERED = 8


class EvidenceShelf:
    """The evidence of one home folder. Callers take turns (see `Records`)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER
        self._known: OrderedDict[str, Findings] = OrderedDict()

    def keep(self, findings: Findings) -> str:
        """Write them, on the disk when this returns, and return their name. Raises StoreError."""
        said = {entry: [finding_to_json(each) for each in found] for entry, found in findings.items()}
        data = json.dumps(said, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")
        name = sha256(data).hexdigest()
        path = self.path(name)
        try:
            if not _is_there(path, len(data)):
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                with temporary_name(path) as temporary:
                    fill(temporary, data)
                    move(temporary, path)
                sync_folder(path.parent)
                sync_folder(self._folder)
        except OSError as error:
            raise cannot_write(path, error) from error
        self._remember(name, dict(findings))
        return name

    def read(self, name: str) -> Findings:
        """What was kept under that name. Raises StoreError when it is missing, damaged or was changed."""
        if name in self._known:
            self._known.move_to_end(name)
            return self._known[name]
        found = self._parsed(name)
        self._remember(name, found)
        return found

    def path(self, name: str) -> Path:
        """Where the file of that name lies, whether or not it is there."""
        return self._folder / name[:2] / f"{name}.json"

    def _parsed(self, name: str) -> Findings:
        path = self.path(name)
        if len(name) != 64 or not name.isalnum():
            raise _damaged(path)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise cannot_read(path, error) from error
        if sha256(data).hexdigest() != name:
            raise _damaged(path)
        try:
            said: dict[str, list[dict[str, Any]]] = json.loads(data)
            return {entry: tuple(map(finding_from_json, found)) for entry, found in said.items()}
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise _damaged(path) from error

    def _remember(self, name: str, findings: Findings) -> None:
        self._known[name] = findings
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)


def _is_there(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except FileNotFoundError:
        return False


def _damaged(path: Path) -> StoreError:
    sentence = _(
        "{path} holds evidence of the checks and was damaged or changed. Bring it back from a backup, or fill in the "
        "items from the check run again."
    )
    return StoreError(_("Evidence is damaged"), sentence.format(path=path))
