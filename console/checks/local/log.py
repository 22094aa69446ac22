"""Probe log on this machine: reads only what is new, here, so that not the log but what was found travels."""

import json
from collections.abc import Sequence

from console.checks.logs.looking import Request
from console.checks.logs.rotation import look


def answer(args: Sequence[str]) -> object:
    """`args`: pattern of the live files, console.checks.logs.looking.Request as JSON. The result of `looking`.

    Raises OSError when the folder cannot be listed.
    """
    pattern, request = args
    return look(pattern, Request.from_json(json.loads(request)))
