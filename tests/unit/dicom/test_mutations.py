"""Files of strangers: whatever a byte was changed into, the answer is a picture or one sentence."""

import functools
import os
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import psutil
import pytest

from console.dicom.reader import PictureReader
from console.errors import DecodeError, DicomReadError
from tests.unit.dicom.builders import pydicom_file

ORIGINALS = (
    "MR_small.dcm",
    "MR_small_RLE.dcm",
    "MR_small_bigendian.dcm",
    "JPEG2000.dcm",
    "SC_rgb_small_odd_jpeg.dcm",
    "SC_rgb_rle_2frame.dcm",
    "JPEGLSNearLossless_16.dcm",
    "JPGExtended.dcm",
    "image_dfl.dcm",
    "reportsi.dcm",
    "examples_palette.dcm",
    "SC_rgb_jpeg_gdcm.dcm",
    "rtdose.dcm",
)
T = TypeVar("T")
COUNT = int(os.environ.get("CATHLAB_MUTATIONS", "300"))
DEADLINE = 5.0
GIGABYTE = 1 << 30


def mutate(data: bytes, rng: random.Random) -> bytes:
    """One to three faults: flipped bytes, a cut, a length field, swapped or repeated pieces."""
    changed = bytearray(data)
    for _round in range(rng.randint(1, 3)):
        kind = rng.choice(("flip", "header", "cut", "length", "swap", "repeat", "zero"))
        at = rng.randrange(len(changed))
        if kind == "flip":
            for _each in range(rng.randint(1, 16)):
                changed[rng.randrange(len(changed))] = rng.randrange(256)
        elif kind == "header":
            for _each in range(rng.randint(1, 8)):
                changed[rng.randrange(min(len(changed), 2000))] = rng.randrange(256)
        elif kind == "cut":
            del changed[max(at, 2) :]
        elif kind == "length":
            width = rng.choice((2, 4))
            value = rng.choice((0, 1, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF, rng.randrange(1 << 32)))
            changed[at : at + width] = (value & ((1 << 8 * width) - 1)).to_bytes(width, "little")
        elif kind == "swap":
            other, size = rng.randrange(len(changed)), rng.randint(1, 512)
            changed[at : at + size], changed[other : other + size] = (
                changed[other : other + size],
                changed[at : at + size],
            )
        elif kind == "repeat":
            changed[at:at] = changed[at : at + rng.randint(1, 1024)]
        else:
            changed[at : at + rng.randint(1, 64)] = bytes(rng.randint(1, 64))
    return bytes(changed)


class Watch:
    """A reader under observation: how long each call took, how much memory the helper needed."""

    def __init__(self, reader: PictureReader) -> None:
        self.reader = reader
        self.slowest = 0.0
        self.most = 0

    def look(self, path: Path) -> str:
        """Open, list the header, decode the first and the last frame; the sentence of what cannot be shown, or ""."""
        try:
            info = self._timed(lambda: self.reader.open(path, DEADLINE))
            self._timed(lambda: self.reader.header(path, DEADLINE))
            for number in {1, info.frames} if info.frames else ():
                frame = self._timed(functools.partial(self.reader.frame, info, number, DEADLINE))
                assert frame.shape[:2] == (info.rows, info.columns)
        except (DicomReadError, DecodeError) as error:
            return error.detail
        return ""

    def _timed(self, call: Callable[[], T]) -> T:
        started = time.monotonic()
        try:
            return call()
        finally:
            self.slowest = max(self.slowest, time.monotonic() - started)
            if self.reader.pid is not None:
                self.most = max(self.most, psutil.Process(self.reader.pid).memory_info().rss)


def test_mutated_files_give_a_picture_or_one_sentence_in_time_and_memory(tmp_path: Path) -> None:
    # GIVEN damaged copies of thirteen different files, the same at every run, and one reader
    rng = random.Random(20261120)
    reader = PictureReader()
    reader.start()
    watch = Watch(reader)
    pictures = 0
    target = tmp_path / "mutated.dcm"
    try:
        for number in range(COUNT):
            name = ORIGINALS[number % len(ORIGINALS)]
            target.write_bytes(mutate(pydicom_file(name).read_bytes(), rng))
            # WHEN each is looked at
            sentence = watch.look(target)
            # THEN there is a picture of the size that the header says, or one sentence, and the helper lives
            assert sentence == "" or sentence.endswith("."), f"{name} number {number}: {sentence}"
            assert "broke down" not in sentence, f"{name} number {number}"
            pictures += not sentence
    finally:
        reader.close()
    # THEN no call took longer than its deadline and a kill, and the helper stayed under a gigabyte
    assert watch.slowest < DEADLINE + 1
    assert 0 < watch.most < GIGABYTE
    # THEN the faults were neither all harmless nor all fatal, else this test would prove nothing
    assert COUNT // 10 < pictures < COUNT - COUNT // 20


def test_the_same_seed_gives_the_same_mutations() -> None:
    data = bytes(range(256)) * 8
    assert mutate(data, random.Random(7)) == mutate(data, random.Random(7))
    assert mutate(data, random.Random(7)) != data


@pytest.mark.parametrize("name", ORIGINALS)
def test_the_originals_of_the_mutations_can_be_read(name: str) -> None:
    reader = PictureReader()
    try:
        info = reader.open(pydicom_file(name))
        if info.frames:
            assert reader.frame(info, 1).shape[:2] == (info.rows, info.columns)
    finally:
        reader.close()
