"""Rows and details of the checklists, in words: nothing here draws."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from console.i18n import N_, _, ngettext
from console.model.board import Board, BoardRow, Trend, problems
from console.model.checks import SEVERITY, Finding, Status, worst
from console.model.progress import Progress
from console.model.site import Site
from console.model.text import clean
from console.theme import Symbols
from console.widgets.bars import joined
from console.widgets.line_list import Line, wrap
from console.widgets.row_table import Column, Row, Tone

WORDS = {
    Status.CRIT: N_("critical"),
    Status.UNKNOWN: N_("unknown"),
    Status.WARN: N_("warning"),
    Status.MANUAL: N_("to look at"),
    Status.OK: N_("in order"),
    Status.SKIPPED: N_("not asked"),
    Status.NA: N_("does not apply"),
}
"""What a verdict is called."""

_TONES: dict[Status, Tone] = {
    Status.CRIT: "bad",
    Status.UNKNOWN: "careful",
    Status.WARN: "careful",
    Status.MANUAL: "",
    Status.OK: "good",
    Status.SKIPPED: "quiet",
    Status.NA: "quiet",
}
HIDDEN = "***"
"""Stands for what privacy hides."""
_MAY_NAME_PATIENTS = ("logs.", "queue.", "files.pair")
"""Checks that quote lines of logs and names of files."""
CHANGES = {"new": N_("new"), "worse": N_("worse"), "better": N_("better"), "fixed": N_("fixed")}
"""Against the last visit."""


def sign(status: Status | None, symbols: Symbols) -> str:
    """The symbol of a verdict; the one of "not asked" before there is one."""
    return symbols.verdicts[SEVERITY.index(status or Status.SKIPPED)]


def columns() -> tuple[Column, ...]:
    """Of the list of checks."""
    return (
        Column("", 3, rank=2),
        Column(_("Check"), 18, flex=3),
        Column(_("Of what"), 10, flex=2),
        Column(_("Measured"), 10, flex=2),
        Column(_("Expected"), 9, flex=1, rank=1),
        Column("", 5, rank=3),
        Column(_("At"), 5, rank=4),
    )


def row_of(row: BoardRow, symbols: Symbols, tick: int, now: datetime, *, all_hosts: bool) -> Row:
    """One line of the list. `tick` counts what turns while it is asked."""
    of_what = joined([row.target if all_hosts or row.target != row.host else "", row.item], " ")
    name = clean(str(row.title) or row.check)
    clause = row.clause[0] if row.clause else ""
    if row.finding is None:
        mark = symbols.spinner[tick % len(symbols.spinner)] if row.state == "running" else sign(None, symbols)
        waiting: Tone = "quiet" if row.state == "waiting" else ""
        return Row((clause, name, clean(of_what), "", "", "", ""), row.key, mark, tone=waiting)
    finding = row.finding
    cells = (
        clause,
        name,
        symbols.fold(clean(of_what or row.target)),
        symbols.fold(str(finding.measured) or _(WORDS[finding.status])),
        symbols.fold(str(finding.expected)),
        _(CHANGES[row.change]) if row.change else "",
        moment(finding.measured_at, now),
    )
    tone: Tone = (
        "quiet"
        if row.quiet or (row.state == "old" and finding.status in (Status.OK, Status.NA))
        else _TONES[finding.status]
    )
    return Row(cells, row.key, sign(finding.status, symbols), tone=tone)


_NEVER = 1970
"""Year of a moment that was never measured, as of a bundle that is missing."""


def moment(at: datetime, now: datetime) -> str:
    """A time of today as 08:05, of this year as 11-20, else the year; nothing for what never was."""
    if at.year <= _NEVER:
        return ""
    at = at.astimezone(now.tzinfo)
    if at.date() == now.date():
        return f"{at:%H:%M}"
    return f"{at:%m-%d}" if at.year == now.year else f"{at:%Y}"


def host_lines(site: Site, board: Board, symbols: Symbols) -> list[Line]:
    """The servers with their worst verdict; first all of them, last what belongs to none."""
    by_host: dict[str, list[BoardRow]] = {}
    for row in board.rows:
        by_host.setdefault(row.host, []).append(row)
    lines = [_host_line(_("All"), "*", board.rows, symbols)]
    lines += [_host_line(host.id, host.id, by_host.get(host.id, []), symbols) for host in site.hosts]
    if "" in by_host:
        lines.append(_host_line(_("Others"), "", by_host[""], symbols))
    return lines


def _host_line(name: str, key: str, rows: Sequence[BoardRow], symbols: Symbols) -> Line:
    known = [row.finding.status for row in rows if row.finding is not None and not row.quiet]
    mark = sign(worst(known) if known else None, symbols)
    count = len(problems(rows))
    # The key must not be empty, or the line could not be taken.
    return Line(f"{mark} {clean(name)}", right=str(count) if count else "", key=f"={key}")


def said(board: Board, symbols: Symbols, now: datetime, notes: int) -> str:
    """How things stand, in one line: verdicts with their numbers, when, and how many notes there are to read."""
    counts = board.counts()
    parts = [
        f"{sign(status, symbols)} {counts[status]} {_(WORDS[status])}"
        for status in SEVERITY
        if counts[status] and status is not Status.NA
    ]
    if board.measured_at is not None:
        parts.append(_("last {time}").format(time=moment(board.measured_at, now)))
    if board.stopped:
        parts.insert(0, _("stopped"))
    if notes:
        parts.append(ngettext("{count} note (w)", "{count} notes (w)", notes).format(count=notes))
    return symbols.fold(" · ".join(parts))


def detail(
    row: BoardRow,
    width: int,
    symbols: Symbols,
    trend: Trend | None,
    rationale: str,
    now: datetime,
    *,
    privacy: bool = False,
) -> list[Line]:
    """Everything that is known of one row, for reading. With `privacy` no line of a log and no name of a file."""
    lines = _wrapped(joined([str(row.title), row.target, row.item], " · "), width, heading=True)
    finding = row.finding
    if finding is None:
        lines.append(Line(_("being asked") if row.state == "running" else _("not asked yet")))
        return lines
    since = _("since {time}").format(time=moment(finding.since, now)) if finding.since is not None else ""
    lines.append(Line(joined([f"{sign(finding.status, symbols)} {_(WORDS[finding.status])}", since])))
    lines += _wrapped(summary_of(finding, privacy), width)
    for name, value in ((_("Measured"), str(finding.measured)), (_("Expected"), str(finding.expected))):
        if value:
            lines += _wrapped(f"{name}: {value}", width)
    if row.change:
        lines.append(Line(_("Against the last visit: {change}").format(change=_(CHANGES[row.change]))))
    if row.overlay:
        lines += _wrapped(row.overlay, width)
    if trend is not None and len(trend.values) > 1:
        lines += [Line(""), Line(_("History"), heading=True), Line(chart(trend.values, max(width - 2, 8), symbols))]
    if finding.remedy and finding.status not in (Status.OK, Status.NA):
        lines += [Line(""), Line(_("What to do (y copies)"), heading=True), *_block(str(finding.remedy), width)]
    if rationale:
        lines += [Line(""), Line(_("Why it matters"), heading=True), *_wrapped(rationale, width)]
    if finding.clause or finding.standard:
        lines += [Line(""), *_wrapped(joined([*finding.clause, *finding.standard]), width)]
    return [_folded(line, symbols) for line in (*lines, *_evidence(finding, width, now, privacy))]


def summary_of(finding: Finding, privacy: bool) -> str:
    """A finding in a sentence; where that may quote a log or a file's name, the measured value when `privacy` is on."""
    if privacy and finding.check.startswith(_MAY_NAME_PATIENTS):
        return str(finding.measured) or HIDDEN
    return str(finding.summary)


