"""Padding, VOI and presentation: values to display bytes, by a table where it can be (PS3.4 N.2.1.3, N.2.1.4)."""

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from console.dicom.pixels import (
    TABLE_BITS,
    Array,
    Bytes,
    apply_table,
    apply_window,
    lowest_stored,
    modality,
    padding,
    whole_range,
)
from console.model.picture import Grayscale, LookupTable
from console.model.pipeline import Voi

_WHITE = 255.0
_DARK = 127
"""Padding up to this grey is background already: it is left alone, as other viewers do."""


def to_grey(
    stored: Array,
    grayscale: Grayscale,
    voi: Voi | None,
    inverted: bool = False,
    presentation_table: LookupTable | None = None,
) -> Bytes:
    """Display bytes, 0 black to 255 white, of stored values; same shape, a new array.

    Without `voi` the whole range that could be stored is shown. Pixel padding that would come out bright,
    as it does in negatives, is black; dark padding stays as dark as the window makes it.
    `inverted` is the operator's choice, on top of what the object says.
    """
    if stored.dtype.kind in "ui" and grayscale.bits_stored <= TABLE_BITS:
        return look_up(stored, grey_table(grayscale, voi, inverted, presentation_table), grayscale)
    window = whole_range(stored, grayscale) if voi is None else voi
    shown = present(_shown(modality(stored, grayscale), window), grayscale.inverted != inverted, presentation_table)
    hidden = padding(stored, grayscale)
    if hidden is not None:
        shown[hidden & (shown > _DARK)] = 0
    return shown


@lru_cache(maxsize=16)
def grey_table(
    grayscale: Grayscale, voi: Voi | None, inverted: bool, presentation_table: LookupTable | None = None
) -> Bytes:
    """Display byte for every integer stored value: entry i belongs to `lowest_stored(grayscale) + i`; read-only.

    2**bits_stored entries, and 65,536 for more than 8 bits, so that no look-up needs a comparison.
    """
    low = lowest_stored(grayscale)
    stored = np.arange(low, low + (1 << grayscale.bits_stored), dtype=np.int32)
    window = whole_range(stored, grayscale) if voi is None else voi
    table = present(_shown(modality(stored, grayscale), window), grayscale.inverted != inverted, presentation_table)
    hidden = padding(stored, grayscale)
    if hidden is not None:
        table[hidden & (table > _DARK)] = 0
    table.flags.writeable = False
    return table


def look_up(stored: Array, table: npt.NDArray[Any], grayscale: Grayscale) -> npt.NDArray[Any]:
    """Entries of a table that begins at the lowest stored value; values outside it are clamped."""
    if stored.dtype == np.uint8 and table.dtype == np.uint8 and len(table) == 256:
        # bytes.translate is several times faster than fancy indexing.
        flat = np.ascontiguousarray(stored).tobytes().translate(table.tobytes())
        return np.frombuffer(bytearray(flat), np.uint8).reshape(stored.shape)
    low = lowest_stored(grayscale)
    index = stored if low == 0 else stored.astype(np.int32) - low
    found: npt.NDArray[Any] = table.take(index, mode="clip")
    return found


def difference_to_grey(
    difference: npt.NDArray[np.float32], window: Voi, inverted: bool, presentation_table: LookupTable | None = None
) -> Bytes:
    """Display bytes of signed differences; same shape, a new array. `difference` is overwritten.

    LINEAR and LINEAR_EXACT are one multiplication; what they say at their ends follows from clipping.
    """
    if (
        isinstance(window, LookupTable)
        or presentation_table is not None
        or window.function == "SIGMOID"
        or window.width <= 1.0
    ):
        return present(_shown(difference, window), inverted, presentation_table)
    half, width = (0.5, window.width - 1.0) if window.function == "LINEAR" else (0.0, window.width)
    factor = _WHITE / width
    offset = (0.5 - (window.center - half) / width) * _WHITE + 0.5
    if not (np.isfinite(factor) and np.isfinite(offset)):
        return present(apply_window(difference, window), inverted, None)
    difference *= np.float32(factor)
    difference += np.float32(offset)
    np.clip(difference, 0.0, _WHITE, out=difference)
    shown = difference.astype(np.uint8)
    return np.bitwise_not(shown) if inverted else shown


def present(shown: Array, inverted: bool, table: LookupTable | None) -> Bytes:
    """Presentation LUT and polarity (PS3.3 C.11.6): VOI output of 0.0 to 255.0 to bytes. `shown` is overwritten."""
    if not np.isfinite(shown).all():
        shown = np.nan_to_num(shown, nan=0.0, posinf=_WHITE, neginf=0.0)
    if table is not None:
        entries = np.array(table.values, np.float64) * (_WHITE / ((1 << table.bits) - 1))
        shown *= (len(entries) - 1) / _WHITE
        shown = entries[(shown + 0.5).astype(np.intp).clip(0, len(entries) - 1)]
    shown += 0.5
    result = shown.clip(0.0, _WHITE).astype(np.uint8)
    return np.bitwise_not(result) if inverted else result


def _shown(values: Array, voi: Voi) -> Array:
    return apply_table(values, voi) if isinstance(voi, LookupTable) else apply_window(values, voi)
