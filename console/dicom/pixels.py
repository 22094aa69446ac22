"""The grayscale pipeline as pure functions on arrays: stored values to display bytes.

Stored -> modality LUT -> VOI -> presentation (PS3.4 N.2). Formulas exactly as PS3.3 C.11.2.1.2.1 (LINEAR),
C.11.2.1.3.1 (SIGMOID) and C.11.2.1.3.2 (LINEAR_EXACT). The exception for XA/XRF with Pixel Intensity Relationship LOG
or DISP is already decided in `Grayscale`: slope 1, intercept 0, no table.
"""

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from console.i18n import _
from console.model.picture import Grayscale, LookupTable, PictureInfo, Window

Array = npt.NDArray[Any]
Bytes = npt.NDArray[np.uint8]

TABLE_BITS = 16
"""Stored values of up to this many bits go through a table."""
_WHITE = 255.0


def modality(stored: Array, grayscale: Grayscale) -> Array:
    """Stored values in the units of the modality LUT's output (PS3.3 C.11.1), float64; any shape."""
    if grayscale.modality_table is not None:
        return _look_up(stored, grayscale.modality_table).astype(np.float64)
    values = stored.astype(np.float64)
    if grayscale.slope != 1.0:
        values *= grayscale.slope
    if grayscale.intercept != 0.0:
        values += grayscale.intercept
    return values


def padding(stored: Array, grayscale: Grayscale) -> npt.NDArray[np.bool_] | None:
    """Where stored values are padding (PS3.3 C.7.5.1.1.2), None where nowhere; same shape."""
    if grayscale.padding is None:
        return None
    if grayscale.padding_limit is None:
        value = stored.dtype.type(grayscale.padding) if stored.dtype.kind == "f" else grayscale.padding
        hidden = stored == value
    else:
        low, high = sorted((grayscale.padding, grayscale.padding_limit))
        hidden = (stored >= low) & (stored <= high)
    return hidden if hidden.any() else None


def apply_window(values: Array, window: Window) -> Array:
    """Values of the modality LUT's output through one window: 0.0 to 255.0, not rounded, float64.

    A window narrower than its function allows (LINEAR: 1, others: above 0) is a threshold at its centre.
    """
    x = values.astype(np.float64, copy=False)
    center, width = window.center, window.width
    if window.function == "SIGMOID" and width > 0:
        # exp of a large number is infinity and 1 / infinity the 0 that is meant.
        with np.errstate(over="ignore"):
            return _WHITE / (1.0 + np.exp(-4.0 * (x - center) / width))
    if window.function == "LINEAR_EXACT" and width > 0:
        y = ((x - center) / width + 0.5) * _WHITE
        y[x <= center - width / 2] = 0.0
        y[x > center + width / 2] = _WHITE
        return y
    if window.function == "LINEAR" and width > 1:
        y = ((x - (center - 0.5)) / (width - 1.0) + 0.5) * _WHITE
        y[x <= center - 0.5 - (width - 1.0) / 2] = 0.0
        y[x > center - 0.5 + (width - 1.0) / 2] = _WHITE
        return y
    return np.where(x <= center - (0.5 if window.function == "LINEAR" else 0.0), 0.0, _WHITE)


def apply_table(values: Array, table: LookupTable) -> Array:
    """Values of the modality LUT's output through a VOI table (PS3.3 C.11.2.1.1): 0.0 to 255.0, float64."""
    return _look_up(values, table) * (_WHITE / ((1 << table.bits) - 1))


def grey_to_bytes(
    stored: Array, grayscale: Grayscale, window: Window | LookupTable | None, inverted: bool = False
) -> Bytes:
    """Display bytes, 0 black to 255 white, of stored values; (rows, columns) uint8, same shape as `stored`.

    Without a window the whole range that Bits Stored allows is shown (floats: the range of the values). `inverted` is
    the operator's choice, on top of what the object says.
    """
    if stored.dtype.kind in "ui" and grayscale.bits_stored <= TABLE_BITS:
        return apply_display_table(stored, display_table(grayscale, window, inverted), grayscale)
    if window is None:
        window = whole_range(stored, grayscale)
    return _presentation(modality(stored, grayscale), grayscale, window, inverted)


def display_table(grayscale: Grayscale, window: Window | LookupTable | None, inverted: bool = False) -> Bytes:
    """Display byte for every integer stored value: entry i belongs to `lowest_stored(grayscale) + i`.

    2**bits_stored entries, so that playing is one look-up a pixel. Raises ValueError beyond 16 bits stored.
    """
    if grayscale.bits_stored > TABLE_BITS:
        raise ValueError("no table beyond 16 bits stored")
    low = lowest_stored(grayscale)
    stored = np.arange(low, low + (1 << grayscale.bits_stored), dtype=np.int32)
    if window is None:
        window = whole_range(stored, grayscale)
    return _presentation(modality(stored, grayscale), grayscale, window, inverted)


def lowest_stored(grayscale: Grayscale) -> int:
    """The lowest stored value that the object can hold."""
    return -(1 << (grayscale.bits_stored - 1)) if grayscale.signed else 0


