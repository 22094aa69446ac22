"""The two lines every screen has: where am I (top), what can I do here (bottom)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.style import Style
from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget


@dataclass(frozen=True)
class Place:
    """One place in the top line."""

    key: str
    """"F2"."""
    name: str
    action: str
    """Textual action called by a click."""
    current: bool = False


@dataclass(frozen=True)
class TopLine:
    """What the top line says."""

    product: str
    site: str
    places: tuple[Place, ...]
    marks: tuple[str, ...]
    """Words that must not be overlooked: practice, privacy, read-only."""
    operator: str
    clock: str
    separator: str = "│"
    state: str = ""
    """How the site stands: symbols, numbers, words."""


class TopBar(Widget):
    """Product, site, places with their keys, marks, operator and clock; what does not fit goes, least needed first."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"top-bar--current", "top-bar--mark"}
    line: reactive[TopLine | None] = reactive(None)
    # Link colours would replace those of the parts that can be clicked.
    auto_links: reactive[bool] = reactive(False)

    def render(self) -> Text:
        if self.line is None:
            return Text("")
        width = self.size.width
        # The marks stay to the last: nobody may overlook that this is practice, or that names are hidden.
        short = _short(self.line.state)
        bare = replace(self.line, product="", site="", operator="", state=short)
        nameless = tuple(replace(place, name="") for place in bare.places)
        here = tuple(place if place.current else replace(place, name="") for place in bare.places)
        for line in (
            self.line,
            replace(self.line, product=""),
            replace(self.line, state=short),
            replace(self.line, site="", state=short),
            replace(self.line, site="", product="", state=short),
            replace(self.line, site="", product="", state=short, places=here),
            replace(bare, places=here),
            replace(bare, places=here, clock=""),
            replace(bare, places=here, state="", clock=""),
            replace(bare, state="", clock="", places=nameless),
        ):
            left, right = self._left(line), self._right(line)
            gap = width - cell_len(left.plain) - cell_len(right.plain)
            if gap >= 1:
                return Text.assemble(left, " " * gap, right, no_wrap=True)
        right = self._right(bare)
        right.truncate(width)
        return right

    def _left(self, line: TopLine) -> Text:
        text = Text("", no_wrap=True)
        for part in (line.product, line.site):
            if part:
                text.append(f" {part} {line.separator}")
        text.append(" ")
        for place in line.places:
            style = self.get_component_rich_style("top-bar--current") if place.current else Style()
            text.append(f" {f'{place.key} {place.name}'.rstrip()} ", style + Style.from_meta({"@click": place.action}))
        return text

    def _right(self, line: TopLine) -> Text:
        text = Text("", no_wrap=True)
        for mark in line.marks:
            text.append(f" {mark} ", self.get_component_rich_style("top-bar--mark"))
            text.append(" ")
        for part in (line.operator, line.state, line.clock):
            if part:
                text.append(f" {part} ")
        return text


def _short(state: str) -> str:
    """Symbols and numbers without their words."""
    return " ".join(" ".join(part.split()[:2]) for part in state.split("  "))


@dataclass(frozen=True)
class Key:
    """One key in the bottom line."""

    label: str
    name: str
    action: str
    """Textual action called by a click, with its namespace."""


class KeyBar(Widget):
    """What the keys do here, most used first; the last ones (help, quit) always stay."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"key-bar--key"}
    keys: reactive[tuple[Key, ...]] = reactive(())
    auto_links: reactive[bool] = reactive(False)
    always: reactive[int] = reactive(1)
    """How many keys at the end are never dropped."""

    def render(self) -> Text:
        keys = list(self.keys)
        kept = keys[len(keys) - self.always :] if self.always else []
        room = self.size.width - sum(_width(key) for key in kept)
        shown: list[Key] = []
        for key in keys[: len(keys) - len(kept)]:
            if _width(key) > room:
                break
            room -= _width(key)
            shown.append(key)
        text = Text("", no_wrap=True)
        style = self.get_component_rich_style("key-bar--key")
        for key in (*shown, *kept):
            click = Style.from_meta({"@click": key.action})
            text.append(f" {key.label}", style + click)
            text.append(f" {key.name} ", click)
        return text


def _width(key: Key) -> int:
    return cell_len(key.label) + cell_len(key.name) + 3


def fit(text: str, cells: int, ellipsis: str = "…") -> str:
    """`text` in at most `cells` terminal cells; a cut is marked with `ellipsis`."""
    if cell_len(text) <= cells:
        return text
    if cells <= cell_len(ellipsis):
        return set_cell_size(text, max(cells, 0))
    return set_cell_size(text, cells - cell_len(ellipsis)).rstrip() + ellipsis


def side_by_side(left: str, right: str, cells: int, ellipsis: str = "…") -> str:
    """`left` and `right` at the two ends of a line of `cells`; the left one is cut when they do not both fit."""
    room = max(cells - cell_len(right) - 1, 0)
    left = fit(left, room, ellipsis)
    return left + " " * max(cells - cell_len(left) - cell_len(right), 0) + right


def joined(parts: Sequence[str], separator: str = " · ") -> str:
    """The parts that are not empty, with `separator` between them."""
    return separator.join(part for part in parts if part)
