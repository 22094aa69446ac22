"""What several tests need: the real samples, real peers, and one way to skip that CI does not accept."""

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest


def missing(reason: str) -> NoReturn:
    """Skip the test with `reason`; where CI=true everything must be there, so it fails instead."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"needed in CI: {reason}")
    pytest.skip(reason)


def need_samples() -> Path:
    """The folder of real DICOM samples, from CATHLAB_SAMPLES."""
    folder = os.environ.get("CATHLAB_SAMPLES", "")
    if not folder or not Path(folder).is_dir():
        missing("CATHLAB_SAMPLES does not name the folder of DICOM samples")
    return Path(folder)


def need_program(name: str) -> str:
    """The path of a program from Debian, such as dcmdump."""
    found = shutil.which(name)
    if found is None:
        missing(f"the program {name} is not installed")
    return found
