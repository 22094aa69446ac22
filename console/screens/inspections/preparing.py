"""The course of an inspection at the keyboard: notice, permission, beginning, reviewing, sealing, signing."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from textual import work

from console import inspectionsteps as steps
from console.errors import UsageError
from console.i18n import _
from console.inspectionsteps import Step
from console.model.inspections import Attachment, Inspection, Stage
from console.model.text import clean
from console.screens.dialogs.ask import AskText
from console.screens.dialogs.form import Form, FormField
from console.screens.dialogs.listing import Decide
from console.screens.inspections.notes import TextPanel
from console.screens.inspections.saving import OneInspection
from console.widgets.line_list import Line, wrap

StepOf = Callable[[Mapping[str, str], date, Attachment | None], Step]
"""From a form's answers, the day in it and the file it names."""

CONCLUSION_CHARACTERS = 20_000


class Preparing(OneInspection):
    """The part of the form's screen that asks for what belongs to the whole inspection."""

    async def asked_form(
        self, title: str, fields: list[FormField], values: dict[str, str], event: str, step_of: StepOf
    ) -> bool:
        """Fields until they are accepted, or the operator gives up; refused values stay in their fields."""
        wrong = ""
        while (answer := await self.app.push_screen_wait(Form(title, fields, values, wrong))) is not None:
            try:
                return self.taken(await self._tried(answer, step_of), event)
            except UsageError as error:
                values, wrong = answer, error.detail
        return False

    async def _tried(self, answer: Mapping[str, str], step_of: StepOf) -> Inspection | None:
        """The changed inspection; a file that is named is kept first. None where the disk refused. UsageError."""
        day = day_of(answer.get("on", ""), self.services.clock().date())
        proof: Attachment | None = None
        if answer.get("file"):
            path = Path(answer["file"])
            proof = await self.kept(self.desk.submit(self.desk.attach, self.inspection.id, path))
            if proof is None:
                return None
        how = step_of(answer, day, proof)
        return await self.kept(self.desk.submit(self.desk.change, self.inspection.id, how))

    # Before the visit

    @work(exclusive=True, group="course")
    async def notice(self) -> None:
        """The hospital was told."""
        if self.barred():
            return
        old = self.inspection.notice
        fields = [
            _day_field(_("Day of the notice")),
            FormField("channel", _("How"), _("By telephone, letter, mail, WeChat, in person."), required=True),
            FormField("recipient", _("Who was told"), _("Name and department."), required=True),
            FormField("window", _("When we come"), _("Day and hours that were proposed.")),
            FormField("scope", _("What will be done"), _("What the visit covers, and what stands still meanwhile.")),
        ]
        values = {"on": self._today()}
        if old is not None:
            values = {"on": old.on.isoformat(), "channel": old.channel, "recipient": old.recipient,
                      "window": old.window, "scope": old.scope}  # fmt: skip
        by = self.operator

        def step_of(answer: Mapping[str, str], day: date, _proof: Attachment | None) -> Step:
            return steps.announce(day, answer["channel"], answer["recipient"], answer["window"], answer["scope"], by)

        await self.asked_form(_("Notice to the hospital"), fields, values, "announced", step_of)

    @work(exclusive=True, group="course")
    async def permission(self) -> None:
        """The hospital agreed."""
        if self.barred():
            return
        old = self.inspection.permission
        fields = [
            _day_field(_("Day of the permission")),
            FormField("who", _("Who agreed"), _("Name and department."), required=True),
            FormField("how", _("How"), _("By telephone, letter, mail, WeChat, in person.")),
            FormField("conditions", _("On what terms"), _("Hours, rooms, who comes along.")),
            FormField("file", _("Proof"), _("A file that shows it, such as a photo of the letter.")),
        ]
        values = {"on": self._today()}
        if old is not None and old.who:
            values = {"on": old.on.isoformat(), "who": old.who, "how": old.how, "conditions": old.conditions}

        def step_of(answer: Mapping[str, str], day: date, proof: Attachment | None) -> Step:
            return steps.permit(day, answer["who"], answer["how"], answer["conditions"], proof)

        await self.asked_form(_("Permission of the hospital"), fields, values, "permitted", step_of)

    @work(exclusive=True, group="course")
    async def begin(self) -> None:
        """Begin; without notice and permission only with a reason, which is printed."""
        if self.barred():
            return
        if self.inspection.stage not in (Stage.PLANNED, Stage.NOTIFIED, Stage.PERMITTED):
            self.notify(_("It was begun already."), markup=False)
            return
        reason = ""
        if self.inspection.form.quarterly and self.inspection.stage is not Stage.PERMITTED:
            question = _(
                "Notice or permission of the hospital is missing. To begin without, write the reason; it is printed in "
                "the report:"
            )
            reason = (await self.app.push_screen_wait(AskText(_("Begin without permission"), question)) or "").strip()
            if not reason:
                return
        how = steps.begin(reason, by=self.operator, at=self.services.clock())
        await self.step(how, "begun", override="yes" if reason else "no")

    # After the work

    @work(exclusive=True, group="course")
    async def conclusion(self) -> None:
        """The engineer's summary."""
        if self.barred():
            return
        question = _("What the hospital should know, in a few sentences; it is printed first.")
        panel = TextPanel(_("Conclusion"), question, self.inspection.conclusion, CONCLUSION_CHARACTERS)
        text = await self.app.push_screen_wait(panel)
        if text is not None and text.strip() != self.inspection.conclusion.strip():
            await self.step(steps.conclude(text))

    @work(exclusive=True, group="course")
    async def look_through(self) -> None:
        """To the review, with the open actions of earlier inspections; and back."""
        if self.barred():
            return
        if self.inspection.stage is Stage.REVIEW:
            await self.step(steps.reopen, "reopened")
            return
        changed = await self.asked(self.desk.submit(self.desk.review, self.inspection.id, steps.review))
        self.taken(changed, "reviewed")

    @work(exclusive=True, group="course")
    async def seal(self) -> None:
        """Seal it, after the operator has confirmed."""
        if self.barred():
            return
        missing = steps.gaps(self.inspection)
        width = 78
        if missing:
            lines = [Line(_("This keeps it from being sealed; g jumps to each:"), heading=True)]
            lines += [Line(part) for gap in missing for part in wrap(clean(str(gap.what)), width)]
            await self.app.push_screen_wait(Decide(_("Not complete"), lines, ""))
            return
        if self.inspection.stage is not Stage.REVIEW:
            sentence = _("Look it through first: the review brings the open actions of earlier inspections.")
            self.notify(sentence, severity="warning", timeout=8, markup=False)
            return
        said = _(
            "After the seal no answer changes any more. A correction is a new revision with a reason, which is printed."
        )
        lines = [Line(part) for part in wrap(said, width)]
        title = _("Seal {number}").format(number=clean(self.inspection.number))
        if await self.app.push_screen_wait(Decide(title, lines, _("Seal it"))):
            by = self.operator
            self.taken(await self.asked(self.desk.submit(self.desk.seal, self.inspection.id, by)))

    @work(exclusive=True, group="course")
    async def signature(self, side: str) -> None:
        """One side has signed; the signed copy may come later."""
        if self.desk.read_only:
            self.barred()
            return
        old = next((each for each in self.inspection.signatures if each.side == side), None)
        fields = [
            _day_field(_("Day of the signature")),
            FormField("name", _("Name"), _("As it stands below the report."), required=True),
            FormField("role", _("Role"), _("Such as engineer, head of department.")),
            FormField("file", _("Signed copy"), _("A scan or a signed PDF; it can be attached later too.")),
        ]
        values = {"on": self._today(), "name": self.operator if side == "us" else ""}
        if old is not None:
            values = {"on": old.on.isoformat() if old.on else "", "name": old.name, "role": old.role}

        def step_of(answer: Mapping[str, str], day: date, proof: Attachment | None) -> Step:
            return steps.sign(side, answer["name"], answer["role"], day, proof)

        title = _("Our signature") if side == "us" else _("The hospital's signature")
        await self.asked_form(title, fields, values, "signed", step_of)

    @work(exclusive=True, group="course")
    async def put_away(self) -> None:
        """Archive what both sides have signed."""
        await self.step(steps.archive, "archived")

    def _today(self) -> str:
        return self.services.clock().date().isoformat()


def _day_field(name: str) -> FormField:
    return FormField("on", name, _("As 2026-11-20; empty means today."), required=False)


def day_of(text: str, today: date) -> date:
    """The day that was written, `today` for nothing. Raises UsageError."""
    plain = text.strip().replace("/", "-").replace(".", "-")
    if not plain:
        return today
    try:
        return datetime.strptime(plain, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        sentence = _("{text} is no date. Write it as 2026-11-20.")
        raise UsageError(_("No date"), sentence.format(text=clean(text.strip())[:40])) from None
