"""A hospital that is built in a moment: two small cines, an ECG and a dose report, from the real one's own parts."""

from dataclasses import replace

from console.demo.cases import Item
from console.demo.contents import Angiogram, DoseReport, Electrocardiogram
from console.demo.hospital import ITEMS
from console.demo.recipe import CArm, Recipe

RECIPE = Recipe(frames=8, c_arm=CArm(size=128))


def first_of(kind: type) -> Item:
    """The first file of this kind in the real hospital."""
    return next(item for item in ITEMS if isinstance(item.content, kind))


CINE = replace(ITEMS[0], content=Angiogram(RECIPE))
SECOND = replace(CINE, file="pictures/P0017/20261120/0002-small.dcm", instance_number=2)
SMALL = (CINE, SECOND, first_of(Electrocardiogram), first_of(DoseReport))
STEPS = 8 + 8 + 1 + 1
"""What the progress counts for `SMALL`."""
