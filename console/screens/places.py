"""The screens of the places, whose modules are read when somebody goes there: the first picture comes sooner."""

from collections.abc import Callable

from textual.screen import Screen

from console.graphics.encoder import Encoder
from console.screens.base import ConsoleScreen
from console.services import Services


def checklists(services: Services) -> ConsoleScreen:
    """What is checked at the site."""
    from console.screens.checklists.screen import ChecklistsScreen

    return ChecklistsScreen(services)


def studies(services: Services, make_encoder: Callable[[], Encoder]) -> ConsoleScreen:
    """What the index knows; `make_encoder` draws thumbnails."""
    from console.screens.studies.screen import StudiesScreen

    return StudiesScreen(services, make_encoder)


def repair(services: Services) -> ConsoleScreen:
    """The doctor and the jobs."""
    from console.screens.repair.screen import RepairScreen

    return RepairScreen(services)


def inspections(services: Services) -> ConsoleScreen:
    """The forms."""
    from console.screens.inspections.screen import InspectionsScreen

    return InspectionsScreen(services)


def settings(services: Services) -> ConsoleScreen:
    """What the operator prefers."""
    from console.screens.settings.screen import SettingsScreen

    return SettingsScreen(services)


def show_check(screen: "Screen[object]", key: str) -> None:
    """Put the cursor on the row of that key, where the checklists are shown."""
    from console.screens.checklists.screen import ChecklistsScreen

    if isinstance(screen, ChecklistsScreen):
        screen.show_row(key)


def show_actions(screen: "Screen[object]") -> None:
    """Go to the actions of all inspections, where these are shown."""
    from console.screens.inspections.screen import InspectionsScreen

    if isinstance(screen, InspectionsScreen):
        screen.show_actions()
