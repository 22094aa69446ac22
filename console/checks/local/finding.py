"""Finds the function that answers a probe on this machine.

The name says where it is: "disk.usage" is `usage` in console.checks.local.disk, "disk" is `answer` there; "-" in a name
is "_" in Python. The same name stands for data/probes/NAME.sh, which asks a Linux host, and for a section of
collect.ps1.
"""

import importlib
import re
from collections.abc import Callable, Sequence
from typing import cast

Function = Callable[[Sequence[str]], object]
"""Takes the probe's arguments; gives what JSON can hold. Raises ProbeTrouble, OSError or ConsoleError."""

_NAME = re.compile(r"[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)?")
_FRAME = ("finding", "section", "trouble")
"""Modules beside the functions that answer nothing."""


def function_of(name: str) -> Function | None:
    """The function that answers `name`; None when this machine has none."""
    if not _NAME.fullmatch(name):
        return None
    module_name, _, function_name = name.replace("-", "_").partition(".")
    if module_name in _FRAME:
        return None
    full = f"{__package__}.{module_name}"
    try:
        module = importlib.import_module(full)
    except ModuleNotFoundError as error:
        if error.name == full:
            return None
        raise
    function = getattr(module, function_name or "answer", None)
    return cast("Function", function) if callable(function) else None
