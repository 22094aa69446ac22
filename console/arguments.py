"""The command line's grammar (DESIGN section 11). Parsing only: nothing here opens a file or imports a library."""

import argparse
from collections.abc import Sequence
from typing import NoReturn

from console.errors import UsageError
from console.i18n import N_, _

GRAPHICS = ("auto", "kitty", "sixel", "iterm", "blocks", "half", "quadrant", "sextant", "braille", "ascii", "off")
"""Ways to draw in a terminal, for the help: those of console.graphics.encoder.CHOICES."""

_LONG = ("inspect", "repair", "report")
"""Verbs with verbs of their own, whose grammar is built when they are asked for."""

ARGPARSE_WORDS = (
    N_("usage: "),
    N_("options"),
    N_("positional arguments"),
    N_("show this help message and exit"),
    N_("the following arguments are required: %s"),
    N_("unrecognized arguments: %s"),
    N_("invalid choice: %(value)r (choose from %(choices)s)"),
    N_("invalid %(type)s value: %(value)r"),
    N_("argument %(argument_name)s: %(message)s"),
    N_("expected one argument"),
    N_("expected at least one argument"),
    N_("not allowed with argument %s"),
    N_("ambiguous option: %(option)s could match %(matches)s"),
)
"""What argparse itself says, so that the catalogue holds it."""


