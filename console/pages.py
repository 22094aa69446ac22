"""The pages of a document as the frames of a picture, so that one viewer shows both."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from console.dicom.reader import PictureReader
from console.model.picture import PictureInfo, Rate

PAGE_WIDTH = 1400
"""Pixels across: small print can still be read when it is enlarged."""

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
        colour = page if page.ndim == 3 else np.repeat(page[:, :, None], 3, axis=2)
        sheet = np.full((info.rows, info.columns, 3), _PAPER, np.uint8)
        rows, columns = min(info.rows, colour.shape[0]), min(info.columns, colour.shape[1])
        sheet[:rows, :columns] = colour[:rows, :columns]
        return sheet
