"""What a run will ask: every check of the selection with every thing it looks at, and the questions that makes."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from console.checks.access import ACCESS
from console.checks.catalogue import Catalogue, kind_of
from console.checks.kind import Check, Kind, Target, Wanted
from console.checks.raw import SYSTEM, Probe
from console.errors import ConsoleError
from console.i18n import N_
from console.model.check_run import PlannedRow, Selection
from console.model.sentence import NOTHING, Sentence
from console.model.site import Site


@dataclass(frozen=True)
class Row:
    """One check of one target, with what it has to ask."""

    check: Check
    kind: Kind | None
    """None for the row of the host itself."""
    target: Target
    probes: tuple[tuple[str, Probe], ...] = ()
    """(host id, probe), in the order in which the judge wants the answers."""
    notes: Any = None
    trouble: Sentence = NOTHING
    """Why it cannot even be asked."""

    @property
    def key(self) -> tuple[str, str]:
        """Check and target."""
        return self.check.id, self.target.id

    @property
    def planned(self) -> PlannedRow:
        """As the screen lists it."""
        return PlannedRow(self.check.id, self.target.id, self.check.title, self.target.host, self.check.contract)


def plan(catalogue: Catalogue, site: Site, selection: Selection, home: Path) -> tuple[Row, ...]:
    """The rows of a run, by host in the site's order, then what belongs to no host."""
    rows = [
        _row(check, kind, target, site, home)
        for check in catalogue.checks
        if _chosen(check.id, selection.checks)
        for kind in [kind_of(check)]
        for target in _targets(check, kind, site)
        if _wanted(target, selection)
    ]
    asked = {host for row in rows for host, _probe in row.probes}
    if selection.checks and _chosen(ACCESS.id, selection.checks):
        asked |= {host.id for host in site.hosts if _wanted(Target(host.id, host.id), selection)}
    # Whatever else is asked of a host: who answers is what access means.
    access = [
        Row(ACCESS, None, Target(host.id, host.id, host), ((host.id, SYSTEM),))
        for host in site.hosts
        if host.id in asked
    ]
    order = {host.id: place for place, host in enumerate(site.hosts)}
    return tuple(sorted([*access, *rows], key=lambda row: order.get(row.target.host, len(order))))


def probes_of(rows: Iterable[Row], host: str) -> tuple[Probe, ...]:
    """What has to be asked of a host, each question once: the same one with two limits gets the longer one."""
    longest: dict[tuple[str, tuple[str, ...]], Probe] = {}
    for row in rows:
        for where, probe in row.probes:
            if where == host:
                same = longest.get((probe.name, probe.args))
                if same is None or same.limit_s < probe.limit_s:
                    longest[probe.name, probe.args] = probe
    return tuple(longest.values())


def _row(check: Check, kind: Kind, target: Target, site: Site, home: Path) -> Row:
    wanted = Wanted(check, target, site)
    try:
        if kind.recall is not None:
            wanted = replace(wanted, notes=kind.recall(wanted, home))
        probes = [(target.host, probe) for probe in kind.probes(wanted)]
        if kind.elsewhere is not None:
            probes += kind.elsewhere(wanted)
    except ConsoleError as error:
        return Row(check, kind, target, trouble=Sentence(N_("{why}"), {"why": error.detail}))
    unknown = [host for host, _probe in probes if site.host(host) is None]
    if unknown:
        source = N_("The site file has no host {host}.")
        return Row(check, kind, target, notes=wanted.notes, trouble=Sentence(source, {"host": unknown[0] or "?"}))
    return Row(check, kind, target, tuple(probes), wanted.notes)


def _targets(check: Check, kind: Kind, site: Site) -> Iterable[Target]:
    for target in kind.targets(check, site):
        host = site.host(target.host) if target.host else None
        if check.hosts and target.host not in check.hosts:
            continue
        if check.roles and (host is None or host.role not in check.roles):
            continue
        yield target


def _chosen(check_id: str, wanted: tuple[str, ...]) -> bool:
    return not wanted or any(check_id == word or check_id.startswith(word.rstrip(".") + ".") for word in wanted)


def _wanted(target: Target, selection: Selection) -> bool:
    if selection.hosts and target.host not in selection.hosts:
        return False
    return not selection.targets or target.id in selection.targets
