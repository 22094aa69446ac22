"""Probe "ports": TCP ports that something listens on.

On Linux the text of data/probes/ports.sh. On Windows, here and in collect.ps1, an object:

    {"listen": [{"address": "0.0.0.0", "port": 104}, ...]}
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
        return section_text("ports")
    import psutil

    try:
        connections = psutil.net_connections("tcp")
    except psutil.AccessDenied as error:
        raise ProbeTrouble(Sentence(N_("This account may not list the ports of this machine."))) from error
    found = (tuple(each.laddr) for each in connections if each.status == psutil.CONN_LISTEN)
    return {"listen": [{"address": place[0], "port": place[1]} for place in found if place]}
