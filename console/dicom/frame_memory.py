"""The memory through which frames leave the helper process, so that no pixel goes through a pipe.

POSIX: a file in memory (memfd, else an unlinked temporary file) whose descriptor the helper inherits; one write, one
read. Windows: a mapping with a tag, made by the helper for each size it needs.
"""

import mmap
import os
import sys
import tempfile
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[Any]


class FrameMemory(Protocol):
    """Both ends hold one. The client reads what the helper put before the helper puts the next."""

    @property
    def argument(self) -> str:
        """What the helper needs on its command line to find the memory."""

    @property
    def descriptors(self) -> tuple[int, ...]:
        """Descriptors that the helper has to inherit."""

    def put(self, frame: "Array") -> str:
        """Write a frame (contiguous); the answer is the place for `take`."""

    def take(self, place: str, shape: tuple[int, ...], dtype: str) -> "Array":
        """A copy of the frame that owns its memory. Raises OSError where fewer bytes are there."""

    def close(self) -> None:
        """Let the memory go."""


class FileMemory:
    """An unnamed file that lives in memory where the system can do that."""

    def __init__(self, descriptor: int | None = None) -> None:
        self._descriptor = _unnamed_file() if descriptor is None else descriptor

    @property
    def argument(self) -> str:
        """The descriptor, which keeps its number in the helper."""
        return str(self._descriptor)

    @property
    def descriptors(self) -> tuple[int, ...]:
        """The one descriptor."""
        return (self._descriptor,)

    def put(self, frame: "Array") -> str:
        """Write the frame from the start of the file."""
        import numpy as np

        view = np.ascontiguousarray(frame).data.cast("B")
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        while view:
            view = view[os.write(self._descriptor, view) :]
        return ""

    def take(self, place: str, shape: tuple[int, ...], dtype: str) -> "Array":
        """Read the frame into an array of its own."""
        import numpy as np

        frame: Array = np.empty(shape, np.dtype(dtype))
        view = frame.data.cast("B")
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        with open(self._descriptor, "rb", buffering=0, closefd=False) as stream:
            while view:
                count = stream.readinto(view)
                if not count:
                    raise OSError("the frame ends too early")
                view = view[count:]
        return frame

    def close(self) -> None:
        """Close the descriptor; the memory goes with the last one."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


class TaggedMemory:
    """Windows: mappings of the paging file, found by a name that only the two processes know."""

    def __init__(self, tag: str = "") -> None:
        self._tag = tag or f"cathlab-{os.getpid()}-{os.urandom(12).hex()}"
        self._mapping: mmap.mmap | None = None
        self._size = 0
        self._count = 0

    @property
    def argument(self) -> str:
        """The stem of the tags."""
        return self._tag

    @property
    def descriptors(self) -> tuple[int, ...]:
        """None: the name is enough."""
        return ()

    def put(self, frame: "Array") -> str:
        """Write the frame; a larger one than ever before gets a mapping with a new tag."""
        if self._mapping is None or frame.nbytes > self._size:
            self.close()
            self._count += 1
            self._size = max(frame.nbytes, 1)
            self._mapping = _map(f"{self._tag}-{self._count}", self._size)
        import numpy as np

        self._mapping.seek(0)
        self._mapping.write(np.ascontiguousarray(frame).data.cast("B"))
        return f"{self._tag}-{self._count}/{self._size}"

    def take(self, place: str, shape: tuple[int, ...], dtype: str) -> "Array":
        """Copy the frame out of the mapping that `place` names."""
        import numpy as np

        tag, size = place.rsplit("/", 1)
        frame: Array = np.empty(shape, np.dtype(dtype))
        if frame.nbytes > int(size):
            raise OSError("the frame is larger than its memory")
        mapping = _map(tag, int(size))
        try:
            frame.data.cast("B")[:] = mapping[: frame.nbytes]
        finally:
            mapping.close()
        return frame

    def close(self) -> None:
        """Unmap."""
        if self._mapping is not None:
            self._mapping.close()
            self._mapping = None


def new_memory() -> FrameMemory:
    """The client's end."""
    return TaggedMemory() if sys.platform == "win32" else FileMemory()


def inherited_memory(argument: str) -> FrameMemory:
    """The helper's end."""
    return TaggedMemory(argument) if sys.platform == "win32" else FileMemory(int(argument))


def _unnamed_file() -> int:
    if sys.platform == "linux":
        return os.memfd_create("cathlab-frames")
    descriptor, name = tempfile.mkstemp(prefix="cathlab-frames-")
    os.unlink(name)
    return descriptor


def _map(tag: str, size: int) -> mmap.mmap:
    if sys.platform == "win32":
        return mmap.mmap(-1, size, tagname=tag)
    raise OSError("tagged mappings exist on Windows only")
