"""The forms that inspections are begun with: those that ship, and those of the home folder in their place.

A file that has a mistake is left out as a whole, with every mistake named; the others work. A form in the home folder
replaces the shipped one of the same id, and so does nothing to inspections that were begun before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from console.errors import UsageError
from console.i18n import _
from console.inspection.record_json import form_from_json as form_from_json  # part of what this module offers
from console.inspection.record_json import form_to_json as form_to_json
from console.inspection.template_reading import read_form
from console.model.forms import Form, FormProblem
from console.plain import clean
from console.resources import resources
from console.site.text import read_text
from console.site.trouble import SiteErrors

FOLDER = "forms"
"""Below data/, and in the home folder."""


@dataclass(frozen=True)
class Forms:
    """All forms that can be used, and what is wrong with the others."""

    forms: Mapping[str, Form]
    """By id, the shipped ones first."""
    problems: tuple[FormProblem, ...] = ()

    def form(self, form_id: str) -> Form:
        """The form. UsageError with the ids that there are."""
        found = self.forms.get(form_id)
        if found is None:
            sentence = _("There is no form {id}. There are: {forms}.")
            raise UsageError(_("No such form"), sentence.format(id=clean(form_id), forms=", ".join(self.forms)))
        return found


def load_forms(home: Path) -> Forms:
    """The shipped forms and those of the home folder. Never raises: what cannot be read is among the problems."""
    forms: dict[str, Form] = {}
    problems: list[FormProblem] = []
    own = home / FOLDER
    try:
        mine = sorted(path for path in own.iterdir() if path.suffix == ".toml") if own.is_dir() else []
    except OSError as error:
        mine = []
        what = _("the folder cannot be read: {reason}").format(reason=error.strerror or type(error).__name__)
        problems.append(FormProblem(str(own), 0, "", what))
    for group in (resources(FOLDER, ".toml"), mine):
        here: dict[str, Path] = {}
        for path in group:
            form, found = _read(path)
            problems += found
            if form is None:
                continue
            if form.id in here:
                what = _("the form {id} stands in {path} too; this one is left out").format(
                    id=form.id, path=here[form.id].name
                )
                problems.append(FormProblem(str(path), 0, "form.id", what))
                continue
            here[form.id] = path
            forms[form.id] = form
    return Forms(forms, tuple(problems))


def _read(path: Path) -> tuple[Form | None, list[FormProblem]]:
    try:
        return read_form(read_text(path), path)
    except SiteErrors as errors:
        return None, [FormProblem(str(path), problem.line, problem.key, problem.what) for problem in errors.problems]
