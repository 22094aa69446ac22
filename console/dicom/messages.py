"""What the client and the helper process say to each other: length-prefixed pickles over pipes.

The helper reads strangers' bytes, so its answers are not trusted with more than they need: the client unpickles
nothing but the plain classes listed here.
"""

import io
import pickle
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

LIMIT = 1 << 28
"""Bytes of one message; more is no message of ours."""
_HEAD = struct.Struct("<I")
_ALLOWED = {
    "console.errors": ("DecodeError", "DicomReadError"),
    "console.dicom.messages": ("FrameAt",),
    "console.model.picture": (
        "Angles",
        "Calibration",
        "CharacterSet",
        "Grayscale",
        "HeaderElement",
        "Identity",
        "LookupTable",
        "PictureInfo",
        "PipelineStep",
        "Problem",
        "Rate",
        "Window",
    ),
    "console.model.pipeline": (
        "Description",
        "DisplayedArea",
        "FrameDescription",
        "GraphicObject",
        "Mask",
        "Orientation",
        "Overlay",
        "RegionShift",
        "Shutter",
        "Stage",
        "TextObject",
    ),
    "console.model.report_text": (
        "Amount",
        "DoseEvent",
        "DosePlane",
        "DoseSummary",
        "DoseTotal",
        "Report",
        "ReportLine",
    ),
    "console.model.sentence": ("Sentence",),
}


@dataclass(frozen=True)
class Request:
    """One question to the helper."""

    kind: str
    """open | header | report | frame | page | planes | state."""
    path: str
    language: str
    """Language of the sentences in the answer, "zh" or "en"."""
    seconds: float
    """After these the helper need not answer any more."""
    number: int = 0
    """Frame or page number from 1."""
    stamp: tuple[int, int] = (0, 0)
    """Size and mtime_ns of the file when it was opened, for `frame`, `planes` and `state`."""
    width: int = 0
    """Pixels across, for `page`."""
    groups: tuple[int, ...] = ()
    """Overlay groups, for `planes`."""
    state: str = ""
    """Path of a presentation state, for `state`."""


@dataclass(frozen=True)
class FrameAt:
    """A frame lies in the frame memory."""

    place: str
    shape: tuple[int, ...]
    dtype: str
    """As numpy writes it, such as "<u2"."""


class _Plain(pickle.Unpickler):
    def find_class(self, module: str, name: str, /) -> Any:
        """Only the classes of our answers."""
        if name in _ALLOWED.get(module, ()):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} is no part of an answer")


def pack(message: object) -> bytes:
    """A message with its length in front."""
    body = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return _HEAD.pack(len(body)) + body


def receive(read: Callable[[int], bytes], plain: bool) -> Any:
    """One message through `read(count)`, which returns exactly that many bytes or raises.

    `plain` lets only the classes of answers through. Raises ValueError where it is no message.
    """
    (length,) = _HEAD.unpack(read(_HEAD.size))
    if length > LIMIT:
        raise ValueError("no message")
    body = read(length)
    try:
        return _Plain(io.BytesIO(body)).load() if plain else pickle.loads(body)
    except (pickle.UnpicklingError, AttributeError, EOFError, ImportError, IndexError, TypeError) as error:
        raise ValueError("no message") from error
