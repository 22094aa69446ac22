"""What is written beside the objects: the checksum list, a few words for whoever receives it, and the key list."""

import csv
import io
import time
from collections.abc import Iterable
from pathlib import Path

from console.i18n import _
from console.model.export import ExportOptions, PlannedPatient
from console.store.disk import fill, sync_folder
from console.store.files import set_aside_name
from console.store.trouble import cannot_write
from console.studies.export.copy import Copied
from console.studies.export.target import DICOMDIR, SUMS


def sums(files: Iterable[Copied]) -> bytes:
    """What `sha256sum -c SHA256SUMS` checks, sorted by name."""
    lines = sorted((file.target, file.digest) for file in files)
    return "".join(f"{digest}  {target}\n" for target, digest in lines).encode("utf-8", "surrogateescape")


def readme(objects: int, options: ExportOptions, missing: int) -> bytes:
    """README.TXT: no word of the patient. With a byte order mark and CR LF, as the oldest Windows editor wants it."""
    words = [
        _("{count} DICOM objects, exported on {date}.").format(count=objects, date=time.strftime("%Y-%m-%d %H:%M")),
        _("Check: sha256sum -c {file}").format(file=SUMS),
    ]
    if options.dicomdir:
        words.append(_("A DICOM viewer opens the file {file}.").format(file=DICOMDIR))
    if missing:
        words.append(_("Objects that were chosen but could not be exported: {count}.").format(count=missing))
    if options.deidentify:
        words.append(
            _(
                "De-identified with the Basic Application Level Confidentiality Profile (DICOM PS3.15 E). What stands "
                "in the pictures themselves was not examined."
            )
        )
    words.append(_("Exported for engineering purposes, not for diagnosis."))
    return ("\ufeff" + "\r\n".join(words) + "\r\n").encode("utf-8")


def write_keys(folder: Path, patients: Iterable[PlannedPatient]) -> Path:
    """Write who is who, readable by its owner alone, and return where. Raises StoreError."""
    stream = io.StringIO()
    table = csv.writer(stream)
    table.writerow(("export", "patient_id", "patient_name"))
    table.writerows((patient.new_name, patient.patient_id, patient.name) for patient in patients)
    path = set_aside_name(folder / "who-is-who", "export")
    path = path.with_name(path.name + ".csv")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        fill(path, ("\ufeff" + stream.getvalue()).encode("utf-8", "backslashreplace"))
        sync_folder(folder)
    except OSError as error:
        raise cannot_write(path, error) from error
    return path
