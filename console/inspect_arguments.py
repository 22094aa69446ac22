"""The grammar of `cathlab inspect` and `cathlab report`. Parsing only; loaded when one of them is asked for."""

import argparse
from datetime import date

from console.i18n import _


def add_inspect(parser: argparse.ArgumentParser) -> None:
    """What stands behind `cathlab inspect`."""
    verbs = parser.add_subparsers(dest="what", metavar="WHAT", required=True)

    forms = _verb(verbs, "forms", _("list the forms that there are"))
    forms.add_argument("--check", metavar="FILE", help=_("say what is wrong with a form's file"))

    new = _verb(verbs, "new", _("begin an inspection with a form"))
    new.add_argument("form", metavar="FORM", help=_("id of a form; cathlab inspect forms lists them"))
    new.add_argument("--from-check", metavar="RUN", help=_('number of a check run, or "last"'))
    new.add_argument("--quarter", metavar="2026Q4", help=_("quarter it counts for; else that of the planned day"))
    new.add_argument("--planned", type=day, metavar="DATE", help=_("planned day; else today"))
    new.add_argument("--site", metavar="FILE", help=_("site file, instead of the one in the home folder"))
    _by(new)

    listed = _verb(verbs, "list", _("list the inspections, the newest first"))
    listed.add_argument("--quarter", metavar="2026Q4")

    for name, about in (
        ("show", _("show an inspection")),
        ("gaps", _("list what keeps an inspection from being sealed; exit status 1 when there is something")),
    ):
        _id(_verb(verbs, name, about))

    _by(_item(_verb(verbs, "set", _("answer an item"))))
    put = verbs.choices["set"]
    put.add_argument(
        "value",
        metavar="VALUE",
        help=_('what is entered; pass, fail or na for a verdict; a JSON list of rows for a table; "" takes it back'),
    )
    put.add_argument("--note", metavar="TEXT")

    note = _by(_item(_verb(verbs, "note", _("write the note of an item"))))
    note.add_argument("text", metavar="TEXT")

    _by(_item(_verb(verbs, "confirm", _("confirm what was carried over from the last inspection"))))

    attach = _by(_item(_verb(verbs, "attach", _("attach a photo or another file to an item"))))
    attach.add_argument("file", metavar="FILE")
    attach.add_argument("--caption", default="", metavar="TEXT")

    fill = _by(_id(_verb(verbs, "fill", _("fill in what a check run found"))))
    fill.add_argument("--from-check", default="last", metavar="RUN", help=_('number of a check run, or "last"'))

    _lifecycle(verbs)
    _follow_up(verbs)
    _exchange(verbs)


