"""Where each file goes below the target: numbered as DICOM media want it, or in folders that a person can read."""

from collections.abc import Sequence

from console.i18n import ngettext
from console.model.export import ExportItem
from console.studies.export import names
from console.studies.export.target import DICOM, STUDIES


def numbered(items: Sequence[ExportItem]) -> list[str]:
    """DICOM/PAT00001/ST00001/SE00001/IM00001, without any word of the patient (PS3.10 8.2, 8.5)."""
    numbers = _Numbers()
    return ["/".join((DICOM, *numbers.path(item))) for item in items]


def readable(items: Sequence[ExportItem], notes: list[str]) -> list[str]:
    """STUDIES/P0017 Zhang Wei/2026-11-20 Coronary/S003 XA LAO 32/IM00001.dcm; `notes` hears of names that changed."""
    numbers = _Numbers()
    folders = _Folders()
    result = ["/".join((STUDIES, *folders.of(item), numbers.path(item)[-1] + ".dcm")) for item in items]
    if folders.changed:
        sentence = ngettext(
            "{count} folder name holds characters that some systems refuse; they were left out.",
            "{count} folder names hold characters that some systems refuse; they were left out.",
            len(folders.changed),
        )
        notes.append(sentence.format(count=len(folders.changed)))
    return result


class _Numbers:
    """Counts within each folder: the first patient is 1, its first study is 1, and so on."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, ...], int] = {}
        self._count: dict[tuple[str, ...], int] = {}

    def path(self, item: ExportItem) -> tuple[str, ...]:
        """The four numbered names of an object."""
        key = (item.patient_key, item.study, item.series, str(item.path))
        prefixes = ("PAT", "ST", "SE", "IM")
        return tuple(names.numbered(prefix, self._of(key[: depth + 1])) for depth, prefix in enumerate(prefixes))

    def _of(self, key: tuple[str, ...]) -> int:
        if key not in self._seen:
            within = key[:-1]
            self._count[within] = self._count.get(within, 0) + 1
            self._seen[key] = self._count[within]
        return self._seen[key]


class _Folders:
    """Readable folders: patient, study, series; each made safe, and distinct within its parent."""

    def __init__(self) -> None:
        self.changed: set[str] = set()
        self._names: dict[tuple[str, ...], str] = {}
        self._taken: dict[tuple[str, ...], set[str]] = {}

    def of(self, item: ExportItem) -> list[str]:
        """The three folders of an object."""
        number = "" if item.series_number is None else f"S{item.series_number:03}"
        levels = (
            (item.patient_key, f"{item.patient_id} {item.patient_name}", "PATIENT"),
            (item.study, f"{item.study_date} {item.study_description}", "STUDY"),
            (item.series, f"{number} {item.modality} {item.series_description}", "SERIES"),
        )
        key: tuple[str, ...] = ()
        parts = []
        for own, text, instead in levels:
            parent, key = key, (*key, own)
            if key not in self._names:
                wanted = names.safe(text, instead)
                if wanted != " ".join(text.replace("^", " ").replace("=", " ").split()):
                    self.changed.add(wanted)
                self._names[key] = names.distinct(wanted, self._taken.setdefault(parent, set()))
            parts.append(self._names[key])
        return parts
