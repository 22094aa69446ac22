"""Documents that people write: TinyDB over a storage that survives kill -9, a full disk and a power cut.

TinyDB's own storage writes in place and loses the file when it is interrupted. This one goes through
`console.store.files`, so each change is on the disk, whole, when the call returns. No other module imports tinydb.

TinyDB rewrites its file at each change (about 20 ms a megabyte): one small file per inspection or repair job, and no
bulk. The home folder has one writer (see `console.store.lock`); in it each file is opened once, and the threads that
share it take turns.
"""

import json
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from contextlib import AbstractContextManager
from pathlib import Path
from threading import RLock
from typing import Any

from tinydb import TinyDB
from tinydb import where as where
from tinydb.queries import QueryLike
from tinydb.storages import Storage
from tinydb.table import Table

from console.errors import StoreError
from console.i18n import _
from console.store.files import read_checked, write_checked
from console.store.trouble import only_reading

Tables = dict[str, dict[str, Any]]
Change = Mapping[Any, Any] | Callable[[MutableMapping[Any, Any]], None]


class CheckedStorage(Storage):
    """The bytes below a TinyDB: read with their checksum, written whole or not at all.

    Nothing is kept in memory between calls, so a write that fails leaves neither the file nor the next read changed.
    """

    def __init__(self, path: Path, read_only: bool = False, tell: Callable[[str], None] | None = None) -> None:
        self.path = path
        """The file; it comes into being with the first change."""
        self.read_only = read_only
        """True for a console that does not hold the home folder: every change raises StoreError."""
        self.turn = RLock()
        """Held from reading to writing: a change made by another thread in between would be lost."""
        self.recovered = ""
        """The last sentence about a damaged file, empty while all was well."""
        self._tell = tell

    def read(self) -> Tables | None:
        """All tables, None before the first change. Raises StoreError when the file cannot be read."""
        with self.turn:
            checked = read_checked(self.path, repair=not self.read_only)
        if checked.recovered and checked.recovered != self.recovered:
            self.recovered = checked.recovered
            if self._tell is not None:
                self._tell(checked.recovered)
        if checked.data is None:
            return None
        try:
            tables = json.loads(checked.data)
        except ValueError:
            tables = None
        if not isinstance(tables, dict) or not all(isinstance(table, dict) for table in tables.values()):
            sentence = _("{path} holds something other than documents of the console, and is left as it is.")
            raise StoreError(_("Cannot be read"), sentence.format(path=self.path))
        return tables

    def write(self, data: Tables) -> None:
        """Make `data` the content. Raises StoreError, and the old content stands, when it cannot be saved."""
        if self.read_only:
            raise only_reading(self.path)
        # Paths that are not UTF-8 hold lone surrogates, which json.loads reads back from bytes in the same way.
        content = json.dumps(data, ensure_ascii=False).encode("utf-8", "surrogatepass")
        with self.turn:
            write_checked(self.path, content)


class DocumentTable(Table):
    """A table whose changes take turns, and which remembers no answers: another console may have changed the file."""

    default_query_cache_capacity = 0

    def __init__(self, storage: Storage, name: str, cache_size: int = 0, persist_empty: bool = False) -> None:
        self._turn = _turn_of(storage)
        super().__init__(storage, name, cache_size, persist_empty)

    def insert(self, document: Mapping[str, Any]) -> int:
        with self._turn:
            return super().insert(document)

    def insert_multiple(self, documents: Iterable[Mapping[str, Any]]) -> list[int]:
        with self._turn:
            return super().insert_multiple(documents)

    def update(self, fields: Change, cond: QueryLike | None = None, doc_ids: Iterable[int] | None = None) -> list[int]:
        with self._turn:
            return super().update(fields, cond, doc_ids)

    def update_multiple(self, updates: Iterable[tuple[Change, QueryLike]]) -> list[int]:
        with self._turn:
            return super().update_multiple(updates)

    def upsert(self, document: Mapping[str, Any], cond: QueryLike | None = None) -> list[int]:
        with self._turn:
            return super().upsert(document, cond)

    def remove(self, cond: QueryLike | None = None, doc_ids: Iterable[int] | None = None) -> list[int]:
        with self._turn:
            return super().remove(cond, doc_ids)

    def truncate(self) -> None:
        with self._turn:
            super().truncate()


class Documents(TinyDB):
    """A TinyDB over one checked file."""

    table_class = DocumentTable

    @property
    def recovered(self) -> str:
        """One translated sentence when the file was found damaged, else empty."""
        storage = self.storage
        return storage.recovered if isinstance(storage, CheckedStorage) else ""

    def table(self, name: str, **options: Any) -> Table:
        # Two threads that both made the table would each count its document ids.
        with _turn_of(self.storage):
            return super().table(name, **options)

    def drop_table(self, name: str) -> None:
        with _turn_of(self.storage):
            super().drop_table(name)

    def drop_tables(self) -> None:
        with _turn_of(self.storage):
            super().drop_tables()


def open_documents(path: Path, *, read_only: bool = False, tell: Callable[[str], None] | None = None) -> Documents:
    """The documents in `path`, which need not exist yet. Every change is on the disk when its call returns.

    `tell` receives one sentence each time the file is found damaged and an older generation is used, now or later.
    Raises StoreError when the file cannot be read or was written by a newer version.
    """
    documents = Documents(path, storage=CheckedStorage, read_only=read_only, tell=tell)
    # Found out now, while the operator looks, rather than at the first search.
    documents.storage.read()
    return documents


def _turn_of(storage: Storage) -> AbstractContextManager[bool]:
    if not isinstance(storage, CheckedStorage):
        raise TypeError("documents need a CheckedStorage")
    return storage.turn
