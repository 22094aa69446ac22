"""The entries of an inspection: a form's items in their places, and what an answer means there."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from console.errors import UsageError
from console.i18n import _
from console.inspection.numbers import judge, read_number
from console.model.forms import Form, FormItem, FormSection, ItemKind, Repeat
from console.model.inspections import Entry, Verdict
from console.model.site import Site
from console.plain import clean

NOTE_CHARACTERS = 20_000
TEXT_CHARACTERS = 4_000
ROWS = 500
"""Rows of a table."""
WORKSTATION = "workstation"
"""Role of a host that people work at."""
JUDGED = (ItemKind.VERDICT, ItemKind.MEASURED)
"""Kinds whose answer is a verdict."""
_TYPED = (ItemKind.NUMBER, ItemKind.TEXT, ItemKind.CHOICE, ItemKind.DATE, ItemKind.SIGNATURE)


def entries_of(form: Form, site: Site) -> tuple[Entry, ...]:
    """Every item of the form, once for each host, display or workstation of the site where the form says so.

    Ids are "section/item", with "@target" where it repeats. Where there is nothing to repeat over, the item stands
    once without a target: that a site file names no display is a result, not a reason to ask for none.
    """
    return tuple(
        Entry(f"{section.id}/{item.id}{f'@{target}' if target else ''}", section, item, target, name)
        for section in form.sections
        for target, name, items in _turns(section, site)
        for item in items
    )


def _turns(section: FormSection, site: Site) -> Iterable[tuple[str, str, tuple[FormItem, ...]]]:
    """A section for each target with all items, or item by item where only some repeat."""
    if section.repeat is not Repeat.ONCE:
        for target, name in targets(section.repeat, site) or (("", ""),):
            yield target, name, section.items
        return
    for item in section.items:
        for target, name in targets(item.repeat, site) or (("", ""),):
            yield target, name, (item,)


def targets(repeat: Repeat, site: Site) -> tuple[tuple[str, str], ...]:
    """Id and name of what an item repeats over, in the site's order; empty for what is asked once."""
    if repeat is Repeat.DISPLAY:
        return tuple((display.id, _display_name(display)) for display in site.displays)
    if repeat is Repeat.HOST:
        return tuple((host.id, host.name or host.id) for host in site.hosts if host.role != WORKSTATION)
    if repeat is Repeat.WORKSTATION:
        return tuple((host.id, host.name or host.id) for host in site.hosts if host.role == WORKSTATION)
    return ()


def _display_name(display: Any) -> str:
    number = f"#{display.serial}" if display.serial else ""
    return display.name or " ".join(filter(None, (display.maker, display.model, number))) or str(display.id)


def answered(entry: Entry, **changes: Any) -> Entry:
    """The entry with another answer; fields of Answer by name, what was typed in `entered`.

    A number is read and judged by its limits, a day and a choice are understood; a carried value that is touched
    counts as confirmed. UsageError in one sentence for what the item does not take; nothing is changed then.
    """
    item, old = entry.item, entry.answer
    values = dict(changes)
    if "entered" in values:
        values |= _typed(item, str(values["entered"]))
    if "note" in values:
        values["note"] = _text(str(values["note"]), NOTE_CHARACTERS, lines=True)
    if "verdict" in values and item.kind not in JUDGED and values["verdict"] not in (Verdict.NA, Verdict.NONE):
        # What a number or a text is worth follows from itself; only "does not apply" is a person's to say.
        if "entered" not in values:
            sentence = _("{item} is answered with a value, not with a verdict.")
            raise UsageError(_("Not understood"), sentence.format(item=str(item.title)))
    if "rows" in values:
        values["rows"] = _rows(item, values["rows"])
    touched = values.keys() & {"entered", "verdict", "rows", "attachments"}
    if touched and "carried" not in values:
        values["carried"] = False
    answer = replace(old, **values)
    if item.kind is ItemKind.TABLE and "rows" in values and answer.verdict is not Verdict.NA:
        answer = replace(answer, verdict=Verdict.PASS if answer.rows else Verdict.NONE)
    return replace(entry, answer=answer)


def _typed(item: FormItem, text: str) -> dict[str, Any]:
    """What the typed text means for the item."""
    if item.kind not in _TYPED:
        sentence = _("{item} takes no text; give a verdict and a note.")
        raise UsageError(_("Not understood"), sentence.format(item=str(item.title)))
    if item.kind is ItemKind.TEXT:
        kept = _text(text, TEXT_CHARACTERS, lines=True)
        return {"entered": kept, "number": None, "verdict": Verdict.PASS if kept.strip() else Verdict.NONE}
    plain = clean(text).strip()
    if not plain:
        return {"entered": "", "number": None, "verdict": Verdict.NONE}
    if item.kind is ItemKind.NUMBER:
        number = read_number(text, item.unit).number
        return {"entered": plain, "number": number, "verdict": judge(number, item.limits)}
    if item.kind is ItemKind.DATE:
        return {"entered": _day(plain).isoformat(), "number": None, "verdict": Verdict.PASS}
    if item.kind is ItemKind.CHOICE:
        return {"entered": _choice(item, plain), "number": None, "verdict": Verdict.PASS}
    return {"entered": _text(plain, TEXT_CHARACTERS), "number": None, "verdict": Verdict.PASS}


def _day(text: str) -> date:
    plain = text.replace("年", "-").replace("月", "-").replace("日", "").replace("/", "-").replace(".", "-")
    for form in ("%Y-%m-%d", "%Y%m%d"):
        try:
            return datetime.strptime(plain, form).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    raise UsageError(_("No date"), _("{text} is no date. Write it as 2026-11-20.").format(text=text))


def _choice(item: FormItem, text: str) -> str:
    """The English words of a choice, which stay the same in every language."""
    for number, choice in enumerate(item.choices, 1):
        if text.casefold() in (choice.en.casefold(), choice.zh.casefold(), str(number)) and text:
            return choice.en
    offered = ", ".join(str(choice) for choice in item.choices)
    raise UsageError(_("Not understood"), _("{text} is not one of {choices}.").format(text=text, choices=offered))


def _rows(item: FormItem, rows: Iterable[Mapping[str, str]]) -> tuple[Mapping[str, str], ...]:
    known = [column.id for column in item.columns]
    found = []
    for number, row in enumerate(rows, 1):
        if unknown := set(row) - set(known):
            sentence = _("Row {number} has a column {column}, which the table has not.")
            raise UsageError(_("Not understood"), sentence.format(number=number, column=clean(min(unknown))))
        cells = {column: _text(str(row.get(column, "")), TEXT_CHARACTERS).strip() for column in known}
        if any(cells.values()):
            found.append(cells)
    if len(found) > ROWS:
        raise UsageError(_("Too long"), _("A table takes {count} rows.").format(count=ROWS))
    return tuple(found)


def _text(text: str, longest: int, *, lines: bool = False) -> str:
    """A text without what a terminal would obey; line breaks stay where `lines`."""
    parts = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = "\n".join(clean(part) for part in parts) if lines else clean(" ".join(parts))
    if len(kept) > longest:
        sentence = _("The text has {count} characters; {limit} are the most.")
        raise UsageError(_("Too long"), sentence.format(count=len(kept), limit=longest))
    return kept
