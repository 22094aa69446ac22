"""Read the site file, and say everything that is wrong with it at once."""

import socket
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from console.i18n import _
from console.model.site import Host, Limits, Site, SiteProblem
from console.plain import clean
from console.resources import resources
from console.site.lines import Path as KeyPath
from console.site.lines import Places, places
from console.site.rules import together
from console.site.schema import LIMIT_KEYS, SITE_KEYS, TABLES, Key, Table
from console.site.text import parse, read_text
from console.site.trouble import SiteErrors as SiteErrors  # part of what this module offers
from console.site.values import Wrong, convert, limit, nearest

SITE_FILE = "site.toml"
"""In the home folder."""

CONTRACT_THRESHOLDS = (
    "disk_used_percent", "inode_used_percent", "log_file_bytes", "queue_oldest", "queue_count", "backup_age",
)  # fmt: skip
"""Known even where no catalogue is at hand."""

_RISING = frozenset({*CONTRACT_THRESHOLDS})
_PASSWORDS = frozenset({"password", "passwd", "pwd", "pass", "passphrase", "密码", "口令"})
_TOP = ("site", "thresholds", *TABLES)


def find_site(home: Path, explicit: Path | None = None) -> Path | None:
    """The site file: the one that was named, there or not, else that of the home folder; None when there is none."""
    if explicit is not None:
        return explicit
    path = home / SITE_FILE
    # A link that leads nowhere is a mistake to be told, not a home without a site.
    return path if path.exists() or path.is_symlink() else None


def this_machine() -> Site:
    """A site for a machine without a site file: this machine alone."""
    name = clean(socket.gethostname()) or "localhost"
    return Site(name, hosts=(Host("localhost", "localhost", name, via="local"),))


def load_site(path: Path) -> Site:
    """Read a site file. Raises SiteErrors with every problem, by line."""
    return read_site(read_text(path), path)


def read_site(text: str, path: Path) -> Site:
    """The site that `text` describes; `path` is where it stands or will stand. Raises SiteErrors."""
    parsed = parse(text, path)
    try:
        where = places(parsed.text)
    except RecursionError as error:
        raise SiteErrors(path, [SiteProblem(0, "", _("its values are nested too deeply"))]) from error
    reading = _Reading(where, known_thresholds(path.parent), list(parsed.problems), parsed.broken)
    site = reading.site(parsed.data, path)
    if reading.problems:
        raise SiteErrors(path, sorted(reading.problems, key=lambda problem: problem.line))
    return site


