"""The orders and filters that the operator can choose for the list of studies, and the search they make."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from console.i18n import N_
from console.librarian import Order, Search, parse


@dataclass(frozen=True)
class Choice:
    """One order."""

    name: str
    key: str
    reverse: bool = False


ORDERS = (
    Choice(N_("newest first"), "date", True),
    Choice(N_("oldest first"), "date"),
    Choice(N_("by name"), "name"),
    Choice(N_("by patient ID"), "id"),
    Choice(N_("by modality"), "modality"),
    Choice(N_("by description"), "description"),
    Choice(N_("largest first"), "size", True),
)
"""The first is the one that the list begins with."""


@dataclass(frozen=True)
class Filter:
    """What is shown beside what the words say."""

    name: str
    modalities: tuple[str, ...] = ()
    """One of these; empty for all."""
    days: int = 0
    """Only studies of the last so many days, today included; 0 for all."""
    doubtful: bool = False
    """Only names that were read against their label, and studies with something to notice."""
    pictures: bool = False
    """Only studies that hold pictures."""


FILTERS = (
    Filter(N_("everything")),
    Filter(N_("today"), days=1),
    Filter(N_("the last 7 days"), days=7),
    Filter(N_("the last 30 days"), days=30),
    Filter(N_("angiography (XA, RF)"), modalities=("XA", "RF", "XRF")),
    Filter(N_("ultrasound, intravascular (US, IVUS, IVOCT)"), modalities=("US", "IVUS", "IVOCT", "ICE")),
    Filter(N_("CT, MR, nuclear medicine"), modalities=("CT", "MR", "NM", "PT")),
    Filter(N_("reports and documents (SR, DOC)"), modalities=("SR", "DOC", "KO")),
    Filter(N_("curves (ECG, hemodynamics)"), modalities=("ECG", "HD", "EPS")),
    Filter(N_("with pictures"), pictures=True),
    Filter(N_("doubtful names, something to notice"), doubtful=True),
)
"""In the order in which they are offered."""


def search_of(
    words: str, order: int, chosen: int, *, patients: bool, patient: str, today: date, keep: int = 0
) -> Search:
    """The search for `words` in one of ORDERS with one of FILTERS; `patient` is the key of the only one wanted."""
    only = FILTERS[chosen]
    query = replace(
        parse(words, lambda: today),
        modalities=only.modalities,
        first=(today - timedelta(days=only.days - 1)).isoformat() if only.days else "",
        last=today.isoformat() if only.days else "",
        doubtful=only.doubtful,
        pictures=only.pictures,
        patient=patient,
    )
    return Search(query, Order(ORDERS[order].key, ORDERS[order].reverse), patients, keep)
