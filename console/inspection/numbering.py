"""How reports are numbered, by the pattern of their form: "{site}-{form}-{year}Q{quarter}-{serial:02d}"."""

import re
from collections.abc import Set

from console.errors import UsageError
from console.i18n import _
from console.model.forms import Form
from console.model.site import Site
from console.plain import clean

_QUARTER = re.compile(r"(\d{4})Q([1-4])")
_LONGEST = 120
_MOST = 10_000


def next_number(form: Form, site: Site, quarter: str, taken: Set[str]) -> str:
    """The first number of the form's pattern that is not taken. UsageError for a pattern or quarter that is none."""
    year, part = parts_of(quarter)
    name = re.sub(r"[\s/\\]+", "-", clean(site.name).strip()) or "-"
    known = {number.casefold() for number in taken}
    last = ""
    for serial in range(1, _MOST):
        try:
            number = form.numbering.format(site=name, form=form.id, year=year, quarter=part, serial=serial)
        except (KeyError, ValueError, IndexError, AttributeError, TypeError) as error:
            sentence = _(
                "The form {form} numbers its reports by {pattern}, which is no pattern with {{site}}, {{form}}, "
                "{{year}}, {{quarter}} and {{serial}}."
            )
            raise UsageError(_("No number"), sentence.format(form=form.id, pattern=clean(form.numbering))) from error
        number = clean(number).strip()[:_LONGEST]
        if number and number.casefold() not in known:
            return number
        if number == last:
            # A pattern without a serial number.
            number, serial_number = last, 2
            while f"{number}-{serial_number}".casefold() in known:
                serial_number += 1
            return f"{number}-{serial_number}"
        last = number
    sentence = _("Every number of the form {form} in {quarter} is taken.")
    raise UsageError(_("No number"), sentence.format(form=form.id, quarter=quarter))


def parts_of(quarter: str) -> tuple[int, int]:
    """Year and quarter of "2026Q4". Raises UsageError for what is no quarter."""
    found = _QUARTER.fullmatch(quarter)
    if found is None:
        sentence = _("{quarter} is no quarter such as 2026Q4.")
        raise UsageError(_("No such quarter"), sentence.format(quarter=clean(quarter)[:40] or "-"))
    return int(found[1]), int(found[2])
