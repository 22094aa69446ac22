"""Where the verbs of an inspection work: the home folder held or only read, who works, and what is said to them."""

import getpass
import json
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from console.errors import SettingsError, StoreError, UsageError
from console.i18n import _
from console.inspection import actions
from console.inspection.exports import document
from console.inspection.gaps import gaps
from console.inspection.records import Records
from console.inspection.texts import text
from console.inspectiondesk import with_past
from console.model.inspections import Entry, Inspection
from console.model.site import Site
from console.plain import clean
from console.settings import SettingsFile
from console.site.reading import find_site, load_site, this_machine
from console.store.audit import AuditLog
from console.store.lock import HomeLock


@dataclass(frozen=True)
class Place:
    """A home folder that is held for a verb's life."""

    home: Path
    records: Records
    operator: str
    audit: AuditLog

    def note(self, event: str, inspection: Inspection, **details: str) -> None:
        """One line of the audit log. Raises StoreError."""
        self.audit.append(f"inspection.{event}", operator=self.operator, inspection=inspection.id, **details)


@contextmanager
def writing(options: Namespace, home: Path) -> Iterator[Place]:
    """Hold the home folder. Raises StoreError that names who has it open."""
    operator = operator_of(options, home)
    lock = HomeLock(home)
    if not lock.acquire(operator):
        raise StoreError(_("The home folder is in use"), _held(lock, home))
    try:
        yield Place(home, Records(home, tell=tell), operator, AuditLog(home))
    finally:
        lock.release()


def reading(home: Path) -> Records:
    """The records of a home folder that may be in use."""
    return Records(home, read_only=True, tell=tell)


def operator_of(options: Namespace, home: Path) -> str:
    """Who works: --by, else the operator of the settings, else this account's name."""
    named = clean(getattr(options, "by", "")).strip()
    if named:
        return named
    try:
        named = SettingsFile(home / "settings.json", read_only=True).load().operator
    except (SettingsError, StoreError):
        named = ""
    try:
        return named or getpass.getuser()
    except (OSError, KeyError, ImportError):
        # An account without a name, as in a container.
        raise UsageError(_("No operator"), _("Say who works: --by NAME, or the operator of the settings.")) from None


def team_of(home: Path) -> str:
    """The company that serves the hospital, as the settings name it; empty where they do not."""
    try:
        return SettingsFile(home / "settings.json", read_only=True).load().team
    except (SettingsError, StoreError):
        return ""


def site_of(options: Namespace, home: Path) -> Site:
    """The site: --site, else the home folder's, else this machine alone. Raises SiteErrors."""
    path = find_site(home, Path(options.site) if options.site else None)
    return this_machine() if path is None else load_site(path)


def entry_of(inspection: Inspection, named: str) -> Entry:
    """The entry of that id, or whose id ends like that. Raises UsageError that says what is near."""
    exact = [each for each in inspection.entries if each.id == named]
    found = exact or [each for each in inspection.entries if each.id.endswith(f"/{named}")]
    if not found:
        # "disks/used" or "used", where it is asked for each host.
        found = [each for each in inspection.entries if named in (each.item.id, f"{each.section.id}/{each.item.id}")]
    if len(found) == 1:
        return found[0]
    near = found or [each for each in inspection.entries if each.section.id == named.partition("/")[0]]
    ids = ", ".join(each.id for each in (near or inspection.entries)[:12])
    if found:
        sentence = _("{item} is asked several times; say which one: {items}.")
    else:
        sentence = _("The form asks nothing called {item}. There are: {items}.")
    raise UsageError(_("No such item"), sentence.format(item=clean(named) or "-", items=ids))


def show_inspection(options: Namespace, records: Records, inspection: Inspection, said: str = "") -> int:
    """Print an inspection after a change: the document for scripts, or one sentence (`said`), or all of it."""
    if said and not options.json:
        out(f"{said}\n")
        return 0
    shown = with_past(records, inspection)
    missing = () if shown.sealed else gaps(shown)
    if options.json:
        out_json(document(shown, missing, actions.actions_of(records, shown)))
    else:
        out(text(shown, missing))
    return 0


def out(said: str) -> None:
    """Text on standard output."""
    sys.stdout.write(said)


def out_json(value: Any) -> None:
    """One document on standard output. What is no Unicode, such as the name of a file, is written as an escape."""
    said = json.dumps(value, ensure_ascii=False, indent=2)
    try:
        said.encode()
    except UnicodeEncodeError:
        said = json.dumps(value, indent=2)
    sys.stdout.write(said + "\n")


def tell(sentence: str) -> None:
    """Something that the operator has to know besides, such as a damaged file, on standard error."""
    sys.stderr.write(f"{clean(sentence)}\n")


def _held(lock: HomeLock, home: Path) -> str:
    holder = lock.holder()
    if holder is None or holder.pid <= 0:
        return _("{home} is open in another console. Close it, or make the change there.").format(home=home)
    sentence = _(
        "{operator} on {host} has had {home} open since {since} (process {pid}). Close that console, or make the "
        "change there."
    )
    return sentence.format(
        operator=holder.operator or _("Somebody"), host=holder.host, home=home,
        since=holder.since[:16].replace("T", " "), pid=holder.pid,
    )  # fmt: skip
