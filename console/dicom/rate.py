"""How fast the frames follow one another, and which element says so (PS3.3 C.7.6.5, C.7.6.6)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from console.i18n import _
from console.model.picture import Rate

ASSUMED_FPS = 15.0
"""For a cine whose header says nothing: the usual rate of coronary angiography."""
_FASTEST = 1000.0
FRAME_TIME = 0x00181063
FRAME_TIME_VECTOR = 0x00181065


@dataclass(frozen=True)
class Timing:
    """The header's values on timing; None or empty where absent."""

    frames: int
    pointer: int | None = None
    """Frame Increment Pointer (0028,0009), a tag number."""
    frame_time: float | None = None
    """Frame Time (0018,1063), ms."""
    frame_times: Sequence[float] = ()
    """Frame Time Vector (0018,1065), ms since the frame before; the first entry is 0."""
    recommended: float | None = None
    """Recommended Display Frame Rate (0008,2144), frames a second."""
    cine_rate: float | None = None
    """Cine Rate (0018,0040), frames a second."""


def rate(timing: Timing, problems: list[str]) -> Rate:
    """The first source that can be true: what Frame Increment Pointer names, Frame Time, the vector, the two rates.

    A value that cannot be true (no number, not positive, beyond 1,000 frames a second) adds a sentence to `problems`
    and the next source is taken.
    """
    if timing.frames <= 1:
        return Rate(0.0, "still")
    vector = ("FrameTimeVector", None)
    single = ("FrameTime", None if timing.frame_time is None else _inverse(timing.frame_time))
    order = [vector, single] if timing.pointer == FRAME_TIME_VECTOR else [single, vector]
    order += [("RecommendedDisplayFrameRate", timing.recommended), ("CineRate", timing.cine_rate)]
    for source, fps in order:
        if source == "FrameTimeVector":
            if timing.frame_times:
                by_vector = _by_vector(timing, problems)
                if by_vector is not None:
                    return by_vector
        elif fps is not None:
            if math.isfinite(fps) and 0 < fps <= _FASTEST:
                return Rate(fps, source)
            problems.append(_("{source} gives no frame rate that can be true.").format(source=source))
    return Rate(ASSUMED_FPS, "assumed")


def duration(found: Rate, frames: int) -> float:
    """Seconds that playing all frames once takes."""
    if found.frame_times_ms:
        return sum(found.frame_times_ms) / 1000
    return frames / found.fps if found.fps else 0.0


def _inverse(milliseconds: float) -> float:
    return 1000 / milliseconds if milliseconds else math.inf


def _by_vector(timing: Timing, problems: list[str]) -> Rate | None:
    steps = list(timing.frame_times[1 : timing.frames])
    if len(timing.frame_times) != timing.frames or not all(
        math.isfinite(step) and step >= 1000 / _FASTEST for step in steps
    ):
        problems.append(_("FrameTimeVector does not fit the frames; it is not used."))
        return None
    mean = sum(steps) / len(steps)
    # The last frame has no successor; it stays as long as the others do on average.
    return Rate(1000 / mean, "FrameTimeVector", (*steps, mean))
