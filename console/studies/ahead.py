"""A second process that lists folders ahead of the walk (see `console.studies.lister`)."""

import marshal
import os
import queue
import subprocess
import sys
import threading
from pathlib import Path
from typing import NamedTuple

from console.studies import lister

_QUESTIONS = 3
_LIMIT = 1 << 26


class Known(NamedTuple):
    """What the process says of a folder without links."""

    device: int
    inode: int
    digest: bytes
    files: int
    folders: list[bytes]
    """Names, as the file system has them."""


class Ahead:
    """Lists folders in another process."""

    def __init__(self) -> None:
        self._asked: list[list[str]] = []
        self._answers: queue.SimpleQueue[list[tuple[int, int, bytes, int, list[bytes]] | None]] = queue.SimpleQueue()
        flags = 0
        if sys.platform == "win32":
            flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
        self._process = subprocess.Popen(
            # It needs the standard library alone, and is there twice as fast without the rest.
            [sys.executable, "-I", "-S", str(Path(lister.__file__))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=sys.platform != "win32",
            creationflags=flags,
        )
        threading.Thread(target=self._listen, name="index-lister", daemon=True).start()

    @property
    def waiting(self) -> bool:
        """Whether answers are still to come."""
        return bool(self._asked)

    @property
    def free(self) -> bool:
        """Whether it would take another question."""
        return len(self._asked) < _QUESTIONS

    def ask(self, folders: list[str]) -> None:
        """Have some folders listed."""
        data = marshal.dumps([os.fsencode(folder) for folder in folders])
        pipe = self._process.stdin
        assert pipe is not None
        self._asked.append(folders)
        try:
            pipe.write(len(data).to_bytes(4, "little") + data)
            pipe.flush()
        except (OSError, ValueError):
            return  # it is gone; the thread says so

    def told(self, wait: bool) -> list[tuple[str, Known | None]]:
        """What has been listed; None for what the walk should look at itself. `wait` for something where asked."""
        got: list[tuple[str, Known | None]] = []
        while self._asked:
            try:
                answers = self._answers.get(wait and not got)
            except queue.Empty:
                break
            if not answers:
                # It broke down: the walk does without.
                asked, self._asked = self._asked, []
                return got + [(folder, None) for folders in asked for folder in folders]
            folders = self._asked.pop(0)
            got += [(folder, answer and Known._make(answer)) for folder, answer in zip(folders, answers, strict=True)]
        return got

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()

    def _listen(self) -> None:
        pipe = self._process.stdout
        assert pipe is not None
        with pipe:
            try:
                while len(head := pipe.read(4)) == 4 and (size := int.from_bytes(head, "little")) <= _LIMIT:
                    self._answers.put(marshal.loads(pipe.read(size)))
            except (OSError, ValueError, EOFError, TypeError):
                pass  # cut short; the line below says so
        self._answers.put([])
