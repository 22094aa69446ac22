"""The verbs at the end of an inspection: seal, revise, verify, quarters, report, export, import."""

import tempfile
from argparse import Namespace
from pathlib import Path

from console.errors import UsageError
from console.i18n import _, language
from console.inspect_place import out, out_json, reading, show_inspection, site_of, team_of, tell, writing
from console.inspection import archive, coverage, merging, sealing
from console.inspection.archive_reading import BadPackage, Package
from console.inspection.records import Records
from console.inspection.templates import load_forms
from console.inspectiondesk import COVERAGES, up_to_date, with_past
from console.model.clock import local_now
from console.model.inspections import Coverage, Inspection
from console.model.report import Written
from console.paths import ensure_home
from console.plain import clean
from console.store.trouble import cannot_read


def verify(options: Namespace, home: Path) -> int:
    """`inspect verify [ID | FILE.zip]`: every change to what is sealed, by name; status 1 when there is one."""
    if options.id and options.id.lower().endswith(".zip"):
        return _verify_archive(options)
    records = reading(home)
    broken = sealing.verify(records, records.find(options.id) if options.id else None)
    if options.json:
        out_json(
            {
                "ok": not broken,
                "broken": [{"id": each.id, "number": each.number, "what": str(each.what)} for each in broken],
            }
        )
    elif broken:
        out("".join(f"{clean(each.number) or each.id}: {each.what}\n" for each in broken))
    else:
        out(_("Every seal is whole.") + "\n")
    return 1 if broken else 0


def _verify_archive(options: Namespace) -> int:
    """An archive, without taking it in."""
    path = Path(options.id)
    broken = ""
    try:
        with Package(path) as package:
            inspection, _actions = merging.verified(package)
    except BadPackage as error:
        broken = str(error)
    except OSError as error:
        raise cannot_read(path, error) from error
    if options.json:
        found = [{"id": "", "number": "", "what": broken}] if broken else []
        out_json({"ok": not broken, "broken": found})
    elif broken:
        out(f"{path}: {broken}\n")
    else:
        seal_text = inspection.seal.sha256 if inspection.seal is not None else _("draft, not sealed")
        said = _("{number} is whole. Seal: {seal}")
        out(said.format(number=clean(inspection.number), seal=seal_text) + "\n")
    return 1 if broken else 0


def quarters(options: Namespace, home: Path) -> int:
    """`inspect quarters`: how each quarter of the contract stands; status 1 when one is overdue."""
    site = site_of(options, home)
    owed = [form.id for form in load_forms(home).forms.values() if form.quarterly]
    found = coverage.quarters(
        site.contract, reading(home).lines(), local_now().date(), forms=owed or ("quarterly",), site_name=site.name
    )
    if options.json:
        named = [
            {
                "quarter": each.name,
                "coverage": each.coverage.value,
                "inspection": each.inspection,
                "days_left": each.days_left,
            }
            for each in found
        ]
        out_json({"site": site.name, "contract": site.contract.number, "quarters": named})
    else:
        for each in found:
            left = _("{days} days left").format(days=each.days_left) if each.days_left >= 0 else ""
            out("  ".join(filter(None, (each.name, _(COVERAGES[each.coverage]), left, each.inspection))) + "\n")
    return 1 if any(each.coverage is Coverage.OVERDUE for each in found) else 0


def report(options: Namespace, home: Path) -> int:
    """`cathlab report ID -o FILE.pdf`: the report in the language in use, or that of --lang."""
    ensure_home(home)
    records = reading(home)
    inspection = records.open(records.find(options.id))
    written = write_pdf(records, inspection, Path(options.output))
    if options.json:
        out_json({"id": inspection.id, "number": inspection.number, "path": options.output, **_facts(written)})
    else:
        said = _("{path}: {pages} pages, SHA-256 {sha256}")
        out(said.format(path=options.output, pages=written.pages, sha256=written.sha256) + "\n")
    return 0


