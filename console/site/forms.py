"""Forms for the tables of the site file: one line of text a key, both ways, so that a screen needs to know no key.

Keys of a table inside stand as "ssh.user". A text that cannot be understood is handed on as it is: the file is read
before it is written, and says what is wrong.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from console.i18n import N_, _
from console.model.site import Site
from console.site.reading import known_thresholds
from console.site.schema import LIMIT_KEYS, SITE_KEYS, TABLES, Key, Sort
from console.site.trouble import SiteErrors
from console.site.writing import add_entry, change_entry

_SEPARATORS = re.compile(r"\s*[,，;；、]\s*")
_YES = ("true", "yes", "y", "1", "是", "on")
_NO = ("false", "no", "n", "0", "否", "off")
_MANY: tuple[Sort, ...] = ("texts", "paths", "choices", "department", "ports", "patterns")
_SECTIONS: Mapping[str, str] = {"site": N_("Site"), "thresholds": N_("Thresholds")}


@dataclass(frozen=True)
class Field:
    """One line of a form, in the language in use."""

    key: str
    """Such as "ssh.user"."""
    label: str
    help: str
    """One sentence; may be empty."""
    kind: Sort
    choices: tuple[str, ...] = ()
    """All that may be written; empty where anything may."""
    required: bool = False
    default: str = ""
    """What counts while nothing is written."""


def tables() -> tuple[tuple[str, str], ...]:
    """What can be filled in: (name, label in the language in use)."""
    pairs = [*_SECTIONS.items(), *((name, table.label) for name, table in TABLES.items())]
    return tuple((name, _(label)) for name, label in pairs)


def fields_of(table: str, site: Site | None = None) -> tuple[Field, ...]:
    """The lines of a table's form, "site" and "thresholds" too. `site` gives the ids that may be referred to."""
    if table == "thresholds":
        home = site.path.parent if site is not None and site.path is not None else None
        return tuple(
            Field(f"{name}.{level}", f"{name} {level}", "", "limits")
            for name in known_thresholds(home)
            for level in LIMIT_KEYS
        )
    return tuple(_fields(_keys(table), site))


def values_of(table: str, entry: Mapping[str, Any]) -> dict[str, str]:
    """An entry of the file as the texts of its form."""
    texts: dict[str, str] = {}
    for key, name in _flat(_keys(table)) if table != "thresholds" else ():
        value = _dig(entry, name)
        if value is not None:
            texts[name] = _shown(key.sort, value)
    if table == "thresholds":
        for name, pair in entry.items():
            texts.update({f"{name}.{level}": _shown("limits", value) for level, value in pair.items()})
    return texts


