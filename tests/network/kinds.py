"""Checks of the catalogue that ask by themselves, asked and judged as a run would."""

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from console.checks.catalogue import kind_of, load
from console.checks.judging import limits_for
from console.checks.kind import Asked, Asking, Check
from console.checks.raw import Raw
from console.model.checks import Verdict
from console.model.site import Site


class NoSecrets:
    """A vault that knows nothing."""

    def secret(self, name: str) -> str | None:
        return None


def check_of(check_id: str, **params: object) -> Check:
    """An entry that ships, with some of its keys changed."""
    check = load().check(check_id)
    assert check is not None, check_id
    return replace(check, params={**check.params, **params})


def answers(check: Check, site: Site, timeout_s: float = 5.0) -> dict[str, Raw]:
    """What was found out, by target."""
    kind = kind_of(check)
    assert kind.ask is not None
    check = replace(check, timeout_s=timeout_s)
    return {
        target.id: kind.ask(Asking(check, target, site, time.monotonic() + timeout_s, NoSecrets()))
        for target in kind.targets(check, site)
    }


def verdicts(
    check: Check, site: Site, timeout_s: float = 5.0, now: datetime | None = None
) -> Mapping[tuple[str, str], Verdict]:
    """What it means, by target and item."""
    kind = kind_of(check)
    raws = answers(check, site, timeout_s)
    found = {}
    for target in kind.targets(check, site):
        limits = limits_for(check, target, site)
        asked = Asked(check, target, site, (raws[target.id],), limits, now or datetime.now(UTC))
        for verdict in kind.judge(asked):
            found[target.id, verdict.item] = verdict
    return found
