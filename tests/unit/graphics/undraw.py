"""Pixel graphics read back by code that shares nothing with what writes them."""

import base64
import io
import re

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_HEAD = re.compile(rb'\x1bP0;1;0q"1;1;(\d+);(\d+)')
_TOKEN = re.compile(r"#(\d+);2;(\d+);(\d+);(\d+)|#(\d+)|!(\d+)([?-~])|([?-~])|([$-])")


def sixel(data: bytes) -> NDArray[np.int64]:
    """The picture of one sixel string in per cent, (rows, columns, 3); -1 where nothing was drawn.

    A colour that is chosen before it is defined, or a column beyond the stated width, is an AssertionError.
    """
    head = _HEAD.match(data)
    assert head is not None
    assert data.endswith(b"\x1b\\")
    width, height = int(head[1]), int(head[2])
    out = np.full((height + 6, width, 3), -1)
    colors: dict[int, tuple[int, ...]] = {}
    x = y = place = 0
    color: tuple[int, ...] = ()
    text = data[head.end() : -2].decode("ascii")
    while place < len(text):
        token = _TOKEN.match(text, place)
        assert token is not None, text[place : place + 20]
        place = token.end()
        if token[1] is not None:
            colors[int(token[1])] = tuple(int(token[part]) for part in (2, 3, 4))
        elif token[5] is not None:
            color = colors[int(token[5])]
        elif token[9] is not None:
            x, y = 0, y + 6 * (token[9] == "-")
        else:
            count = int(token[6] or 1)
            bits = ord(token[7] or token[8]) - 63
            assert x + count <= width
            for line in range(6):
                if bits >> line & 1:
                    out[y + line, x : x + count] = color
            x += count
    return out[:height]


def kitty(data: bytes) -> tuple[dict[str, str], NDArray[np.uint8]]:
    """The control values of the first chunk, and the picture; chunks in disorder are an AssertionError."""
    chunks = re.findall(rb"\x1b_G([^;]*);([^\x1b]*)\x1b\\", data)
    assert b"".join(b"\x1b_G%b;%b\x1b\\" % chunk for chunk in chunks) == data
    controls = [dict(part.split("=") for part in control.decode().split(",")) for control, _load in chunks]
    assert [control["m"] for control in controls] == ["1"] * (len(chunks) - 1) + ["0"]
    assert all(len(load) <= 4096 for _control, load in chunks)
    with Image.open(io.BytesIO(base64.b64decode(b"".join(load for _control, load in chunks)))) as image:
        return controls[0], np.asarray(image)
