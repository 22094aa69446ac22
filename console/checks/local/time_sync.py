"""Probe "time-sync": what keeps the clock right.

On Linux the text of data/probes/time-sync.sh. On Windows, in collect.ps1, an object:

    {"running": true, "type": "NTP" | "NT5DS" | "NoSync" | "AllSync", "server": "10.0.0.1,0x8",
     "good": <POSIX seconds of the last event 35 or 37 of Time-Service, or null>,
     "bad": <of the last other one, or null>}

Event numbers are the same in every language; the text of w32tm is not.
"""

import os
from collections.abc import Sequence

from console.checks.local.section import section_text
from console.checks.local.trouble import ProbeTrouble
from console.i18n import N_
from console.model.sentence import Sentence


def answer(args: Sequence[str]) -> object:
    """See above."""
    if os.name == "posix":
        return section_text("time-sync")
    source = N_("On Windows the collect script asks for the time service: run it and read its file.")
    raise ProbeTrouble(Sentence(source))
