"""What a file of the practice hospital shows, as plain values; each kind has a module of its own that makes it."""

from dataclasses import dataclass
from typing import Literal

from console.demo.recipe import Recipe


@dataclass(frozen=True)
class Angiogram:
    """An X-ray cine (`console.demo.angiogram`)."""

    recipe: Recipe
    plane: Literal["SINGLE PLANE", "BIPLANE A", "BIPLANE B"] = "SINGLE PLANE"
    partner: tuple[int, int] | None = None
    """Series and instance number of the other plane, in the same study."""

    @property
    def frames(self) -> int:
        """Pictures in the file."""
        return self.recipe.frames


@dataclass(frozen=True)
class Echo:
    """A colour Doppler cine of the left heart (`console.demo.echo`)."""

    seed: int
    frames: int = 24
    fps: float = 25.0
    heart_rate: float = 75.0


@dataclass(frozen=True)
class Slice:
    """One axial section of a test body (`console.demo.tomogram`)."""

    seed: int
    number: int
    """From 1, feet first in the order of the table's travel."""
    count: int
    """Sections in the series."""
    spacing_mm: float = 10.0
    frames: int = 1


@dataclass(frozen=True)
class Electrocardiogram:
    """A 12-lead ECG at rest (`console.demo.electrocardiogram`)."""

    seed: int
    heart_rate: float = 72.0
    seconds: float = 10.0
    frames: int = 0


@dataclass(frozen=True)
class Exposure:
    """One press of the pedal, for the dose report."""

    kind: Literal["fluoroscopy", "acquisition"]
    time: str
    """HHMMSS."""
    recipe: Recipe
    instance: tuple[int, int] | None = None
    """Series and instance number of its cine in the same study; None for fluoroscopy, which was not stored."""


@dataclass(frozen=True)
class DoseReport:
    """An X-ray radiation dose report (`console.demo.dose_report`)."""

    exposures: tuple[Exposure, ...]
    frames: int = 0


@dataclass(frozen=True)
class Paper:
    """A report as encapsulated PDF (`console.demo.paper`)."""

    title: str
    lines: tuple[str, ...]
    """Text of the first page, ASCII."""
    frames: int = 0


@dataclass(frozen=True)
class Presentation:
    """A grayscale softcopy presentation state (`console.demo.presentation`)."""

    of: tuple[int, int]
    """Series and instance number of the cine in the same study."""
    recipe: Recipe
    """What that cine was made of."""
    window: tuple[float, float]
    """Center and width."""
    frame: int
    """The frame (from 1) that is annotated."""
    frames: int = 0


@dataclass(frozen=True)
class Capture:
    """A secondary capture of a measuring screen (`console.demo.capture`)."""

    lines: tuple[str, ...]
    """What stands on the screen, ASCII."""
    narrowing_percent: float = 0.0
    """How deep the diameter curve below the words dips; 0 for a screen without one."""
    frames: int = 1


Content = Angiogram | Echo | Slice | Electrocardiogram | DoseReport | Paper | Presentation | Capture