def _lifecycle(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    notice = _by(_id(_verb(verbs, "notice", _("record that the hospital was told beforehand"))))
    notice.add_argument("--on", type=day, metavar="DATE", help=_("day; else today"))
    notice.add_argument(
        "--channel", required=True, metavar="TEXT", help=_("telephone, letter, mail, WeChat, in person")
    )
    notice.add_argument("--to", required=True, metavar="NAME", help=_("who was told"))
    notice.add_argument("--window", required=True, metavar="TEXT", help=_("when the visit is planned"))
    notice.add_argument("--scope", default="", metavar="TEXT")

    permit = _by(_id(_verb(verbs, "permit", _("record that the hospital agreed"))))
    permit.add_argument("--on", type=day, metavar="DATE", help=_("day; else today"))
    permit.add_argument("--who", required=True, metavar="NAME", help=_("who agreed"))
    permit.add_argument("--how", default="", metavar="TEXT")
    permit.add_argument("--conditions", default="", metavar="TEXT")
    permit.add_argument("--attach", metavar="FILE", help=_("what proves it"))

    begin = _by(_id(_verb(verbs, "begin", _("begin the inspection"))))
    begin.add_argument(
        "--override", default="", metavar="REASON", help=_("begin without notice or permission; the reason is printed")
    )

    conclude = _by(_id(_verb(verbs, "conclude", _("write the conclusion, which is printed first"))))
    conclude.add_argument("text", metavar="TEXT")

    _by(_id(_verb(verbs, "recommend", _("draft the recommendations from what failed; edited ones stay"))))
    _by(_id(_verb(verbs, "review", _("put the inspection under review"))))
    _by(_id(_verb(verbs, "seal", _("seal the inspection: nothing in it changes any more"))))

    sign = _by(_id(_verb(verbs, "sign", _("record a signature below the report"))))
    sign.add_argument("--side", required=True, choices=("us", "hospital"), help=_("whose signature it is"))
    sign.add_argument("--name", required=True, metavar="NAME", help=_("who signed"))
    sign.add_argument("--role", default="", metavar="TEXT")
    sign.add_argument("--on", type=day, metavar="DATE", help=_("day; else today"))
    sign.add_argument("--copy", metavar="FILE", help=_("the signed copy: a scan or a signed PDF"))

    _by(_id(_verb(verbs, "archive", _("close a signed inspection for good"))))

    revise = _by(_id(_verb(verbs, "revise", _("begin a new revision of a sealed inspection"))))
    revise.add_argument("--reason", required=True, metavar="TEXT", help=_("why; it is printed"))


def _follow_up(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    action = _by(_item(_verb(verbs, "action", _("open an action for an item that failed"))))
    action.add_argument("--what", required=True, dest="text", metavar="TEXT", help=_("what has to be done"))
    action.add_argument("--owner", required=True, metavar="NAME", help=_("who sees to it"))
    action.add_argument("--due", required=True, type=day, metavar="DATE")

    actions = _verb(verbs, "actions", _("list the actions that are still open, of all inspections"))
    actions.add_argument("--all", action="store_true", help=_("the closed ones too"))

    close = _by(_verb(verbs, "close", _("close an action with what proves that it is done")))
    close.add_argument("action", metavar="ACTION", help=_("id of the action, or its unique beginning"))
    close.add_argument("--evidence", required=True, metavar="TEXT")
    close.add_argument("--attach", metavar="FILE", help=_("what proves it"))


def _exchange(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    verify = _verb(verbs, "verify", _("name every change to sealed inspections; exit status 1 when there is one"))
    verify.add_argument("id", nargs="?", metavar="ID", help=_("one inspection, or an exported zip; else all of them"))

    quarters = _verb(verbs, "quarters", _("which quarters of the contract have their inspection"))
    quarters.add_argument("--site", metavar="FILE", help=_("site file, instead of the one in the home folder"))

    export = _by(_id(_verb(verbs, "export", _("write one zip with report, record, evidence and attachments"))))
    export.add_argument("file", metavar="FILE.zip")
    export.add_argument("--no-pdf", action="store_true", help=_("leave the report out, which takes seconds"))

    take_in = _by(_verb(verbs, "import", _("verify such a zip and take it in")))
    take_in.add_argument("file", metavar="FILE.zip")
    take_in.add_argument(
        "--take", action="store_true", help=_("prefer its draft to the one here, which is then kept aside")
    )


def add_report(parser: argparse.ArgumentParser) -> None:
    """What stands behind `cathlab report`."""
    _id(parser)
    parser.add_argument("-o", "--output", required=True, metavar="FILE.pdf")
    parser.add_argument("--json", action="store_true", help=_("one JSON document on standard output"))


def day(text: str) -> date:
    """A day such as 2026-11-23."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise argparse.ArgumentTypeError(_("{text} is no day such as 2026-11-23").format(text=text)) from None


def _verb(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, about: str
) -> argparse.ArgumentParser:
    parser = verbs.add_parser(name, help=about, description=about)
    parser.add_argument("--json", action="store_true", help=_("one JSON document on standard output"))
    # Behind the verb they must not undo what stands before it.
    parser.add_argument("--home", metavar="DIR", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    parser.add_argument("--lang", choices=("zh", "en"), default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    parser.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    return parser


def _id(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("id", metavar="ID", help=_("id or number of an inspection, or its unique beginning"))
    return parser


def _item(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    _id(parser)
    parser.add_argument("item", metavar="ITEM", help=_("id of an item, such as disks/used@pacs-a, or its unique end"))
    return parser


def _by(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--by", default="", metavar="NAME", help=_("operator; else the one of the settings"))
    return parser