class Parser(argparse.ArgumentParser):
    """Raises UsageError in one sentence instead of printing a usage block and leaving."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(
            _("Wrong command line"),
            _("{message}. {program} --help shows what is possible.").format(message=message, program=self.prog),
        )


def build_parser(asked: str = "") -> Parser:
    """The parser of all verbs, in the language in force; of verbs with a long grammar, only that of `asked`."""
    argparse._ = _  # type: ignore[attr-defined]  # argparse offers no other way to translate its own words
    parser = Parser(prog="cathlab", description=_("A console for the servers, studies and inspections of a cath lab."))
    _general(parser, top=True)
    parser.add_argument("--version", action="store_true", help=_("print the version and leave"))
    # Without its name argparse would format a usage line for it, and load a library to do so.
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", parser_class=Parser, prog="cathlab")

    view = _verb(verbs, "view", _("open DICOM files or folders as pictures"))
    view.add_argument("path", nargs="+", metavar="PATH", help=_("file or folder"))
    _terminal(view)

    demo = _verb(verbs, "demo", _("make a practice site and open it"))
    demo.add_argument("--build-only", action="store_true", help=_("make it, do not open it"))
    _terminal(demo)

    render = _verb(verbs, "render", _("draw one frame, without the full screen"))
    render.add_argument("file", metavar="FILE")
    render.add_argument("--frame", type=int, default=1, metavar="N", help=_("frame number, from 1"))
    asked_window = render.add_mutually_exclusive_group()
    asked_window.add_argument("--window", type=window, metavar="C,W", help=_("window centre and width"))
    asked_window.add_argument(
        "--voi", metavar="N|EXPLANATION", help=_("a window or table of the header, by its number from 1 or its name")
    )
    subtraction = render.add_mutually_exclusive_group()
    subtraction.add_argument(
        "--mask", type=frame_numbers, metavar="N,…", help=_("subtract these frames, averaged, instead of the header's")
    )
    subtraction.add_argument("--no-mask", action="store_true", help=_("do not subtract, whatever the header wants"))
    render.add_argument("--shift", type=shift, metavar="DOWN,RIGHT", help=_("move the mask by so many pixels"))
    render.add_argument("--no-shutter", action="store_true", help=_("show what the shutter hides"))
    render.add_argument("--no-overlay", action="store_true", help=_("leave the overlays out"))
    render.add_argument("--state", metavar="FILE", help=_("a grayscale presentation state instead of the header"))
    render.add_argument(
        "--size",
        type=size,
        metavar="COLSxROWS",
        help=_("terminal cells, or pixels for png; png without it is the native matrix"),
    )
    render.add_argument("--graphics", default=argparse.SUPPRESS, metavar="MODE", help=", ".join((*GRAPHICS, "png")))
    render.add_argument(
        "--colors",
        choices=("auto", "true", "256", "16", "none"),
        default=argparse.SUPPRESS,
        help=_("colours of the terminal"),
    )
    render.add_argument("-o", "--output", metavar="FILE", help=_("write to this file instead of standard output"))

    info = _verb(verbs, "info", _("header, geometry, calibration and pipeline of a file: why it looks as it does"))
    info.add_argument("file", metavar="FILE")
    info.add_argument("--json", action="store_true", help=_("one JSON document on standard output"))

    measure = _verb(verbs, "measure", _("measure on a frame; pixel centres count from 0, x right, y down"))
    measure.add_argument("file", metavar="FILE")
    measure.add_argument("--frame", type=int, default=1, metavar="N", help=_("frame number, from 1"))
    shape = measure.add_mutually_exclusive_group(required=True)
    shape.add_argument("--distance", metavar="X1,Y1,X2,Y2", help=_("length between two points"))
    shape.add_argument("--polyline", metavar="X1,Y1,…", help=_("length of a way from point to point"))
    shape.add_argument("--angle", metavar="X1,Y1,XV,YV,X2,Y2", help=_("angle at the middle point"))
    shape.add_argument("--cobb", metavar="X1,Y1,…,X4,Y4", help=_("angle between two lines, at most 90 degrees"))
    shape.add_argument(
        "--profile", metavar="X1,Y1,X2,Y2", help=_("values along a line, with the width at half maximum")
    )
    shape.add_argument(
        "--roi", metavar="SHAPE:X1,Y1,…", help=_("rect, ellipse (two corners) or polygon: mean, SD, min, max, area")
    )
    shape.add_argument(
        "--vessel", metavar="X1,Y1,…", help=_("diameters of a filled vessel between its ends, with the narrowest place")
    )
    shape.add_argument("--probe", metavar="X,Y", help=_("value of the pixel"))
    shape.add_argument(
        "--list", action="store_true", help=_("what was measured on this object on the screen and is kept")
    )
    shape.add_argument(
        "--from-sr", action="store_true", help=_("FILE is a structured report: list the measurements that it holds")
    )
    measure.add_argument("--line", metavar="LENGTH@X1,Y1,X2,Y2", help=_("calibrate on a line of known length: 10mm"))
    measure.add_argument("--sr", metavar="OUT", help=_("write a DICOM structured report (TID 1500) as well"))
    measure.add_argument("--csv", action="store_true", help=_("as CSV on standard output"))
    measure.add_argument(
        "--catheter", metavar="SIZE@X1,Y1,X2,Y2", help=_("calibrate on a catheter along this line: 6F or 2.00mm")
    )
    measure.add_argument(
        "--filling", choices=("contrast", "saline"), default="", help=_("what the catheter is filled with")
    )
    measure.add_argument("--json", action="store_true", help=_("one JSON document on standard output"))

    doctor = _verb(verbs, "doctor", _("say what is wrong with DICOM files; changes nothing"))
    doctor.add_argument("path", nargs="+", metavar="PATH")
    doctor.add_argument("--json", action="store_true", help=_("one JSON document on standard output"))
    doctor.add_argument("--decode", action="store_true", help=_("decode every frame too"))
    doctor.add_argument("--tools", action="store_true", help=_("ask dciodvfy, dcentvfy and dcmdump too"))
    doctor.add_argument(
        "--baseline", nargs="?", const="check", choices=("check", "accept"),
        help=_("compare with the last visit; accept: take what changed as right from now on"),
    )  # fmt: skip

    index = _verb(verbs, "index", _("take folders, discs, DICOMDIR media and zip files into the index of studies"))
    index.add_argument("path", nargs="+", metavar="PATH", help=_("folder, file, DICOMDIR or zip file"))
    index.add_argument("--json", action="store_true", help=_("one JSON document on standard output"))

    check = _verb(verbs, "check", _("run the checklists; exit status 0 OK, 1 WARN, 2 CRIT, 3 UNKNOWN or an error"))
    check.add_argument("--site", metavar="FILE", help=_("site file, instead of the one in the home folder"))
    check.add_argument(
        "--only", nargs="+", metavar="ID", help=_('ids of checks, or their beginnings: "disk" means all of them')
    )
    check.add_argument("--host", nargs="+", metavar="ID", help=_("ids of hosts in the site file"))
    form = check.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help=_("one JSON document on standard output"))
    form.add_argument("--nagios", action="store_true", help=_("one line with performance data, as plug-ins print it"))

    inspect = _verb(verbs, "inspect", _("inspections: begin, answer, seal, verify, exchange"))
    report = _verb(verbs, "report", _("write the report of an inspection as PDF"))
    if asked in ("inspect", "report"):
        from console.inspect_arguments import add_inspect, add_report

        add_inspect(inspect)
        add_report(report)

    repair = _verb(verbs, "repair", _("repair DICOM files: plan, apply, undo"))
    if asked == "repair":
        from console.repair_arguments import add_repair

        add_repair(repair)

    audit = _verb(verbs, "audit", _("the audit log"))
    audit.add_argument("what", choices=("verify",), help=_("verify: find changed, removed or cut lines"))
    audit.add_argument("--json", action="store_true", help=_("one JSON document on standard output"))
    _terminal(parser, top=True)
    return parser


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The parsed command line. Raises UsageError."""
    # The first word that names one, behind whatever general options: a file of that name only costs a millisecond.
    asked = next((word for word in arguments if word in _LONG), "")
    return build_parser(asked).parse_args(arguments)