def apply_display_table(stored: Array, table: Bytes, grayscale: Grayscale) -> Bytes:
    """Display bytes of stored values by a table of `display_table`; values outside it are clamped."""
    low = lowest_stored(grayscale)
    if stored.dtype == np.uint8 and len(table) == 256:
        # bytes.translate is several times faster than fancy indexing.
        flat = np.ascontiguousarray(stored).tobytes().translate(table.tobytes())
        return np.frombuffer(bytearray(flat), np.uint8).reshape(stored.shape)
    index = stored if low == 0 else stored.astype(np.int32) - low
    return table.take(index, mode="clip")


def automatic_window(stored: Array, grayscale: Grayscale) -> Window:
    """A window for a frame whose header has none: the range of its values, a thousandth at each end cut off.

    Pixel padding is left out. 8-bit objects were made for display and keep their whole range.
    """
    if grayscale.bits_stored <= 8 and stored.dtype.kind in "ui":
        return whole_range(stored, grayscale)
    hidden = padding(stored, grayscale)
    values = stored.reshape(-1) if hidden is None else stored[~hidden]
    values = modality(values[np.isfinite(values)], grayscale)
    if not values.size:
        return whole_range(stored, grayscale)
    low, high = (float(value) for value in np.percentile(values, (0.1, 99.9)))
    if stored.dtype.kind == "f":
        return Window((low + high) / 2, max(high - low, 1e-9), "LINEAR_EXACT", "", "automatic")
    return _window_over(low, high)


def default_window(info: PictureInfo, stored: Array) -> Window | LookupTable | None:
    """What an object is shown with at first: its first window, else its first VOI table, else an automatic window.

    None for colour, which has no window.
    """
    grayscale = info.grayscale
    if grayscale is None:
        return None
    if grayscale.windows:
        return grayscale.windows[0]
    if grayscale.voi_tables:
        return grayscale.voi_tables[0]
    return automatic_window(stored, grayscale)


def full_range(info: PictureInfo) -> Window:
    """The window that shows every value the object can store (PS3.3 C.11.2.1.2: c = (x1+x2+1)/2, w = x2-x1+1)."""
    grayscale = info.grayscale
    if grayscale is None:
        return Window(128, 256, source="automatic", explanation=_("full range"))
    lowest = -(1 << (grayscale.bits_stored - 1)) if grayscale.signed else 0
    ends = [
        value * grayscale.slope + grayscale.intercept for value in (lowest, lowest + (1 << grayscale.bits_stored) - 1)
    ]
    if grayscale.modality_table is not None:
        ends = [float(min(grayscale.modality_table.values)), float(max(grayscale.modality_table.values))]
    low, high = min(ends), max(ends)
    return Window((low + high + 1) / 2, high - low + 1, source="automatic", explanation=_("full range"))


def _presentation(values: Array, grayscale: Grayscale, window: Window | LookupTable, inverted: bool) -> Bytes:
    shown = apply_table(values, window) if isinstance(window, LookupTable) else apply_window(values, window)
    shown += 0.5
    if shown.dtype.kind == "f" and not np.isfinite(shown).all():
        shown = np.nan_to_num(shown, nan=0.0, posinf=_WHITE, neginf=0.0)
    result = shown.clip(0.0, _WHITE).astype(np.uint8)
    return np.bitwise_not(result) if grayscale.inverted != inverted else result


def _look_up(values: Array, table: LookupTable) -> Array:
    """Table entries for values; inputs below the first entry take the first, above the last the last."""
    entries = _entries(table.values)
    index = np.floor(values) if values.dtype.kind == "f" else values.astype(np.float64)
    index -= table.first
    if values.dtype.kind == "f" and np.isnan(index).any():
        index = np.nan_to_num(index)
    found: Array = entries[index.clip(0, len(entries) - 1).astype(np.intp)]
    return found


@lru_cache(maxsize=4)
def _entries(values: tuple[int, ...]) -> Array:
    """The entries as an array: making it of 65,536 numbers takes longer than using it."""
    return np.fromiter(values, np.int64, len(values)).astype(np.float64)


def whole_range(stored: Array, grayscale: Grayscale) -> Window:
    """The window over every value that could be stored (floats: that is there)."""
    if stored.dtype.kind == "f":
        finite = stored[np.isfinite(stored)]
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
        ends = modality(np.array([low, high]), grayscale)
        low, high = sorted(float(end) for end in ends)
        return Window((low + high) / 2, max(high - low, 1e-9), "LINEAR_EXACT", "", "automatic")
    table = grayscale.modality_table
    if table is not None:
        return _window_over(0.0, float((1 << table.bits) - 1))
    lowest = lowest_stored(grayscale)
    ends = modality(np.array([lowest, lowest + (1 << grayscale.bits_stored) - 1]), grayscale)
    return _window_over(*sorted(float(end) for end in ends))


def _window_over(low: float, high: float) -> Window:
    """LINEAR from black at `low` to white at `high` (PS3.3 C.11.2.1.2: centre (x1 + x2 + 1) / 2, width x2 - x1 + 1)."""
    return Window((low + high + 1) / 2, max(high - low + 1, 1.0), "LINEAR", "", "automatic")
