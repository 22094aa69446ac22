"""Hands recorded answers of hosts to the judges of data/checks/machine.toml."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from console.checks.catalogue import kind_of, load
from console.checks.kind import Asked, Target
from console.checks.raw import Probe, Raw
from console.model.checks import Status, Verdict
from console.model.site import Host, Limits, Site

NOW = datetime.fromisoformat("2026-11-23T13:00:00+08:00")
CATALOGUE = load()


@dataclass(frozen=True)
class Sample:
    """A value of the history."""

    at: datetime
    value: float


class Before:
    """What the last visit found, by (item, metric)."""

    def __init__(self, values: Mapping[tuple[str, str], float], ago: timedelta = timedelta(days=7)) -> None:
        self._values = values
        self._at = NOW - ago

    def samples(self, check: str, target: str, item: str, metric: str) -> Sequence[Sample]:
        value = self._values.get((item, metric))
        return () if value is None else (Sample(self._at, value),)


NOTHING_BEFORE = Before({})


def text(output: str, *, seconds: float = 0.0, started: datetime = NOW) -> Raw:
    """An answer of a shell section."""
    return Raw(Probe("test"), "posix", output.encode(), 0, started=started, seconds=seconds, system="linux")


def value(output: object, system: Literal["linux", "windows"] = "windows", *, started: datetime = NOW) -> Raw:
    """An answer of a function, of this machine or of the collect script for Windows."""
    encoded = json.dumps(output, ensure_ascii=False).encode()
    return Raw(Probe("test"), "json", encoded, 0, system=system, started=started)


def judged(
    check_id: str,
    host: Host,
    *raws: Raw,
    past: Before = NOTHING_BEFORE,
    limits: Limits | None = None,
    now: datetime = NOW,
) -> dict[str, Verdict]:
    """Verdicts by item, of the check as it ships."""
    check = CATALOGUE.check(check_id)
    assert check is not None
    site = Site("test", hosts=(host,))
    asked = Asked(check, Target(host.id, host.id, host), site, raws, limits or check.limits, now, past)
    return {verdict.item: verdict for verdict in kind_of(check).judge(asked)}


def statuses(verdicts: Mapping[str, Verdict]) -> dict[str, Status]:
    """Only the statuses."""
    return {item: verdict.status for item, verdict in verdicts.items()}


def host(**facts: Any) -> Host:
    """A host that is asked by SSH, unless `facts` say otherwise."""
    return Host(**{"id": "pacs-a", "address": "10.0.0.2", "via": "ssh", **facts})
