"""How much radiation a phantom run would have needed: one account for the picture's header and the dose report."""

from dataclasses import dataclass

from console.demo.recipe import Recipe

_REFERENCE_MM = 150.0
"""The reference point lies 15 cm from the isocentre towards the source (PS3.16 113860)."""


@dataclass(frozen=True)
class Dose:
    """One run's or one fluoroscopy's radiation."""

    kvp: int
    tube_current_ma: int
    pulse_ms: float
    pulses: int
    seconds: float
    reference_gy: float
    """Dose (RP)."""
    area_product_gym2: float
    """Dose Area Product."""


def dose_of(recipe: Recipe, fluoroscopy: bool = False) -> Dose:
    """What `recipe` costs; fluoroscopy needs about a tenth a frame."""
    arm = recipe.c_arm
    current, pulse_ms = (60, 5.0) if fluoroscopy else (640, 6.0)
    micro_gy = 28.0 if fluoroscopy else 240.0 * (1.4 if recipe.bits > 8 else 1.0)
    # Steep views go through more of the patient.
    steep = 1.0 + (abs(arm.primary_deg) / 90.0) ** 2 + (abs(arm.secondary_deg) / 40.0) ** 2
    reference_gy = round(micro_gy * 1e-6 * steep * recipe.frames, 6)
    side_m = arm.imager_width_mm / 1000.0 * (arm.sod_mm - _REFERENCE_MM) / arm.sid_mm
    area_product = round(reference_gy * side_m**2, 9)
    return Dose(75, current, pulse_ms, recipe.frames, recipe.frames / recipe.fps, reference_gy, area_product)
