"""Raw answers put before the judge of a check that ships."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal

from console.checks.catalogue import kind_of, load
from console.checks.judging import limits_for
from console.checks.kind import Asked, Check, NotKnown, Target
from console.checks.raw import Probe, Raw
from console.model.checks import Status, Verdict
from console.model.site import Limits, Site

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def check_of(check_id: str, **params: object) -> Check:
    """An entry that ships, with some of its keys changed."""
    check = load().check(check_id)
    assert check is not None, check_id
    return replace(check, params={**check.params, **params})


def text(said: str | bytes, system: Literal["", "linux", "windows"] = "linux") -> Raw:
    """What a shell section said."""
    output = said.encode() if isinstance(said, str) else said
    return Raw(Probe("x"), "posix", output, 0, system=system)


def found_out(facts: Any) -> Raw:
    """What a kind found out by itself, or this machine's own answer."""
    return Raw(Probe("x"), "json", json.dumps(facts).encode(), 0)


def judge(
    check: Check, target: Target, *raws: Raw, site: Site | None = None, notes: Any = None, now: datetime = NOW
) -> Sequence[Verdict]:
    """What the judge says; limits as in a run."""
    site = site or Site("Ward")
    asked = Asked(check, target, site, raws, limits_for(check, target, site), now, notes=notes)
    return kind_of(check).judge(asked)


def status_of(check: Check, target: Target, *raws: Raw, **more: Any) -> list[Status]:
    """The statuses alone; UNKNOWN where the judge cannot tell, as the runner makes of it."""
    try:
        return [verdict.status for verdict in judge(check, target, *raws, **more)]
    except (NotKnown, ValueError, LookupError, TypeError, ArithmeticError, AttributeError):
        return [Status.UNKNOWN]


def limits(**by_name: tuple[float | None, float | None]) -> Site:
    """A site with thresholds of its own."""
    return Site("Ward", thresholds={name: Limits(*pair) for name, pair in by_name.items()})


GARBAGE: tuple[bytes, ...] = (
    b"", b"null", b"[]", b"{}", b"0", b'"x"', b"\xff\xfe\x00", "权限不够".encode("gb18030"), b"= end\n",
    b"sh: not found\n", b'{"state": "open"}', b'{"state": "?", "why": 3}', b"= passwd\n root", b"\x00" * 5000,
)  # fmt: skip
"""Answers that nobody understands."""
