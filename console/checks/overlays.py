"""What people say of findings, kept apart from them: taken note of, or accepted as a risk. No verdict is rewritten.

One file a year (HOME/overlays-2026.json); entries are added, never changed, so that who said what when stays readable.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from console.errors import UsageError
from console.i18n import N_, _
from console.model.checks import Finding
from console.model.sentence import Sentence
from console.plain import clean
from console.store.documents import Documents, open_documents

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
        self.notice = ""
        """One translated sentence when a file was found damaged and its previous generation is used; else empty."""
        self._held: dict[Key, tuple[Overlay, ...]] = {}

    def load(self) -> None:
        """Read all years. Raises StoreError. Blocks."""
        held: dict[Key, tuple[Overlay, ...]] = {}
        for path in self._paths():
            for overlay in _read(self._documents(path).table("overlays")):
                held[overlay.key] = _together(held.get(overlay.key, ()), overlay)
        self._held = held

    def of(self, key: Key, today: date) -> Overlay | None:
        """What holds of a finding today; None for nothing, or when it ran out. An accepted risk outranks a note."""
        held = self._held.get(key)
        if not held:
            return None
        holding = [overlay for overlay in held if overlay.until >= today]
        return min(holding, key=lambda overlay: not overlay.quiets, default=None)

    def counting(self, findings: Iterable[Finding], today: date) -> tuple[Finding, ...]:
        """The findings without those whose risk is accepted today; each with the status it has."""
        held = ((finding, self.of(finding.key, today)) for finding in findings)
        return tuple(finding for finding, overlay in held if overlay is None or not overlay.quiets)

    def history(self, key: Key) -> tuple[Overlay, ...]:
        """All that was ever said of a finding, oldest first, what ran out too. Raises StoreError. Blocks."""
        return tuple(
            overlay
            for path in self._paths()
            for overlay in _read(self._documents(path).table("overlays"))
            if overlay.key == key
        )

    def acknowledge(self, key: Key, who: str, why: str, until: date, now: datetime) -> None:
        """Somebody works on it. Raises UsageError without a reason or for a day that is over, StoreError. Blocks."""
        _not_over(until, now)
        self._add(Overlay(key, "acknowledged", clean(who), _reason(why), until, "", now.isoformat()), now)

    def accept_risk(self, key: Key, who: str, agreed: str, why: str, expires: date, now: datetime) -> None:
        """The hospital lives with it until a day; `agreed` names who of its IT department says so.

        Raises UsageError without a reason or a name or for a day that is over, StoreError. Blocks.
        """
        _not_over(expires, now)
        if not clean(agreed).strip():
            raise UsageError(_("Not accepted"), _("A risk is accepted by somebody of the hospital: give the name."))
        said = Overlay(key, "accepted", clean(who), _reason(why), expires, clean(agreed).strip(), now.isoformat())
        self._add(said, now)

    def take_back(self, key: Key, who: str, now: datetime) -> None:
        """It counts again. Raises StoreError. Blocks."""
        self._add(Overlay(key, "withdrawn", clean(who), "", now.date(), "", now.isoformat()), now)

    def _add(self, overlay: Overlay, now: datetime) -> None:
        path = self._home / f"overlays-{now.year}.json"
        self._documents(path).table("overlays").insert(
            {
                "check": overlay.key[0], "target": overlay.key[1], "item": overlay.key[2], "kind": overlay.kind,
                "who": overlay.who, "why": overlay.why, "until": overlay.until.isoformat(), "agreed": overlay.agreed,
                "at": overlay.at,
            }
        )  # fmt: skip
        self._held = {**self._held, overlay.key: _together(self._held.get(overlay.key, ()), overlay)}

    def _paths(self) -> list[Path]:
        return sorted(self._home.glob("overlays-[0-9][0-9][0-9][0-9].json"))

    def _documents(self, path: Path) -> Documents:
        documents = open_documents(path, read_only=self._read_only)
        self.notice = documents.recovered or self.notice
        return documents


def _together(held: tuple[Overlay, ...], overlay: Overlay) -> tuple[Overlay, ...]:
    """What is in force when `overlay` is said after the others: one of each kind, nothing behind a withdrawal."""
    if overlay.kind == "withdrawn":
        return ()
    return (*(other for other in held if other.kind != overlay.kind), overlay)


def _not_over(until: date, now: datetime) -> None:
    if until < now.date():
        sentence = _("{day} is over. Give today or a later day.")
        raise UsageError(_("Not taken note of"), sentence.format(day=until.isoformat()))


def _reason(why: str) -> str:
    if not clean(why).strip():
        raise UsageError(_("Not taken note of"), _("Say why in one sentence; it stands in the report."))
    return clean(why).strip()


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
