"""The helper process: the only place where the bytes of strangers are read.

`python -m console.dicom.reader_process MEMORY [background]` answers requests from standard input on standard output
until the pipe closes; in the background it gives way to other processes. It limits its own memory, writes nothing on
the terminal, and a crash in a native decoder ends it alone.
"""

import os
import sys
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from console.dicom.messages import FrameAt, Request, pack, receive
from console.errors import ConsoleError, DecodeError, DicomReadError
from console.i18n import _, set_language
from console.model.text import clean

if TYPE_CHECKING:
    from console.dicom.frame_memory import Array, FrameMemory
    from console.dicom.object import DicomObject

MEMORY_LIMIT = 1 << 30
"""Address space of the helper in bytes."""
_MOST_OPEN = 8
_MOST_MEMORY = 1 << 28


class _Server:
    def __init__(self, memory: "FrameMemory", opener: "Callable[[Path], DicomObject]") -> None:
        self._memory = memory
        self._opener = opener
        self._objects: OrderedDict[str, DicomObject] = OrderedDict()

    def answer(self, request: Request) -> object:
        """What the client gets: PictureInfo, a tuple of HeaderElement, Report, FrameAt, or a ConsoleError."""
        set_language(request.language)
        try:
            if request.kind == "open":
                return self._open(request.path, True).info
            if request.kind == "header":
                return tuple(self._open(request.path, False).header())
            if request.kind == "report":
                return self._open(request.path, True).report()
            if request.kind == "page":
                return self._put(self._open(request.path, False).page(request.number, request.width))
            if request.kind == "state":
                return self._object(request).under_state(Path(request.state))
            if request.kind == "planes":
                return self._put(self._object(request).planes(request.number, request.groups))
            return self._put(self._object(request).frame(request.number))
        except ConsoleError as error:
            return error
        except MemoryError:
            self._objects.clear()
            return DecodeError(_("Too large"), _("It would take too much memory."))
        except RecursionError:
            return DicomReadError(_("The file cannot be read"), _("Its sequences are nested too deeply."))

    def _put(self, pixels: "Array") -> FrameAt:
        return FrameAt(self._memory.put(pixels), pixels.shape, pixels.dtype.str)

    def _object(self, request: Request) -> "DicomObject":
        opened = self._open(request.path, False)
        if (opened.info.size, opened.info.mtime_ns) != request.stamp:
            opened = self._open(request.path, True)
        if (opened.info.size, opened.info.mtime_ns) != request.stamp:
            name = clean(Path(request.path).name)
            raise DicomReadError(
                _("The file cannot be read"),
                _("{name} was changed since it was opened; open it again.").format(name=name),
            )
        return opened

    def _open(self, path: str, anew: bool) -> "DicomObject":
        if anew or path not in self._objects:
            self._objects.pop(path, None)
            opened = self._opener(Path(path))
            while self._objects and (
                len(self._objects) >= _MOST_OPEN
                or opened.memory + sum(other.memory for other in self._objects.values()) > _MOST_MEMORY
            ):
                self._objects.popitem(last=False)
            self._objects[path] = opened
        self._objects.move_to_end(path)
        return self._objects[path]


def _exactly(descriptor: int) -> Callable[[int], bytes]:
    def read(count: int) -> bytes:
        parts: list[bytes] = []
        while count:
            part = os.read(descriptor, count)
            if not part:
                raise EOFError
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    return read


def _limit_memory() -> None:
    if sys.platform != "win32":
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        limit = MEMORY_LIMIT if hard == resource.RLIM_INFINITY else min(MEMORY_LIMIT, hard)
        if soft == resource.RLIM_INFINITY or soft > limit:
            resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _die_after(seconds: float) -> None:
    """Let the system end this process if a native decoder hangs and nobody is left to kill it."""
    if sys.platform != "win32":
        import signal

        signal.setitimer(signal.ITIMER_REAL, seconds)


def main(argument: str, background: bool = False) -> None:
    """Answer until standard input closes."""
    answers = os.dup(1)
    silent = os.open(os.devnull, os.O_RDWR)
    for descriptor in (1, 2):
        os.dup2(silent, descriptor)
    if sys.platform == "win32":
        import msvcrt

        msvcrt.setmode(0, os.O_BINARY)
        msvcrt.setmode(answers, os.O_BINARY)
    _limit_memory()
    if background and sys.platform != "win32":
        os.nice(10)
    # What every answer needs is loaded while the client is still busy with its own start.
    from console.dicom.frame_memory import inherited_memory
    from console.dicom.object import open_object

    server = _Server(inherited_memory(argument), open_object)
    read = _exactly(0)
    while True:
        try:
            request = receive(read, plain=False)
        except EOFError:
            return
        _die_after(request.seconds + 2)
        data = memoryview(pack(server.answer(request)))
        _die_after(0)
        while data:
            data = data[os.write(answers, data) :]


if __name__ == "__main__":
    try:
        main(sys.argv[1], "background" in sys.argv[2:])
    except (BrokenPipeError, KeyboardInterrupt):
        sys.exit(0)
