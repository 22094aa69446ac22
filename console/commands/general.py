"""Commands that work everywhere, on the home page and in the settings."""

from console.commands.command import Command
from console.i18n import N_

APP: tuple[Command, ...] = (
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
        "app.repair",
        "f5",
        N_("Repair"),
        N_("Says what is wrong with DICOM files, and puts it right with a plan, a backup and an exact undo."),
        "place('repair')",
        "F5",
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
        "app.terminal",
        "",
        N_("Terminal"),
        N_("Shows what the terminal can do, its greys and its speed, and tries other ways to draw."),
        "terminal",
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
)

HOME: tuple[Command, ...] = (
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
)

SETTINGS: tuple[Command, ...] = (
    Command("settings.change", "enter", N_("Change"), N_("Changes the setting under the cursor."), "change", "enter"),
    Command("settings.back", "escape", N_("Back"), N_("Goes back."), "back", "esc"),
)

TERMINAL: tuple[Command, ...] = (
    Command(
        "terminal.change", "enter", N_("Try"), N_("Draws pictures as the line says, and keeps it."), "change", "enter"
    ),
    Command("terminal.next", "m", N_("Next way"), N_("Draws pictures in the next way, and keeps it."), "next_mode(1)"),
    Command("terminal.measure", "r", N_("Measure"), N_("Measures how fast the terminal draws."), "measure"),
    Command("terminal.back", "escape", N_("Back"), N_("Goes back."), "back", "esc"),
)
