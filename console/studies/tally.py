"""What stands in the index under the roots of a run: how much of each, and what could not be read."""

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from console.model.index_report import IndexProblem
from console.studies.database import transaction
from console.studies.media import missing_files
from console.studies.problems import MEDIA, MORE, MOST, ZIP, problem
from console.studies.roots import Root
from console.studies.rows import folder_number, storable, stored


class Tally(NamedTuple):
    """Distinct SOP Instance UIDs, patients, studies, series."""

    instances: int
    patients: int
    studies: int
    series: int


def tally(connection: sqlite3.Connection, roots: Sequence[Root], changed: bool) -> Tally:
    """Count what lies under `roots`. For a large archive that takes a second, so it is remembered until `changed`."""
    key = json.dumps(["tally", *(storable_text(root) for root in roots)])
    if not changed:
        row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        if row is not None:
            return Tally._make(json.loads(row[0]))
    counted = _count(connection, roots)
    with transaction(connection):
        if changed:
            connection.execute("DELETE FROM meta WHERE key LIKE '[\"tally\"%'")
        connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, json.dumps(counted)))
    return counted


def storable_text(root: Root) -> str:
    """The name of a root as JSON can keep it."""
    return os.fsencode(root.name).decode("latin-1")


def _count(connection: sqlite3.Connection, roots: Sequence[Root]) -> Tally:
    run = connection.execute
    if _scope(connection, roots):
        where = ""
    else:
        where = "WHERE i.dir IN (SELECT dir FROM temp.scope)"
        files = [(folder_number(root.path), storable(root.only)) for root in roots if root.only]
        run("CREATE TEMP TABLE IF NOT EXISTS scope_file(dir INTEGER, name)")
        run("DELETE FROM temp.scope_file")
        connection.executemany("INSERT INTO temp.scope_file VALUES (?, ?)", files)
        where += " OR (i.dir, i.name) IN (SELECT dir, name FROM temp.scope_file)"
    instances, series = run(
        "SELECT count(DISTINCT nullif(i.uid, '')) + total(i.uid = ''), count(DISTINCT i.series) FROM instance i "
        + where
    ).fetchone()
    if not where:
        studies, patients = run("SELECT count(*), count(DISTINCT patient_key) FROM study").fetchone()
    else:
        studies, patients = run(
            "SELECT count(*), count(DISTINCT patient_key) FROM study WHERE id IN "
            f"(SELECT study FROM series WHERE id IN (SELECT i.series FROM instance i {where}))"
        ).fetchone()
    return Tally(int(instances), patients, studies, series)


def _scope(connection: sqlite3.Connection, roots: Sequence[Root]) -> bool:
    """Note in temp.scope the folders that lie under `roots`; True when these are all that the index knows."""
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS scope(dir INTEGER PRIMARY KEY)")
    connection.execute("DELETE FROM temp.scope")
    every = True
    inside: list[tuple[int]] = []
    for number, path in connection.execute("SELECT id, path FROM dir"):
        if any(root.covers(stored(path)) for root in roots):
            inside.append((number,))
        else:
            every = False
    connection.executemany("INSERT INTO temp.scope VALUES (?)", inside)
    return every


def noted_problems(connection: sqlite3.Connection, roots: Sequence[Root]) -> Iterator[IndexProblem]:
    """What the index notes of files that could not be read, and what its DICOMDIRs name that is not there."""
    rows = connection.execute(
        "SELECT d.path, o.name, o.what FROM other o JOIN dir d ON d.id = o.dir WHERE o.what != '' ORDER BY 1, 2"
    )
    for folder, name, what in rows:
        path = os.path.join(stored(folder), stored(name))
        if not any(root.covers(path) or root.name == path for root in roots):
            continue
        if what == MEDIA:
            if os.path.isdir(stored(folder)):
                yield from missing_files(path)
        elif what != ZIP:
            yield problem(path, what)


def limited(found: Iterator[IndexProblem], before: Sequence[IndexProblem]) -> tuple[IndexProblem, ...]:
    """`before` and what is `found`, no more than a report can show, each once."""
    kept = dict.fromkeys(before)
    beyond = 0
    for one in found:
        if len(kept) < MOST:
            kept[one] = None
        else:
            beyond += one not in kept
    return (*kept, problem("", f"{MORE}:{beyond}")) if beyond else tuple(kept)
