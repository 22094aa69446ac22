"""What people say of findings, kept apart from them: taken note of, or accepted as a risk. No verdict is rewritten.

One file a year (HOME/overlays-2026.json); entries are added, never changed, so that who said what when stays readable.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from console.errors import UsageError
from console.i18n import N_, _
from console.model.sentence import Sentence
from console.store.documents import open_documents

Key = tuple[str, str, str]
Kind = Literal["acknowledged", "accepted", "withdrawn"]
_KINDS = ("acknowledged", "accepted", "withdrawn")


@dataclass(frozen=True)
class Overlay:
    """What somebody said of a finding."""

    key: Key
    kind: Kind
    who: str
    why: str
    until: date
    """The last day on which it holds."""
    agreed: str = ""
    """Who of the hospital accepted the risk."""
    at: str = ""
    """When it was said, ISO 8601."""

    @property
    def sentence(self) -> Sentence:
        """For the details of a row and for the report."""
        values = {"who": self.who, "why": self.why, "until": self.until.isoformat(), "agreed": self.agreed}
        if self.kind == "accepted":
            return Sentence(N_("Accepted risk until {until}: {why} ({agreed} for the hospital, {who})"), values)
        return Sentence(N_("Taken note of until {until}: {why} ({who})"), values)

    @property
    def quiets(self) -> bool:
        """Whether the finding counts no more among what is wrong."""
        return self.kind == "accepted"


class Overlays:
    """The overlays of one home folder. `load` before the first `of`; threads take turns in the documents."""

    def __init__(self, home: Path, *, read_only: bool = False) -> None:
        self._home = home
        self._read_only = read_only
        self._held: dict[Key, Overlay] = {}

    def load(self) -> None:
        """Read all years. Raises StoreError. Blocks."""
        held: dict[Key, Overlay] = {}
        for path in sorted(self._home.glob("overlays-[0-9][0-9][0-9][0-9].json")):
            table = open_documents(path, read_only=self._read_only).table("overlays")
            for overlay in _read(table):
                held[overlay.key] = overlay
        self._held = held

    def of(self, key: Key, today: date) -> Overlay | None:
        """What holds of a finding today; None for nothing, or when it ran out."""
        overlay = self._held.get(key)
        if overlay is None or overlay.kind == "withdrawn" or overlay.until < today:
            return None
        return overlay

    def acknowledge(self, key: Key, who: str, why: str, until: date, now: datetime) -> None:
        """Somebody works on it. Raises UsageError without a reason, StoreError. Blocks."""
        self._add(Overlay(key, "acknowledged", who, _reason(why), until, "", now.isoformat()), now)

    def accept_risk(self, key: Key, who: str, agreed: str, why: str, expires: date, now: datetime) -> None:
        """The hospital lives with it until a day. Raises UsageError without a reason or a name, StoreError. Blocks."""
        if not agreed.strip():
            raise UsageError(_("Not accepted"), _("A risk is accepted by somebody of the hospital: give the name."))
        self._add(Overlay(key, "accepted", who, _reason(why), expires, agreed.strip(), now.isoformat()), now)

    def take_back(self, key: Key, who: str, now: datetime) -> None:
        """It counts again. Raises StoreError. Blocks."""
        self._add(Overlay(key, "withdrawn", who, "", now.date(), "", now.isoformat()), now)

    def _add(self, overlay: Overlay, now: datetime) -> None:
        path = self._home / f"overlays-{now.year}.json"
        table = open_documents(path, read_only=self._read_only).table("overlays")
        table.insert(
            {
                "check": overlay.key[0], "target": overlay.key[1], "item": overlay.key[2], "kind": overlay.kind,
                "who": overlay.who, "why": overlay.why, "until": overlay.until.isoformat(), "agreed": overlay.agreed,
                "at": overlay.at,
            }
        )  # fmt: skip
        self._held = {**self._held, overlay.key: overlay}


def _reason(why: str) -> str:
    if not why.strip():
        raise UsageError(_("Not taken note of"), _("Say why in one sentence; it stands in the report."))
    return why.strip()


def _read(rows: Any) -> Iterator[Overlay]:
    for row in rows:
        if isinstance(row, Mapping) and row.get("kind") in _KINDS:
            try:
                yield Overlay(
                    (str(row["check"]), str(row["target"]), str(row["item"])), row["kind"], str(row["who"]),
                    str(row["why"]), date.fromisoformat(row["until"]), str(row["agreed"]), str(row["at"]),
                )  # fmt: skip
            except (LookupError, ValueError, TypeError):
                continue  # written by a later version
