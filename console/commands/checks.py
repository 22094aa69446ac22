"""Commands of the checklists."""

from console.commands.command import Command
from console.i18n import N_

CHECKLISTS: tuple[Command, ...] = (
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
)
