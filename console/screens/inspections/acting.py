"""Actions that were opened by inspections: looked at, closed with evidence, given to somebody else."""

from collections.abc import Callable
from pathlib import Path

from console.errors import UsageError
from console.i18n import _
from console.model.inspections import Action
from console.model.text import clean
from console.screens.dialogs.ask import AskText, Choose
from console.screens.dialogs.form import Form as FormPanel
from console.screens.dialogs.form import FormField
from console.screens.dialogs.listing import ListPanel
from console.screens.inspections.preparing import day_of
from console.screens.inspections.saving import Saving
from console.widgets.bars import joined
from console.widgets.line_list import Line, wrap


class Acting(Saving):
    """The part of the inspections' list that sees to actions."""

    refresh_list: Callable[[], object]
    """Reads the list again; the screen knows how."""

    async def see_to(self, action: Action) -> None:
        """Look at an action, close it with evidence, or give it to somebody else."""
        due = action.due.isoformat() if action.due is not None else "-"
        question = "\n".join(
            filter(None, (clean(action.what), joined((clean(action.owner), due)), clean(action.evidence)))
        )
        if action.closed is not None or self.desk.read_only:
            self.app.push_screen(ListPanel(_("Action"), [Line(part) for part in wrap(question, 76)]))
            return
        choices = [_("Close it, with what proves that it is done"), _("Owner, day")]
        chosen = await self.app.push_screen_wait(Choose(_("Action"), choices, 0, question))
        by = self.services.preferences.now.operator
        if chosen == 0:
            evidence = await self.app.push_screen_wait(AskText(_("Action"), _("What proves that it is done:")))
            if not evidence or not evidence.strip():
                return
            wanted = _("A photo or file that shows it, or enter for none:")
            named = await self.app.push_screen_wait(AskText(_("Action"), wanted))
            if named is None:
                return
            proof = Path(named.strip()) if named.strip() else None
            done = await self.asked(self.desk.submit(self.desk.close_action, action.id, by, evidence, proof))
            if done is not None:
                self.console_app.note("action.closed", action=action.id, inspection=action.inspection)
        elif chosen == 1:
            await self._assign(action)
        self.refresh_list()

    async def _assign(self, action: Action) -> None:
        fields = [
            FormField("owner", _("Owner"), _("Who sees to it."), required=True),
            FormField("on", _("Due"), _("As 2026-11-20."), required=True),
        ]
        values = {"owner": action.owner, "on": action.due.isoformat() if action.due is not None else ""}
        wrong = ""
        while (answer := await self.app.push_screen_wait(FormPanel(_("Action"), fields, values, wrong))) is not None:
            try:
                day = day_of(answer["on"], self.services.clock().date())
                await self.kept(self.desk.submit(self.desk.assign, action.id, answer["owner"], day))
            except UsageError as error:
                values, wrong = answer, error.detail
                continue
            return
