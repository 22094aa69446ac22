"""Measuring behind the screens: one book an open object, each change on the disk when its call returns.

Calls may block for a frame to be decoded or a file to be hashed: never from the event loop. A screen hands them to
`submit`: one thread takes them one after the other, in the order of the keys, and `close` waits for the last. No value
depends on how a frame is shown: books know frames, points and calibrations, and nothing of zoom, window or rotation.
"""

import re
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

from console.dicom.measuring import book
from console.dicom.measuring.catheter import read_size
from console.dicom.measuring.measure import calibrated, measure
from console.dicom.measuring.ultrasound import region_spacing
from console.errors import DicomReadError, UsageError
from console.i18n import _
from console.measuring_store import MeasuringStore, digest_of
from console.model.clock import local_now
from console.model.measuring import (
    Instance,
    KnownObject,
    Measured,
    Measurement,
    Point,
    Shape,
    Sheet,
    Steps,
    UserCalibration,
)
from console.model.picture import Calibration, PictureInfo
from console.plain import clean

FrameOf = Callable[[PictureInfo, int], NDArray[np.generic]]
"""Stored values of frame `number` (from 1); raises DecodeError, DicomReadError."""

_LENGTH = re.compile(r"(\d{1,4}(?:\.\d{1,4})?)\s*(?:mm)?", re.IGNORECASE)
_LONGEST_MM = 1000
P = ParamSpec("P")
T = TypeVar("T")


