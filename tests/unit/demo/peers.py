"""What other programs say about a file: David Clunie's validator, DCMTK."""

import subprocess
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread

from tests.support import need_program

_DECODERS = {"1.2.840.10008.1.2.4.70": "dcmdjpeg", "1.2.840.10008.1.2.5": "dcmdrle"}


def dciodvfy(path: Path) -> list[str]:
    """Errors and warnings; it has to know the object's definition."""
    result = subprocess.run([need_program("dciodvfy"), str(path)], capture_output=True, check=False)
    lines = (result.stdout + result.stderr).decode("latin-1").splitlines()
    # The name of the definition stands alone on its line.
    assert [line for line in lines if line.isalnum()], lines
    return [line for line in lines if line.startswith(("Error", "Warning"))]


def decoded(path: Path, folder: Path) -> NDArray[Any]:
    """The frames of `path` after DCMTK has decompressed them, always (frames, ...)."""
    ds = dcmread(path, stop_before_pixels=True)
    program = _DECODERS.get(ds.file_meta.TransferSyntaxUID, "dcmconv")
    plain = folder / "plain.dcm"
    subprocess.run([need_program(program), str(path), str(plain)], check=True)
    pixels = np.asarray(dcmread(plain).pixel_array)
    return pixels if ds.get("NumberOfFrames", 1) > 1 else pixels[None]


def name_by_dcmtk(path: Path) -> str:
    """Patient's Name as DCMTK converts it to UTF-8, without the blanks that pad it."""
    command = [need_program("dcmdump"), "+U8", "-q", "+L", "--search", "0010,0010", "--prepend", str(path)]
    result = subprocess.run(command, capture_output=True, check=True)
    line = result.stdout.decode("utf-8").splitlines()[0]
    return line[line.index("[") + 1 : line.rindex("]")].rstrip()
