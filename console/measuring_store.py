"""Measurements on the disk: HOME/measurements, one file an instance, named by the digest of its SOP Instance UID.

A file is written whole or not at all (`console.store.files`). It holds no name, number or birth date: the instance's
UID, size and digest, and what the operator drew and wrote.
"""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from console.errors import DicomReadError, StoreError
from console.i18n import _
from console.inspection.codec import codec, to_plain
from console.model.measuring import Instance, Sheet
from console.store.disk import move
from console.store.files import previous_of, read_checked, set_aside_name, write_checked
from console.store.trouble import cannot_read, cannot_write, only_reading, too_new

FOLDER = "measurements"
FORMAT = 1
"""The format that this version writes; a higher one is left alone."""
_PIECE = 1 << 20
_UNREADABLE = (KeyError, ValueError, TypeError, AttributeError, RecursionError)


def path_of(home: Path, sop_instance_uid: str) -> Path:
    """Where the measurements of an instance are kept."""
    return home / FOLDER / f"{sha256(sop_instance_uid.encode()).hexdigest()[:40]}.json"


def digest_of(path: Path) -> str:
    """SHA-256 of a whole file. Raises DicomReadError."""
    digest = sha256()
    try:
        with path.open("rb") as stream:
            while piece := stream.read(_PIECE):
                digest.update(piece)
    except OSError as error:
        what = _("{path} cannot be opened ({reason}). Check the permissions.")
        raise DicomReadError(_("Cannot be read"), what.format(path=path, reason=error.strerror or error)) from error
    return digest.hexdigest()


class MeasuringStore:
    """The sheets of one home folder. Every call may wait for the disk."""

    def __init__(self, home: Path, *, read_only: bool = False) -> None:
        self.home = home
        self.read_only = read_only
        """True for a console that does not hold the home folder: every change raises StoreError."""

    def load(self, sop_instance_uid: str) -> tuple[Sheet | None, str]:
        """The sheet of an instance, None where nothing was measured; and what was wrong with its file, or nothing.

        Raises StoreError for a file that cannot be read, or was written by a newer version.
        """
        path = path_of(self.home, sop_instance_uid)
        checked = read_checked(path, repair=not self.read_only)
        if checked.data is None:
            return None, checked.recovered
        try:
            document: dict[str, Any] = json.loads(checked.data)
            number = document["format"]
            if isinstance(number, int) and number > FORMAT:
                raise too_new(path)
            sheet: Sheet = codec(Sheet).read(document["sheet"])
        except _UNREADABLE as error:
            sentence = _("{path} holds something other than measurements, and is left as it is.")
            raise StoreError(_("Cannot be read"), sentence.format(path=path)) from error
        if sheet.instance.sop_instance_uid != sop_instance_uid:
            sentence = _("{path} holds the measurements of another object, and is left as it is.")
            raise StoreError(_("Cannot be read"), sentence.format(path=path))
        return sheet, checked.recovered

    def save(self, sheet: Sheet) -> None:
        """Keep a sheet; on the disk when this returns. Raises StoreError, and the old content stands."""
        path = path_of(self.home, sheet.instance.sop_instance_uid)
        if self.read_only:
            raise only_reading(path)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise cannot_write(path, error) from error
        document = {"format": FORMAT, "sheet": to_plain(sheet)}
        write_checked(path, json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogatepass"))

    def set_aside(self, instance: Instance) -> Path | None:
        """Put the file of an instance aside under another name, which is returned; None where there is none."""
        path = path_of(self.home, instance.sop_instance_uid)
        if self.read_only:
            raise only_reading(path)
        aside = set_aside_name(path, "older")
        try:
            move(path, aside)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise cannot_read(path, error) from error
        previous_of(path).unlink(missing_ok=True)
        return aside
