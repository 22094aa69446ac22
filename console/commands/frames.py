"""Commands of the viewer for frames: subtraction and its reasons, the way of a cine, key images, export."""

from console.commands.command import Command
from console.i18n import N_

FRAMES: tuple[Command, ...] = (
    Command(
        "viewer.subtract",
        "s",
        N_("Subtract"),
        N_("Subtracts the mask, or shows the frames as they stand."),
        "subtract",
        bar=False,
    ),
    Command("viewer.mask_here", "b", N_("Mask here"), N_("Takes the frame shown as the mask."), "mask_here", bar=False),
    Command(
        "viewer.mask_left",
        "4",
        N_("Mask left"),
        N_("Moves the mask a tenth of a pixel to the left."),
        "nudge(0, -1)",
        bar=False,
    ),
    Command(
        "viewer.mask_right",
        "6",
        N_("Mask right"),
        N_("Moves the mask a tenth of a pixel to the right."),
        "nudge(0, 1)",
        bar=False,
    ),
    Command(
        "viewer.mask_up", "8", N_("Mask up"), N_("Moves the mask a tenth of a pixel up."), "nudge(-1, 0)", bar=False
    ),
    Command(
        "viewer.mask_down",
        "2",
        N_("Mask down"),
        N_("Moves the mask a tenth of a pixel down."),
        "nudge(1, 0)",
        bar=False,
    ),
    Command(
        "viewer.mask_back",
        "5",
        N_("Mask unmoved"),
        N_("Puts the mask where the header wants it."),
        "unshift",
        bar=False,
    ),
    Command(
        "viewer.mask_fainter",
        "7",
        N_("Mask fainter"),
        N_("Lets less of the mask shine through."),
        "show_mask(-10)",
        bar=False,
    ),
    Command(
        "viewer.mask_stronger",
        "9",
        N_("Mask stronger"),
        N_("Lets more of the mask shine through, up to all of it."),
        "show_mask(10)",
        bar=False,
    ),
    Command(
        "viewer.why",
        "question_mark",
        N_("Why"),
        N_("Says beside the picture what each stage does to it, and why."),
        "why",
        "?",
        bar=False,
    ),
    Command(
        "viewer.why_on", "pagedown", N_("Reasons on"), N_("Shows the reasons further down."), "why_page(1)", bar=False
    ),
    Command(
        "viewer.why_back", "pageup", N_("Reasons back"), N_("Shows the reasons further up."), "why_page(-1)", bar=False
    ),
    Command(
        "viewer.switch",
        "",
        N_("Stages"),
        N_("Leaves out a stage of the pipeline, or takes it in again."),
        "switch",
        bar=False,
    ),
    Command("viewer.way", "z", N_("Way"), N_("Plays round and round, to and fro, or backwards."), "way", bar=False),
    Command(
        "viewer.trim",
        "backslash",
        N_("Trim"),
        N_("Plays a part: press where it begins, where it ends, then for all."),
        "trim",
        "\\",
        bar=False,
    ),
    Command("viewer.untrim", "", N_("All frames"), N_("Plays all frames again."), "untrim", bar=False),
    Command(
        "viewer.key_image",
        "q",
        N_("Key image"),
        N_("Marks the frame as a key image, or takes the mark off."),
        "key_image",
        bar=False,
    ),
    Command(
        "viewer.next_key",
        "ctrl+k",
        N_("Next key image"),
        N_("Goes to the next frame that is marked."),
        "next_key",
        bar=False,
    ),
    Command(
        "viewer.key_list",
        "f7",
        N_("Key images"),
        N_("Lists the marked frames, with who marked them and when."),
        "key_list",
        "F7",
        bar=False,
    ),
    Command(
        "viewer.export_more",
        "ctrl+e",
        N_("Export more"),
        N_("Writes frame, cine or contact sheet, with words and lines or without."),
        "export_more",
        "ctrl+e",
        bar=False,
    ),
)
