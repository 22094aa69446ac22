"""Commands of the repair screen and of its wizards."""

from console.commands.command import Command
from console.i18n import N_

REPAIR: tuple[Command, ...] = (
    Command(
        "repair.open", "enter", N_("Open"), N_("Puts right what is wrong, or goes on with the job."), "open", "enter"
    ),
    Command("repair.scan", "s", N_("Look"), N_("Looks at a file or folder and says what is wrong."), "scan"),
    Command("repair.remedy", "r", N_("Remedy"), N_("Begins the remedy of what is under the cursor."), "remedy"),
    Command("repair.undo", "u", N_("Undo"), N_("Puts back what the job wrote, byte by byte."), "undo"),
    Command("repair.report", "e", N_("Report"), N_("Writes the report of the job as PDF or Markdown."), "report"),
    Command(
        "repair.any_remedy", "m", N_("Remedies"), N_("Chooses any remedy and the files that it is for."), "any_remedy"
    ),
    Command("repair.lost", "p", N_("Lost patient"), N_("Looks for a patient whom the ward cannot find."), "lost"),
    Command(
        "repair.details", "d", N_("Details"), N_("Shows all about the line in place of the list."), "details", bar=False
    ),
    Command("repair.groups", "g", N_("Groups"), N_("Goes to the groups at the left."), "groups", bar=False),
    Command("repair.back", "escape", N_("Back"), N_("Goes back one step; stops what goes on."), "back", "esc"),
)

WIZARD: tuple[Command, ...] = (
    Command("wizard.back", "escape", N_("Back"), N_("Goes back one step; stops what goes on."), "back", "esc"),
)