def entry_of(table: str, texts: Mapping[str, str], before: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The texts of a form as values for the file. What was there `before` and is empty now becomes None."""
    before = before or {}
    if table == "thresholds":
        names = dict.fromkeys(name.rpartition(".")[0] for name in texts)
        wanted = [(name, [(f"{name}.{level}", "limits") for level in LIMIT_KEYS]) for name in names]
    else:
        wanted = [(key.name, [(name, one.sort) for one, name in _flat((key,))]) for key in _keys(table)]
    entry: dict[str, Any] = {}
    for top, lines in wanted:
        old = before.get(top)
        values = {name: _meant(sort, texts[name]) for name, sort in lines if name in texts}
        if not values:
            continue
        if list(values) == [top]:
            entry.update(_changes(values, before))
        elif any(value is not None for value in values.values()):
            inside = {name.removeprefix(f"{top}."): value for name, value in values.items()}
            entry[top] = _changes(inside, old if isinstance(old, Mapping) else {})
        elif top in before:
            entry[top] = None
    return entry


def _changes(values: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """What is filled in, and None for what was there; an empty value of the file stays as it stands there."""
    return {
        name: before[name] if value is None and before.get(name) in ("", []) else value
        for name, value in values.items()
        if value is not None or name in before
    }


def save_form(
    path: Path, table: str, entry_id: str | None, texts: Mapping[str, str], before: Mapping[str, Any]
) -> Site:
    """Write a filled-in form; a new entry where `entry_id` is None. Raises SiteErrors, StoreError."""
    if entry_id is None:
        return add_entry(path, table, entry_of(table, texts))
    return change_entry(path, table, entry_id, entry_of(table, texts, before))


def wrong_field(error: SiteErrors, table: str, texts: Mapping[str, str]) -> tuple[str, str]:
    """Of a form that was refused: the key of the first line that is wrong ("" if it is none), and the sentence."""
    for problem in error.problems:
        name = re.sub(rf"^{re.escape(table)}(?:\[\d+\])?\.", "", problem.key)
        name = re.sub(r"\[\d+\]", "", name)
        if name in texts or any(line.startswith(f"{name}.") for line in texts):
            label = next((field.label for field in fields_of(table) if field.key == name), name)
            return name, _("{field} {what}.").format(field=label, what=problem.what)
    return "", error.detail


def _keys(table: str) -> tuple[Key, ...]:
    return SITE_KEYS if table == "site" else TABLES[table].keys


def _fields(keys: Iterable[Key], site: Site | None) -> Iterable[Field]:
    for key in keys:
        if key.sort == "table":
            for inner in _fields(key.keys, site):
                label = _("{group}: {field}").format(group=_(key.label), field=inner.label)
                # A table inside may be left out as a whole; what it needs is asked for when something stands in it.
                required = inner.required and key.required
                yield Field(
                    f"{key.name}.{inner.key}", label, inner.help, inner.kind, inner.choices, required, inner.default
                )
        elif key.sort != "limits":
            yield Field(
                key.name, _(key.label), _(key.help) if key.help else "", key.sort, _choices(key, site), key.required,
                _default(key),
            )  # fmt: skip


def _choices(key: Key, site: Site | None) -> tuple[str, ...]:
    if key.sort == "refer" and site is not None:
        return tuple(one.id for one in getattr(site, TABLES[key.refers].plural))
    if key.sort == "flag":
        return ("true", "false")
    return key.choices if key.sort == "choice" else ()


_DEFAULTS: Mapping[str, str] = {
    "via": "none",
    "schedule": "daily",
    "mode": "prefer",
    "encoding": "auto",
    "format": "auto",
}


def _default(key: Key) -> str:
    return _DEFAULTS.get(key.name, "")


def _flat(keys: Iterable[Key], before: str = "") -> Iterable[tuple[Key, str]]:
    for key in keys:
        if key.sort == "table":
            yield from _flat(key.keys, f"{before}{key.name}.")
        elif key.sort != "limits":
            yield key, before + key.name


def _dig(entry: Mapping[str, Any], name: str) -> Any:
    value: Any = entry
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _shown(sort: Sort, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        texts = [str(one) for one in value]
        if any(_SEPARATORS.search(text) or text != text.strip() for text in texts):
            return "[" + ", ".join(_quoted(text) for text in texts) + "]"
        return ", ".join(texts)
    return str(value)


def _quoted(text: str) -> str:
    # Regular expressions read better in TOML's literal texts.
    if "'" not in text and text.isprintable():
        return f"'{text}'"
    escaped = "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in text)
    return '"' + escaped.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _meant(sort: str, text: str) -> Any:
    text = text.strip()
    if not text:
        return None
    if sort in _MANY:
        return _list(sort, text)
    if sort == "flag":
        word = text.casefold()
        return True if word in _YES else False if word in _NO else text
    if sort == "date":
        try:
            return date.fromisoformat(re.sub(r"[./年月]", "-", text).rstrip("日-"))
        except ValueError:
            return text
    if sort in ("port", "limits", "bytes", "seconds"):
        return _number(text)
    return text


def _list(sort: str, text: str) -> list[Any]:
    if text.startswith("["):
        try:
            found = tomllib.loads(f"list = {text}")["list"]
        except tomllib.TOMLDecodeError:
            found = None  # a regular expression begins like that as well
        if isinstance(found, list):
            return found
    parts = [part for part in _SEPARATORS.split(text) if part]
    return [_number(part) for part in parts] if sort == "ports" else list(parts)


def _number(text: str) -> Any:
    if re.fullmatch(r"\d{1,15}", text):
        return int(text)
    return float(text) if re.fullmatch(r"\d{1,15}\.\d{1,9}", text) else text
