"""Every action of the console, once: its key, name, help and what it calls.

Key bindings, the key bar, the palette, the help screen and the tests read this table. Names and help are source
strings; they are translated when they are drawn, so that the language can change while running.
"""

from dataclasses import dataclass

from console.i18n import N_


@dataclass(frozen=True)
class Command:
    """One thing the operator can do."""

    id: str
    """Unique, "scope.verb"."""
    key: str
    """Key names as Textual knows them, several divided by commas; empty when only the palette offers it."""
    name: str
    """Two or three words, for the key bar and the palette."""
    help: str
    """One sentence, for the help screen."""
    action: str
    """The action method of the screen or the application, without its "action_"."""
    label: str = ""
    """How the key is written for the operator; empty means as in `key`."""
    bar: bool = True
    """Whether the key bar offers it; help and palette always do."""
    priority: bool = False
    """Whether the key works even while a text field has the focus."""

    @property
    def scope(self) -> str:
        """Where it works: "app" or a screen's name."""
        return self.id.partition(".")[0]

    @property
    def key_label(self) -> str:
        """The key as the operator reads it."""
        return self.label or self.key.partition(",")[0]


COMMANDS: tuple[Command, ...] = (
    Command("app.help", "f1", N_("Help"), N_("Explains this screen and its keys."), "help", "F1", priority=True),
    Command(
        "app.home", "f2", N_("Home"), N_("Goes to the first page."), "place('home')", "F2", bar=False, priority=True
    ),
    Command(
        "app.checklists",
        "f3",
        N_("Checklists"),
        N_("Runs the checks over servers, queues, logs and interfaces, and shows what is wrong."),
        "place('checklists')",
        "F3",
        bar=False,
        priority=True,
    ),
    Command(
        "app.studies",
        "f4",
        N_("Studies"),
        N_("Finds patients, studies and series on disks, discs and in archives."),
        "place('studies')",
        "F4",
        bar=False,
        priority=True,
    ),
    Command(
        "app.inspections",
        "f6",
        N_("Inspections"),
        N_("Quarterly inspections and other forms: fill in, seal, print, sign; actions that are open."),
        "place('inspections')",
        "F6",
        bar=False,
        priority=True,
    ),
    Command(
        "app.settings",
        "f9",
        N_("Settings"),
        N_("Language, colours, operator, privacy, lock."),
        "place('settings')",
        "F9",
        bar=False,
        priority=True,
    ),
    Command(
        "app.palette",
        "ctrl+p",
        N_("Commands"),
        N_("Finds any command by its name or pinyin initials."),
        "command_palette",
        "ctrl+p",
        bar=False,
        priority=True,
    ),
    Command(
        "app.language",
        "ctrl+t",
        N_("Language"),
        N_("Switches between Chinese and English."),
        "next_language",
        "ctrl+t",
        bar=False,
        priority=True,
    ),
    Command(
        "app.privacy",
        "f8",
        N_("Privacy"),
        N_("Hides or shows who the patient is, on every screen and in every export."),
        "toggle_privacy",
        "F8",
        bar=False,
        priority=True,
    ),
    Command(
        "app.theme",
        "",
        N_("Light or dark"),
        N_("Switches between the dark and the light theme."),
        "next_theme",
        bar=False,
    ),
    Command(
        "app.lock",
        "ctrl+l",
        N_("Lock"),
        N_("Locks the console until the passphrase is entered."),
        "lock",
        "ctrl+l",
        bar=False,
        priority=True,
    ),
    Command("app.quit", "f10,ctrl+q", N_("Quit"), N_("Leaves the console."), "leave", "F10", priority=True),
    # Home
    Command("home.open", "o", N_("Open a picture"), N_("Chooses a DICOM file or a folder and shows it."), "open_file"),
    Command("home.enter", "enter", N_("Open"), N_("Opens the picture under the cursor again."), "open_recent", "enter"),
    Command("home.run", "r", N_("Run checks"), N_("Runs all checks of the site."), "run"),
    Command(
        "home.learn",
        "1",
        N_("Learn this machine"),
        N_("Makes a site file from what runs on this machine."),
        "begin('learn')",
    ),
    Command(
        "home.example", "2", N_("Example"), N_("Shows an example site file, and takes it over."), "begin('example')"
    ),
    Command(
        "home.pictures",
        "3",
        N_("Pictures only"),
        N_("Goes without a site file: pictures and studies alone."),
        "begin('pictures')",
    ),
    Command("home.stop", "escape", N_("Stop"), N_("Stops the checks that run."), "stop", "esc", bar=False),
    Command(
        "home.forget",
        "d",
        N_("Forget"),
        N_("Takes the picture under the cursor off the list; the file stays."),
        "forget",
        bar=False,
    ),
    # Checklists
    Command("checks.run", "r", N_("Run"), N_("Runs all checks of the server that is chosen, or of all."), "run"),
    Command("checks.open", "enter", N_("Proof"), N_("Shows what was measured, with the evidence."), "open", "enter"),
    Command("checks.run_one", "t", N_("This one"), N_("Asks the line under the cursor again."), "run_one"),
    Command(
        "checks.problems", "f", N_("Problems"), N_("Shows only what is not in order, and everything again."), "problems"
    ),
    Command(
        "checks.acknowledge",
        "a",
        N_("Take note"),
        N_("Says that somebody works on it, or that the hospital accepts the risk; the verdict stays."),
        "acknowledge",
    ),
    Command(
        "checks.review", "v", N_("Read log"), N_("Reads what is new in a log and says what each group means."), "review"
    ),
    Command("checks.reply", "m", N_("Answer"), N_("Answers a question that only a person can answer."), "reply"),
    Command("checks.copy", "y", N_("Copy remedy"), N_("Copies what to do to the clipboard."), "copy", bar=False),
    Command(
        "checks.compare",
        "b",
        N_("Compare"),
        N_("Shows what is new, worse, better or fixed since an earlier run."),
        "compare",
    ),
    Command(
        "checks.clauses",
        "c",
        N_("By clause"),
        N_("Orders the list by clause of the contract, and back."),
        "clauses",
        bar=False,
    ),
    Command(
        "checks.notes",
        "w",
        N_("Notes"),
        N_("Reads what is missing around the checks: privileges, entries that cannot be used, damaged files."),
        "notes",
        bar=False,
    ),
    Command("checks.hosts", "g", N_("Servers"), N_("Goes to the list of servers."), "hosts", bar=False),
    Command("checks.filter", "slash", N_("Search"), N_("Shows only lines with these words."), "filter", "/"),
    Command(
        "checks.site", "n", N_("Site"), N_("Servers, nodes, queues and logs of this site: add, change, learn."), "site"
    ),
    Command("checks.export", "e", N_("Export"), N_("Writes the findings as Markdown, CSV or JSON."), "export"),
    Command(
        "checks.faults",
        "x",
        N_("Faults"),
        N_("Practice site: switches faults on and off, to be found by the checks."),
        "faults",
    ),
    Command("checks.back", "escape", N_("Back"), N_("Goes back one step; stops the run."), "back", "esc"),
    # Studies
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
    # Viewer
    Command("viewer.play", "space", N_("Play"), N_("Plays the cine, or pauses it."), "play", "space"),
    Command(
        "viewer.previous_frame",
        "left",
        N_("Frame back"),
        N_("Goes back one frame and pauses."),
        "step(-1)",
        "←",
        bar=False,
    ),
    Command(
        "viewer.next_frame", "right", N_("Frame on"), N_("Goes on one frame and pauses."), "step(1)", "→", bar=False
    ),
    Command(
        "viewer.slower",
        "down,left_square_bracket",
        N_("Slower"),
        N_("Plays slower, down to an eighth."),
        "speed(-1)",
        "↓ [",
        bar=False,
    ),
    Command(
        "viewer.faster",
        "up,right_square_bracket",
        N_("Faster"),
        N_("Plays faster, up to four times."),
        "speed(1)",
        "↑ ]",
        bar=False,
    ),
    Command(
        "viewer.first_frame", "home", N_("First frame"), N_("Goes to the first frame."), "seek(1)", "home", bar=False
    ),
    Command("viewer.last_frame", "end", N_("Last frame"), N_("Goes to the last frame."), "seek(0)", "end", bar=False),
    Command(
        "viewer.window",
        "w",
        N_("Window"),
        N_("Takes the next window: those of the header, automatic, full range."),
        "next_window",
    ),
    Command(
        "viewer.header",
        "d",
        N_("Header"),
        N_("Shows every element of the file, and why the picture looks as it does."),
        "header",
    ),
    Command("viewer.invert", "i", N_("Invert"), N_("Turns black to white and white to black."), "invert"),
    Command(
        "viewer.darker",
        "comma",
        N_("Darker"),
        N_("Raises the window centre: the picture gets darker."),
        "level(1)",
        ",",
        bar=False,
    ),
    Command(
        "viewer.brighter",
        "full_stop",
        N_("Brighter"),
        N_("Lowers the window centre: the picture gets brighter."),
        "level(-1)",
        ".",
        bar=False,
    ),
    Command(
        "viewer.narrower", "semicolon", N_("More contrast"), N_("Narrows the window."), "contrast(-1)", ";", bar=False
    ),
    Command("viewer.wider", "apostrophe", N_("Less contrast"), N_("Widens the window."), "contrast(1)", "'", bar=False),
    Command(
        "viewer.zoom_in",
        "plus,equals_sign",
        N_("Zoom"),
        N_("Enlarges the picture with +, makes it smaller with -."),
        "zoom(1)",
        "+ -",
    ),
    Command(
        "viewer.zoom_out",
        "minus",
        N_("Zoom out"),
        N_("Makes the picture smaller, down to the whole."),
        "zoom(-1)",
        "-",
        bar=False,
    ),
    Command("viewer.fit", "f", N_("Whole picture"), N_("Shows the whole picture again."), "fit", bar=False),
    Command("viewer.pan_left", "h", N_("Pan left"), N_("Moves the view to the left."), "pan(-1, 0)", bar=False),
    Command("viewer.pan_down", "j", N_("Pan down"), N_("Moves the view down."), "pan(0, 1)", bar=False),
    Command("viewer.pan_up", "k", N_("Pan up"), N_("Moves the view up."), "pan(0, -1)", bar=False),
    Command("viewer.pan_right", "l", N_("Pan right"), N_("Moves the view to the right."), "pan(1, 0)", bar=False),
    Command("viewer.texts", "o", N_("Texts"), N_("Shows or hides the texts in the corners."), "texts"),
    Command("viewer.export", "e", N_("Export"), N_("Writes the frame as a PNG file, without texts."), "export"),
    Command(
        "viewer.next_file", "n", N_("Next file"), N_("Shows the next picture of the folder."), "file(1)", bar=False
    ),
    Command(
        "viewer.previous_file",
        "p",
        N_("Previous file"),
        N_("Shows the previous picture of the folder."),
        "file(-1)",
        bar=False,
    ),
    Command("viewer.back", "escape", N_("Back"), N_("Goes back."), "back", "esc"),
    # Header
    Command("header.filter", "slash", N_("Search"), N_("Shows only the lines that hold a text."), "filter", "/"),
    Command(
        "header.copy", "y", N_("Copy"), N_("Copies the line under the cursor to the terminal's clipboard."), "copy"
    ),
    Command("header.back", "escape", N_("Back"), N_("Clears the search, then goes back."), "back", "esc"),
    # Inspections
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
    # One inspection
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
    # Pages
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
    # Settings
    Command("settings.change", "enter", N_("Change"), N_("Changes the setting under the cursor."), "change", "enter"),
    Command("settings.back", "escape", N_("Back"), N_("Goes back."), "back", "esc"),
    # Dialogs
    Command("dialog.close", "escape", N_("Close"), N_("Closes the dialog; nothing is changed."), "close", "esc"),
    Command("dialog.copy", "y", N_("Copy"), N_("Copies the text to the terminal's clipboard."), "copy"),
    Command("text.close", "escape,ctrl+s", N_("Keep"), N_("Keeps the text and closes."), "close", "esc", priority=True),
    Command("files.close", "escape", N_("Cancel"), N_("Closes the dialog; nothing is chosen."), "close", "esc"),
    Command(
        "files.whole",
        "ctrl+o",
        N_("Whole folder"),
        N_("Takes the folder that is shown, with all it holds."),
        "whole",
        "ctrl+o",
        priority=True,
    ),
    Command("files.up", "ctrl+u", N_("Folder above"), N_("Goes to the folder above."), "up", "ctrl+u", priority=True),
)
"""In the order in which the key bar offers them: most used first."""


def commands_of(scope: str) -> tuple[Command, ...]:
    """The commands of one screen, or of the application for "app"."""
    return tuple(command for command in COMMANDS if command.scope == scope)
