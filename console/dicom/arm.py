"""Which way the C-arm stood, for the object and for each frame (PS3.3 C.8.7.5, C.8.19.6.10)."""

from dataclasses import replace

from console.dicom.elements import Elements
from console.dicom.geometry import angles
from console.i18n import _
from console.model.picture import Angles

_MOST_FRAMES = 20_000
_SHARED, _PER_FRAME = "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"
_POSITION = "PositionerPositionSequence"
NOWHERE = angles(None, None)


def read_angles(elements: Elements) -> Angles:
    """The angles of the object, which are those of its first frame.

    Where the arm moves during the run (Positioner Motion DYNAMIC) that is said: how the increments (0018,1520) of a
    vector add up is read in two ways by the makers, so no angle of a later frame is made of them.
    """
    # Mammography has the same elements with another meaning.
    if elements.code("Modality") not in ("XA", "RF", "XRF"):
        return NOWHERE
    for group in (_SHARED, _PER_FRAME):
        item = elements.first_item(group)
        if item is not None and (position := item.first_item(_POSITION)) is not None:
            return _of(position)
    found = _of(elements)
    if found.text and elements.code("PositionerMotion") == "DYNAMIC":
        return replace(found, text=_("{angles}, first frame; the C-arm moves").format(angles=found.text))
    return found


def frame_angles(elements: Elements, frames: int) -> tuple[Angles, ...]:
    """One a frame where they are stated frame by frame and differ, else none."""
    if elements.code("Modality") not in ("XA", "RF", "XRF") or not 2 <= frames <= _MOST_FRAMES:
        return ()
    items = elements.items(_PER_FRAME)[:frames] if _PER_FRAME in elements else []
    stated = [item.first_item(_POSITION) for item in items]
    if not any(position is not None for position in stated):
        return ()
    found = [_of(position) if position is not None else NOWHERE for position in stated]
    found += [NOWHERE] * (frames - len(found))
    return tuple(found) if len(set(found)) > 1 else ()


def _of(position: Elements) -> Angles:
    return angles(position.number("PositionerPrimaryAngle"), position.number("PositionerSecondaryAngle"))
