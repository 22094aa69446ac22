"""Which actions the records hold, remembered, so that nobody has to read two thousand files to know what is open.

    HOME/actions/index.sqlite        can be dropped at any time

A record counts as known while its file's size, time and number on the disk are as they were; whoever asks reads what
changed. Only the part of a record that names its actions is read, never its items.
"""

import json
import os
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from pathlib import Path

from console.errors import StoreError
from console.inspection.layout import NOT_READ
from console.inspection.listing import Mark, marks_of
from console.inspection.record_json import action_from_json, action_to_json
from console.model.inspections import Action
from console.store.documents import CheckedStorage

NAME = "index.sqlite"
"""Below HOME/actions."""

_VERSION = 1
_APPLICATION = 0x43415441  # "CATA"
_BUSY_S = 5.0
_TABLE = (
    "CREATE TABLE held(id TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime INTEGER NOT NULL, inode INTEGER NOT NULL, "
    "actions TEXT NOT NULL) WITHOUT ROWID"
)

Held = Mapping[str, tuple[Action, ...]]
"""By inspection: the actions that its record holds."""
_Rows = dict[str, tuple[Mark, tuple[Action, ...]]]


def held_actions(records_folder: Path, folder: Path, *, read_only: bool) -> Held:
    """The actions of all records in `records_folder` that can be read; the index lies in `folder`.

    Raises StoreError when the records' folder cannot be read. An index that cannot be written only costs time.
    """
    marks = marks_of(records_folder)
    path = folder / NAME
    stored = _stored(path)
    rows: _Rows = {key: row for key, row in stored.items() if marks.get(key) == row[0]}
    fresh: _Rows = {}
    for key in marks.keys() - rows.keys():
        found = _read(records_folder / f"{key}.json")
        if found is not None:
            fresh[key] = (marks[key], found)
    gone = stored.keys() - marks.keys()
    if (fresh or gone) and not read_only:
        _keep(path, fresh, gone)
    return {key: actions for key, (_mark, actions) in {**rows, **fresh}.items() if actions}


def _read(path: Path) -> tuple[Action, ...] | None:
    """The actions of one record; None where it is damaged, which is said where it is looked at."""
    storage = CheckedStorage(path, read_only=True)
    try:
        tables = storage.read()
        if tables is None or storage.recovered:
            return None
        return tuple(action_from_json(each) for each in tables["inspection"]["1"].get("actions", ()))
    except (StoreError, *NOT_READ):
        return None


def _stored(path: Path) -> _Rows:
    """What the index holds; nothing when it is not there, damaged, or of another version."""
    if not path.exists():
        return {}
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_BUSY_S)) as connection:
            if _version(connection) != (_APPLICATION, _VERSION):
                return {}
            found = connection.execute("SELECT id, size, mtime, inode, actions FROM held").fetchall()
        return {
            key: ((size, mtime, inode), tuple(action_from_json(each) for each in json.loads(actions)))
            for key, size, mtime, inode, actions in found
        }
    except (sqlite3.Error, *NOT_READ):
        return {}


def _keep(path: Path, fresh: _Rows, gone: Iterable[str]) -> None:
    """Remember what was read. Where that cannot be (a full disk), the next one reads the files again."""
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        _write(path, fresh, gone)
    except OSError:
        return
    except sqlite3.Error:
        for suffix in ("", "-journal"):
            with suppress(OSError):
                os.unlink(f"{path}{suffix}")
        with suppress(sqlite3.Error):
            _write(path, fresh, ())


def _write(path: Path, fresh: _Rows, gone: Iterable[str]) -> None:
    with closing(sqlite3.connect(path, isolation_level=None, timeout=_BUSY_S)) as connection:
        # Lost in a power cut, it is built again: no sync at all.
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("BEGIN IMMEDIATE")
        if _version(connection) != (_APPLICATION, _VERSION):
            connection.execute("DROP TABLE IF EXISTS held")
            connection.execute(_TABLE)
            connection.execute(f"PRAGMA application_id={_APPLICATION}")
            connection.execute(f"PRAGMA user_version={_VERSION}")
        connection.executemany("DELETE FROM held WHERE id = ?", [(key,) for key in gone])
        rows = [
            (key, *mark, json.dumps([action_to_json(each) for each in actions]))
            for key, (mark, actions) in fresh.items()
        ]
        connection.executemany(
            "INSERT OR REPLACE INTO held(id, size, mtime, inode, actions) VALUES(?, ?, ?, ?, ?)", rows
        )
        connection.execute("COMMIT")
    with suppress(OSError):
        os.chmod(path, 0o600)


def _version(connection: sqlite3.Connection) -> tuple[int, int]:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    return int(application), int(connection.execute("PRAGMA user_version").fetchone()[0])
