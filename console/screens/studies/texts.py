"""What the rows and cards of the studies screen say."""

from console.i18n import N_, _, ngettext
from console.model.studies import InstanceLine, NearMiss, PatientLine, SeriesLine, StudyLine
from console.model.syntaxes import short_syntax
from console.model.text import size_text, span_text
from console.screens.viewer.corners import HIDDEN, display_name, short_name
from console.theme import Symbols
from console.widgets.bars import joined
from console.widgets.card_list import Card
from console.widgets.row_table import Column, Row

ORDERS = {
    "date": N_("by date"),
    "name": N_("by name"),
    "id": N_("by patient ID"),
    "modality": N_("by modality"),
    "description": N_("by description"),
    "size": N_("by size"),
}
"""The orders as the operator reads them."""

_MOST_ANGLES = 3
"""C-arm angles named for a series; a rotation has more."""

_WITHOUT_PICTURE = ("SR", "PR", "KO", "DOC", "ECG", "HD", "SEG", "OT")

_FLAGS = {
    "two-patients": N_("this study stands under two patient IDs"),
    "names-differ": N_("the names inside this study differ"),
    "no-uid": N_("no Study Instance UID, grouped by folder"),
    "copies": N_("some objects are there more than once"),
}
"""What the index noticed about a study."""


def study_columns() -> tuple[Column, ...]:
    """Titles and widths of the study table."""
    return (
        Column(_("Name"), 12, flex=3),
        Column(_("Patient ID"), 9, flex=1),
        Column(_("Date"), 10),
        Column(_("Modality"), 8),
        Column(_("Series"), 6, right=True, rank=1),
        Column(_("Description"), 14, flex=4, rank=2),
        Column(_("Accession"), 12, flex=1, rank=4),
        Column(_("Size"), 8, right=True, rank=3),
    )


def study_row(line: StudyLine, *, marked: bool, privacy: bool, symbols: Symbols) -> Row:
    """One study. With `privacy` nothing says who the patient is."""
    return Row(
        (
            HIDDEN if privacy else short_name(line.name) or _("(no name)"),
            HIDDEN if privacy else line.patient_id or "-",
            line.date or "-",
            _modalities(line.modalities),
            str(line.series_count),
            line.description,
            HIDDEN if privacy else line.accession,
            size_text(line.size),
        ),
        str(line.id),
        mark=symbols.marked if marked else symbols.flag if line.name_flag or line.flags else "",
    )


def patient_columns() -> tuple[Column, ...]:
    """Titles and widths of the patient table."""
    return (
        Column(_("Name"), 12, flex=3),
        Column(_("Patient ID"), 10, flex=1),
        Column(_("Born"), 10, rank=2),
        Column(_("Sex"), 4, rank=3),
        Column(_("Count"), 6, right=True),
        Column(_("Last study"), 10, rank=1),
        Column(_("Modality"), 8, flex=1, rank=4),
    )


def patient_row(line: PatientLine, *, privacy: bool, symbols: Symbols) -> Row:
    """One patient."""
    return Row(
        (
            HIDDEN if privacy else short_name(line.name) or _("(no name)"),
            HIDDEN if privacy else line.patient_id or "-",
            HIDDEN if privacy else line.birth_date or "-",
            line.sex,
            str(line.studies),
            line.last_date or "-",
            _modalities(line.modalities),
        ),
        line.key,
        mark=symbols.flag if line.name_flag else "",
    )


def near_columns() -> tuple[Column, ...]:
    """Titles and widths for what comes near."""
    return (
        Column(_("Near it"), 10, flex=1),
        Column(_("Why"), 26, flex=4),
        Column(_("Patient ID"), 9),
        Column(_("Date"), 10, rank=1),
    )


def near_row(miss: NearMiss, *, privacy: bool) -> Row:
    """One study that comes near, and why it may be meant."""
    line = miss.line
    name = HIDDEN if privacy else short_name(line.name) or _("(no name)")
    identity = HIDDEN if privacy else line.patient_id
    return Row((name, HIDDEN if privacy else miss.why, identity, line.date), str(line.id))


def series_card(line: SeriesLine) -> Card:
    """One series: what it is, how long it plays, from where it was seen, how it is stored."""
    number = f"#{line.number} " if line.number is not None else ""
    title = line.description or line.protocol or line.kind
    kind = "" if title == line.kind else line.kind
    angles = joined(line.angles[:_MOST_ANGLES], ", ") + (" …" if len(line.angles) > _MOST_ANGLES else "")
    return Card(
        str(line.id),
        (
            f"{number}{title}",
            joined((angles, _count(line), _speed(line.fps, line.duration_s))),
            joined((line.modality, _matrix(line.columns, line.rows), short_syntax(line.transfer_syntax))),
            joined((size_text(line.size), line.station or line.model or line.manufacturer)),
            joined((kind, line.body_part)),
        ),
        sign="" if line.frames else line.modality,
    )


def instance_columns() -> tuple[Column, ...]:
    """Titles and widths of the table of objects."""
    return (
        Column(_("No."), 5, right=True),
        Column(_("Kind"), 12, flex=2),
        Column(_("Frames"), 6, right=True),
        Column(_("Angles"), 12, flex=1, rank=1),
        Column(_("Matrix"), 10, rank=2),
        Column(_("Size"), 8, right=True, rank=3),
        Column(_("File"), 10, flex=2, rank=4),
    )


def instance_row(line: InstanceLine, *, privacy: bool, symbols: Symbols) -> Row:
    """One object."""
    return Row(
        (
            "-" if line.number is None else str(line.number),
            line.title or line.kind,
            str(line.frames) if line.frames else "-",
            line.angles,
            _matrix(line.columns, line.rows),
            size_text(line.size),
            HIDDEN if privacy else line.name,
        ),
        str(line.id),
        mark=symbols.flag if line.copies > 1 else "",
    )


def study_detail(line: StudyLine, *, privacy: bool) -> str:
    """The line below the lists: what the columns have no room for, and how a doubtful name reads otherwise."""
    parts = [joined((line.date, line.time[:5]), " "), line.description]
    if not privacy:
        born = _("born {date}").format(date=line.birth_date) if line.birth_date else ""
        parts += [joined((line.sex, born), " "), _("accession {number}").format(number=line.accession or "-")]
        parts.append(line.institution)
        if display_name(line.name) != short_name(line.name):
            parts.insert(0, display_name(line.name))
        if line.name_flag and line.name_other:
            parts.insert(0, _("also read as {name}").format(name=display_name(line.name_other)))
    parts += [_(_FLAGS[flag]) for flag in line.flags if flag in _FLAGS]
    return joined(parts)


def _modalities(names: tuple[str, ...]) -> str:
    """What made the pictures first: a column may cut the rest off."""
    return "/".join(sorted(names, key=lambda name: name in _WITHOUT_PICTURE))


def _count(line: SeriesLine) -> str:
    if not line.frames:
        return ngettext("{count} object", "{count} objects", line.instance_count).format(count=line.instance_count)
    frames = ngettext("{count} frame", "{count} frames", line.frames).format(count=line.frames)
    if line.instance_count < 2:
        return frames
    pictures = ngettext("{count} picture", "{count} pictures", line.instance_count).format(count=line.instance_count)
    return pictures if line.frames == line.instance_count else joined((pictures, frames))


def _speed(fps: float, duration_s: float) -> str:
    return joined((_("{rate:g}/s").format(rate=round(fps, 2)), span_text(duration_s)), " ") if fps else ""


def _matrix(columns: int, rows: int) -> str:
    return f"{columns}×{rows}" if columns and rows else ""
