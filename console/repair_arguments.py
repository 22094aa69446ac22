"""The grammar of `cathlab repair`. Parsing only; loaded when it is asked for."""

import argparse

from console.i18n import _


def add_repair(parser: argparse.ArgumentParser) -> None:
    """What stands behind `cathlab repair`."""
    verbs = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    _verb(verbs, "remedies", _("list the remedies, and what they ask"))

    plan = _verb(verbs, "plan", _("make a plan: every change is shown, nothing is changed"))
    plan.add_argument("remedy", metavar="REMEDY", help=_("id of a remedy; cathlab repair remedies lists them"))
    plan.add_argument("path", nargs="+", metavar="PATH", help=_("file or folder"))
    plan.add_argument(
        "--set", action="append", default=[], dest="answers", metavar="KEY=VALUE",
        help=_("an answer, or a new value: PatientName=Wang^Wei"),
    )  # fmt: skip
    plan.add_argument("--why", default="", metavar="TEXT", help=_("the reason; it stands in the report"))
    _by(plan)

    apply = _by(_job(_verb(verbs, "apply", _("apply a plan: to copies, or in place with a ticket"))))
    apply.add_argument("--in-place", action="store_true", help=_("replace the files; the originals are kept"))
    apply.add_argument("--ticket", default="", metavar="NUMBER", help=_("number of the order, needed in place"))

    _by(_job(_verb(verbs, "resume", _("go on with a job that was broken off"))))
    _by(_job(_verb(verbs, "undo", _("put back what a job wrote, byte by byte"))))
    _job(_verb(verbs, "show", _("show a job: its plan, and what came of each file")))
    _verb(verbs, "list", _("list the jobs, the newest first"))
    _job(_verb(verbs, "verify", _("compare a job's journal with what lies on the disk; status 1 for a difference")))

    report = _job(_verb(verbs, "report", _("write the report of a job")))
    report.add_argument("-o", "--output", required=True, metavar="FILE", help=_("name.md or name.pdf"))

    _verb(verbs, "score", _("practice site: which damages were repaired right, spoiled, or are still there"))

    lost = _verb(verbs, "find", _("look for a lost patient in the index, in every way that data get lost"))
    lost.add_argument("--name", default="", metavar="NAME")
    lost.add_argument("--id", default="", dest="patient_id", metavar="ID")
    lost.add_argument("--accession", default="", metavar="NUMBER")
    lost.add_argument("--birth", default="", dest="birth_date", metavar="DATE")
    lost.add_argument("--date", default="", metavar="DATE", help=_("day of the study"))


def _verb(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, about: str
) -> argparse.ArgumentParser:
    parser = verbs.add_parser(name, help=about, description=about)
    parser.add_argument("--json", action="store_true", help=_("one JSON document on standard output"))
    return parser


def _job(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("job", metavar="JOB", help=_("id of a job, or its beginning; last is the newest"))
    return parser


def _by(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--by", default="", metavar="NAME", help=_("who works; else the operator of the settings"))
    return parser
