"""Commands of the studies and the header; those of the viewer are in console.commands.viewing."""

from console.commands.command import Command
from console.i18n import N_

STUDIES: tuple[Command, ...] = (
    Command(
        "studies.filter", "slash", N_("Search"), N_("Finds by name, pinyin, ID, accession, date, text."), "filter", "/"
    ),
    Command(
        "studies.open", "enter", N_("Open"), N_("Goes one step deeper: series, objects, picture."), "open", "enter"
    ),
    Command("studies.add", "a", N_("Take in"), N_("Reads a folder, disc, DICOMDIR or zip file into the index."), "add"),
    Command("studies.refresh", "u", N_("Refresh"), N_("Looks again at everything that was taken in."), "refresh"),
    Command(
        "studies.mark",
        "space",
        N_("Mark"),
        N_("Marks the study under the cursor for export, or takes the mark off."),
        "mark",
        "space",
    ),
    Command("studies.export", "e", N_("Export"), N_("Copies the marked studies to a folder or a stick."), "export"),
    Command("studies.sort", "s", N_("Sort"), N_("Chooses the order of the list."), "sort"),
    Command("studies.narrow", "f", N_("Filter"), N_("Shows only some modalities, days or doubtful names."), "narrow"),
    Command("studies.patients", "g", N_("Patients"), N_("Lists patients instead of studies, and back."), "patients"),
    Command("studies.objects", "t", N_("Objects"), N_("Lists every object of the series, and back."), "objects"),
    Command(
        "studies.problems",
        "p",
        N_("Problems"),
        N_("Lists what could not be read when the index was built."),
        "problems",
        bar=False,
    ),
    Command(
        "studies.back",
        "escape",
        N_("Back"),
        N_("Goes back one step, clears the search, stops the reading."),
        "back",
        "esc",
    ),
)

HEADER: tuple[Command, ...] = (
    Command("header.filter", "slash", N_("Search"), N_("Shows only the lines that hold a text."), "filter", "/"),
    Command(
        "header.copy", "y", N_("Copy"), N_("Copies the line under the cursor to the terminal's clipboard."), "copy"
    ),
    Command("header.back", "escape", N_("Back"), N_("Clears the search, then goes back."), "back", "esc"),
)
