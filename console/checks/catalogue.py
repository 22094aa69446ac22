"""The catalogue: data/checks/*.toml that ship, and checks/*.toml of the home folder that an engineer adds without code.

A file holds [[check]] tables. One that cannot be used is left out, and a sentence says so; it never passes for a check
that found nothing. A check of the home folder replaces the one of the same id that ships.
"""

import importlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from console.checks.kind import Check, Kind
from console.i18n import N_
from console.model.amounts import parse_bytes, parse_seconds
from console.model.checks import Status
from console.model.sentence import NO_WORDS, Sentence, Value, Words
from console.model.site import NO_LIMITS, Limits
from console.resources import resources

FOLDER = "checks"
"""Below data/ and below the home folder."""

_OWN = frozenset(field.name for field in fields(Check)) - {"params", "limits", "timeout_s"} | {
    "warn",
    "crit",
    "timeout",
}
_MODES = ("auto", "manual", "hybrid")
_SYSTEMS = ("", "linux", "windows")
_MISSING = (Status.UNKNOWN, Status.CRIT, Status.WARN, Status.NA)


@dataclass(frozen=True)
class Catalogue:
    """All checks that can be used, and what is wrong with the others."""

    checks: tuple[Check, ...]
    """By file, then in the order of the file."""
    problems: tuple[Sentence, ...] = ()

    def check(self, check_id: str) -> Check | None:
        """The check of that id."""
        return next((check for check in self.checks if check.id == check_id), None)


def load(home: Path | None = None, files: Iterable[Path] | None = None) -> Catalogue:
    """Read what ships and what the home folder adds; `files` instead of what ships, for tests. Never raises."""
    found: dict[str, Check] = {}
    problems: list[Sentence] = []
    for path in resources(FOLDER, ".toml") if files is None else files:
        _read(path, found, problems, own=False)
    folder = None if home is None else home / FOLDER
    if folder is not None:
        try:
            own = sorted(path for path in folder.iterdir() if path.suffix == ".toml")
        except FileNotFoundError:
            own = []
        except OSError as error:
            own = []
            problems.append(Sentence(N_("{path} cannot be read: {why}."), {"path": str(folder), "why": _reason(error)}))
        for path in own:
            _read(path, found, problems, own=True)
    return Catalogue(tuple(found.values()), tuple(problems))


def kind_of(check: Check) -> Kind:
    """The kind of a check that `load` accepted."""
    kind = _kind(check.kind)
    if kind is None:
        raise LookupError(check.kind)
    return kind


def _kind(name: str) -> Kind | None:
    if not name.replace("_", "").replace("-", "").isalnum():
        return None
    try:
        module = importlib.import_module("console.checks.kinds." + name.replace("-", "_"))
    except ModuleNotFoundError as error:
        if error.name is not None and error.name.startswith("console.checks.kinds"):
            return None
        raise
    kind = getattr(module, "KIND", None)
    return kind if isinstance(kind, Kind) else None


class _Bad(ValueError):
    """An entry that cannot be used; its text is a Sentence."""

    def __init__(self, source: str, **values: str) -> None:
        super().__init__(source)
        self.sentence = Sentence(source, values)


def _read(path: Path, found: dict[str, Check], problems: list[Sentence], *, own: bool) -> None:
    try:
        tables = tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError) as error:
        problems.append(Sentence(N_("{path} cannot be read: {why}."), {"path": str(path), "why": _reason(error)}))
        return
    entries = tables.get("check")
    if set(tables) != {"check"} or not isinstance(entries, list):
        problems.append(Sentence(N_("{path} must hold [[check]] tables and nothing else."), {"path": str(path)}))
        return
    here: set[str] = set()
    for number, entry in enumerate(entries, 1):
        try:
            check = _check(entry)
            if check.id in here or (not own and check.id in found):
                raise _Bad(N_("the id {id} stands there twice"), id=check.id)
        except _Bad as bad:
            where = str(entry.get("id", "")) if isinstance(entry, dict) else ""
            source = N_("{path}, check {number} {id}: {why}. It is left out.")
            values: dict[str, Value] = {"path": str(path), "number": number, "id": where, "why": bad.sentence}
            problems.append(Sentence(source, values))
            continue
        here.add(check.id)
        found[check.id] = check