class MeasureDesk:
    """Measurements of one home folder."""

    def __init__(
        self,
        home: Path,
        frame_of: FrameOf,
        *,
        operator: str = "",
        read_only: bool = False,
        clock: Callable[[], datetime] = local_now,
    ) -> None:
        self.store = MeasuringStore(home, read_only=read_only)
        self.operator = operator
        """Who measures; may be set later, for what is drawn from then on."""
        self.clock = clock
        self._frame_of = frame_of
        self._last: tuple[tuple[str, int, int], NDArray[np.generic]] | None = None
        self._turns = ThreadPoolExecutor(1, "measuring")

    def submit(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        """Have `call` made after everything that was handed over before."""
        return self._turns.submit(call, *args, **kwargs)

    def close(self) -> None:
        """Wait for what was handed over."""
        self._turns.shutdown(wait=True)

    def frame(self, info: PictureInfo, number: int) -> NDArray[np.generic]:
        """Stored values of a frame; those of the last one stay at hand while a shape is drawn on it."""
        key, last = (info.path, info.mtime_ns, number), self._last
        if last is None or last[0] != key:
            self._last = last = (key, self._frame_of(info, number))
        return last[1]

    def open(self, info: PictureInfo, *, anew: bool = False) -> "MeasureBook":
        """The book of an object, with what was measured on it before.

        UsageError where the object is not the one that was measured: it has another size or digest. `anew` puts those
        measurements aside (their file stays beside, under another name) and begins an empty book. DicomReadError,
        StoreError.
        """
        if not info.frames:
            raise UsageError(_("Nothing to measure"), _("The object holds no picture."))
        if not info.sop_instance_uid:
            what = _("The object has no SOP Instance UID, so measurements could not be found again.")
            raise UsageError(_("Nothing to measure"), what)
        sheet, notice = self.store.load(info.sop_instance_uid)
        if sheet is None:
            return MeasureBook(self, info, None, notice)
        if (info.size, digest_of(Path(info.path))) == (sheet.instance.size, sheet.instance.sha256):
            return MeasureBook(self, info, sheet, notice)
        if anew:
            self.store.set_aside(sheet.instance)
            return MeasureBook(self, info, None, notice)
        what = _(
            "{name} is not the file that was measured ({count} measurements): its content has changed since. They are "
            "not shown; measure anew to begin without them."
        )
        raise UsageError(_("Another file"), what.format(name=Path(info.path).name, count=len(sheet.measurements)))


class MeasureBook:
    """The measurements of one open object. Threads may share it; each change is saved before its call returns."""

    def __init__(self, desk: MeasureDesk, info: PictureInfo, sheet: Sheet | None, notice: str = "") -> None:
        self.info = info
        self.notice = notice
        """What was wrong with the file of measurements, one sentence; empty where nothing was."""
        self._desk = desk
        self._turn = threading.RLock()
        self._new = sheet is None
        self._steps = Steps(sheet or Sheet(Instance(info.sop_instance_uid, info.size, "")))

    @property
    def sheet(self) -> Sheet:
        """Everything as it stands."""
        return self._steps.now

    @property
    def calibration(self) -> UserCalibration | None:
        """The operator's own, in force for the run."""
        return self._steps.now.calibration

    def list(self, frame: int | None = None, *, hidden: bool = True) -> tuple[Measurement, ...]:
        """The measurements by number; of one frame where it is named, without hidden ones where `hidden` is False."""
        return tuple(
            one
            for one in self._steps.now.measurements
            if (frame is None or one.frame == frame) and (hidden or not one.hidden)
        )

    def value(self, frame: int, shape: Shape) -> Measured:
        """What a shape would be worth, without keeping it: for the line that is being drawn. UsageError."""
        return self._measure(frame, shape, self.calibration)

    def add(self, frame: int, shape: Shape, name: str = "") -> Measurement:
        """Measure a shape and keep it. UsageError, StoreError; nothing is kept then."""
        with self._turn:
            found = self._measure(frame, shape, self.calibration)
            desk = self._desk
            self._do(book.added(self.sheet, frame, shape, found, desk.operator, desk.clock(), name))
            return self.sheet.measurements[-1]

    def move(self, number: int, points: tuple[Point, ...]) -> Measurement:
        """Put a measurement on other points. UsageError, StoreError; nothing is changed then."""
        with self._turn:
            desk = self._desk
            self._do(book.moved(self.sheet, number, points, self._measure, desk.operator, desk.clock()))
            return book.measurement(self.sheet, number)

    def rename(self, number: int, name: str) -> None:
        """Call it something. UsageError, StoreError."""
        with self._turn:
            self._do(book.renamed(self.sheet, number, name))

    def hide(self, number: int, hidden: bool = True) -> None:
        """Hide it, or show it again. UsageError, StoreError."""
        with self._turn:
            self._do(book.hidden(self.sheet, number, hidden))

    def remove(self, number: int) -> None:
        """Take it out; undo brings it back. UsageError, StoreError."""
        with self._turn:
            self._do(book.removed(self.sheet, number))

    def clear(self) -> None:
        """Take all of them out; undo brings them back. StoreError."""
        with self._turn:
            self._do(replace(self.sheet, measurements=()))

    def calibrate(self, frame: int, known: KnownObject) -> UserCalibration:
        """Calibrate the run on an object in a frame; everything is measured again, and what changes is marked.

        UsageError where no such object is seen, or where regions of the frame have scales of their own. StoreError.
        """
        with self._turn:
            if len({region_spacing(region) for region in self.info.regions}) > 1 or self.info.frame_regions:
                what = _("The regions of this frame have scales of their own, so one calibration cannot hold for all.")
                raise UsageError(_("Not calibrated"), what)
            found = self._moving(calibrated(self._frame(frame), self.info, known, frame))
            desk = self._desk
            mine = UserCalibration(known, frame, found, desk.operator, desk.clock())
            self._do(book.calibrated(self.sheet, mine, self._measure, mine.at))
            return mine

    def uncalibrate(self) -> None:
        """Back to what the header says; everything is measured again, and what changes is marked."""
        with self._turn:
            self._do(book.calibrated(self.sheet, None, self._measure, self._desk.clock()))

    def undo(self) -> bool:
        """One step back; False where there is none. StoreError."""
        with self._turn:
            return self._go(book.undone(self._steps))

    def redo(self) -> bool:
        """One step forth; False where there is none. StoreError."""
        with self._turn:
            return self._go(book.redone(self._steps))

    def _moving(self, found: Calibration) -> Calibration:
        if not self.info.frame_calibrations:
            return found
        warning = _("The C-arm or the table moves during this run; the calibration holds for the frame it was made on.")
        return replace(found, warnings=(*found.warnings, warning))

    def _measure(self, frame: int, shape: Shape, mine: UserCalibration | None) -> Measured:
        made = mine.calibration if mine is not None else None
        return measure(self._frame(frame), self.info, shape, None, frame, made)

    def _frame(self, number: int) -> NDArray[np.generic]:
        if not 1 <= number <= self.info.frames:
            what = _("The object has {count} frames; there is no frame {number}.")
            raise UsageError(_("No such frame"), what.format(count=self.info.frames, number=number))
        return self._desk.frame(self.info, number)

    def _do(self, sheet: Sheet) -> None:
        self._go(book.done(self._steps, sheet))

    def _go(self, steps: Steps) -> bool:
        """Save, then take it for true: what cannot be saved did not happen."""
        if steps is self._steps:
            return False
        if self._new:
            instance = self._identified()
            steps = Steps(
                replace(steps.now, instance=instance),
                tuple(replace(each, instance=instance) for each in steps.past),
                steps.future,
            )
        else:
            self._unchanged()
        self._desk.store.save(steps.now)
        self._steps, self._new = steps, False
        return True

    def _identified(self) -> Instance:
        self._unchanged()
        return Instance(self.info.sop_instance_uid, self.info.size, digest_of(Path(self.info.path)))

    def _unchanged(self) -> None:
        """UsageError where the file is not the one that was opened, though a frame of it may still be in memory."""
        path = Path(self.info.path)
        try:
            status = path.stat()
        except OSError as error:
            what = _("{path} cannot be opened ({reason}). Check the permissions.")
            raise DicomReadError(_("Cannot be read"), what.format(path=path, reason=error.strerror or error)) from error
        if (status.st_size, status.st_mtime_ns) != (self.info.size, self.info.mtime_ns):
            what = _("{name} was changed since it was opened; open it again.")
            raise UsageError(_("Another file"), what.format(name=path.name))


def known_object(text: str, line: tuple[Point, Point], *, is_line: bool = False, filling: str = "") -> KnownObject:
    """What the operator calibrates on: "6F", "2.00mm" along the middle of a catheter, or a line so many mm long.

    UsageError for a size that is none.
    """
    if not is_line:
        millimetres, said = read_size(text)
        return KnownObject(millimetres, said, line, filling)
    found = _LENGTH.fullmatch(text.strip())
    length = float(found[1]) if found is not None else 0.0
    if not 0 < length <= _LONGEST_MM:
        what = _("{text} is not a length such as 10mm, of at most {longest} mm.")
        raise UsageError(_("No size"), what.format(text=clean(text) or '""', longest=_LONGEST_MM))
    return KnownObject(length, f"{length:g}mm", line, is_line=True)