def window(text: str) -> tuple[float, float]:
    """ "128,256" as centre and width."""
    try:
        center, width = (float(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(_("{text} is not C,W such as 128,256").format(text=text)) from None
    if not width >= 1 or abs(center) > 1e9 or width > 1e9:
        raise argparse.ArgumentTypeError(_("the width of a window is at least 1, not {width:g}").format(width=width))
    return center, width


def frame_numbers(text: str) -> tuple[int, ...]:
    """ "1,2,3" as frame numbers."""
    parts = text.split(",")
    if not all(part.isascii() and part.isdigit() and 1 <= int(part) <= 10**6 for part in parts) or len(parts) > 64:
        raise argparse.ArgumentTypeError(
            _("{text} is no frame number such as 1, or several such as 1,2,3").format(text=text)
        )
    return tuple(int(part) for part in parts)


def shift(text: str) -> tuple[float, float]:
    """ "0.5,-1" as pixels down and right."""
    try:
        down, right = (float(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(_("{text} is not DOWN,RIGHT such as 0.5,-1").format(text=text)) from None
    if not (abs(down) <= 1000 and abs(right) <= 1000):
        raise argparse.ArgumentTypeError(_("a mask is moved by 1000 pixels at most"))
    return down, right


def size(text: str) -> tuple[int, int]:
    """ "120x36" as columns and rows."""
    columns, _x, rows = text.lower().partition("x")
    if not (columns.isascii() and columns.isdigit() and rows.isascii() and rows.isdigit()):
        raise argparse.ArgumentTypeError(_("{text} is not COLSxROWS such as 120x36").format(text=text))
    if not (1 <= int(columns) <= 10000 and 1 <= int(rows) <= 10000):
        raise argparse.ArgumentTypeError(_("{text}: both numbers must lie between 1 and 10000").format(text=text))
    return int(columns), int(rows)


def _verb(verbs: "argparse._SubParsersAction[Parser]", name: str, about: str) -> Parser:
    parser = verbs.add_parser(name, help=about, description=about)
    _general(parser, top=False)
    return parser


def _general(parser: Parser, *, top: bool) -> None:
    """Options that may stand before or behind the verb; behind it they must not undo what stands before."""
    default = None if top else argparse.SUPPRESS
    parser.add_argument(
        "--home", metavar="DIR", default=default, help=_("home folder with the records of this installation")
    )
    parser.add_argument("--lang", choices=("zh", "en"), default=default, help=_("language"))
    parser.add_argument(
        "--debug",
        action="store_true",
        default=False if top else argparse.SUPPRESS,
        help=_("show the traceback of a fault"),
    )


def _terminal(parser: Parser, *, top: bool = False) -> None:
    """How to draw; as with the general options, what stands before the verb holds."""
    default = "auto" if top else argparse.SUPPRESS
    parser.add_argument("--graphics", default=default, metavar="MODE", help=", ".join(GRAPHICS))
    parser.add_argument(
        "--colors",
        choices=("auto", "true", "256", "16", "none"),
        default=default,
        help=_("colours, where the terminal does not say (PuTTY: true)"),
    )
    parser.add_argument(
        "--assume-utf8",
        action="store_true",
        default=False if top else argparse.SUPPRESS,
        help=_("start although the terminal seems not to show UTF-8"),
    )
