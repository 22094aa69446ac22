"""What making one file gives back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Tick = Callable[[int], None]
"""Called before each frame with its number from 0; raises Cancelled when the operator has had enough."""


@dataclass(frozen=True)
class Made:
    """One finished file, not yet on disk."""

    data: bytes
    """The complete DICOM file."""
    transfer_syntax: str
    transfer_syntax_reason: str
    truth: dict[str, Any]
    """What a reader should find in it, as plain JSON values; the kinds of file have keys of their own."""
