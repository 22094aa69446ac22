"""What a person says of a finding: taken note of, accepted for a while, read, answered; and what leaves the console."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work
from textual.message import Message

from console.errors import ConsoleError, UsageError
from console.i18n import N_, _, ngettext
from console.model.answers import Said
from console.model.board import BoardRow, Trend
from console.model.checks import Status
from console.model.logs import LogGroup, ReviewVerdict
from console.model.text import clean
from console.screens.base import ConsoleScreen
from console.screens.checklists import texts
from console.screens.dialogs.ask import AskText, Choose
from console.screens.dialogs.listing import ListPanel
from console.widgets.line_list import Line, wrap

if TYPE_CHECKING:
    from collections.abc import Callable


FORMATS = (("md", N_("Markdown, to read")), ("csv", N_("CSV, for a spreadsheet")), ("json", N_("JSON, for a program")))
"""What a run can be exported as."""

_TERMS = ((7, N_("a week")), (30, N_("a month")), (92, N_("a quarter")))


class Deciding(ConsoleScreen):
    """The part of the checklists that asks a person."""

    @property
    def current(self) -> BoardRow | None:
        """The row under the cursor; the screen knows which."""
        return None

    board_changed_by_hand: "Callable[[], None]"
    """Has the board drawn anew; the screen knows how."""
    trend_found: "Callable[[str, Trend | None], None]"

    @dataclass
    class TrendFound(Message):
        """The history of a row was looked up."""

        key: str
        trend: Trend | None

    # Taking note

    @work(exclusive=True, group="decide")
    async def action_acknowledge(self) -> None:
        """Take note of what is wrong until a day, or accept it as a risk; the verdict itself stays as it is."""
        row = self.current
        if row is None or row.finding is None or row.status in (Status.OK, Status.NA):
            self.notify(_("There is nothing to take note of here."), markup=False)
            return
        if self.services.checkroom.read_only:
            self.notify(
                _("Another console holds the home folder; this one only reads."), severity="warning", markup=False
            )
            return
        choices = [_("Taken note of: somebody works on it"), _("Accepted risk: the hospital knows and agrees")]
        if row.overlay:
            choices.append(_("Take that back: it counts again"))
        kind = await self.app.push_screen_wait(Choose(clean(str(row.finding.summary)), choices))
        if kind is None:
            return
        room, who = self.services.checkroom, self.services.preferences.now.operator
        today = self.services.clock().date()
        if kind == 2:
            await self._keep(partial(room.records.take_back, row.finding.key, who))
            return
        why = await self.app.push_screen_wait(
            AskText(choices[kind], _("Why, in one sentence that stands in the report:"))
        )
        if not why or not why.strip():
            return
        agreed = ""
        if kind == 1:
            question = _("Who of the hospital agreed:")
            agreed = (await self.app.push_screen_wait(AskText(choices[kind], question)) or "").strip()
            if not agreed:
                return
        term = await self.app.push_screen_wait(Choose(_("For how long"), [_(name) for _days, name in _TERMS]))
        if term is None:
            return
        until = today + timedelta(days=_TERMS[term][0])
        if kind == 1:
            await self._keep(partial(room.records.accept_risk, row.finding.key, who, agreed, why.strip(), until))
        else:
            await self._keep(partial(room.records.acknowledge, row.finding.key, who, why.strip(), until))
        self.console_app.note("finding acknowledged", check=row.check, target=row.target, until=until.isoformat())

    async def _keep(self, write: "Callable[[], object]") -> None:
        """Write a record off the event loop, then show it; what cannot be saved is said."""
        try:
            await asyncio.to_thread(write)
        except ConsoleError as error:
            self.console_app.show_error(error)
            return
        self.board_changed_by_hand()

    # Logs and questions to a person

    @work(exclusive=True, group="decide")
    async def action_review(self) -> None:
        """Read the groups of a log one by one and say what each means."""
        row = self.current
        if row is None:
            return
        room = self.services.checkroom
        try:
            groups = await asyncio.to_thread(room.records.log_groups, row.target)
        except ConsoleError as error:
            self.console_app.show_error(error)
            return
        if not groups:
            self.notify(_("No lines to read. Run the check first."), markup=False)
            return
        at = 0
        while True:
            names = [self._group_name(group) for group in groups]
            chosen = await self.app.push_screen_wait(Choose(_("Log {name}").format(name=clean(row.target)), names, at))
            if chosen is None:
                return
            at = chosen
            group = await self._review_one(row.target, groups[chosen])
            if group is not None:
                groups = (*groups[:chosen], group, *groups[chosen + 1 :])
                self.board_changed_by_hand()

    def _group_name(self, group: LogGroup) -> str:
        mark = self.console_app.symbols.verdicts[4 if group.reviewed else 2]
        text = "***" if self.services.preferences.now.privacy else clean(group.last_line or group.shape)
        return self.console_app.symbols.fold(f"{mark} {group.count}x  {text}")

    async def _review_one(self, log: str, group: LogGroup) -> LogGroup | None:
        room, settings = self.services.checkroom, self.services.preferences.now
        text = "***" if settings.privacy else clean(group.last_line or group.shape)
        question = "\n".join(
            [
                *wrap(text, 70)[:8],
                "",
                _("{count} times, first {first}, last {last}").format(
                    count=group.count, first=clean(group.first_stamp), last=clean(group.last_stamp)
                ),
                _("{who} wrote: {note}").format(who=clean(group.review.by), note=clean(group.review.note))
                if group.review is not None
                else "",
            ]
        )
        choices = [_("Harmless"), _("To be followed up"), _("Dealt with")]
        verdict = await self.app.push_screen_wait(Choose(_("What does it mean?"), choices, 0, question))
        if verdict is None:
            return None
        note = await self.app.push_screen_wait(AskText(choices[verdict], _("A note, or enter:")))
        if note is None:
            return None
        said = (ReviewVerdict.HARMLESS, ReviewVerdict.OPEN, ReviewVerdict.HANDLED)[verdict]
        try:
            return await asyncio.to_thread(room.records.review, log, group, said, note.strip(), settings.operator)
        except ConsoleError as error:
            self.console_app.show_error(error)
            return None

    @work(exclusive=True, group="decide")
    async def action_reply(self) -> None:
        """Answer a question that only a person can answer."""
        row = self.current
        if row is None or row.finding is None:
            return
        choices = [_("In order"), _("Partly"), _("Not in order"), _("Does not apply")]
        answer = await self.app.push_screen_wait(Choose(clean(str(row.title)), choices, 0, str(row.finding.summary)))
        if answer is None:
            return
        note = await self.app.push_screen_wait(AskText(choices[answer], _("What was seen:")))
        if note is None:
            return
        question = _("A file that proves it (a photo, a report), or enter for none:")
        proof = await self.app.push_screen_wait(AskText(choices[answer], question))
        if proof is None:
            return
        said: tuple[Said, ...] = ("pass", "part", "fail", "na")
        who, records = self.services.preferences.now.operator, self.services.checkroom.records
        await self._keep(partial(records.reply, row.check, row.target, said[answer], note.strip(), proof.strip(), who))
        self.run_again(row)

    def run_again(self, row: BoardRow) -> None:
        """Ask one row again; the screen that can run checks says how."""

    # What leaves the console

    def action_notes(self) -> None:
        # A panel takes five sixths of the screen, and at most 90 cells.
        width = max(min(self.size.width * 5 // 6, 90) - 8, 20)
        notes = [
            Line(part, 0 if at == 0 else 1)
            for note in self.services.checkroom.notes
            for at, part in enumerate(wrap(clean(note), width))
        ]
        self.app.push_screen(ListPanel(_("Notes"), notes or [Line(_("Nothing to note."))]))

    def action_copy(self) -> None:
        row = self.current
        if row is not None and row.finding is not None and str(row.finding.remedy):
            self.app.copy_to_clipboard(str(row.finding.remedy))
            self.notify(_("Copied."), markup=False)

    @work(exclusive=True, group="decide")
    async def action_compare(self) -> None:
        """What changed against the last visit, or against a run of the list."""
        room = self.services.checkroom
        try:
            runs = await asyncio.to_thread(room.records.runs, room.state.site.name)
            if not runs:
                self.notify(_("There is no earlier run to compare with."), markup=False)
                return
            names = [_("{time} · {count} findings · {who}").format(
                time=f"{run.started:%Y-%m-%d %H:%M}", count=sum(number for _s, number in run.counts),
                who=clean(run.operator) or _("nobody at the console")) for run in runs]  # fmt: skip
            chosen = await self.app.push_screen_wait(Choose(_("Compare with"), names))
            if chosen is None:
                return
            changes = await asyncio.to_thread(room.compare_with, runs[chosen])
        except ConsoleError as error:
            self.console_app.show_error(error)
            return
        self.board_changed_by_hand()
        symbols = self.console_app.symbols
        lines = []
        for change in changes:
            after, before = change.after, change.before
            finding = after or before
            if finding is None:
                continue
            old = texts.sign(before.status, symbols) if before is not None else " "
            new = texts.sign(after.status, symbols) if after is not None else " "
            name = _(texts.CHANGES.get(change.kind, N_("gone")))
            lines.append(Line(f"{old}>{new} {name}  {clean(str(finding.summary))}", right=clean(finding.target)))
        count = len(lines)
        title = ngettext("{count} change", "{count} changes", count).format(count=count)
        self.app.push_screen(ListPanel(title, lines or [Line(_("Nothing changed."))]))

    @work(exclusive=True, group="decide")
    async def action_export(self) -> None:
        """Write what stands on the board to a file."""
        chosen = await self.app.push_screen_wait(
            Choose(_("Export the findings as"), [_(name) for _end, name in FORMATS])
        )
        if chosen is None:
            return
        ending = FORMATS[chosen][0]
        now = self.services.clock()
        start = Path.home() / f"checks-{now:%Y%m%d-%H%M}.{ending}"
        answer = await self.app.push_screen_wait(AskText(_("Export"), _("Write to:"), str(start)))
        if not answer or not answer.strip():
            return
        path = Path(answer.strip())
        try:
            operator = self.services.preferences.now.operator
            await asyncio.to_thread(self.services.checkroom.export, ending, path, operator)
        except (ConsoleError, OSError) as error:
            wrong = error if isinstance(error, ConsoleError) else UsageError(_("Cannot be written"), str(error))
            self.console_app.show_error(wrong)
            return
        self.notify(_("Written: {path}").format(path=path), timeout=8, markup=False)
        self.console_app.note("findings exported", form=ending)

    # History of a row

    @work(thread=True, exclusive=True, exit_on_error=False, group="trend")
    def look_up_trend(self, row: BoardRow) -> None:
        """The values of a row over time."""
        if row.finding is not None:
            room = self.services.checkroom
            trend = room.records.trend(room.state.site.name, row.finding)
            self.post_message(self.TrendFound(row.key, trend))

    @on(TrendFound)
    def show_trend(self, event: TrendFound) -> None:
        event.stop()
        self.trend_found(event.key, event.trend)
