"""The texts in the corners of a picture, as clinicians know them, and the two lines below it."""

from collections.abc import Sequence
from pathlib import Path

from rich.cells import cell_len

from console.graphics.texts import CellText
from console.i18n import _
from console.model.measuring import UserCalibration
from console.model.picture import Calibration, Identity, LookupTable, PictureInfo, Window
from console.model.text import clean
from console.model.view import ViewState
from console.screens.viewer.measured import calibrated_text, scale_text, source_name
from console.widgets.bars import fit, joined

HIDDEN = "***"
"""Stands wherever the privacy switch hides who the patient is."""


def shown_name(path: Path, privacy: bool) -> str:
    """A file's name for the screen; names are often the patient's, so the privacy switch hides them too."""
    return HIDDEN + clean(path.suffix) if privacy else clean(path.name)


def corner_texts(
    info: PictureInfo, state: ViewState, columns: int, rows: int, *, privacy: bool, ellipsis: str = "…"
) -> Sequence[CellText]:
    """Top left the patient, top right the study, bottom left window and zoom, bottom right angles and frame.

    Each text may take half of the width; a longer one ends in an ellipsis. Nothing on views too small to hold it.
    """
    half = columns // 2 - 2
    if half < 12 or rows < 8:
        return ()
    top_left, top_right, bottom_left, bottom_right = corner_lines(info, state, privacy=privacy)
    texts: list[CellText] = []
    for lines, right, bottom in (
        (top_left, False, False),
        (top_right, True, False),
        (bottom_left, False, True),
        (bottom_right, True, True),
    ):
        kept = [fit(line, half, ellipsis) for line in lines if line][: rows // 2 - 1]
        first = rows - len(kept) if bottom else 0
        for offset, line in enumerate(kept):
            column = columns - cell_len(line) - 1 if right else 1
            texts.append(CellText(first + offset, column, line))
    return texts


def corner_lines(info: PictureInfo, state: ViewState, *, privacy: bool) -> tuple[list[str], ...]:
    """The lines of the corners: upper left, upper right, lower left, lower right; empty ones may be among them."""
    top_left = _patient(info.identity, privacy)
    top_right = [
        joined((info.modality, info.study_date), "  "),
        info.study_description,
        joined(
            (
                _("series {number}").format(number=info.series_number) if info.series_number else "",
                info.series_description,
            ),
            " ",
        ),
        "" if privacy else info.identity.institution,
    ]
    bottom_left = [
        window_text(state),
        view_text(state),
        *subtraction_texts(state),
    ]
    bottom_right = [
        _("state {name}").format(name=state.state) if state.state else "",
        info.angles_on(state.frame).text,
        joined((_("key image") if state.key else "", f"{state.frame}/{info.frames}" if info.frames > 1 else ""), "  "),
    ]
    return top_left, top_right, bottom_left, bottom_right


def file_lines(
    info: PictureInfo, state: ViewState, *, annotations: bool, identity: bool
) -> tuple[list[str], list[str], list[str], list[str]]:
    """The lines for the corners of a picture file; without `identity` no text that may say who the patient is.

    Descriptions are free texts, and a date beside a hospital leads to a name: both count as identity.
    """
    left, right, lower_left, lower_right = corner_lines(info, state, privacy=not identity)
    if not identity:
        left, right = [], [info.modality]
    if not annotations:
        right, lower_left, lower_right = (right if identity else []), [], []
    return left, right, lower_left, [*lower_right, _("not for diagnosis")] if annotations else []


def _patient(identity: Identity, privacy: bool) -> list[str]:
    if privacy:
        return [HIDDEN]
    other = display_name(identity.patient_name_other)
    return [
        display_name(identity.patient_name),
        _("also read as {name}").format(name=other) if other else "",
        identity.patient_id,
        joined((identity.birth_date, identity.sex), "  "),
        identity.accession_number,
    ]


def display_name(name: str) -> str:
    """A Person Name for reading: the ideographic group first and unbroken, "张伟 (Zhang Wei)" (PS3.5 6.2.1)."""
    first, others = _groups(name)
    if not first:
        return " ".join(others)
    return f"{first} ({', '.join(others)})" if others else first


def short_name(name: str) -> str:
    """A Person Name for a column: the ideographic group alone where there is one."""
    first, others = _groups(name)
    return first or " ".join(others)


def _groups(name: str) -> tuple[str, list[str]]:
    groups = [group for group in (_spoken(part) for part in name.split("=")) if group]
    first = next((group for group in groups if any(letter > "\u2e80" for letter in group)), "")
    return first, [group for group in groups if group != first]


def _spoken(group: str) -> str:
    """The components of one group of a Person Name, as they are said."""
    components = [component.strip() for component in group.split("^") if component.strip()]
    return ("" if any(letter > "\u2e80" for letter in group) else " ").join(components)


def window_text(state: ViewState) -> str:
    """ "W 256 C 128 header", or the name of the table in force."""
    return "" if state.window is None else voi_text(state.window)


def voi_text(window: Window | LookupTable) -> str:
    """A window or table by its numbers and where it comes from."""
    if isinstance(window, LookupTable):
        return _("table {name}").format(name=window.explanation or window.bits)
    return joined((f"W {_number(window.width)} C {_number(window.center)}", _window_source(window)), "  ")


def _window_source(window: Window) -> str:
    if window.explanation:
        return window.explanation
    return {
        "header": _("from the header"),
        "automatic": _("automatic"),
        "operator": _("by hand"),
        "region": _("from a part"),
    }.get(window.source, "")


def view_text(state: ViewState) -> str:
    """Scale, turn, polarity and the stages that were switched off."""
    orientation = state.orientation
    return joined(
        (
            "1:1" if state.actual else _("zoom {factor:.2g}").format(factor=state.zoom),
            _("turned {degrees}°").format(degrees=orientation.rotation) if orientation.rotation else "",
            _("flipped") if orientation.flip else "",
            _("inverted") if state.inverted else "",
            _("without {count} stages").format(count=len(state.presentation.off)) if state.presentation.off else "",
        ),
        "  ",
    )


def subtraction_texts(state: ViewState) -> tuple[str, str]:
    """What is subtracted, and how it is moved and shown; empty for a frame as it stands."""
    wanted = state.presentation
    if not state.subtracted:
        return "", ""
    down, right = wanted.shift
    frames = ", ".join(map(str, wanted.mask_frames))
    return (
        _("subtracted, mask {frames}").format(frames=frames) if frames else _("subtracted"),
        joined(
            (
                _("shift {right:+.1f} {down:+.1f} px").format(right=right, down=down) if any(wanted.shift) else "",
                _("mask {percent:.0f} % visible").format(percent=wanted.visibility) if wanted.visibility else "",
            ),
            "  ",
        ),
    )


def _number(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 10 or value == int(value) else f"{value:.2f}"


def cine_line(info: PictureInfo, state: ViewState) -> str:
    """Frame, rates asked and reached, speed, drops, cache; for a still only what it is."""
    if info.frames < 2:
        return joined((_("still picture"), f"{info.columns} × {info.rows}", info.transfer_syntax_name))
    if not info.is_cine:
        return joined((_("page {number} of {count}").format(number=state.frame, count=info.frames), _("← → turn")))
    parts = [
        _("playing") if state.playing else _("paused"),
        # While it plays the number stands in the picture alone: two that change apart would disagree.
        "" if state.playing else f"{state.frame}/{info.frames}",
        _("target {fps:.3g} fps").format(fps=state.requested_fps),
    ]
    if state.playing:
        parts.append(_("{fps:.1f} shown").format(fps=state.achieved_fps))
        parts.append(_("{count} dropped").format(count=state.dropped))
    if state.speed != 1.0:
        parts.append(f"× {state.speed:g}")
    if state.way != "loop":
        parts.append({"sweep": _("to and fro"), "reverse": _("backwards")}[state.way])
    if state.trim != (1, info.frames):
        parts.append(_("frames {first} to {last}").format(first=state.trim[0], last=state.trim[1]))
    if state.cached < info.frames:
        parts.append(_("{percent:.0f} % decoded").format(percent=100.0 * state.cached / info.frames))
    if info.rate.source == "assumed":
        parts.append(_("rate assumed"))
    return joined(parts)


def calibration_badge(calibration: Calibration, mine: UserCalibration | None = None) -> tuple[str, bool]:
    """The scale and where it comes from, and whether that is something to be careful with (PS3.3 10.7).

    `mine` is the operator's own calibration of the run, which outranks the header.
    """
    if mine is not None:
        found = mine.calibration
        return joined((scale_text(found), calibrated_text(mine))), bool(found.warnings or found.errors)
    if calibration.errors:
        return joined((_("ERROR"), scale_text(calibration), calibration.errors[0])), True
    name = source_name(calibration.source)
    careful = calibration.unit != "mm" or calibration.source == "detector" or bool(calibration.warnings)
    return joined((scale_text(calibration), name)), careful
