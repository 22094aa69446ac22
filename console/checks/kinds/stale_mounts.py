"""Whether network file systems answer. One that hung is left alone for half a day: each question would hang too."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from console.checks.kind import Asked, Kind, NotKnown, Wanted
from console.checks.kinds.uptime import hosts
from console.checks.parsers.disk import NetMount, escaped, net_mounts_of
from console.checks.raw import Probe
from console.i18n import N_
from console.model.checks import Metric, Status, Verdict
from console.model.clock import local_now
from console.model.sentence import Sentence, Value
from console.store.files import replace_file

NAME = "stuck-mounts.json"
"""In the home folder: host, path, and since when it does not answer. It can be deleted at any time."""
_LEFT_ALONE = timedelta(hours=12)


def ask(wanted: Wanted) -> tuple[Probe, ...]:
    """Each network mount with a limit of its own, but those that hung."""
    return (Probe("netmounts", tuple(escaped(path) for path in sorted(wanted.notes or {})), 30.0),)


def recall(wanted: Wanted, home: Path) -> dict[str, str]:
    """Paths of this host that hung lately, with the time of the first look."""
    now = local_now()
    found = _read(home).get(wanted.target.id, {})
    return {path: at for path, at in found.items() if now - datetime.fromisoformat(at) < _LEFT_ALONE}


def keep(asked: Asked, home: Path) -> None:
    """Remember what hung."""
    try:
        mounts = net_mounts_of(asked.answers[0])
    except (NotKnown, ValueError, LookupError, TypeError):
        return
    stuck = {
        mount.path: (asked.notes or {}).get(mount.path, asked.now.isoformat())
        for mount in mounts
        if mount.state in ("hung", "left")
    }
    everything = _read(home)
    if everything.get(asked.target.id, {}) != stuck:
        replace_file(home / NAME, json.dumps({**everything, asked.target.id: stuck}, ensure_ascii=False).encode())


def judge(asked: Asked) -> Sequence[Verdict]:
    """One verdict a network mount; none mounted means that the question does not apply."""
    mounts = net_mounts_of(asked.answers[0])
    if not mounts:
        source = N_("{host} has mounted nothing from the network.")
        return [Verdict("", Status.NA, Sentence(source, {"host": asked.target.thing.label}))]
    return [_verdict(mount, asked.notes or {}) for mount in mounts]


def _verdict(mount: NetMount, since: dict[str, str]) -> Verdict:
    values: dict[str, Value] = {"path": mount.path, "type": mount.type, "since": since.get(mount.path, "")[:16]}
    metric = Metric("answers", 1.0 if mount.state == "answers" else 0.0)
    if mount.state == "answers":
        return Verdict(mount.path, Status.OK, Sentence(N_("{path} ({type}) answers."), values), metrics=(metric,))
    if mount.state == "failed":
        source = N_("{path} ({type}) answers with an error instead of its size.")
        return Verdict(mount.path, Status.CRIT, Sentence(source, values), metrics=(metric,))
    source = N_("{path} ({type}) does not answer; whoever touches it hangs as well.")
    if mount.state == "left":
        source = N_("{path} ({type}) did not answer at {since}; it is not asked again, since each question hangs.")
    return Verdict(mount.path, Status.CRIT, Sentence(source, values), Sentence(N_("hangs")), metrics=(metric,))


def _read(home: Path) -> dict[str, dict[str, str]]:
    try:
        found: Any = json.loads((home / NAME).read_text("utf-8"))
        return {str(host): {str(p): str(at) for p, at in paths.items()} for host, paths in found.items()}
    except (OSError, ValueError, AttributeError):
        return {}


KIND = Kind("stale_mounts", hosts, judge, ask, recall=recall, keep=keep)
