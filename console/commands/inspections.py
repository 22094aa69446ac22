"""Commands of the inspections, of one form and of its pages."""

from console.commands.command import Command
from console.i18n import N_

INSPECTIONS: tuple[Command, ...] = (
    Command(
        "inspections.open", "enter", N_("Open"), N_("Opens the inspection, or sees to the action."), "open", "enter"
    ),
    Command("inspections.new", "n", N_("New"), N_("Begins an inspection, an acceptance or a training."), "new"),
    Command(
        "inspections.actions", "a", N_("Actions"), N_("Lists actions instead of inspections, and back."), "actions"
    ),
    Command(
        "inspections.export", "e", N_("Export"), N_("Writes the report as PDF, or the whole as an archive."), "export"
    ),
    Command("inspections.import", "i", N_("Take in"), N_("Takes in an archive from another console."), "import"),
    Command("inspections.verify", "v", N_("Verify"), N_("Verifies every seal and names any change."), "verify"),
    Command(
        "inspections.notes",
        "w",
        N_("Forms"),
        N_("Reads what is wrong with forms of the home folder."),
        "notes",
        bar=False,
    ),
    Command(
        "inspections.back", "escape", N_("Back"), N_("Goes back to the inspections; stops the report."), "back", "esc"
    ),
)

ONE_INSPECTION: tuple[Command, ...] = (
    Command(
        "inspection.open",
        "enter",
        N_("Answer"),
        N_("Answers the item, or does the step of the course."),
        "open",
        "enter",
    ),
    Command(
        "inspection.pass",
        "1",
        N_("Pass"),
        N_("The item is in order; where a value is written, begins it."),
        "digit('1')",
    ),
    Command("inspection.fail", "2", N_("Fail"), N_("The item is not in order; a note is asked for."), "digit('2')"),
    Command("inspection.na", "3", N_("N/A"), N_("The item does not apply; a note is asked for."), "digit('3')"),
    Command(
        "inspection.gaps", "g", N_("Missing"), N_("Lists what keeps it from being sealed; enter jumps there."), "gaps"
    ),
    Command("inspection.note", "n", N_("Note"), N_("Writes a note beside the item."), "note"),
    Command(
        "inspection.todo", "t", N_("Action"), N_("Opens, changes or closes what has to be done about the item."), "todo"
    ),
    Command("inspection.attach", "a", N_("Attach"), N_("Puts a photo or a file beside the item."), "attach"),
    Command("inspection.confirm", "c", N_("Confirm"), N_("Says that what was taken over is still so."), "confirm"),
    Command(
        "inspection.fill",
        "f",
        N_("Fill in"),
        N_("Takes over what the last check run found, with its evidence."),
        "fill",
    ),
    Command("inspection.pages", "p", N_("Pages"), N_("Shows the pages of the report."), "pages"),
    Command(
        "inspection.export", "e", N_("Export"), N_("Writes the report as PDF, or the whole as an archive."), "export"
    ),
    Command(
        "inspection.revise", "v", N_("Revise"), N_("Begins a new revision of what is sealed, with a reason."), "revise"
    ),
    Command(
        "inspection.not_applicable",
        "x",
        N_("Does not apply"),
        N_("The item does not apply, whatever it takes."),
        "not_applicable",
        bar=False,
    ),
    Command(
        "inspection.clear", "delete", N_("Take back"), N_("Takes the answer back; the note stays."), "clear", bar=False
    ),
    Command("inspection.long_note", "l", N_("Long note"), N_("Writes a note of many lines."), "long_note", bar=False),
    Command(
        "inspection.details",
        "d",
        N_("Details"),
        N_("Shows all about the item: method, criterion, earlier values, evidence."),
        "details",
        bar=False,
    ),
    Command(
        "inspection.course",
        "o",
        N_("Course"),
        N_("Goes to the course: notice, permission, seal, signatures."),
        "course",
        bar=False,
    ),
    Command(
        "inspection.next_section",
        "right,right_square_bracket",
        N_("Next section"),
        N_("Goes to the next section."),
        "section(1)",
        "→ ]",
        bar=False,
    ),
    Command(
        "inspection.previous_section",
        "left,left_square_bracket",
        N_("Section before"),
        N_("Goes to the section before."),
        "section(-1)",
        "← [",
        bar=False,
    ),
    Command("inspection.back", "escape", N_("Back"), N_("Goes back one step; stops the report."), "back", "esc"),
)

PAGES: tuple[Command, ...] = (
    Command("pages.next", "pagedown,space,right", N_("Page on"), N_("Shows the next page."), "page(1)", "space →"),
    Command("pages.previous", "pageup,left", N_("Page back"), N_("Shows the page before."), "page(-1)", "←"),
    Command("pages.first", "home", N_("First page"), N_("Shows the first page."), "seek(1)", "home", bar=False),
    Command("pages.last", "end", N_("Last page"), N_("Shows the last page."), "seek(0)", "end", bar=False),
    Command(
        "pages.zoom_in",
        "plus,equals_sign",
        N_("Zoom"),
        N_("Enlarges the page with +, makes it smaller with -."),
        "zoom(2)",
        "+ -",
    ),
    Command(
        "pages.zoom_out",
        "minus",
        N_("Zoom out"),
        N_("Makes the page smaller, down to the whole."),
        "zoom(-2)",
        "-",
        bar=False,
    ),
    Command("pages.fit", "f", N_("Whole page"), N_("Shows the whole page again."), "fit"),
    Command("pages.pan_left", "h", N_("Pan left"), N_("Moves the view to the left."), "pan(-1, 0)", bar=False),
    Command("pages.pan_down", "j,down", N_("Pan down"), N_("Moves the view down."), "pan(0, 1)", "↓", bar=False),
    Command("pages.pan_up", "k,up", N_("Pan up"), N_("Moves the view up."), "pan(0, -1)", "↑", bar=False),
    Command("pages.pan_right", "l", N_("Pan right"), N_("Moves the view to the right."), "pan(1, 0)", bar=False),
    Command("pages.back", "escape", N_("Back"), N_("Goes back."), "back", "esc"),
)
