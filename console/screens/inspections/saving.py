"""How the form reaches the disk: every step in its order, off the event loop, and what was refused is said."""

from collections.abc import Callable

from console.i18n import _
from console.inspectiondesk import InspectionDesk
from console.inspectionsteps import Step
from console.model.inspections import Inspection
from console.screens.asking import Asking


class Saving(Asking):
    """What every screen of the inspections shares."""

    @property
    def desk(self) -> InspectionDesk:
        """The inspections of the home folder."""
        return self.services.inspections

    @property
    def operator(self) -> str:
        """Who works here."""
        return self.services.preferences.now.operator


class OneInspection(Saving):
    """A screen about one inspection."""

    inspection: Inspection
    """As it stands on the disk."""
    show: Callable[[], None]
    """Draws everything anew; the screen knows how."""

    async def step(self, how: Step, note: str = "", **details: str) -> bool:
        """Change the inspection; False when that was refused. `note` is the event for the audit log."""
        changed = await self.asked(self.desk.submit(self.desk.change, self.inspection.id, how))
        return self.taken(changed, note, **details)

    def taken(self, changed: Inspection | None, note: str = "", **details: str) -> bool:
        """Show the inspection as it stands now."""
        if changed is None:
            return False
        self.inspection = changed
        if note:
            self.console_app.note(f"inspection.{note}", inspection=changed.id, **details)
        self.show()
        return True

    def barred(self) -> bool:
        """Whether nothing can be changed here; says why."""
        if self.desk.read_only:
            self.notify(
                _("Another console holds the home folder; this one only reads."), severity="warning", markup=False
            )
            return True
        if self.inspection.sealed:
            sentence = _("This inspection is sealed. v begins a revision, with a reason, to correct it.")
            self.notify(sentence, severity="warning", timeout=8, markup=False)
            return True
        return False
