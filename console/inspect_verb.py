"""`cathlab inspect`: everything of an inspection without a screen, for scripts.

Exit status: 0 done, 1 a change, a gap or a failure, 2 a wrong command line. What writes holds the home folder for as
long as it takes; when a console has it open, one sentence says who.
"""

from argparse import Namespace
from collections.abc import Callable, Mapping
from pathlib import Path

from console import inspect_answers, inspect_exchange
from console.errors import UsageError
from console.i18n import _
from console.inspect_place import (
    Place,
    out,
    out_json,
    reading,
    show_inspection,
    site_of,
    writing,
)
from console.inspection import actions, lifecycle, recommending, signing
from console.inspection.coverage import quarter_ends, quarter_of
from console.inspection.entries import entries_of
from console.inspection.exports import action_document, line_document
from console.inspection.gaps import gaps
from console.inspection.past import carried
from console.inspection.prefill import prefill
from console.inspection.template_reading import read_form
from console.inspection.templates import load_forms
from console.inspection.texts import action_text, list_text
from console.inspectiondesk import findings_of, keep_file, up_to_date, with_past
from console.model.clock import local_now
from console.model.forms import Form, FormProblem
from console.model.inspections import Attachment, Inspection, Notice, Permission
from console.paths import ensure_home
from console.plain import clean
from console.site.text import read_text
from console.site.trouble import SiteErrors

Verb = Callable[[Namespace, Path], int]


def inspect(options: Namespace, home: Path) -> int:
    """Run what the options name; the exit status."""
    ensure_home(home)
    return _VERBS[options.what](options, home)


# Beginning and looking


def _forms(options: Namespace, home: Path) -> int:
    """The forms that there are, or what is wrong with one file; status 1 when something is."""
    problems: tuple[FormProblem, ...]
    if options.check:
        forms, problems = _checked(Path(options.check))
    else:
        found = load_forms(home)
        forms, problems = tuple(found.forms.values()), found.problems
    if options.json:
        listed = [
            {"id": form.id, "version": form.version, "title": str(form.title), "quarterly": form.quarterly}
            for form in forms
        ]
        out_json({"forms": listed, "problems": [vars(problem) for problem in problems]})
    else:
        out("".join(f"{form.id}  {form.version}  {clean(str(form.title))}\n" for form in forms))
        out("".join(f"{_problem_text(each)}\n" for each in problems))
    return 1 if problems else 0


def _checked(path: Path) -> tuple[tuple[Form, ...], tuple[FormProblem, ...]]:
    """One file, before it is put into the home folder."""
    try:
        form, problems = read_form(read_text(path), path)
    except SiteErrors as errors:
        return (), tuple(FormProblem(str(path), each.line, each.key, each.what) for each in errors.problems)
    return (() if form is None else (form,)), tuple(problems)


def _problem_text(problem: FormProblem) -> str:
    place = ":".join(filter(None, (clean(problem.file), str(problem.line or ""), clean(problem.key))))
    return f"{place}: {clean(problem.what)}"


def _new(options: Namespace, home: Path) -> int:
    form = _form(home, options.form)
    site = site_of(options, home)
    planned = options.planned or local_now().date()
    quarter = _quarter(options.quarter) if options.quarter else quarter_of(planned)
    filled = findings_of(home, options.from_check, site.name) if options.from_check else None
    with writing(options, home) as place:
        made = place.records.new(form, site, quarter, planned, place.operator, entries_of(form, site))
        begun = with_past(place.records, carried(place.records, made))
        if filled is not None:
            begun = prefill(begun, *filled)
        if begun != made:
            begun = place.records.change(made.id, lambda _draft: begun)
        place.note("created", begun, form=form.id, quarter=quarter)
        return show_inspection(options, place.records, begun, f"{begun.id}  {clean(begun.number)}")


def _form(home: Path, form_id: str) -> Form:
    forms = load_forms(home)
    form = forms.forms.get(form_id)
    if form is not None:
        return form
    wrong = [each for each in forms.problems if Path(each.file).stem == form_id]
    if wrong:
        raise UsageError(_("The form cannot be used"), "\n".join(_problem_text(each) for each in wrong))
    sentence = _("There is no form {form}. There are: {forms}.")
    raise UsageError(_("No such form"), sentence.format(form=clean(form_id), forms=", ".join(forms.forms) or "-"))


def _quarter(named: str) -> str:
    try:
        return quarter_of(quarter_ends(named.strip().upper()))
    except ValueError:
        sentence = _("{quarter} is no quarter such as 2026Q4.")
        raise UsageError(_("No such quarter"), sentence.format(quarter=clean(named))) from None


def _list(options: Namespace, home: Path) -> int:
    quarter = _quarter(options.quarter) if options.quarter else ""
    lines = [line for line in reading(home).lines() if quarter in ("", line.quarter)]
    lines.sort(key=lambda line: (line.planned, line.number, line.revision), reverse=True)
    if options.json:
        out_json({"inspections": [line_document(line) for line in lines]})
    else:
        out(list_text(lines))
    return 0


def _show(options: Namespace, home: Path) -> int:
    records = reading(home)
    return show_inspection(options, records, records.open(records.find(options.id)))


