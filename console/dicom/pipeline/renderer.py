"""The pipeline of one open picture: what `render` needs besides the frame is fetched once and kept."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from console.dicom.pipeline.masks import Floats, Plan, average, composed, difference_window, logarithmic, plan
from console.dicom.pipeline.overlays import on_frame, packed_bits
from console.dicom.pipeline.render import Bits, grayscale_for, render, voi_for
from console.dicom.pipeline.shutters import hidden
from console.dicom.pixels import Array, Bytes
from console.model.picture import Window
from console.model.pipeline import PLAIN, Description, Overlay, Presentation, Shutter, Voi

_MOST_BYTES = 64 * 1024 * 1024
"""Masks and overlays kept."""

FrameOf = Callable[[int], Array]
"""Stored values of a frame by number. May raise ConsoleError."""
PlanesOf = Callable[[int, Sequence[int]], Array]
"""(rows, columns), not 0 where one of the overlay groups has a bit on a frame. May raise ConsoleError."""

_Key = tuple[object, ...]
_Kept = TypeVar("_Kept", bound=Array)


def no_planes(number: int, groups: Sequence[int]) -> Array:
    """For whoever has no file to ask: no bit is set."""
    return np.zeros((0, 0), np.bool_)


class Renderer:
    """Renders frames of one picture. One object belongs to one thread."""

    def __init__(self, description: Description, frame_of: FrameOf, planes_of: PlanesOf = no_planes) -> None:
        self.description = description
        self._frame_of = frame_of
        self._planes_of = planes_of
        self._kept: OrderedDict[_Key, Array] = OrderedDict()
        self._bytes = 0

    def visible(self, number: int, frame: Array, settings: Presentation = PLAIN) -> Bytes:
        """Frame `number` as the screen shows it: uint8, grey or RGB, a new array.

        Raises ConsoleError where a mask frame or the overlays cannot be read.
        """
        mask, contrast = self._mask(number, frame, settings)
        return render(
            frame,
            self.description,
            settings,
            number,
            mask,
            contrast,
            self._plane(number, settings),
            self._covered(number, frame.shape[0], frame.shape[1], settings),
        )

    def subtracted(self, number: int, settings: Presentation = PLAIN) -> bool:
        """Whether frame `number` is shown less its mask."""
        return isinstance(plan(self.description, settings, number), Plan)

    def window(self, number: int, frame: Array, settings: Presentation = PLAIN) -> Voi | None:
        """The window or table that frame `number` is shown with; None for colour and for the whole range."""
        if self.subtracted(number, settings):
            return self.difference(number, settings)
        return voi_for(frame, self.description, settings, number)

    def difference(self, number: int, settings: Presentation = PLAIN) -> Voi:
        """The window or table for frame `number` where it is subtracted."""
        return settings.difference or difference_window(self.description, number)[0]

    def _mask(self, number: int, frame: Array, settings: Presentation) -> tuple[Floats | None, Floats | None]:
        way = plan(self.description, settings, number)
        if not isinstance(way, Plan):
            return None, None
        plain = "modality-lut" in settings.off
        mean = self._keep(("mean", way.mask, plain), lambda: self._mean(way.mask, settings))
        moved = bool(way.regions) or way.shift != (0.0, 0.0)
        key = ("moved", way.mask, way.shift, way.regions, plain)
        mask = self._keep(key, lambda: composed(mean, way)) if moved else mean
        contrast = None
        if len(way.contrast) > 1:
            contrast = self._mean(way.contrast, settings)
        return mask, contrast

    def _mean(self, numbers: Sequence[int], settings: Presentation) -> Floats:
        """The mean of frames in log space; frames without grey values cannot come here."""
        frames = []
        for number in numbers:
            grayscale = grayscale_for(self.description, settings, number)
            assert grayscale is not None
            frames.append(logarithmic(self._frame_of(number), grayscale, self.description.relationship))
        return average(frames)

    def _plane(self, number: int, settings: Presentation) -> Bits | None:
        """All overlays that lie on a frame, but for the one of a bitmap shutter."""
        shutter = self.description.frame(number).shutter
        beside = shutter.overlay if shutter is not None else None
        wanted = tuple(overlay for overlay in self.description.overlays if overlay.group != beside)
        return self._united(number, wanted) if wanted and settings.switched("overlay") else None

    def _united(self, number: int, overlays: Sequence[Overlay]) -> Bits | None:
        description = self.description
        on = [(one, one.frame_on(number, description.frames)) for one in overlays]
        here = [(one, frame) for one, frame in on if frame is not None]
        if not here:
            return None
        key = ("plane", *((one.group, frame) for one, frame in here))
        return self._keep(key, lambda: self._drawn(number, here))

    def _drawn(self, number: int, here: Sequence[tuple[Overlay, int]]) -> Bits:
        rows, columns = self.description.rows, self.description.columns
        plane = np.zeros((rows, columns), np.bool_)
        for overlay, frame in here:
            if overlay.data:
                plane |= on_frame(packed_bits(overlay.data, overlay, frame), overlay, rows, columns)
        asked = [overlay.group for overlay, _frame in here if not overlay.data]
        if asked:
            found = self._planes_of(number, asked)
            if found.shape == plane.shape:
                plane |= found.astype(np.bool_)
        return plane

    def _covered(self, number: int, rows: int, columns: int, settings: Presentation) -> Bits | None:
        shutter = self.description.frame(number).shutter
        if shutter is None or not settings.switched("shutter"):
            return None
        return self._keep(("shutter", shutter, rows, columns), lambda: self._shut(number, shutter, rows, columns))

    def _shut(self, number: int, shutter: Shutter, rows: int, columns: int) -> Bits:
        bitmap = None
        if shutter.overlay is not None:
            bitmap = self._united(number, [one for one in self.description.overlays if one.group == shutter.overlay])
        return hidden(shutter, rows, columns, self.description.pixel_aspect, bitmap)

    def _keep(self, key: _Key, make: Callable[[], _Kept]) -> _Kept:
        if key in self._kept:
            self._kept.move_to_end(key)
            found: _Kept = self._kept[key]  # type: ignore[assignment]  # what was made under this key
            return found
        made = make()
        self._kept[key] = made
        self._bytes += made.nbytes
        while self._bytes > _MOST_BYTES and len(self._kept) > 1:
            self._bytes -= self._kept.popitem(last=False)[1].nbytes
        return made


def chosen_window(description: Description, text: str) -> Voi | None:
    """The window or table that an operator names: its number from 1 (windows first), or its explanation.

    Case does not matter, and the beginning of an explanation is enough where it fits one alone. None where none fits.
    """
    grayscale = description.grayscale
    if grayscale is None:
        return None
    every: list[Window | Voi] = [*grayscale.windows, *grayscale.voi_tables]
    if text.isascii() and text.isdigit():
        return every[int(text) - 1] if 1 <= int(text) <= len(every) else None
    sought = text.strip().casefold()
    exact = [one for one in every if one.explanation.casefold() == sought]
    near = exact or [one for one in every if sought and one.explanation.casefold().startswith(sought)]
    return near[0] if exact or len(near) == 1 else None
