"""The pages of a report as pictures, for looking at it before it is handed over.

Only for files that the console wrote itself: what comes from strangers is opened by the reader process alone. A page
takes about ten milliseconds; pdfium is asked by one thread at a time.
"""

import threading
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from console.errors import ConsoleError
from console.i18n import _

_turn = threading.Lock()


class Preview:
    """An open report. `close` it when it is no longer shown."""

    def __init__(self, path: Path) -> None:
        """Read it whole, so that the file may be replaced meanwhile. Raises ConsoleError with one sentence."""
        try:
            import pypdfium2

            with _turn:
                self._pdf: Any = pypdfium2.PdfDocument(BytesIO(path.read_bytes()))
                self.pages: int = len(self._pdf)
                """How many there are."""
        except (OSError, ImportError, RuntimeError) as error:
            sentence = _("The pages of {path} cannot be shown: {reason}.")
            raise ConsoleError(_("No preview"), sentence.format(path=path, reason=error)) from error

    def page(self, number: int, width: int) -> NDArray[np.uint8]:
        """Page `number` (from 1), `width` pixels across: uint8 (rows, columns, 3). IndexError when there is none."""
        if not 1 <= number <= self.pages:
            raise IndexError(number)
        with _turn:
            page = self._pdf[number - 1]
            try:
                # A hundredth of a pixel less: pdfium rounds up, and the picture is to be as wide as it was wished.
                bitmap = page.render(scale=(width - 0.01) / page.get_width(), rev_byteorder=True)
                return np.array(bitmap.to_numpy()[:, :, :3], dtype=np.uint8)
            finally:
                page.close()

    def close(self) -> None:
        """Let go of it; once more does nothing."""
        with _turn:
            if self._pdf is not None:
                self._pdf.close()
                self._pdf = None
