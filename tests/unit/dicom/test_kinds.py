"""Every object has a name that says what it is, and says how it can be looked at."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from pydicom._uid_dict import UID_dictionary

import console
from console.dicom.kinds import kind_of, shows_as

STANDARD = {
    uid: entry[0]
    for uid, entry in UID_dictionary.items()
    if entry[1] == "SOP Class" and "Storage" in entry[0] and "Commitment" not in entry[0]
}
"""Every storage class that the installed pydicom knows, with its name in the standard."""


def test_every_storage_class_of_the_standard_has_a_short_name_of_its_own() -> None:
    # GIVEN all storage classes of PS3.6, the retired ones too
    assert len(STANDARD) > 190
    names = {uid: kind_of(uid) for uid in STANDARD}
    # THEN none is called by its number, none is long, and no two are called the same
    assert [uid for uid, name in names.items() if uid in name or not name] == []
    assert [name for name in names.values() if len(name) > 52] == []
    assert [name for name, count in Counter(names.values()).items() if count > 1] == []


def test_names_of_pictures_and_reports_agree_with_the_standard() -> None:
    # GIVEN what the standard calls an image, and those image objects whose name does not say so
    unsaid = (
        "Enhanced US Volume", "Parametric Map", "Segmentation Storage", "Thickness Map", "Topography Map", "RT Dose",
        "AIT",
    )  # fmt: skip
    for uid, name in STANDARD.items():
        image = "Image" in name or any(part in name for part in unsaid)
        if "Surface Segmentation" in name:
            image = False
        # THEN they are pictures, and nothing else is
        assert (shows_as(uid) == "picture") == image, name
        # THEN reports are what the standard calls SR, waveforms what it calls waveforms
        if " SR " in name or "Procedure Log" in name or "Key Object" in name:
            assert shows_as(uid) == "report", name
        assert (shows_as(uid) == "waveform") == ("Waveform Storage" in name), name
        assert (shows_as(uid) == "document") == name.startswith("Encapsulated"), name


@pytest.mark.parametrize(
    ("uid", "modality", "name"),
    [
        ("1.2.840.10008.5.1.4.1.1.12.1", "XA", "X-ray angiography"),
        ("1.2.840.10008.5.1.4.1.1.12.1\0", "", "X-ray angiography"),
        ("1.2.840.10008.5.1.4.1.1.88.67", "SR", "Dose report"),
        ("1.2.840.10008.5.1.4.1.1.3.1", "US", "Ultrasound cine"),
        ("1.2.840.10008.5.1.4.1.1.3.1", "IVUS", "Intravascular ultrasound"),
        ("1.3.46.670589.11.0.0.12.1", "", "Private object 1.3.46.670589.11.0.0.12.1"),
        ("1.2.840.10008.5.1.4.1.1.999", "", "DICOM object of the class 1.2.840.10008.5.1.4.1.1.999"),
        ("", "CT", "CT"),
        ("", "", "DICOM object"),
    ],
)
def test_an_object_is_called_what_it_is(uid: str, modality: str, name: str) -> None:
    assert kind_of(uid, modality) == name


def test_a_private_class_may_be_a_picture_and_an_unknown_one_of_the_standard_too() -> None:
    assert shows_as("1.3.46.670589.11.0.0.12.1") == "picture"
    assert shows_as("1.2.840.10008.5.1.4.1.1.999") == "picture"
    assert shows_as("1.2.840.10008.5.1.4.38.1") == "other"


def test_names_need_neither_pydicom_nor_numpy() -> None:
    code = (
        "import sys, console.dicom.kinds\n"
        "print([name for name in ('pydicom', 'numpy', 'PIL') if name in sys.modules])"
    )  # fmt: skip
    parent = Path(console.__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", code], cwd=parent, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
