"""What one phantom run is made of, and the C-arm that looks at it.

Everything that a picture depends on stands here as plain values, so that a practice hospital is a list of recipes.
Lengths are millimetres in the patient: x to the patient's left, y to the front, z to the head, origin at the
isocentre.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MM_PER_FRENCH = 1.0 / 3.0
"""One French is a third of a millimetre of outer diameter."""


@dataclass(frozen=True)
class CArm:
    """Cone-beam geometry of one view (PS3.3 C.8.7.5): where a point of the patient falls on the detector."""

    primary_deg: float = -30.0
    """Positioner Primary Angle: LAO positive, RAO negative."""
    secondary_deg: float = -15.0
    """Positioner Secondary Angle: cranial positive, caudal negative."""
    sid_mm: float = 1050.0
    """Distance Source to Detector (0018,1110)."""
    sod_mm: float = 765.0
    """Distance Source to Patient (0018,1111), taken to the isocentre."""
    imager_width_mm: float = 204.8
    """Width of the detector field; divided by the matrix it is Imager Pixel Spacing (0018,1164)."""
    size: int = 512
    """Rows and columns of the square matrix."""

    @property
    def imager_spacing_mm(self) -> float:
        """Imager Pixel Spacing at the detector plane."""
        return self.imager_width_mm / self.size

    @property
    def magnification(self) -> float:
        """Estimated Radiographic Magnification Factor (0018,1114) at the isocentre."""
        return self.sid_mm / self.sod_mm

    @property
    def mm_per_pixel(self) -> float:
        """Size of a pixel at the isocentre."""
        return self.imager_spacing_mm / self.magnification

    @property
    def words(self) -> tuple[str, ...]:
        """The view as clinicians say it: ("RAO 30", "CAU 15"); ("AP",) from straight in front."""
        primary = f"{'LAO' if self.primary_deg > 0 else 'RAO'} {abs(self.primary_deg):.0f}"
        secondary = f"{'CRA' if self.secondary_deg > 0 else 'CAU'} {abs(self.secondary_deg):.0f}"
        found = [word for word, angle in ((primary, self.primary_deg), (secondary, self.secondary_deg)) if angle]
        return tuple(found) or ("AP",)

    def axes(self) -> tuple[Floats, Floats, Floats]:
        """Unit vectors: to the right in the picture, up in the picture, towards the detector."""
        primary, secondary = np.radians([self.primary_deg, self.secondary_deg])
        right = np.array([np.cos(primary), -np.sin(primary), 0.0])
        up = np.array([-np.sin(primary) * np.sin(secondary), -np.cos(primary) * np.sin(secondary), np.cos(secondary)])
        towards = np.array(
            [np.sin(primary) * np.cos(secondary), np.cos(primary) * np.cos(secondary), np.sin(secondary)]
        )
        return right, up, towards

    def project(self, points: Floats) -> tuple[Floats, Floats, Floats]:
        """Columns x, rows y (pixel centres, 0-based) and mm per pixel at each point of `points` (n, 3)."""
        right, up, towards = self.axes()
        spacing = self.imager_spacing_mm * (self.sod_mm + _dot(points, towards)) / self.sid_mm
        middle = (self.size - 1) / 2.0
        return middle + _dot(points, right) / spacing, middle - _dot(points, up) / spacing, spacing


@dataclass(frozen=True)
class Stenosis:
    """A narrowing of known size."""

    vessel: str
    """Name of the vessel: LAD, LCX, ..."""
    position: float
    """Where its throat is, as a fraction of the vessel's length from its origin."""
    percent: float
    """Diameter stenosis at the throat."""
    length_mm: float
    """From healthy to healthy."""


@dataclass(frozen=True)
class Recipe:
    """One run, complete: the same recipe gives the same picture."""

    seed: int = 17
    """Chooses the tortuosity, the small branches, the texture and the noise."""
    frames: int = 60
    fps: float = 15.0
    """Frames a second."""
    c_arm: CArm = CArm()
    heart_rate: float = 75.0
    """Beats a minute; the first frame is an R wave."""
    breath_period_s: float = 6.0
    breath_mm: float = 2.5
    """The heart and the diaphragm drift by plus and minus this much along the body."""
    french: float = 6.0
    """Outer size of the guide catheter."""
    lumen_mm: float = 1.524
    """Inner diameter of the guide catheter (0.060 inch)."""
    injection_s: tuple[float, float] = (0.5, 2.5)
    """When contrast starts and stops entering at the ostium."""
    flow_mm_s: float = 170.0
    """Mean speed at which the contrast front travels down the tree."""
    photons: float = 2200.0
    """Quanta per pixel where the picture is brightest (of a 512 matrix); noise is their square root."""
    stenoses: tuple[Stenosis, ...] = (Stenosis("LAD", 0.34, 50.0, 9.0),)
    anatomy: Literal["left", "right", "thigh"] = "left"
    """Left or right coronary tree on the beating heart, or the arteries of a thigh that lies still."""
    bits: int = 8
    """Bits Stored (0028,0101), 8 or 12."""
    relationship: Literal["DISP", "LIN", "LOG"] = "DISP"
    """Pixel Intensity Relationship (0028,1040): how stored values follow the beam's intensity."""
    sweep_deg: float = 0.0
    """How far the C-arm turns towards LAO from the first frame to the last."""
    mask_frames: tuple[int, ...] = ()
    """Mask Frame Numbers (0028,6110), from 1: frames before the contrast; empty for a run without a mask."""

    @property
    def catheter_mm(self) -> float:
        """True outer diameter of the catheter."""
        return self.french * MM_PER_FRENCH

    def arm(self, frame: int) -> CArm:
        """Where the C-arm stands in `frame`, counted from 0."""
        if not self.sweep_deg or self.frames < 2:
            return self.c_arm
        primary = self.c_arm.primary_deg + self.sweep_deg * frame / (self.frames - 1)
        return replace(self.c_arm, primary_deg=round(primary, 4))


def _dot(points: Floats, axis: Floats) -> Floats:
    # Written out, because a matrix product may round differently on another machine.
    product: Floats = points[..., 0] * axis[0] + points[..., 1] * axis[1] + points[..., 2] * axis[2]
    return product
