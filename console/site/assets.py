"""The asset list: the servers, databases, nodes and displays of the site file, as rows for a table or a sheet."""

import csv
import io
from dataclasses import dataclass
from urllib.parse import urlsplit

from console.i18n import N_, _
from console.model.sentence import Sentence
from console.model.site import Database, Display, Host, Interface, Node, Site
from console.plain import clean

COLUMNS = (
    N_("Kind"), N_("Id"), N_("Name"), N_("Address"), N_("Make and model"), N_("Serial number"), N_("Place"), N_("Use"),
    N_("Due"),
)  # fmt: skip
"""Headings, translated when they are drawn."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Asset:
    """One thing that the hospital owns or uses."""

    kind: Sentence
    id: str
    name: str = ""
    address: str = ""
    model: str = ""
    serial: str = ""
    place: str = ""
    use: str = ""
    due: str = ""
    """A day, as 2026-12-31."""

    @property
    def cells(self) -> tuple[str, ...]:
        """In the order of COLUMNS, in the language in use, safe for a terminal."""
        row = (self.id, self.name, self.address, self.model, self.serial, self.place, self.use, self.due)
        return (str(self.kind), *(clean(cell) for cell in row))


def assets(site: Site) -> tuple[Asset, ...]:
    """Everything of a site, servers first."""
    return tuple(
        [
            *map(_host, site.hosts),
            *map(_database, site.databases),
            *map(_node, site.nodes),
            *map(_interface, site.interfaces),
            *map(_display, site.displays),
        ]
    )


def assets_csv(site: Site) -> str:
    """The list as CSV with headings. Written as UTF-8 with a byte order mark, Excel shows the Chinese as well."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([_(column) for column in COLUMNS])
    for asset in assets(site):
        writer.writerow([_harmless(cell) for cell in asset.cells])
    return text.getvalue()


def _harmless(cell: str) -> str:
    """Spreadsheets calculate what begins like a formula; an apostrophe keeps it a text."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _host(host: Host) -> Asset:
    use = ", ".join(filter(None, (host.role, *host.departments)))
    return Asset(Sentence(N_("Host")), host.id, host.name, host.address, use=use)


def _database(database: Database) -> Asset:
    parts = urlsplit(database.url)
    address = f"{parts.hostname or ''}:{parts.port}" if parts.port else parts.hostname or ""
    model = parts.scheme.partition("+")[0]
    return Asset(Sentence(N_("Database")), database.id, database.name, address, model, use=parts.path.strip("/"))


def _node(node: Node) -> Asset:
    use = ", ".join(node.services)
    address = f"{node.ae_title}@{node.address}:{node.port}"
    return Asset(Sentence(N_("DICOM node")), node.id, node.name, address, use=use)


def _interface(interface: Interface) -> Asset:
    address = interface.url or f"{interface.address}:{interface.port}"
    return Asset(Sentence(N_("Interface")), interface.id, interface.name, address, use=interface.kind)


def _display(display: Display) -> Asset:
    due = display.calibration_due.isoformat() if display.calibration_due else ""
    model = " ".join(filter(None, (display.maker, display.model)))
    if display.graphics_card:
        model = f"{model}, {display.graphics_card}" if model else display.graphics_card
    place = ", ".join(filter(None, (display.room, display.host)))
    return Asset(Sentence(N_("Display")), display.id, display.name, "", model, display.serial, place, display.role, due)
