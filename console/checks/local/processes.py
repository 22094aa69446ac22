"""Probe "processes": how many processes run under each name.

On Linux the text of data/probes/processes.sh. On Windows, here and in collect.ps1, an object:

    {"processes": {"orthanc.exe": 1, ...}}

Arguments of processes are never asked for: they may hold passwords.
"""

import os
from collections import Counter
from collections.abc import Sequence

from console.checks.local.section import section_text


def answer(args: Sequence[str]) -> object:
    """See above."""
    if os.name == "posix":
        return section_text("processes")
    import psutil

    return {"processes": Counter(process.info["name"] or "" for process in psutil.process_iter(["name"]))}
