"""Our own deflate, read back by zlib."""

import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.graphics.deflate import Deflater


@settings(max_examples=150, deadline=None)
@given(
    rows=st.integers(0, 40),
    columns=st.integers(0, 300),
    kind=st.sampled_from(["noise", "flat", "rare", "steep"]),
    seed=st.integers(0, 99),
)
def test_zlib_reads_back_every_byte(rows: int, columns: int, kind: str, seed: int) -> None:
    # GIVEN bytes with all values alike, one value, one that is rare, and frequencies that want the longest codes
    random = np.random.default_rng(seed)
    pixels = {
        "noise": random.integers(0, 256, (rows, columns)),
        "flat": np.full((rows, columns), seed),
        "rare": (random.random((rows, columns)) < 0.001) * 255,
        "steep": random.geometric(0.5, (rows, columns)).clip(max=255),
    }[kind].astype(np.uint8)
    # WHEN they are compressed, twice by the same object THEN zlib finds them
    deflater = Deflater()
    assert zlib.decompress(deflater.compress(pixels)) == pixels.tobytes()
    other = np.ascontiguousarray(pixels[::-1])
    assert zlib.decompress(deflater.compress(other)) == other.tobytes()


@pytest.mark.parametrize("size", [(1, 262_143), (3, 131_075), (900, 1001)])
def test_pictures_longer_than_one_chunk_are_whole(size: tuple[int, int]) -> None:
    pixels = np.random.default_rng(1).normal(0, 9, size).astype(np.int8).view(np.uint8)
    assert zlib.decompress(Deflater().compress(pixels)) == pixels.tobytes()


@pytest.mark.parametrize(("before", "now"), [(4, 256), (256, 4)])
def test_a_code_for_other_bytes_is_given_up(before: int, now: int) -> None:
    # GIVEN a code made for noise of one width WHEN noise of another follows
    deflater = Deflater()
    random = np.random.default_rng(2)
    deflater.compress(random.integers(0, before, (64, 999)).astype(np.uint8))
    other = random.integers(0, now, (64, 999)).astype(np.uint8)
    # THEN that is no longer than it must be
    assert len(deflater.compress(other)) < other.size * np.log2(now) / 8 * 1.2


def test_it_is_as_small_as_what_zlib_makes_of_frequencies_alone() -> None:
    noise = np.random.default_rng(3).normal(0, 8, (700, 700)).astype(np.int8).view(np.uint8)
    own = zlib.compressobj(1, zlib.DEFLATED, 15, 9, zlib.Z_HUFFMAN_ONLY)
    theirs = own.compress(noise.tobytes()) + own.flush()
    assert len(Deflater().compress(noise)) < len(theirs) * 1.01
