"""Commands that measure: those of the viewer, and those of the list of measurements."""

from console.commands.command import Command
from console.i18n import N_

MEASURING: tuple[Command, ...] = (
    Command(
        "viewer.measure",
        "m",
        N_("Measure"),
        N_("Draws a distance, an angle, a region or another shape, and keeps it; enter sets its points."),
        "measure",
    ),
    Command(
        "viewer.calibrate",
        "c",
        N_("Calibrate"),
        N_("Calibrates the run on a catheter or a line of known length, or goes back to the header."),
        "calibrate",
        bar=False,
    ),
    Command(
        "viewer.measurements",
        "ctrl+g",
        N_("Measurements"),
        N_("Lists what was measured on this object: values, names, hiding, moving, export."),
        "measurements",
        "ctrl+g",
        bar=False,
    ),
    Command("viewer.undo", "u", N_("Undo"), N_("Takes the last change of a measurement back."), "undo", bar=False),
    Command("viewer.redo", "y", N_("Redo"), N_("Does again what was taken back."), "redo", bar=False),
    Command(
        "viewer.remove",
        "delete",
        N_("Take out"),
        N_("Takes out the measurement that stands out; while drawing, the point that was set last."),
        "remove",
        "del",
        bar=False,
    ),
)

MEASUREMENTS: tuple[Command, ...] = (
    Command("measurements.move", "m", N_("Move"), N_("Shows the measurement, a point of it in the hand."), "move"),
    Command("measurements.rename", "r", N_("Rename"), N_("Gives the measurement a name."), "rename"),
    Command("measurements.hide", "h", N_("Hide"), N_("Hides the measurement on the picture, or shows it."), "hide"),
    Command(
        "measurements.remove", "delete", N_("Take out"), N_("Takes the measurement out of the list."), "remove", "del"
    ),
    Command(
        "measurements.remove_all",
        "",
        N_("Take out all"),
        N_("Takes out every measurement of this object."),
        "remove_all",
        bar=False,
    ),
    Command("measurements.undo", "u", N_("Undo"), N_("Takes the last change back."), "undo"),
    Command("measurements.redo", "y", N_("Redo"), N_("Does again what was taken back."), "redo", bar=False),
    Command("measurements.back", "escape", N_("Back"), N_("Goes back to the picture."), "back", "esc"),
)
