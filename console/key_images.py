"""Key images: the frames somebody wanted to find again, by SOP Instance UID, with who marked them and when.

HOME/key-images.json. Nothing of the patient is in it but the instance's UID.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from console.store.documents import open_documents, where
from console.store.trouble import only_reading

FILE = "key-images.json"


@dataclass(frozen=True)
class KeyImage:
    """One marked frame."""

    frame: int
    """From 1."""
    by: str
    """The operator."""
    at: datetime


class KeyImages:
    """The key images of one home folder. Every call may wait for the disk."""

    def __init__(self, home: Path, *, read_only: bool = False) -> None:
        """Raises StoreError when the file cannot be read."""
        self._path = home / FILE
        self._read_only = read_only
        self._table = open_documents(self._path, read_only=read_only).table("keys")

    def of(self, instance: str) -> tuple[KeyImage, ...]:
        """The key images of an instance by frame; entries that make no sense are left out. Raises StoreError."""
        found = (_read(entry) for entry in self._table.search(where("instance") == instance))
        return tuple(sorted((one for one in found if one is not None), key=lambda one: one.frame))

    def toggle(self, instance: str, frame: int, by: str, at: datetime) -> tuple[KeyImage, ...]:
        """Mark a frame, or take its mark away; what is marked then. Raises StoreError."""
        if self._read_only:
            raise only_reading(self._path)
        here = (where("instance") == instance) & (where("frame") == frame)
        if not self._table.remove(here):
            self._table.insert({"instance": instance, "frame": frame, "by": by, "at": at.isoformat()})
        return self.of(instance)


def _read(entry: Mapping[str, Any]) -> KeyImage | None:
    try:
        return KeyImage(int(entry["frame"]), str(entry["by"]), datetime.fromisoformat(entry["at"]))
    except (KeyError, TypeError, ValueError):
        return None
