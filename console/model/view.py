"""What the operator sees of a picture at one moment."""

from dataclasses import dataclass

from console.model.picture import LookupTable, Window
from console.model.pipeline import PLAIN, Orientation, Presentation

UPRIGHT = Orientation()
"""Neither rotated nor flipped."""


@dataclass(frozen=True)
class ViewState:
    """What the operator sees now, for the corner texts and the cine line."""

    frame: int
    playing: bool
    speed: float
    requested_fps: float
    achieved_fps: float
    dropped: int
    cached: int
    """Frames decoded and held."""
    window: Window | LookupTable | None
    inverted: bool
    zoom: float
    """1 shows the whole picture."""
    texts: bool
    presentation: Presentation = PLAIN
    """All that is wanted of the pipeline, window and polarity included."""
    orientation: Orientation = UPRIGHT
    """How the picture is turned on the screen."""
    actual: bool = False
    """One pixel of the screen for each column of the picture."""
    subtracted: bool = False
    """The frame is shown less its mask."""
    way: str = "loop"
    """loop, sweep or reverse."""
    trim: tuple[int, int] = (1, 1)
    """First and last frame that are played."""
    state: str = ""
    """Label of the presentation state in force."""
    key: bool = False
    """The frame is marked as a key image."""