def _evidence(finding: Finding, width: int, now: datetime, privacy: bool) -> list[Line]:
    lines: list[Line] = []
    for proof in finding.evidence:
        lines += [Line(""), Line(_("Evidence"), heading=True)]
        lines += _wrapped(f"{proof.tool} · {proof.measured_at.astimezone(now.tzinfo):%Y-%m-%d %H:%M:%S}", width)
        lines += _block(f"$ {proof.command}", width)
        hidden = privacy and finding.check.startswith(_MAY_NAME_PATIENTS)
        lines += _block(HIDDEN if hidden else proof.output, width)
        if proof.truncated:
            lines.append(Line(_("The answer was longer; the rest was dropped.")))
        halves = f"{proof.sha256[:32]} {proof.sha256[32:]}"
        lines += _wrapped(f"SHA-256 {halves}", width)
    return lines


def _wrapped(text: str, width: int, *, heading: bool = False) -> list[Line]:
    return [Line(part, heading=heading) for part in wrap(clean(text), max(width - 5, 10)) if part] if text else []


def _block(text: str, width: int) -> list[Line]:
    return [Line(part) for line in text.split("\n") for part in (wrap(clean(line), max(width - 5, 10)) or [""])]


def _folded(line: Line, symbols: Symbols) -> Line:
    return Line(symbols.fold(line.text), line.indent, line.heading, line.right, line.key, line.dim)


def chart(values: Sequence[float], cells: int, symbols: Symbols) -> str:
    """Values as a row of bars, the last ones where they do not all fit; flat when nothing moves."""
    shown = list(values[-cells:])
    low, high = min(shown), max(shown)
    span = high - low
    top = len(symbols.chart) - 1
    if span <= 0:
        return symbols.chart[top // 2] * len(shown)
    return "".join(symbols.chart[round((value - low) / span * top)] for value in shown)


def progress_of(board: Board) -> Progress:
    """How far the run is."""
    return Progress(board.done, board.total, board.elapsed_s, _("checking"))


def due_lines(dues: Sequence[tuple[str, date]], today: date, symbols: Symbols) -> list[Line]:
    """What is due, with the days that are left."""
    lines = []
    for what, day in dues:
        left = (day - today) // timedelta(days=1)
        if left < 0:
            right = _("{days} d late").format(days=-left)
        else:
            right = _("today") if left == 0 else _("in {days} d").format(days=left)
        mark = symbols.verdicts[0] if left < 0 else symbols.verdicts[2] if left <= 30 else " "
        lines.append(Line(f"{mark} {clean(what)}", right=right))
    return lines
