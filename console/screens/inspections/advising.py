"""Recommendations: drafted from what failed, then edited, ordered and left out by the engineer."""

from dataclasses import replace

from textual import work

from console import inspectionsteps as steps
from console.i18n import _
from console.inspectionsteps import URGENCIES
from console.model.inspections import Recommendation, Urgency
from console.model.text import clean
from console.screens.dialogs.ask import Choose
from console.screens.dialogs.form import Form, FormField
from console.screens.inspections.notes import TextPanel
from console.screens.inspections.saving import OneInspection

_CHARACTERS = 4000


class Advising(OneInspection):
    """The part of the form's screen about recommendations."""

    @work(exclusive=True, group="course")
    async def recommendations(self) -> None:
        """The list; each can be changed, moved, left out."""
        if self.barred():
            return
        at = 0
        while True:
            known = self.inspection.recommendations
            names = [_name(each) for each in known]
            names += [_("Draft from what failed"), _("Write a new one")]
            chosen = await self.app.push_screen_wait(Choose(_("Recommendations"), names, min(at, len(names) - 1)))
            if chosen is None:
                return
            at = chosen
            if chosen == len(known):
                before = len(known)
                if await self.step(steps.draft_recommendations):
                    more = len(self.inspection.recommendations) - before
                    self.notify(_("{count} more recommendations.").format(count=more), markup=False)
                at = 0
            elif chosen == len(known) + 1:
                made = await self._write(Recommendation("", _("Other"), "", ""))
                if made is not None:
                    await self.step(steps.put_recommendation(made))
            else:
                at = await self._one(known[chosen], chosen)

    async def _one(self, one: Recommendation, at: int) -> int:
        """Change one; the place where the cursor stands afterwards."""
        choices = [_("Change the text"), _("Change the remedy"), _("Heading, urgency"), _("One up"), _("One down"),
                   _("Leave it out")]  # fmt: skip
        chosen = await self.app.push_screen_wait(Choose(_name(one), choices, 0, clean(one.remedy)))
        if chosen in (0, 1):
            field = "what" if chosen == 0 else "remedy"
            panel = TextPanel(choices[chosen], _name(one), one.what if chosen == 0 else one.remedy, _CHARACTERS)
            text = await self.app.push_screen_wait(panel)
            if text is not None and text.strip():
                changed = replace(one, what=text.strip()) if field == "what" else replace(one, remedy=text.strip())
                await self.step(steps.put_recommendation(changed))
        elif chosen == 2:
            changed_one = await self._write(one)
            if changed_one is not None:
                await self.step(steps.put_recommendation(changed_one))
        elif chosen in (3, 4):
            await self.step(steps.move_recommendation(one.id, -1 if chosen == 3 else 1))
            found = [each.id for each in self.inspection.recommendations]
            return found.index(one.id) if one.id in found else at
        elif chosen == 5:
            await self.step(steps.remove_recommendation(one.id))
        return at

    async def _write(self, one: Recommendation) -> Recommendation | None:
        urgencies = {_(name): urgency for urgency, name in URGENCIES.items()}
        fields = [
            FormField(
                "what", _("What, where"), _("Measured against expected, in one or two sentences."), required=True
            ),
            FormField("remedy", _("Remedy"), _("What should be done.")),
            FormField("group", _("Heading"), _("A clause such as D3, or words of your own."), required=True),
            FormField("urgency", _("Urgency"), choices=tuple(urgencies), required=True),
        ]
        values = {"what": one.what, "remedy": one.remedy, "group": one.group, "urgency": _(URGENCIES[one.urgency])}
        answer = await self.app.push_screen_wait(Form(_("Recommendation"), fields, values))
        if answer is None:
            return None
        urgency: Urgency = urgencies[answer["urgency"]]
        return replace(one, what=answer["what"], remedy=answer["remedy"], group=answer["group"], urgency=urgency)


def _name(one: Recommendation) -> str:
    return f"{clean(one.group)}  {clean(one.what)}  ({_(URGENCIES[one.urgency])})"
