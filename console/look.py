"""How the operator wants a picture, as one value: window, cut, scale, turn, what lies over it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from console.graphics.drawing import NOTHING, Drawn
from console.model.picture import PictureInfo
from console.model.pipeline import PLAIN, Orientation, Presentation, Voi
from console.model.view import UPRIGHT


@dataclass(frozen=True)
class Loupe:
    """A round place that is shown larger."""

    x: float
    """Image point in its middle."""
    y: float
    factor: float = 4.0
    """How much larger than the picture around it."""


class ByFrame:
    """What lies over single frames. Compared by identity, so that a look stays cheap to compare."""

    def __init__(self, frames: Mapping[int, Drawn]) -> None:
        self._frames = dict(frames)

    def on(self, number: int) -> Drawn:
        """What lies over frame `number` (from 1)."""
        return self._frames.get(number, NOTHING)


UNMARKED = ByFrame({})


@dataclass(frozen=True)
class Look:
    """How the operator wants the picture; two equal looks give equal paintings of the same frame."""

    columns: int = 0
    """Cells across; 0 before the view has a size."""
    rows: int = 0
    window: Voi | None = None
    """None for colour, and before the first pixels are here."""
    inverted: bool = False
    zoom: float = 1.0
    """1 shows the whole picture."""
    actual: bool = False
    """One canvas pixel for each image column, whatever `zoom` says."""
    center: tuple[float, float] | None = None
    """Image point in the middle of the view; None is the middle of the picture."""
    area: tuple[float, float, float, float] | None = None
    """Left, upper, right, lower: a part of the picture that fills the view, before `zoom` and `center`."""
    orientation: Orientation = UPRIGHT
    """How the picture is turned; points stay those of the picture as it is stored."""
    texts: bool = True
    annotations: bool = True
    """What a presentation state has drawn."""
    drawn: Drawn = NOTHING
    """What lies over every frame besides."""
    by_frame: ByFrame = UNMARKED
    """What lies over single frames: measurements."""
    loupe: Loupe | None = None
    presentation: Presentation = PLAIN
    """What is wanted of the pipeline beyond `window` and `inverted`: mask, shift, stages switched off."""
    revision: int = 0
    """Counts changes that only the corner texts show: language, privacy."""

    def over(self, number: int) -> Drawn:
        """What the operator has put over frame `number`."""
        return self.by_frame.on(number) + self.drawn

    @property
    def whole(self) -> Presentation:
        """Everything that the pipeline needs to know."""
        return replace(self.presentation, voi=self.window, inverted=self.inverted)


def started(info: PictureInfo) -> Look:
    """How a picture is shown before the operator wants anything: turned and cut as its presentation state says."""
    description = info.description
    if description is None:
        return Look()
    area = description.area
    whole = (1, 1, info.columns, info.rows)
    if area is None or (*area.top_left, *area.bottom_right) == whole:
        return Look(orientation=description.orientation)
    (left, top), (right, bottom) = area.top_left, area.bottom_right
    return Look(orientation=description.orientation, area=(left - 1.0, top - 1.0, float(right), float(bottom)))
