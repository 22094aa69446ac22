"""The console's end of the helper process: open an object, read its header, get a frame, always within a deadline.

A helper that crashes, hangs or passes its deadline is killed and replaced; the operator reads one sentence and the
console goes on. Nothing here imports pydicom.
"""

import subprocess
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from console import child
from console.dicom.channel import Channel, Gone, TooLate, connect
from console.dicom.frame_memory import FrameMemory, new_memory
from console.dicom.messages import FrameAt, Request, pack, receive
from console.errors import ConsoleError, DecodeError, DicomReadError
from console.i18n import _, language
from console.model.picture import HeaderElement, PictureInfo
from console.model.report_text import Report
from console.model.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Array = npt.NDArray[Any]

DEADLINE = 5.0
"""Seconds that one answer may take."""
PAGE_DEADLINE = 15.0
"""Seconds that a page of a document may take: plans and maps are drawn line by line."""


class PictureReader:
    """Reads DICOM objects through a helper process. Methods may be called from any thread; one answers at a time.

    `background` is for work that nobody waits for, such as thumbnails: its helper gives way to every other process.
    """

    def __init__(self, background: bool = False) -> None:
        self._background = background
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: Channel | None = None
        self._memory: FrameMemory | None = None
        self._closed = False
        self._expected: _Expected | None = None
        self._first: _Expected | None = None
        """The object read ahead, between its `open` and its first frame."""

    def start(self) -> None:
        """Start the helper now, so that it is warm when the first file is opened. Harmless when it runs already."""
        with self._lock:
            self._ensure()

    @property
    def pid(self) -> int | None:
        """Process id of the helper, None while none runs."""
        process = self._process
        return None if process is None else process.pid

    @property
    def busy(self) -> bool:
        """Whether somebody waits for an answer at this moment."""
        return self._lock.locked()

    def expect(self, path: Path) -> None:
        """Read `path` and its first frame in the background; the next `open` and frame 1 take it."""
        self._expected = _Expected(self, path)
        self._expected.start()

    def open(self, path: Path, deadline: float = DEADLINE) -> PictureInfo:
        """What the object is. Raises DicomReadError with one sentence."""
        expected, self._expected, self._first = self._expected, None, None
        if expected is None or not expected.is_for(path):
            return self.open_now(path, deadline)
        info = expected.info()
        self._first = expected
        return info

    def open_now(self, path: Path, deadline: float = DEADLINE) -> PictureInfo:
        """As `open`, without what was read in the background."""
        answer = self._ask(Request("open", _absolute(path), language(), deadline), Path(path).name)
        if not isinstance(answer, PictureInfo):
            raise _unreadable(_broken(Path(path).name))
        return answer

    def header(self, path: Path, deadline: float = DEADLINE) -> tuple[HeaderElement, ...]:
        """Every element of the object. Raises DicomReadError with one sentence."""
        answer = self._ask(Request("header", _absolute(path), language(), deadline), Path(path).name)
        if not isinstance(answer, tuple):
            raise _unreadable(_broken(Path(path).name))
        return answer

    def document(self, path: Path, deadline: float = DEADLINE) -> Report:
        """The object as text, whatever it is. Raises DicomReadError with one sentence."""
        answer = self._ask(Request("report", _absolute(path), language(), deadline), Path(path).name)
        if not isinstance(answer, Report):
            raise _unreadable(_broken(Path(path).name))
        return answer

    def page(self, path: Path, number: int, width: int, deadline: float = PAGE_DEADLINE) -> "Array":
        """Page `number` (from 1) of a PDF: uint8, (rows, columns) of greys or (rows, columns, 3) RGB.

        It is `width` pixels across (at most 4096), narrower where it would be too long. Raises DecodeError, or
        DicomReadError where the file is gone or changed, with one sentence.
        """
        request = Request("page", _absolute(path), language(), deadline, number, width=width)
        return self._pixels(request, Path(path).name)

    def frame(self, info: PictureInfo, number: int, deadline: float = DEADLINE) -> "Array":
        """Frame `number`, counted from 1; the array is the caller's own.

        Grey: (rows, columns) of stored values. Colour: (rows, columns, 3) uint8 RGB ready for display. Raises
        DecodeError, or DicomReadError where the file is gone or changed, with one sentence.
        """
        first, self._first = self._first, None
        if first is not None and number == 1:
            frame = first.frame(info)
            if frame is not None:
                return frame
        return self.frame_now(info, number, deadline)

    def frame_now(self, info: PictureInfo, number: int, deadline: float = DEADLINE) -> "Array":
        """As `frame`, without what was read in the background."""
        stamp = (info.size, info.mtime_ns)
        return self._pixels(Request("frame", info.path, language(), deadline, number, stamp), Path(info.path).name)

    def planes(self, info: PictureInfo, number: int, groups: "Sequence[int]", deadline: float = DEADLINE) -> "Array":
        """(rows, columns) uint8, 1 where an overlay of one of `groups` has a bit on frame `number`.

        Raises DecodeError, or DicomReadError where the file is gone or changed, with one sentence.
        """
        stamp = (info.size, info.mtime_ns)
        request = Request("planes", info.path, language(), deadline, number, stamp, groups=tuple(groups))
        return self._pixels(request, Path(info.path).name)

    def under_state(self, info: PictureInfo, state: Path, deadline: float = DEADLINE) -> PictureInfo:
        """`info` with the presentation state at `state` in place of what its header says about the pipeline.

        Raises DicomReadError with one sentence where that is no state, or one for other images.
        """
        stamp = (info.size, info.mtime_ns)
        request = Request("state", info.path, language(), deadline, stamp=stamp, state=_absolute(state))
        answer = self._ask(request, Path(state).name)
        if not isinstance(answer, PictureInfo):
            raise _unreadable(_broken(Path(state).name))
        return answer

    def close(self) -> None:
        """End the helper; the reader cannot be used any more."""
        self._closed = True
        process = self._process
        if process is not None and process.poll() is None:
            # Whoever waits for an answer holds the lock; it comes free when the helper is gone.
            process.kill()
        with self._lock:
            self._drop()

    def _pixels(self, request: Request, name: str) -> "Array":
        answer = self._ask(request, name)
        import numpy as np  # imported here: it costs 0.1 s, and the helper is started before anything else

        if not isinstance(answer, np.ndarray):
            raise _unreadable(_broken(name))
        return answer

    def _ask(self, request: Request, name: str) -> Any:
        with self._lock:
            ends = time.monotonic() + request.seconds
            try:
                channel = self._ensure()
                channel.send(pack(request))
                answer = receive(lambda count: channel.read(count, ends), plain=True)
                if isinstance(answer, FrameAt) and self._memory is not None:
                    return self._memory.take(answer.place, answer.shape, answer.dtype)
            except TooLate:
                self._drop()
                raise self._error(request, _too_late(name, request.seconds)) from None
            except (Gone, OSError, ValueError):
                self._drop()
                raise self._error(request, _broken(name)) from None
        if isinstance(answer, ConsoleError):
            raise answer
        return answer

    def _ensure(self) -> Channel:
        """The channel to a living helper, a new one where none lives. The lock is held."""
        if self._closed:
            raise Gone
        if self._process is not None and self._channel is not None and self._process.poll() is None:
            return self._channel
        self._drop()
        self._memory = new_memory()
        command = child.module_command("console.dicom.reader_process", self._memory.argument)
        command += ["background"] if self._background else []
        # One decoder runs at a time; idle threads would only reserve address space.
        self._process = child.start(
            command, one_thread=True, background=self._background, pass_fds=self._memory.descriptors
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._channel = connect(self._process.stdin, self._process.stdout)
        return self._channel

    def _drop(self) -> None:
        """Kill the helper and let go of all that belongs to it. The lock is held."""
        process, channel, memory = self._process, self._channel, self._memory
        self._process = self._channel = self._memory = None
        if process is not None:
            process.kill()
            try:
                process.wait(1)
            except subprocess.TimeoutExpired:
                pass  # stuck in the system (a dead network share); it goes when the system lets it
        if channel is not None:
            channel.close()
        if memory is not None:
            memory.close()

    @staticmethod
    def _error(request: Request, detail: str) -> ConsoleError:
        if request.kind in ("frame", "planes"):
            return DecodeError(_("Frame {number} cannot be shown").format(number=request.number), detail)
        if request.kind == "page":
            return DecodeError(_("Page {number} cannot be shown").format(number=request.number), detail)
        return _unreadable(detail)


def _absolute(path: Path) -> str:
    return str(Path(path).absolute())


def _broken(name: str) -> str:
    return _("The reader broke down on {name}; it has been started anew.").format(name=clean(name))


def _too_late(name: str, seconds: float) -> str:
    return _("Reading {name} took longer than {seconds} s and was stopped.").format(
        name=clean(name), seconds=f"{seconds:g}"
    )


def _unreadable(detail: str) -> DicomReadError:
    return DicomReadError(_("The file cannot be read"), detail)


class _Expected(threading.Thread):
    """One object read ahead, while the console is still starting."""

    def __init__(self, reader: PictureReader, path: Path) -> None:
        super().__init__(name="read-ahead", daemon=True)
        self._reader = reader
        self._path = _absolute(path)
        self._opened = threading.Event()
        self._info: PictureInfo | None = None
        self._error: ConsoleError | None = None
        self._frame: Array | None = None

    def is_for(self, path: Path) -> bool:
        """Whether this is the object at `path`, and it has not been handed out yet."""
        return _absolute(path) == self._path

    def info(self) -> PictureInfo:
        """What was read, as soon as it is there. Raises what reading raised."""
        self._opened.wait()
        if self._info is None:
            raise self._error or _unreadable(_broken(Path(self._path).name))
        return self._info

    def frame(self, info: PictureInfo) -> "Array | None":
        """Frame 1 of the object that `info` describes; None when it is another, or could not be decoded."""
        self.join()
        return self._frame if info is self._info else None

    def run(self) -> None:
        """Open, then decode; errors wait for whoever asks."""
        try:
            self._info = self._reader.open_now(Path(self._path))
            self._opened.set()
            if self._info.frames:
                self._frame = self._reader.frame_now(self._info, 1)
        except ConsoleError as error:
            self._error = error
        finally:
            self._opened.set()