def key_text(path: KeyPath) -> str:
    """A key as a person points at it: host[2].ssh.port, counted from 1."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return clean(text)


@dataclass
class _Reading:
    where: Places
    thresholds: tuple[str, ...]
    problems: list[SiteProblem]
    broken: frozenset[int]
    seen: set[KeyPath] = field(default_factory=set)
    """Keys of which something was said; nothing more is said of them or of what they stand in."""

    def wrong(self, path: KeyPath, what: str) -> None:
        line = self.where.line_of(path)
        # What the parser complained of has no value of the operator's that could be judged.
        if line not in self.broken and not any(seen[: len(path)] == path for seen in self.seen):
            self.seen.add(path)
            self.problems.append(SiteProblem(line, key_text(path), what))

    def site(self, data: Mapping[str, Any], path: Path) -> Site:
        for name in data:
            if name not in _TOP:
                self.unknown((name,), name, _TOP)
        values: dict[str, Any] = {}
        head = data.get("site")
        if isinstance(head, Mapping):
            values = self.table(SITE_KEYS, head, ("site",))
        else:
            missing = _('the table [site] with name = "…" is missing') if head is None else _("must be a table: [site]")
            self.wrong(("site",), missing)
        values["thresholds"] = self.limits(data.get("thresholds", {}), ("thresholds",))
        for table in TABLES.values():
            values[table.plural] = tuple(self.entries(table, data.get(table.name, [])))
        values.setdefault("name", "")
        together(values, self.wrong)
        return Site(path=path, **values)

    def entries(self, table: Table, found: Any) -> Iterable[Any]:
        """The nouns of a table; None for one that cannot be made at all."""
        if not isinstance(found, list) or not all(isinstance(one, Mapping) for one in found):
            self.wrong((table.name,), _("must be tables, each one below a line [[{name}]]").format(name=table.name))
            return
        ids: dict[str, int] = {}
        for number, one in enumerate(found):
            path: KeyPath = (table.name, number)
            values = self.table(table.keys, one, path)
            entry_id = values.get("id", "")
            first = ids.setdefault(entry_id.casefold(), number) if entry_id else number
            if first != number:
                sentence = _("the id {id} stands already on line {line}")
                line = self.where.line_of((table.name, first, "id"))
                self.wrong((*path, "id"), sentence.format(id=clean(entry_id), line=line))
            if table.name == "host" and "ssh" in values:
                values.setdefault("via", "ssh")
            # Stand-ins for what is missing, so that others can refer to it; the file is refused anyway.
            written = {key.target: one.get(key.name) for key in table.keys if key.required}
            stand_ins = {name: value if isinstance(value, str) else "" for name, value in written.items()}
            if any(key.sort == "table" and key.required and key.target not in values for key in table.keys):
                yield None
            else:
                yield table.build(**{**stand_ins, **values})

    def table(self, keys: tuple[Key, ...], found: Mapping[str, Any], path: KeyPath) -> dict[str, Any]:
        """The fields of the noun, those that are there and right."""
        values: dict[str, Any] = {}
        known = {key.name: key for key in keys}
        for name in found:
            if name not in known:
                self.unknown((*path, name), name, known)
        for key in keys:
            if key.name in found:
                self.one(key, found[key.name], (*path, key.name), values)
            elif key.required:
                self.wrong((*path, key.name), _("is missing"))
        return values

    def one(self, key: Key, value: Any, path: KeyPath, values: dict[str, Any]) -> None:
        if key.sort == "limits":
            values[key.target] = self.limits(value, path)
        elif key.sort == "table":
            if not isinstance(value, Mapping):
                self.wrong(path, _("must be a table, such as {{ {key} = … }}").format(key=key.keys[0].name))
                return
            before = len(self.problems)
            inside = self.table(key.keys, value, path)
            if key.build is not None and len(self.problems) == before and self._whole(key, inside):
                values[key.target] = key.build(**inside)
        else:
            try:
                values[key.target] = convert(key, value)
            except Wrong as wrong:
                self.wrong(path, str(wrong))

    @staticmethod
    def _whole(key: Key, inside: Mapping[str, Any]) -> bool:
        return all(one.target in inside for one in key.keys if one.required)

    def limits(self, found: Any, path: KeyPath) -> dict[str, Limits]:
        """Thresholds by name. Each has its own line, so that a single one can be replaced."""
        limits: dict[str, Limits] = {}
        if not isinstance(found, Mapping):
            self.wrong(path, _("must be a table, such as {{ {key} = … }}").format(key="disk_used_percent"))
            return limits
        for name, value in found.items():
            here = (*path, name)
            if name not in self.thresholds:
                self.unknown(here, name, self.thresholds)
            elif not isinstance(value, Mapping) or not value:
                self.wrong(here, _("must be written as {example}").format(example="{ warn = 85, crit = 95 }"))
            else:
                limits[name] = self.pair(name, value, here)
        return limits

    def pair(self, name: str, found: Mapping[str, Any], path: KeyPath) -> Limits:
        numbers: dict[str, float] = {}
        for key, value in found.items():
            if key not in LIMIT_KEYS:
                self.unknown((*path, key), key, LIMIT_KEYS)
                continue
            try:
                numbers[key] = limit(name, value)
            except Wrong as wrong:
                self.wrong((*path, key), str(wrong))
        warn, crit = numbers.get("warn"), numbers.get("crit")
        if name in _RISING and warn is not None and crit is not None and warn > crit:
            self.wrong(path, _("warn must not be greater than crit"))
        return Limits(warn, crit)

    def unknown(self, path: KeyPath, name: str, known: Iterable[str]) -> None:
        near = nearest(name, known)
        if name.casefold() in _PASSWORDS and "secret" not in path:
            sentence = _(
                'passwords never stand in this file: write secret = "NAME" and keep the password under that name'
            )
        elif near:
            sentence = _("this key is not known; the nearest is {near}").format(near=near)
        elif path[0] == "thresholds" or "thresholds" in path[:-1]:
            sentence = _("this key is not known; known are {names}").format(names=", ".join(sorted(known)))
        else:
            sentence = _("this key is not known here")
        self.wrong(path, sentence)


def known_thresholds(home: Path | None) -> tuple[str, ...]:
    """Names that a check of the catalogue listens to, whether it ships or lies in the home folder."""
    names = dict.fromkeys(CONTRACT_THRESHOLDS)
    own = sorted(home.glob("checks/*.toml")) if home is not None else []
    for path in (*resources("checks", ".toml"), *own):
        try:
            found = tomllib.loads(path.read_text("utf-8-sig")).get("check", [])
        except (OSError, ValueError):
            continue  # the catalogue says so
        for check in found if isinstance(found, list) else ():
            name = check.get("threshold") if isinstance(check, Mapping) else None
            if isinstance(name, str) and name:
                names.setdefault(name)
    return tuple(names)
