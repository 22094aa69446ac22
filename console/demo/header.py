"""The parts of a header that all files of the practice hospital share, and the way a data set becomes a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from console.demo.cases import INSTITUTION, Item, fixed_uid
from console.demo.texts import label, put

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

IMPLEMENTATION_VERSION = "CATHLAB_DEMO_2"
EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
IMPLICIT_LITTLE = "1.2.840.10008.1.2"


@dataclass(frozen=True)
class Maker:
    """The device that a file pretends to come from."""

    model: str
    station: str
    serial: str


def new_dataset(item: Item, sop_class: str, modality: str, maker: Maker) -> "Dataset":
    """Patient, General Study, General Series, General Equipment and SOP Common modules of `item`."""
    from pydicom.dataset import Dataset

    ds, study, patient = Dataset(), item.study, item.patient
    label(ds, study.charset)
    ds.SOPClassUID = sop_class
    ds.SOPInstanceUID = item.uid("instance")
    ds.InstanceCreationDate = study.date
    ds.InstanceCreationTime = item.time
    ds.StudyDate = ds.SeriesDate = ds.ContentDate = study.date
    ds.StudyTime = study.time
    ds.SeriesTime = ds.ContentTime = item.time
    ds.AccessionNumber = study.accession_number
    ds.Modality = modality
    ds.Manufacturer = "cathlab-console"
    ds.ManufacturerModelName = maker.model
    ds.DeviceSerialNumber = maker.serial
    ds.SoftwareVersions = IMPLEMENTATION_VERSION
    ds.StationName = maker.station
    ds.ReferringPhysicianName = ""
    ds.PatientID = patient.patient_id
    ds.PatientBirthDate = patient.birth_date
    ds.PatientSex = patient.sex
    ds.StudyInstanceUID = item.uid("study")
    ds.SeriesInstanceUID = item.uid("series")
    ds.StudyID = study.study_id
    ds.SeriesNumber = item.series_number
    ds.InstanceNumber = item.instance_number
    hanzi = study.charset.actual != "ISO_IR 100"
    put(
        ds,
        study.charset,
        PatientName=patient.name,
        InstitutionName=INSTITUTION if hanzi else "Practice Hospital",
        StudyDescription=study.description,
        SeriesDescription=item.series_description,
        PatientComments="练习用的虚构患者, 图像由程序计算" if hanzi else "Invented for practice, computed by a program",
    )
    return ds


def encapsulate_frames(ds: "Dataset", frames: Sequence[bytes]) -> None:
    """Put compressed `frames` into `ds`, one fragment a frame, with a Basic Offset Table (PS3.5 A.4)."""
    from pydicom.encaps import encapsulate

    ds.PixelData = encapsulate(list(frames), fragments_per_frame=1, has_bot=True)
    ds["PixelData"].VR = "OB"
    ds["PixelData"].is_undefined_length = True


def file_bytes(ds: "Dataset", transfer_syntax: str) -> bytes:
    """The complete DICOM file."""
    from pydicom.dataset import FileMetaDataset
    from pydicom.filewriter import dcmwrite
    from pydicom.uid import UID

    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID(ds.SOPClassUID)
    meta.MediaStorageSOPInstanceUID = UID(ds.SOPInstanceUID)
    meta.TransferSyntaxUID = UID(transfer_syntax)
    meta.ImplementationClassUID = UID(fixed_uid("implementation"))
    meta.ImplementationVersionName = IMPLEMENTATION_VERSION
    ds.file_meta = meta
    stream = BytesIO()
    dcmwrite(stream, ds, enforce_file_format=True)
    return stream.getvalue()


def decimal(value: float) -> str:
    """A DS value: at most 16 characters."""
    written = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if written == "-0" else written
