"""Commands of the studies, the viewer and the header."""

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

VIEWER: tuple[Command, ...] = (
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
    Command(
        "viewer.actual",
        "1",
        N_("One to one"),
        N_("Shows one pixel of the picture on one of the view."),
        "actual",
        bar=False,
    ),
    Command("viewer.turn", "r", N_("Turn"), N_("Turns the picture by a quarter, clockwise."), "turn", bar=False),
    Command("viewer.mirror", "m", N_("Mirror"), N_("Swaps left and right."), "mirror", bar=False),
    Command(
        "viewer.subtract", "s", N_("Subtract"), N_("Subtracts the mask, or shows the frames as they stand."), "subtract"
    ),
    Command(
        "viewer.mask_here",
        "b",
        N_("Mask here"),
        N_("Takes the frame that is shown as the mask."),
        "mask_here",
        bar=False,
    ),
    Command(
        "viewer.nudge_up",
        "8",
        N_("Mask up"),
        N_("Moves the mask up by a quarter of a pixel."),
        "nudge(-1, 0)",
        bar=False,
    ),
    Command(
        "viewer.nudge_down",
        "2",
        N_("Mask down"),
        N_("Moves the mask down by a quarter of a pixel."),
        "nudge(1, 0)",
        bar=False,
    ),
    Command(
        "viewer.nudge_left",
        "4",
        N_("Mask left"),
        N_("Moves the mask left by a quarter of a pixel."),
        "nudge(0, -1)",
        bar=False,
    ),
    Command(
        "viewer.nudge_right",
        "6",
        N_("Mask right"),
        N_("Moves the mask right by a quarter of a pixel."),
        "nudge(0, 1)",
        bar=False,
    ),
    Command(
        "viewer.nudge_back", "5", N_("Mask back"), N_("Puts the mask back to where it was."), "nudge(0, 0)", bar=False
    ),
    Command(
        "viewer.visibility",
        "v",
        N_("Mask visible"),
        N_("Leaves some of the mask visible: none, 10, 25, 50 %."),
        "visibility",
        bar=False,
    ),
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
)

HEADER: tuple[Command, ...] = (
    Command("header.filter", "slash", N_("Search"), N_("Shows only the lines that hold a text."), "filter", "/"),
    Command(
        "header.copy", "y", N_("Copy"), N_("Copies the line under the cursor to the terminal's clipboard."), "copy"
    ),
    Command("header.back", "escape", N_("Back"), N_("Clears the search, then goes back."), "back", "esc"),
)
