"""Where the coronary arteries run, as anatomy books describe it: data for `console.demo.vessels`.

Places are (theta, phi, rho) of `console.demo.heart`, angles in degrees. phi 0 is the front groove, 90 the side wall of
the left ventricle, 180 the back groove, -90 the right border of the heart.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Branch:
    """One vessel as anatomy books describe it."""

    name: str
    family: int
    """Branches of one family never darken each other where they join; families add where they cross."""
    parent: str
    at: float
    """Where it leaves its parent, as a fraction of the parent's length."""
    path: tuple[tuple[float, float, float], ...]
    """The places it passes after that: theta and phi in degrees, rho."""
    diameter_mm: tuple[float, float]
    """At its origin and at its end."""
    wave_mm: float = 0.9
    """How far tortuosity moves it sideways."""


@dataclass(frozen=True)
class Anatomy:
    """One coronary tree."""

    root: str
    """Name of its first piece, from the ostium to the heart's surface."""
    fork: tuple[float, float, float]
    """Where that piece reaches the surface."""
    ostium_from_fork: tuple[float, float, float]
    """mm, in the patient."""
    root_mm: tuple[float, float]
    """Diameter of the first piece at the ostium, and how much it loses each mm."""
    branches: tuple[Branch, ...]
    twigs: tuple[tuple[str, int, tuple[tuple[float, float], ...]], ...]
    """Parent, family and ends of small nameless branches, as many as make a tree look alive."""
    catheter: tuple[tuple[float, float, float], ...]
    """The guide catheter's way from its tip down the vessel to the body, mm from the ostium."""


LEFT = Anatomy(
    root="LM",
    fork=(98.0, 22.0, 1.03),
    ostium_from_fork=(-9.0, 0.5, 4.5),
    root_mm=(4.2, 0.02),
    branches=(
        Branch("LAD", 0, "LM", 1.0, ((88, 10, 1.01), (73, -3, 1.0), (52, -12, 1.0), (32, -15, 1.0), (14, -12, 1.0),
                                     (0, 0, 1.01), (-13, 6, 1.0)), (3.7, 1.1)),
        Branch("D1", 0, "LAD", 0.24, ((71, 9, 1.0), (60, 22, 1.0), (46, 31, 1.0), (30, 36, 1.0)), (2.3, 0.7)),
        Branch("D2", 0, "LAD", 0.44, ((47, 2, 1.0), (37, 11, 1.0), (23, 16, 1.0)), (1.8, 0.6)),
        Branch("LCX", 1, "LM", 1.0, ((99, 38, 1.03), (98, 58, 1.02), (95, 84, 1.01), (94, 112, 1.0), (90, 138, 1.0),
                                     (80, 156, 1.0), (66, 164, 1.0)), (3.3, 1.0)),
        Branch("OM1", 1, "LCX", 0.24, ((86, 54, 1.0), (70, 66, 1.0), (53, 74, 1.0), (34, 82, 1.0)), (2.6, 0.8)),
        Branch("OM2", 1, "LCX", 0.50, ((82, 102, 1.0), (64, 112, 1.0), (46, 114, 1.0), (30, 122, 1.0)), (2.2, 0.7)),
        Branch("LA1", 1, "LCX", 0.16, ((108, 44, 1.04), (122, 58, 1.06), (134, 80, 1.02)), (1.3, 0.5)),
        Branch("S1", 2, "LAD", 0.22, ((70, -14, 0.94), (62, -34, 0.84), (56, -52, 0.76)), (1.5, 0.5)),
        Branch("S2", 2, "LAD", 0.36, ((55, -14, 0.93), (49, -34, 0.83), (45, -50, 0.76)), (1.3, 0.45)),
        Branch("S3", 2, "LAD", 0.50, ((42, -14, 0.92), (38, -34, 0.82)), (1.1, 0.45)),
        Branch("S4", 2, "LAD", 0.62, ((30, -16, 0.91), (27, -36, 0.82)), (0.9, 0.4)),
    ),
    twigs=(
        ("LAD", 2, ((55, 12), (38, -10), (24, 20), (10, -25))),
        ("D1", 1, ((56, 52), (42, 26))),
        ("D2", 1, ((30, 12),)),
        ("LCX", 0, ((78, 64), (104, 96), (76, 128), (74, 138))),
        ("OM1", 0, ((62, 52), (48, 94))),
        ("OM2", 0, ((58, 98), (42, 132))),
    ),
    catheter=(
        (2.2, -0.1, -1.0), (0.0, 0.0, -0.2), (-5.5, -0.4, -0.2), (-10.5, -0.2, 0.6), (-14.5, 0.6, 5.5),
        (-15.5, 1.4, 13.5), (-14.0, 2.0, 25.0), (-11.0, 2.0, 40.0), (-6.0, 1.0, 58.0), (2.0, -2.0, 80.0),
        (12.0, -8.0, 105.0),
    ),
)  # fmt: skip
"""Left main, its two branches and theirs."""

RIGHT = Anatomy(
    root="RCA-0",
    fork=(101.0, -40.0, 1.22),
    ostium_from_fork=(9.0, -5.0, 1.5),
    root_mm=(3.9, 0.03),
    branches=(
        Branch("RCA", 0, "RCA-0", 1.0, ((99, -58, 1.36), (97, -80, 1.44), (95, -102, 1.40), (94, -124, 1.28),
                                        (94, -146, 1.14), (94, -166, 1.04), (91, -178, 1.01)), (3.5, 2.2)),
        Branch("PDA", 0, "RCA", 1.0, ((78, -182, 1.0), (58, -186, 1.0), (38, -190, 1.0), (22, -198, 1.0)), (2.0, 0.7)),
        Branch("PL1", 1, "RCA", 0.985, ((90, -196, 1.02), (82, -208, 1.0), (64, -216, 1.0), (48, -222, 1.0)),
               (1.9, 0.7)),
        Branch("PL2", 2, "PL1", 0.35, ((82, -226, 1.0), (68, -236, 1.0)), (1.3, 0.5)),
        Branch("AM", 1, "RCA", 0.42, ((84, -92, 1.34), (68, -74, 1.16), (50, -58, 1.06), (34, -46, 1.02)), (1.7, 0.5)),
        Branch("RV", 2, "RCA", 0.20, ((86, -56, 1.28), (70, -40, 1.14), (56, -30, 1.06)), (1.3, 0.45)),
        Branch("CB", 1, "RCA", 0.06, ((92, -22, 1.18), (84, -8, 1.12), (74, 0, 1.06)), (1.1, 0.4)),
        Branch("SN", 2, "RCA", 0.09, ((112, -60, 1.36), (124, -84, 1.34), (132, -112, 1.24)), (1.0, 0.4)),
    ),
    twigs=(
        ("AM", 2, ((52, -80), (38, -66))),
        ("RCA", 2, ((80, -118), (78, -150))),
        ("PDA", 2, ((52, -172), (34, -206))),
        ("PL1", 2, ((56, -204),)),
    ),
    catheter=(
        (-2.6, 1.2, -0.4), (0.0, 0.0, 0.0), (4.6, -2.0, 0.2), (9.0, -4.4, 1.8), (12.0, -6.4, 7.0),
        (12.6, -7.0, 16.0), (12.5, -6.6, 30.0), (15.0, -6.4, 46.0), (20.0, -7.0, 64.0), (28.0, -10.0, 86.0),
        (38.0, -15.0, 110.0),
    ),
)  # fmt: skip
"""A right coronary artery that also feeds the back of the left ventricle."""

ANATOMIES = {"left": LEFT, "right": RIGHT}