def _gaps(options: Namespace, home: Path) -> int:
    records = reading(home)
    inspection = records.open(records.find(options.id))
    found = () if inspection.sealed else gaps(inspection)
    if options.json:
        out_json({"id": inspection.id, "gaps": [{"item": gap.entry, "what": str(gap.what)} for gap in found]})
    else:
        out("".join(f"{clean(gap.entry) or '-'}: {gap.what}\n" for gap in found))
    return 1 if found else 0


# How far it has come


def _notice(options: Namespace, home: Path) -> int:
    def how(place: Place, draft: Inspection) -> Inspection:
        on = options.on or local_now().date()
        notice = Notice(on, options.channel, options.to, options.window, options.scope, place.operator)
        return lifecycle.announce(draft, notice)

    return _step(options, home, "announced", how, _("{number}: the notice is recorded."))


def _permit(options: Namespace, home: Path) -> int:
    def how(place: Place, draft: Inspection) -> Inspection:
        on = options.on or local_now().date()
        proof = _attachment(place, draft.id, options.attach)
        permission = Permission(on, options.who, options.how, options.conditions, "", proof)
        return lifecycle.permit(draft, permission)

    return _step(options, home, "permitted", how, _("{number}: the permission is recorded."))


def _begin(options: Namespace, home: Path) -> int:
    def how(place: Place, draft: Inspection) -> Inspection:
        return lifecycle.begin(draft, options.override, by=place.operator, at=local_now())

    return _step(options, home, "begun", how, _("{number} has begun."), override="yes" if options.override else "no")


def _conclude(options: Namespace, home: Path) -> int:
    return _step(
        options, home, "", lambda _place, draft: lifecycle.conclude(draft, options.text), _("{number}: written.")
    )


def _recommend(options: Namespace, home: Path) -> int:
    said = _("{number}: the recommendations were drafted.")
    return _step(options, home, "", lambda _place, draft: recommending.with_drafts(draft), said)


def _review(options: Namespace, home: Path) -> int:
    def how(place: Place, draft: Inspection) -> Inspection:
        return lifecycle.review(up_to_date(place.records, draft))

    return _step(options, home, "reviewed", how, _("{number} is under review."))


def _sign(options: Namespace, home: Path) -> int:
    def how(place: Place, sealed: Inspection) -> Inspection:
        copy = _attachment(place, sealed.id, options.copy)
        on = options.on or local_now().date()
        request = signing.SignRequest(options.side, options.name, options.role, on, copy)
        return lifecycle.sign(sealed, signing.SIGNERS[0].sign(sealed, request))

    return _step(options, home, "signed", how, _("{number}: the signature is recorded."), side=options.side)


def _archive(options: Namespace, home: Path) -> int:
    return _step(options, home, "archived", lambda _place, each: lifecycle.archive(each), _("{number} is archived."))


def _step(
    options: Namespace,
    home: Path,
    event: str,
    how: Callable[[Place, Inspection], Inspection],
    said: str,
    **details: str,
) -> int:
    with writing(options, home) as place:
        changed = place.records.change(place.records.find(options.id), lambda draft: how(place, draft))
        if event:
            place.note(event, changed, **details)
        return show_inspection(options, place.records, changed, said.format(number=clean(changed.number)))


def _attachment(place: Place, inspection_id: str, file: str | None) -> Attachment | None:
    return keep_file(place.records, inspection_id, Path(file)) if file else None


# Actions


def _actions(options: Namespace, home: Path) -> int:
    records = reading(home)
    found = actions.all_actions(records) if options.all else actions.open_actions(records)
    if options.json:
        out_json({"actions": [action_document(each) for each in found]})
    else:
        out("".join(f"{action_text(each)}\n" for each in found) or _("No open action.") + "\n")
    return 0


def _close(options: Namespace, home: Path) -> int:
    with writing(options, home) as place:
        found = actions.find(place.records, options.action)
        proof = _attachment(place, found.inspection, options.attach)
        closed = actions.close(
            place.records, found.id, by=place.operator, evidence=options.evidence, at=local_now(),
            attachments=() if proof is None else (proof,),
        )  # fmt: skip
        place.audit.append("action.closed", operator=place.operator, action=closed.id, inspection=closed.inspection)
        if options.json:
            out_json(action_document(closed))
        else:
            out(f"{action_text(closed)}\n")
        return 0


_VERBS: Mapping[str, Verb] = {
    "forms": _forms,
    "new": _new,
    "list": _list,
    "show": _show,
    "gaps": _gaps,
    "set": inspect_answers.put,
    "note": inspect_answers.note,
    "confirm": inspect_answers.confirm,
    "attach": inspect_answers.attach,
    "fill": inspect_answers.fill,
    "action": inspect_answers.action,
    "actions": _actions,
    "close": _close,
    "notice": _notice,
    "permit": _permit,
    "begin": _begin,
    "conclude": _conclude,
    "recommend": _recommend,
    "review": _review,
    "sign": _sign,
    "archive": _archive,
    "seal": inspect_exchange.seal,
    "revise": inspect_exchange.revise,
    "verify": inspect_exchange.verify,
    "quarters": inspect_exchange.quarters,
    "export": inspect_exchange.export,
    "import": inspect_exchange.take_in,
}
