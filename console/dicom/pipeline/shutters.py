"""Display shutters (PS3.3 C.7.6.11, PS3.4 N.2.3.1): what of the frame may be seen."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from console.dicom.pixels import Bytes
from console.model.pipeline import Shutter

Bits = npt.NDArray[np.bool_]

_FAR = 1 << 15
"""Corners farther away than this are brought here: nothing of a frame lies so far out."""


def hidden(shutter: Shutter, rows: int, columns: int, aspect: float = 1.0, bitmap: Bits | None = None) -> Bits:
    """(rows, columns), True where the shutter covers the frame: outside of any of its shapes.

    `aspect` is the height of a pixel divided by its width, since the radius counts along a row. `bitmap` is the
    overlay of a BITMAP shutter.
    """
    open_ = np.ones((rows, columns), np.bool_)
    if shutter.rectangle is not None:
        left, right, upper, lower = shutter.rectangle
        row, column = np.arange(1, rows + 1), np.arange(1, columns + 1)
        open_ &= ((row >= upper) & (row <= lower))[:, None] & ((column >= left) & (column <= right))[None, :]
    if shutter.circle is not None:
        middle_row, middle_column, radius = shutter.circle
        down = (np.arange(1, rows + 1, dtype=np.float64) - middle_row) * aspect
        across = np.arange(1, columns + 1, dtype=np.float64) - middle_column
        open_ &= (down**2)[:, None] + (across**2)[None, :] <= float(radius) ** 2
    if shutter.polygon:
        open_ &= polygon(shutter.polygon, rows, columns)
    if shutter.overlay is not None and bitmap is not None:
        open_ &= ~bitmap
    return ~open_


def polygon(vertices: Sequence[tuple[float, float]], rows: int, columns: int) -> Bits:
    """(rows, columns), True for pixels whose centre lies in the polygon or on its edge; corners are (row, column)."""
    from PIL import Image, ImageDraw  # few pictures have corners, and every start would pay for it

    corners = [(_near(column - 1), _near(row - 1)) for row, column in vertices]
    canvas = Image.new("1", (columns, rows))
    if len(corners) > 1:
        ImageDraw.Draw(canvas).polygon(corners, fill=1, outline=1)
    elif corners and 0 <= corners[0][0] < columns and 0 <= corners[0][1] < rows:
        canvas.putpixel((int(corners[0][0]), int(corners[0][1])), 1)
    return np.array(canvas, np.bool_)


def close(pixels: Bytes, covered: Bits, value: int) -> Bytes:
    """`pixels` with the shutter closed: its P-value (0 to 65,535) where covered. `pixels` is overwritten."""
    np.copyto(
        pixels, np.uint8(min(max(value, 0), 65535) >> 8), where=covered if pixels.ndim == 2 else covered[..., None]
    )
    return pixels


def _near(place: float) -> float:
    return min(max(place, -_FAR), _FAR)