def write_pdf(records: Records, inspection: Inspection, target: Path) -> Written:
    """Print an inspection in the language in use. Raises ConsoleError."""
    # Fonts and layout take half a second to load, which the other verbs need not pay.
    from console.report.build import write_report
    from console.reporting import report_of

    team = team_of(records.home)
    written = write_report(report_of(records, with_past(records, inspection), team=team), target, language())
    if written.missing_glyphs:
        sentence = _("No font has these characters; the report shows their codes instead: {characters}")
        tell(sentence.format(characters=" ".join(written.missing_glyphs)))
    if written.problem:
        tell(written.problem)
    return written


def _facts(written: Written) -> dict[str, object]:
    return {
        "pages": written.pages,
        "seconds": round(written.seconds, 3),
        "sha256": written.sha256,
        "size": written.size,
        "pdfa": written.pdfa,
        "missing_glyphs": list(written.missing_glyphs),
    }


def export(options: Namespace, home: Path) -> int:
    """`inspect export ID FILE.zip`: reads only, so that it works while a console is open."""
    records = reading(home)
    inspection = records.open(records.find(options.id))
    target = Path(options.file)
    if target.suffix.lower() != ".zip":
        sentence = _("{path} does not end in .zip.")
        raise UsageError(_("Not exported"), sentence.format(path=target))
    pdf = None
    if not options.no_pdf:
        with tempfile.TemporaryDirectory(prefix="cathlab-") as folder:
            printed = Path(folder) / "report.pdf"
            write_pdf(records, inspection, printed)
            pdf = printed.read_bytes()
    done = archive.export(records, inspection.id, target, pdf)
    if options.json:
        out_json(
            {"id": inspection.id, "number": inspection.number, "path": str(done.path), "size": done.size,
             "sha256": done.sha256, "members": done.members}
        )  # fmt: skip
    else:
        out(_("{path}: {members} files, SHA-256 {sha256}").format(**vars(done)) + "\n")
    return 0


def take_in(options: Namespace, home: Path) -> int:
    """`inspect import FILE.zip`: status 1 when a person has to decide between two drafts."""
    with writing(options, home) as place:
        merged = merging.import_archive(place.records, Path(options.file), take=options.take)
        if merged.outcome is not merging.Outcome.SAME:
            place.audit.append(
                "inspection.imported", operator=place.operator, inspection=merged.id, outcome=merged.outcome.value
            )
        if options.json:
            aside = str(merged.aside) if merged.aside is not None else None
            out_json(
                {"id": merged.id, "number": merged.number, "outcome": merged.outcome.value, "what": merged.what,
                 "aside": aside}
            )  # fmt: skip
        else:
            out(f"{merged.what}\n")
        return 1 if merged.outcome is merging.Outcome.ASIDE else 0


def seal(options: Namespace, home: Path) -> int:
    """`inspect seal ID`: refused while something is missing, which is named."""
    with writing(options, home) as place:
        inspection_id = place.records.find(options.id)
        place.records.change(inspection_id, lambda draft: up_to_date(place.records, draft))
        sealed = place.records.seal(inspection_id, place.operator)
        said = _("{number} is sealed. Seal: {seal}")
        mark = sealed.seal.sha256 if sealed.seal is not None else ""
        return show_inspection(options, place.records, sealed, said.format(number=clean(sealed.number), seal=mark))


def revise(options: Namespace, home: Path) -> int:
    """`inspect revise ID`: a new draft beside the sealed one, which stays as it is."""
    with writing(options, home) as place:
        made = place.records.revise(place.records.find(options.id), options.reason, place.operator)
        place.note("revised", made, amends=made.amends, revision=str(made.revision))
        said = _("{id}: revision {revision} of {number} was begun.")
        return show_inspection(
            options, place.records, made,
            said.format(id=made.id, revision=made.revision, number=clean(made.number)),
        )  # fmt: skip
