"""The picture that a presentation state is for: found by its SOP Instance UID among the files beside the state."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from console.dicom.pipeline.state import STATES
from console.dicom.quick_header import read_header
from console.dicom.reader import PictureReader
from console.errors import DicomReadError
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
            if path not in looked_at and instance_of(path) in wanted:
                return reader.under_state(reader.open_now(path), state)
            looked_at.add(path)
    raise DicomReadError(
        _("Without its picture"),
        _("{name} is a presentation state; the picture it is for does not lie beside it.").format(name=state.name),
    )


def instance_of(path: Path) -> str:
    """The SOP Instance UID of a file, empty where there is none to be read."""
    try:
        with path.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size

            def read_at(offset: int, count: int) -> bytes:
                stream.seek(offset)
                return stream.read(count)

            header = read_header(read_at, size)
    except OSError:
        return ""
    return header.sop_instance if header is not None else ""


def _below(folder: Path, cancelled: Callable[[], bool]) -> tuple[Path, ...]:
    try:
        return find_files([folder], cancelled)
    except DicomReadError:
        return ()
