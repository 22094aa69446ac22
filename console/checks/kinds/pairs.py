"""Two folders that must hold the same files: what is missing at the right, what has another size, what is there alone.

Files younger than the allowed lag are not expected at the other side yet. Up to 5,000 files are compared by name and
size; beyond that, counts and bytes below each first subfolder, which is said.
"""

from collections.abc import Sequence

from console.checks.kind import Asked, Check, Kind, NotKnown, Target, Wanted, complete
from console.checks.parsers.files import Tree, tree_of
from console.checks.raw import Probe
from console.i18n import N_
from console.model.amounts import duration
from console.model.checks import Metric, Status, Verdict
from console.model.sentence import NOTHING, Sentence, Value
from console.model.site import FolderAt, Pair, Site

_LIMIT_S = 50.0


def targets(check: Check, site: Site) -> Sequence[Target]:
    """Every pair; the left host counts as its host."""
    return [Target(pair.id, pair.left.host, pair) for pair in site.pairs]


def _probe(pair: Pair, side: FolderAt) -> Probe:
    return Probe("folder", (side.path, pair.pattern, f"{pair.max_lag_s:.0f}"), _LIMIT_S)


def ask(wanted: Wanted) -> tuple[Probe, ...]:
    """The left folder."""
    return (_probe(wanted.target.thing, wanted.target.thing.left),)


def elsewhere(wanted: Wanted) -> tuple[tuple[str, Probe], ...]:
    """The right folder, on its own host."""
    pair: Pair = wanted.target.thing
    return ((pair.right.host, _probe(pair, pair.right)),)


def judge(asked: Asked) -> Sequence[Verdict]:
    """One verdict for the pair."""
    pair: Pair = asked.target.thing
    left, right = (tree_of(complete(raw)) for raw in asked.answers[:2])
    for side, tree in ((pair.left, left), (pair.right, right)):
        if tree.denied:
            source = N_("{folder} on {host} may not be read by this account.")
            raise NotKnown(Sentence(source, {"folder": tree.denied[0], "host": side.host}))
        if tree.missing:
            source = N_("{folder} does not exist on {host}.")
            values: dict[str, Value] = {"folder": side.path, "host": side.host}
            return [Verdict("", Status.CRIT, Sentence(source, values))]
    if not left.count and not right.count:
        raise NotKnown(Sentence(N_("Both folders of {pair} are empty; nothing can be compared."), {"pair": pair.id}))
    return [
        _by_name(pair, left, right)
        if left.files is not None and right.files is not None
        else _by_top(pair, left, right)
    ]


def _by_name(pair: Pair, left: Tree, right: Tree) -> Verdict:
    assert left.files is not None
    assert right.files is not None
    due = {path: file for path, file in left.files.items() if left.now - file.mtime >= pair.max_lag_s}
    missing = sorted(path for path in due if path not in right.files)
    differ = sorted(path for path, file in due.items() if path in right.files and right.files[path].size != file.size)
    alone = sorted(path for path in right.files if path not in left.files)
    values: dict[str, Value] = {
        "pair": pair.id,
        "missing": str(len(missing)),
        "differ": str(len(differ)),
        "alone": str(len(alone)),
        "count": str(len(due)),
        "name": (missing or differ or alone or [""])[0],
        "lag": duration(pair.max_lag_s),
    }
    metrics = (
        Metric("missing", float(len(missing)), "count"),
        Metric("differ", float(len(differ)), "count"),
        Metric("alone", float(len(alone)), "count"),
    )
    expected = Sentence(N_("the same within {lag}"), values)
    if missing or differ:
        source = N_("{pair}: {missing} files are missing at the right and {differ} have another size, such as {name}.")
        measured = Sentence(N_("{missing} missing, {differ} differ"), values)
        return Verdict("", Status.CRIT, Sentence(source, values), measured, expected, metrics)
    if alone:
        source = N_("{pair}: {alone} files are at the right alone, such as {name}; was something deleted at the left?")
        return Verdict(
            "", Status.WARN, Sentence(source, values), Sentence(N_("{alone} alone"), values), expected, metrics
        )
    if not due:
        source = N_("{pair}: all files are younger than {lag}; none has to be at the other side yet.")
        return Verdict("", Status.UNKNOWN, Sentence(source, values), NOTHING, expected, metrics)
    source = N_("{pair}: {count} files are at both sides with the same size.")
    return Verdict("", Status.OK, Sentence(source, values), Sentence(N_("{count} files"), values), expected, metrics)


def _by_top(pair: Pair, left: Tree, right: Tree) -> Verdict:
    """Too many to name: each first subfolder must have at the right at least what is due at the left."""
    short = sorted(
        name
        for name, top in left.tops.items()
        if name not in right.tops or right.tops[name].all < top.old or right.tops[name].all_bytes < top.old_bytes
    )
    values: dict[str, Value] = {
        "pair": pair.id,
        "left": str(left.count),
        "right": str(right.count),
        "short": str(len(short)),
        "name": short[0] if short else "",
        "lag": duration(pair.max_lag_s),
    }
    metrics = (Metric("folders_short", float(len(short)), "count"),)
    alone = sorted(
        name
        for name, top in right.tops.items()
        if name not in left.tops or left.tops[name].all < top.all or left.tops[name].all_bytes < top.all_bytes
    )
    values["alone"] = str(len(alone))
    expected = Sentence(N_("the same within {lag}"), values)
    if short:
        source = N_("{pair}: {short} subfolders hold less at the right, such as {name} ({left} against {right} files).")
        return Verdict(
            "", Status.CRIT, Sentence(source, values), Sentence(N_("{short} short"), values), expected, metrics
        )
    if alone:
        values["name"] = alone[0]
        source = N_("{pair}: {alone} subfolders hold more at the right, such as {name}; was something deleted?")
        return Verdict(
            "", Status.WARN, Sentence(source, values), Sentence(N_("{alone} more"), values), expected, metrics
        )
    source = N_(
        "{pair}: every subfolder is complete at the right by count and bytes ({left} files, too many for names)."
    )
    return Verdict("", Status.OK, Sentence(source, values), Sentence(N_("{left} files"), values), expected, metrics)


KIND = Kind("pairs", targets, judge, ask, elsewhere=elsewhere)
