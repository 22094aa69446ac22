"""What the operator sees of a picture at one moment."""

from dataclasses import dataclass

from console.model.picture import LookupTable, Window
from console.model.pipeline import PLAIN, Presentation


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
    turns: int = 0
    """Quarter turns clockwise."""
    mirrored: bool = False
    presentation: Presentation = PLAIN
    """All that is wanted of the pipeline, window and polarity included."""
