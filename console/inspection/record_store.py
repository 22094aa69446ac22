"""Records as files: read with their checksum, written whole, and remembered while nobody else touches them."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from console.errors import StoreError
from console.i18n import _
from console.inspection.evidence import EvidenceShelf
from console.inspection.layout import FORMAT, NOT_READ, from_tables, to_tables, version_of
from console.inspection.listing import Mark, mark_of
from console.model.inspections import Inspection
from console.store.disk import sweep
from console.store.documents import CheckedStorage, Tables
from console.store.trouble import cannot_write, too_new

_REMEMBERED = 8


@dataclass(frozen=True)
class RecordState:
    """A record as it was read or written last."""

    mark: Mark | None
    """Of its file."""
    tables: Tables
    inspection: Inspection
    recovered: str
    """A translated sentence when it comes from the generation before, which a damaged file left as the only one."""


class RecordStore:
    """The files of one home folder. Callers take turns (see `Records`), and ids were looked at before."""

    def __init__(self, folder: Path, tell: Callable[[str], None]) -> None:
        self.folder = folder
        self.evidence = EvidenceShelf(folder)
        self._tell = tell
        self._known: OrderedDict[str, RecordState] = OrderedDict()
        self._ready = False

    def path(self, inspection_id: str) -> Path:
        """Where an inspection lies."""
        return self.folder / f"{inspection_id}.json"

    def state(self, inspection_id: str) -> RecordState:
        """A record as it stands on the disk. Raises StoreError when it is not there or cannot be read."""
        known = self._known.get(inspection_id)
        mark = mark_of(self.path(inspection_id))
        if known is None or mark is None or known.mark != mark or known.recovered:
            known = self._read(inspection_id)
            self._remember(inspection_id, known)
        self._known.move_to_end(inspection_id)
        return known

    def write(self, inspection: Inspection, before: RecordState | None) -> None:
        """Write a record, which is on the disk when this returns. Raises StoreError; the old content then stands."""
        if not self._ready:
            self._prepare()
        old = None if before is None else before.inspection
        tables = to_tables(inspection, self.evidence, old, None if before is None else before.tables)
        self._save(inspection, tables)

    def write_twice(self, inspection: Inspection) -> None:
        """Write a sealed record once more, so that the generation before holds the seal too. Raises StoreError."""
        tables = self._known[inspection.id].tables
        copied = {**tables, "afterwards": {"1": {**tables["afterwards"]["1"], "written": "twice"}}}
        self._save(inspection, copied)

    def parse(self, path: Path, tables: Tables, tell: Callable[[StoreError], None] | None = None) -> Inspection:
        """The inspection that tables hold. Raises StoreError when they hold something else."""
        try:
            if version_of(tables) > FORMAT:
                raise too_new(path)
            return from_tables(tables, self.evidence, tell or (lambda error: self._tell(error.detail)))
        except NOT_READ as error:
            sentence = _("{path} is no record of an inspection that this version knows, and is left as it is.")
            raise StoreError(_("Cannot be read"), sentence.format(path=path)) from error

    def _read(self, inspection_id: str) -> RecordState:
        path = self.path(inspection_id)
        mark = mark_of(path)
        storage = CheckedStorage(path, read_only=True, tell=self._tell)
        tables = storage.read()
        if tables is None:
            sentence = _("{path} is not there, or damaged without an earlier version that can be read.")
            raise StoreError(_("Cannot be read"), sentence.format(path=path))
        return RecordState(mark, tables, self.parse(path, tables), storage.recovered)

    def _save(self, inspection: Inspection, tables: Tables) -> None:
        path = self.path(inspection.id)
        CheckedStorage(path, tell=self._tell).write(tables)
        self._remember(inspection.id, RecordState(mark_of(path), tables, inspection, ""))

    def _prepare(self) -> None:
        """The folder, and away with what a crash left in it."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            sweep(self.folder)
        except OSError as error:
            raise cannot_write(self.folder, error) from error
        self._ready = True

    def _remember(self, inspection_id: str, state: RecordState) -> None:
        self._known[inspection_id] = state
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