def _check(entry: Any) -> Check:
    if not isinstance(entry, Mapping):
        raise _Bad(N_("it is not a table"))
    check_id, kind = _text(entry, "id"), _text(entry, "kind")
    if not check_id:
        raise _Bad(N_("it has no id"))
    if _kind(kind) is None:
        raise _Bad(N_("there is no kind {kind}"), kind=kind or "?")
    title = _words(entry, "title")
    if not title:
        raise _Bad(N_("it has no title"))
    mode, system = _text(entry, "mode") or "auto", _text(entry, "system")
    if mode not in _MODES:
        raise _Bad(N_("{key} must be one of {choices}"), key="mode", choices=", ".join(_MODES))
    if system not in _SYSTEMS:
        raise _Bad(N_("{key} must be one of {choices}"), key="system", choices=", ".join(_SYSTEMS[1:]))
    try:
        missing = Status(_text(entry, "missing") or "UNKNOWN")
    except ValueError:
        missing = Status.OK
    if missing not in _MISSING:
        raise _Bad(N_("{key} must be one of {choices}"), key="missing", choices=", ".join(_MISSING))
    return Check(
        id=check_id,
        kind=kind,
        title=title,
        contract=_texts(entry, "contract"),
        standard=_texts(entry, "standard"),
        threshold=_text(entry, "threshold"),
        limits=_limits(entry),
        missing=missing,
        timeout_s=_amount(entry, "timeout", 10.0) or 10.0,
        roles=_texts(entry, "roles"),
        hosts=_texts(entry, "hosts"),
        system=system,
        mode=mode,
        privilege=_words(entry, "privilege"),
        rationale=_words(entry, "rationale"),
        remedy=_words(entry, "remedy"),
        params={key: value for key, value in entry.items() if key not in _OWN},
    )


def _limits(entry: Mapping[str, Any]) -> Limits:
    if "warn" not in entry and "crit" not in entry:
        return NO_LIMITS
    limits = Limits(_amount(entry, "warn", None), _amount(entry, "crit", None))
    return limits


def _amount(entry: Mapping[str, Any], key: str, default: float | None) -> float | None:
    """A number, or a text with its unit: "20s", "26h", "10GB", "95%"."""
    value = entry.get(key, default)
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return None if value is None else float(value)
    if isinstance(value, str):
        text = value.strip()
        try:
            return float(text.removesuffix("%"))
        except ValueError:
            pass
        for parse in (parse_seconds, parse_bytes):
            try:
                return float(parse(text))
            except ValueError:
                continue
    raise _Bad(N_("{key} must be a number with its unit, such as {example}"), key=key, example="26h, 10GB, 95%")


def _text(entry: Mapping[str, Any], key: str) -> str:
    value = entry.get(key, "")
    if not isinstance(value, str):
        raise _Bad(N_("{key} must be a text"), key=key)
    return value.strip()


def _texts(entry: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = entry.get(key, [])
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise _Bad(N_("{key} must be a list of texts"), key=key)
    return tuple(value)


def _words(entry: Mapping[str, Any], key: str) -> Words:
    value = entry.get(key, "")
    if isinstance(value, str):
        return Words(value.strip()) if value.strip() else NO_WORDS
    if (
        isinstance(value, Mapping)
        and set(value) <= {"en", "zh"}
        and all(isinstance(text, str) for text in value.values())
    ):
        return Words(value.get("en", "").strip(), value.get("zh", "").strip())
    raise _Bad(N_('{key} must be a text, or {{ en = "…", zh = "…" }}'), key=key)


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return str(error)
