"""What a host told, whichever way it came."""

import json
from typing import Any

from console.checks.kind import complete
from console.checks.raw import Raw


def told(raw: Raw) -> str | dict[str, Any]:
    """The text of a shell section, or the object of a function that asked by other means (Windows).

    Raises NotKnown where the answer is not complete, ValueError where it is neither text nor an object, or empty.
    """
    complete(raw)
    if raw.dialect == "posix":
        value: Any = raw.output.decode("utf-8", "replace")
    else:
        value = json.loads(raw.output)
    if not isinstance(value, str | dict) or not value or (isinstance(value, str) and not value.strip()):
        raise ValueError("an answer without rows")
    return value
