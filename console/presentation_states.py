"""The picture that a presentation state is for: found by its SOP Instance UID among the files beside the state."""

from collections.abc import Callable, Container, Iterable
from pathlib import Path

from console.dicom.kinds import STATES
from console.dicom.reader import PictureReader
from console.errors import Cancelled, ConsoleError, DicomReadError
from console.i18n import _
from console.model.picture import PictureInfo
from console.pictures import find_files


def is_state(info: PictureInfo) -> bool:
    """Whether an object is a grayscale presentation state that the pipeline knows."""
    return info.sop_class in STATES


def under_its_state(
    reader: PictureReader, state: Path, beside: Iterable[Path], cancelled: Callable[[], bool] = lambda: False
) -> PictureInfo:
    """The first picture that the state at `state` names and that is found, as the state wants it shown.

    Looked for among `beside`, in the state's folder, and in the folders next to that. Raises DicomReadError with one
    sentence where none is found or the state does not fit, and Cancelled. Reads files: never from the event loop.
    """
    wanted = {
        element.value
        for element in reader.header(state)
        if element.keyword == "ReferencedSOPInstanceUID" and element.value
    }
    looked_at = {state}
    for folder in (None, state.parent, state.parent.parent):
        for path in beside if folder is None else _below(folder, cancelled):
            if cancelled():
                raise Cancelled(_("Stopped"), _("The search was stopped."))
            if path not in looked_at and _is_one_of(reader, path, wanted):
                return reader.under_state(reader.open_now(path), state)
            looked_at.add(path)
    raise DicomReadError(
        _("Without its picture"),
        _("{name} is a presentation state; the picture it is for does not lie beside it.").format(name=state.name),
    )


def _is_one_of(reader: PictureReader, path: Path, wanted: Container[str]) -> bool:
    """Whether a file holds one of the instances; what cannot be read holds none."""
    try:
        return reader.open_now(path).sop_instance_uid in wanted
    except ConsoleError:
        return False


def _below(folder: Path, cancelled: Callable[[], bool]) -> tuple[Path, ...]:
    try:
        return find_files([folder], cancelled)
    except DicomReadError:
        return ()
