"""One form from its file, or everything that is wrong with it, by line and key."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from console.i18n import _
from console.inspection.record_json import form_to_json
from console.model.forms import (
    NO_LIMITS,
    Column,
    Form,
    FormItem,
    FormProblem,
    FormSection,
    ItemKind,
    NumberLimits,
    Repeat,
    When,
)
from console.model.sentence import NO_WORDS, Words
from console.plain import clean
from console.site.lines import Path as KeyPath
from console.site.lines import Places, places
from console.site.reading import key_text
from console.site.text import parse
from console.site.values import nearest

_ID = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
_FORM_KEYS = ("id", "version", "title", "quarterly", "numbering")
_SECTION_KEYS = ("id", "title", "repeat", "note", "item")
_ITEM_KEYS = (
    "id", "kind", "title", "clause", "method", "criterion", "source", "required", "unit", "min", "max", "above",
    "below", "choices", "columns", "checks", "repeat", "note_when", "attach_when", "action_when", "trend", "carry",
)  # fmt: skip
_COLUMN_KEYS = ("id", "title", "required")
_ONLY: Mapping[str, tuple[ItemKind, ...]] = {
    "min": (ItemKind.NUMBER,), "max": (ItemKind.NUMBER,), "above": (ItemKind.NUMBER,), "below": (ItemKind.NUMBER,),
    "choices": (ItemKind.CHOICE,), "columns": (ItemKind.TABLE,), "checks": (ItemKind.MEASURED, ItemKind.NUMBER),
}  # fmt: skip
"""Keys that only some kinds of item understand."""
_NEEDS: Mapping[ItemKind, str] = {
    ItemKind.CHOICE: "choices", ItemKind.TABLE: "columns", ItemKind.MEASURED: "checks",
}  # fmt: skip
_NO_SHA = "0" * 64
Choice = TypeVar("Choice", bound=StrEnum)


def read_form(text: str, path: Path) -> tuple[Form | None, list[FormProblem]]:
    """The form that `text` describes, None when anything is wrong with it. SiteErrors when it is no TOML at all."""
    parsed = parse(text, path)
    reading = _Reading(path, places(parsed.text), set(parsed.broken))
    reading.problems += [FormProblem(str(path), each.line, each.key, each.what) for each in parsed.problems]
    form = reading.form(parsed.data)
    if reading.problems:
        return None, sorted(reading.problems, key=lambda problem: problem.line)
    return replace(form, sha256=digest(form)), []


def digest(form: Form) -> str:
    """SHA-256 of the canonical JSON of a form, its own digest left out."""
    plain = form_to_json(replace(form, sha256=_NO_SHA))
    return hashlib.sha256(json.dumps(plain, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@dataclass
class _Reading:
    path: Path
    where: Places
    broken: set[int]
    problems: list[FormProblem] = field(default_factory=list)

    def form(self, data: Mapping[str, Any]) -> Form:
        self._known(data, ("form", "section"), ())
        head = self._table(data.get("form"), ("form",))
        self._known(head, _FORM_KEYS, ("form",))
        sections = self._tables(data.get("section"), ("section",))
        if not sections:
            self._wrong(("section",), _("a form needs at least one [[section]]"))
        found = tuple(self._section(section, ("section", number)) for number, section in enumerate(sections))
        self._unique([(section.id, ("section", number, "id")) for number, section in enumerate(found)])
        items = [
            (item.id, ("section", at, "item", number, "id"))
            for at, section in enumerate(found)
            for number, item in enumerate(section.items)
        ]
        self._unique(items)
        version = head.get("version")
        if not isinstance(version, int) or isinstance(version, bool) or version < 1:
            self._wrong(("form", "version"), _("it must be a whole number from 1 that grows with every change"))
            version = 1
        return Form(
            self._id(head, ("form",)),
            version,
            self._words(head, "title", ("form",), needed=True),
            found,
            _NO_SHA,
            self._flag(head, "quarterly", ("form",), default=False),
            self._numbering(head),
        )

    def _numbering(self, head: Mapping[str, Any]) -> str:
        pattern = head.get("numbering", "{site}-{form}-{year}Q{quarter}-{serial:02d}")
        try:
            if "serial" not in str(pattern) or not isinstance(pattern, str):
                raise ValueError
            pattern.format(site="a", form="b", year=2026, quarter=4, serial=1)
        except (ValueError, KeyError, IndexError, AttributeError):
            what = _("it may hold {names}, and must hold the last").format(
                names="{site} {form} {year} {quarter} {serial}"
            )
            self._wrong(("form", "numbering"), what)
            return ""
        return pattern

    def _section(self, data: Mapping[str, Any], at: KeyPath) -> FormSection:
        self._known(data, _SECTION_KEYS, at)
        items = self._tables(data.get("item"), (*at, "item"))
        if not items:
            self._wrong(at, _("a section needs at least one [[section.item]]"))
        return FormSection(
            self._id(data, at),
            self._words(data, "title", at, needed=True),
            tuple(self._item(item, (*at, "item", number)) for number, item in enumerate(items)),
            self._one_of(data, "repeat", Repeat, at, Repeat.ONCE),
            self._words(data, "note", at),
        )

    def _item(self, data: Mapping[str, Any], at: KeyPath) -> FormItem:
        self._known(data, _ITEM_KEYS, at)
        if "kind" not in data:
            self._wrong((*at, "kind"), _("it is missing; it is one of {choices}").format(choices=_names(ItemKind)))
        kind = self._one_of(data, "kind", ItemKind, at, ItemKind.VERDICT)
        for key, kinds in _ONLY.items():
            if key in data and kind not in kinds:
                what = _("only items of the kind {kinds} know it").format(kinds=", ".join(kinds))
                self._wrong((*at, key), what)
        if (needed := _NEEDS.get(kind)) is not None and not data.get(needed):
            what = _("an item of the kind {kind} needs {key}").format(kind=kind, key=needed)
            self._wrong((*at, "kind"), what)
        return FormItem(
            self._id(data, at),
            kind,
            self._words(data, "title", at, needed=True),
            self._texts(data, "clause", at),
            self._words(data, "method", at),
            self._words(data, "criterion", at),
            self._words(data, "source", at),
            self._flag(data, "required", at, default=True),
            self._text(data, "unit", at),
            self._limits(data, at),
            self._choices(data, at),
            self._columns(data, at),
            self._texts(data, "checks", at),
            self._one_of(data, "repeat", Repeat, at, Repeat.ONCE),
            self._one_of(data, "note_when", When, at, When.FAIL_OR_NA),
            self._one_of(data, "attach_when", When, at, When.NEVER),
            self._one_of(data, "action_when", When, at, When.FAIL),
            self._text(data, "trend", at),
            self._flag(data, "carry", at, default=False),
        )

    def _limits(self, data: Mapping[str, Any], at: KeyPath) -> NumberLimits:
        values: dict[str, float] = {}
        for key in ("min", "max", "above", "below"):
            value = data.get(key)
            if value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int | float):
                self._wrong((*at, key), _("it must be a number"))
                continue
            values[key] = float(value)
        if {"min", "above"} <= values.keys() or {"max", "below"} <= values.keys():
            self._wrong(at, _("min and above, or max and below, say the same: give one of them"))
        low, high = values.get("min", values.get("above")), values.get("max", values.get("below"))
        if low is None and high is None:
            return NO_LIMITS
        if low is not None and high is not None and low > high:
            self._wrong(at, _("the lower limit is above the upper one"))
        return NumberLimits(low, high, "above" in values, "below" in values)

    def _choices(self, data: Mapping[str, Any], at: KeyPath) -> tuple[Words, ...]:
        value = data.get("choices", [])
        if not isinstance(value, list):
            self._wrong((*at, "choices"), _("it must be a list of texts"))
            return ()
        return tuple(self._word(each, (*at, "choices")) for each in value)

    def _columns(self, data: Mapping[str, Any], at: KeyPath) -> tuple[Column, ...]:
        found = []
        for number, column in enumerate(self._tables(data.get("columns"), (*at, "columns"))):
            place = (*at, "columns", number)
            self._known(column, _COLUMN_KEYS, place)
            title = self._words(column, "title", place, needed=True)
            found.append(Column(self._id(column, place), title, self._flag(column, "required", place, default=False)))
        self._unique([(column.id, (*at, "columns")) for column in found])
        return tuple(found)

    # Values

    def _id(self, data: Mapping[str, Any], at: KeyPath) -> str:
        value = data.get("id")
        if not isinstance(value, str) or not _ID.fullmatch(value):
            self._wrong((*at, "id"), _("it must be a short name of small letters, digits, . _ and -"))
            return ""
        return value

    def _words(self, data: Mapping[str, Any], key: str, at: KeyPath, *, needed: bool = False) -> Words:
        if key not in data:
            if needed:
                self._wrong((*at, key), _("it is missing"))
            return NO_WORDS
        return self._word(data[key], (*at, key))

    def _word(self, value: Any, at: KeyPath) -> Words:
        if isinstance(value, str) and value.strip():
            return Words(clean(value))
        if isinstance(value, Mapping) and value and set(value) <= {"en", "zh"}:
            texts = {language: clean(text) for language, text in value.items() if isinstance(text, str)}
            if len(texts) == len(value) and all(text.strip() for text in texts.values()):
                return Words(texts.get("en", ""), texts.get("zh", ""))
        self._wrong(at, _('it must be a text, or { en = "…", zh = "…" }'))
        return NO_WORDS

    def _text(self, data: Mapping[str, Any], key: str, at: KeyPath) -> str:
        value = data.get(key, "")
        if not isinstance(value, str):
            self._wrong((*at, key), _("it must be a text"))
            return ""
        return clean(value)

    def _texts(self, data: Mapping[str, Any], key: str, at: KeyPath) -> tuple[str, ...]:
        value = data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(text, str) and text for text in value):
            self._wrong((*at, key), _("it must be a list of texts"))
            return ()
        return tuple(clean(text) for text in value)

    def _flag(self, data: Mapping[str, Any], key: str, at: KeyPath, *, default: bool) -> bool:
        value = data.get(key, default)
        if not isinstance(value, bool):
            self._wrong((*at, key), _("it must be true or false"))
            return default
        return value

    def _one_of(self, data: Mapping[str, Any], key: str, choices: type[Choice], at: KeyPath, default: Choice) -> Choice:
        value = data.get(key, default)
        if isinstance(value, str) and value in set(choices):
            return choices(value)
        named = [choice.value for choice in choices if choice.value]
        what = _("it must be one of {choices}").format(choices=_names(choices))
        self._wrong((*at, key), what + _meant(value, named))
        return default

    # Structure

    def _table(self, value: Any, at: KeyPath) -> Mapping[str, Any]:
        if isinstance(value, Mapping):
            return value
        self._wrong(at, _("the table [{name}] is missing").format(name=key_text(at)))
        return {}

    def _tables(self, value: Any, at: KeyPath) -> Sequence[Mapping[str, Any]]:
        if value is None:
            return ()
        if isinstance(value, list) and all(isinstance(each, Mapping) for each in value):
            return value
        self._wrong(at, _("it must be a list of tables"))
        return ()

    def _known(self, data: Mapping[str, Any], keys: Sequence[str], at: KeyPath) -> None:
        for key in data:
            if key not in keys:
                self._wrong((*at, key), _("this key is unknown") + _meant(key, keys))

    def _unique(self, ids: Sequence[tuple[str, KeyPath]]) -> None:
        seen: set[str] = set()
        for name, at in ids:
            if name and name in seen:
                self._wrong(at, _("the id {id} stands there twice").format(id=name))
            seen.add(name)

    def _wrong(self, at: KeyPath, what: str) -> None:
        line = self.where.line_of(at)
        if line not in self.broken:
            self.problems.append(FormProblem(str(self.path), line, key_text(at), what))


def _meant(word: Any, known: Sequence[str]) -> str:
    near = nearest(word, known) if isinstance(word, str) else ""
    return _("; {name} was probably meant").format(name=near) if near else ""


def _names(choices: type[StrEnum]) -> str:
    return ", ".join(choice.value for choice in choices if choice.value)
