"""Takes one root in: batches of the walk go to whoever is free to read, rows come back and go into the index.

This process walks, reads and writes; reader processes read beside it. It takes what has come back before it reads on
itself, so that nobody waits for it.
"""

import sqlite3
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from console.studies import problems
from console.studies.importer import BATCH, Importer, is_empty
from console.studies.rows import Preparer, storable
from console.studies.scan import Batch, Folder, RootGone, Walk

if TYPE_CHECKING:
    from console.studies.objects import Answer
    from console.studies.settle import Settler
    from console.studies.workers import Readers

_COMMIT_S = 1.0
_SETTLE_S = 2.5
_SETTLED_AT_ONCE = 1000
_ALONE = 500
"""Files that are read here before a reader process is worth its start."""
_SLICE = 8
"""Files that are read here between two looks at what else there is to do."""


class Intake:
    """The state of a run that lasts over all of its roots."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        helpers: int,
        cancelled: Callable[[], bool],
        tick: Callable[[int, str], object],
    ) -> None:
        """Up to `helpers` processes read beside this one. `tick` is told how many files are done, and the folder."""
        self._connection = connection
        self._helpers = helpers
        self.helped = helpers > 0
        """Other processes may work beside this one."""
        self._readers: Readers | None = None
        self._cancelled = cancelled
        self._tick = tick
        self._bulk = is_empty(connection)
        self._importer = Importer(connection, bulk=self._bulk)
        self._root = 0
        self._settler: Settler | None = None
        self._touched: set[int] = set()
        self._recent: set[int] = set()
        self._committed = self._settled = time.monotonic()
        self._preparer = Preparer()
        self.trouble: list[tuple[str, str]] = []
        """(path, code) of what could not be read and is not noted in the index."""
        self.files = 0
        """Files looked at."""
        self.read = 0
        self.unchanged = 0
        self.removed = 0
        self.changed = False
        """Something was written."""

    def take_in(self, walk: Walk, root: int) -> bool:
        """Walk and read one root; False when it was stopped. Raises RootGone, sqlite3.Error."""
        self._root = root
        before = (self.files, self.unchanged, self.removed)
        batches = iter(walk)
        more = True
        try:
            while not self._cancelled():
                while more and self._helped():
                    batch = next(batches, None)
                    self._drain(walk, before)
                    if batch is None:
                        more = False
                    else:
                        self._pool().submit(batch)
                if self._readers is not None:
                    for batch, answer in self._readers.answers(0.0 if more else 0.05):
                        self._take(walk, batch, batch.files, answer)
                        self._back(batch.folder)
                if more:
                    batch = next(batches, None)
                    self._drain(walk, before)
                    more = batch is not None
                    if batch is not None and not self._read_here(walk, batch):
                        return False
                elif self._readers is None or not self._readers.busy:
                    return self._take_out(walk, before)
                self._pace(walk)
            return False
        finally:
            batches.close()
            self._drain(walk, before)

    def close(self) -> None:
        """End the reader processes."""
        readers, self._readers = self._readers, None
        if readers is not None:
            readers.close()

    def finish(self) -> None:
        """Commit what was read, and build what a first import left out."""
        self._write()
        if self._bulk:
            self._importer.finish()
            self._bulk = False

    def _helped(self) -> bool:
        """Whether a reader process would take a batch now; the first files are read before one is worth its start."""
        return self._helpers > 0 and self.read >= _ALONE and self._pool().takes_more()

    def _pool(self) -> "Readers":
        if self._readers is None:
            from console.studies.workers import Readers

            self._readers = Readers(max(self._helpers, 1))
        return self._readers

    def _read_here(self, walk: Walk, batch: Batch) -> bool:
        """Read a batch in this process; False when it was stopped."""
        from console.studies.objects import read_batch

        deep = []
        folder = batch.folder
        for at in range(0, len(batch.files), _SLICE):
            if self._cancelled():
                return False
            files = batch.files[at : at + _SLICE]
            answer = read_batch(self._preparer, folder.number, folder.path, folder.zipped, files, deep=False)
            deep += [file for file, code in zip(files, answer[0], strict=True) if code == problems.DEEP]
            self._take(walk, batch, files, answer)
            self._tick(self._done(walk), folder.path)
        if deep:
            self._pool().submit(Batch(folder, deep, batch.replaced))
        else:
            self._back(folder)
        return True

    def _take(self, walk: Walk, batch: Batch, files: list[tuple[str, int, int]], answer: "Answer") -> None:
        """Put what was read of some files where it belongs."""
        codes, *prepared = answer
        self._importer.take(prepared)
        folder = batch.folder
        vanished = False
        for (name, size, mtime_ns), code in zip(files, codes, strict=True):
            if code == problems.DEEP:
                continue
            self.read += 1
            if problems.is_passing(code):
                folder.whole = False
                vanished = vanished or code in (problems.VANISHED, problems.BROKEN_MEDIUM)
                if code != problems.VANISHED:
                    self.trouble.append((f"{folder.path}/{name}", code))
                continue
            before = batch.replaced.get(name)
            if code != problems.ROW:
                self._importer.add_other(folder.number, name, size, mtime_ns, code)
            elif before == []:
                self._importer.remove_others([(folder.number, storable(name))])
            if before:
                self._importer.remove(before)
        if vanished and not walk.still_there():
            raise RootGone

    def _back(self, folder: Folder) -> None:
        """One batch of a folder is done; after the last one its state is remembered."""
        folder.left -= 1
        if folder.left <= 0:
            self._complete(folder)

    def _complete(self, folder: Folder) -> None:
        if folder.whole and folder.digest:
            values = (folder.digest, folder.mtime_ns, len(folder.files), folder.zips, folder.device)
            self._importer.complete(folder.number, *values)
        folder.files = []

    def _drain(self, walk: Walk, before: tuple[int, int, int]) -> None:
        """Take over what the walk found beside what is to be read."""
        found = walk.found
        self.files = before[0] + found.files
        self.unchanged = before[1] + found.unchanged
        self.removed = before[2] + found.removed
        for folder in found.folders:
            self._importer.add_folder(folder.number, self._root, folder.path)
        for number, (name, size, mtime_ns), code in found.others:
            self._importer.add_other(number, name, size, mtime_ns, code)
        self._importer.remove(found.gone_instances)
        self._importer.remove_others(found.gone_others)
        for folder in found.complete:
            self._complete(folder)
        self.trouble += found.trouble
        for taken in (found.folders, found.others, found.gone_instances, found.gone_others, found.complete):
            taken.clear()
        found.trouble.clear()

    def _take_out(self, walk: Walk, before: tuple[int, int, int]) -> bool:
        """Remove folders that are not there any more, unless it is the medium that went away."""
        self._write()
        for number, _path in walk.gone():
            if not walk.still_there():
                raise RootGone
            walk.found.removed += self._importer.remove_folder(number)
            self.changed = True
            if self._cancelled():
                return False
        return True

    def _write(self) -> None:
        if self._importer.waiting:
            self.changed = True
            touched = self._importer.write()
            self._touched |= touched
            self._recent |= touched
        self._committed = time.monotonic()

    def _done(self, walk: Walk) -> int:
        return self.unchanged + self.read + walk.found.trifles

    def _pace(self, walk: Walk) -> None:
        """What has to happen now and then: telling, writing, showing the first studies."""
        self._tick(self._done(walk), walk.now)
        now = time.monotonic()
        if self._importer.waiting >= BATCH or now - self._committed > _COMMIT_S:
            self._write()
        if now - self._settled > _SETTLE_S:
            self._settle()

    def _settle(self) -> None:
        """Settle studies of which nothing came lately, so that the list grows while the run goes on."""
        self._write()
        if self._bulk:
            self._importer.finish()
            self._importer = Importer(self._connection)
            self._bulk = False
        quiet = self._touched if len(self._touched) <= _SETTLED_AT_ONCE // 4 else self._touched - self._recent
        chosen = sorted(quiet)[:_SETTLED_AT_ONCE]
        if chosen:
            if self._settler is None:
                from console.studies.settle import Settler

                self._settler = Settler(self._connection)
            self._settler.settle_these(chosen)
            self._touched.difference_update(chosen)
        self._recent.clear()
        self._settled = time.monotonic()
