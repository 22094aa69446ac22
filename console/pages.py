"""The pages of a document as the frames of a picture, so that one viewer shows both."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from console.dicom.reader import PictureReader
from console.model.picture import Angles, Calibration, CharacterSet, Identity, PictureInfo, Rate
from console.report.preview import Preview

PAGE_WIDTH = 1400
"""Pixels across: small print can still be read when it is enlarged."""

REPORT_WIDTH = 1800
"""Pixels across a page of a report: its smallest print is read when it is enlarged."""

_PAPER = 255


class PageReader:
    """Gives pages where frames are asked for. Pages of other sizes stand on a sheet of the first one's shape."""

    def __init__(self, reader: PictureReader) -> None:
        self._reader = reader

    def opened(self, info: PictureInfo, pages: int) -> PictureInfo:
        """`info` of a document as that of a picture of `pages` frames. Raises DecodeError, DicomReadError."""
        first = self._reader.page(Path(info.path), 1, PAGE_WIDTH)
        rows, columns = first.shape[:2]
        return replace(
            info, frames=pages, rows=rows, columns=columns, samples=3, photometric="RGB", rate=Rate(0.0, "still")
        )

    def frame(self, info: PictureInfo, number: int) -> NDArray[np.generic]:
        """Page `number` (from 1): uint8 (rows, columns, 3) of the size that `opened` said."""
        page = self._reader.page(Path(info.path), number, info.columns)
        return _on_sheet(page if page.ndim == 3 else np.repeat(page[:, :, None], 3, axis=2), info)


class ReportPages:
    """The pages of a report that the console wrote itself."""

    def __init__(self, path: Path) -> None:
        """Read the file whole. Raises ConsoleError."""
        self._preview = Preview(path)
        first = self._preview.page(1, REPORT_WIDTH)
        rows, columns = first.shape[:2]
        self.info = PictureInfo(
            path=str(path), size=0, mtime_ns=0, sop_class="", sop_class_name="", sop_instance_uid="",
            transfer_syntax="", transfer_syntax_name="", modality="", rows=rows, columns=columns,
            frames=self._preview.pages, samples=3, photometric="RGB", rate=Rate(0.0, "still"), duration_s=0.0,
            calibration=Calibration("none", "px", None, None), angles=Angles(None, None, ""), identity=Identity(),
            character_set=CharacterSet("", "", False),
        )  # fmt: skip
        """The pages as the frames of a picture."""

    def frame(self, info: PictureInfo, number: int) -> NDArray[np.generic]:
        """Page `number` (from 1): uint8 (rows, columns, 3)."""
        return _on_sheet(self._preview.page(number, info.columns), info)

    def close(self) -> None:
        """Let go of the file."""
        self._preview.close()


def _on_sheet(page: NDArray[np.generic], info: PictureInfo) -> NDArray[np.uint8]:
    """A page of any size on a white sheet of the first one's."""
    sheet = np.full((info.rows, info.columns, 3), _PAPER, np.uint8)
    rows, columns = min(info.rows, page.shape[0]), min(info.columns, page.shape[1])
    sheet[:rows, :columns] = page[:rows, :columns]
    return sheet
