"""A phantom run as a DICOM file: X-Ray Angiographic Image (PS3.3 A.14) as a cath lab would send it.

Frames are JPEG Lossless, first-order prediction (1.2.840.10008.1.2.4.70), the syntax of cath-lab media (PS3.11 F);
where imagecodecs is not installed they are RLE Lossless, which pydicom writes by itself. One fragment a frame, with a
Basic Offset Table. The same run gives the same bytes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from console.demo.cases import INSTITUTION, Run, fixed_uid

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

JPEG_LOSSLESS = "1.2.840.10008.1.2.4.70"
RLE_LOSSLESS = "1.2.840.10008.1.2.5"
XA_IMAGE = "1.2.840.10008.5.1.4.1.1.12.1"
IMPLEMENTATION_VERSION = "CATHLAB_DEMO_1"

Frame = NDArray[np.uint8]


@dataclass(frozen=True)
class FrameEncoder:
    """How frames are compressed on this machine."""

    transfer_syntax: str
    """Transfer Syntax UID of what `encode` gives."""
    reason: str
    """Why this one, for the truth file."""
    encode: Callable[[Frame], bytes]
    """One frame (rows, columns) to its fragment, without loss."""


def frame_encoder() -> FrameEncoder:
    """The best lossless encoder this machine has."""
    try:
        from imagecodecs import jpeg8_encode
    except ImportError:
        return FrameEncoder(RLE_LOSSLESS, "imagecodecs is not installed, so RLE Lossless was written", _encode_rle)

    def encode(frame: Frame) -> bytes:
        return bytes(jpeg8_encode(frame, lossless=True, predictor=1))

    return FrameEncoder(JPEG_LOSSLESS, "JPEG Lossless is what cath labs write on their media", encode)


def dicom_bytes(run: Run, frames: Sequence[bytes], transfer_syntax: str, r_waves: Sequence[int]) -> bytes:
    """The complete file: `frames` are compressed fragments, `r_waves` the frames (from 1) with an R wave."""
    from pydicom.dataset import FileMetaDataset
    from pydicom.encaps import encapsulate
    from pydicom.filewriter import dcmwrite
    from pydicom.uid import UID

    ds = _header(run, len(frames), r_waves)
    ds.PixelData = encapsulate(list(frames), fragments_per_frame=1, has_bot=True)
    ds["PixelData"].VR = "OB"
    ds["PixelData"].is_undefined_length = True
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID(XA_IMAGE)
    meta.MediaStorageSOPInstanceUID = UID(run.uid("instance"))
    meta.TransferSyntaxUID = UID(transfer_syntax)
    meta.ImplementationClassUID = UID(fixed_uid("implementation"))
    meta.ImplementationVersionName = IMPLEMENTATION_VERSION
    ds.file_meta = meta
    stream = BytesIO()
    dcmwrite(stream, ds, enforce_file_format=True)
    return stream.getvalue()


def _header(run: Run, frames: int, r_waves: Sequence[int]) -> "Dataset":
    from pydicom.dataset import Dataset

    ds = Dataset()
    ds.SpecificCharacterSet = "ISO_IR 192"
    _who_and_when(ds, run)
    _picture(ds, run, frames, r_waves)
    _acquisition(ds, run)
    return ds


def _who_and_when(ds: "Dataset", run: Run) -> None:
    """Patient, General Study, General Series, General Equipment and SOP Common modules."""
    ds.SOPClassUID = XA_IMAGE
    ds.SOPInstanceUID = run.uid("instance")
    ds.InstanceCreationDate = run.study_date
    ds.InstanceCreationTime = run.study_time
    ds.StudyDate = ds.SeriesDate = ds.AcquisitionDate = ds.ContentDate = run.study_date
    ds.StudyTime = ds.SeriesTime = ds.AcquisitionTime = ds.ContentTime = run.study_time
    ds.AccessionNumber = run.accession_number
    ds.Modality = "XA"
    ds.Manufacturer = "cathlab-console"
    ds.ManufacturerModelName = "Practice phantom"
    ds.DeviceSerialNumber = "0017"
    ds.SoftwareVersions = IMPLEMENTATION_VERSION
    ds.InstitutionName = INSTITUTION
    ds.StationName = "PRACTICE"
    ds.ReferringPhysicianName = ""
    ds.StudyDescription = run.study_description
    ds.SeriesDescription = run.series_description
    ds.PatientName = run.patient.name
    ds.PatientID = run.patient.patient_id
    ds.PatientBirthDate = run.patient.birth_date
    ds.PatientSex = run.patient.sex
    ds.PatientComments = "练习用的虚构患者, 图像由程序计算"
    ds.StudyInstanceUID = run.uid("study")
    ds.SeriesInstanceUID = run.uid("series")
    ds.StudyID = run.study_id
    ds.SeriesNumber = run.series_number
    ds.InstanceNumber = run.instance_number
    ds.BodyPartExamined = "HEART"
    ds.PatientPosition = "HFS"


def _picture(ds: "Dataset", run: Run, frames: int, r_waves: Sequence[int]) -> None:
    """General Image, Image Pixel, Multi-frame, Cine, XA Image and VOI LUT modules."""
    from pydicom.tag import Tag

    recipe = run.recipe
    ds.ImageType = ["ORIGINAL", "PRIMARY", "SINGLE PLANE"]
    ds.AcquisitionNumber = run.series_number
    ds.PatientOrientation = ""
    ds.ImageComments = "练习数据, 不属于任何人"
    ds.QualityControlImage = "YES"
    ds.BurnedInAnnotation = "NO"
    ds.LossyImageCompression = "00"
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.Rows = ds.Columns = recipe.c_arm.size
    ds.BitsAllocated = ds.BitsStored = 8
    ds.HighBit = 7
    ds.PixelRepresentation = 0
    ds.NumberOfFrames = frames
    ds.FrameIncrementPointer = Tag("FrameTime")
    ds.FrameTime = _decimal(1000.0 / recipe.fps)
    ds.CineRate = ds.RecommendedDisplayFrameRate = round(recipe.fps)
    ds.StartTrim, ds.StopTrim = 1, frames
    ds.PreferredPlaybackSequencing = 0
    ds.FrameDelay = _decimal(0.0)
    ds.EffectiveDuration = _decimal(frames / recipe.fps)
    # The tone curve is that of a display, neither linear nor a pure logarithm of the beam (PS3.3 C.8.7.1.1.2).
    ds.PixelIntensityRelationship = "DISP"
    ds.RWavePointer = list(r_waves)
    ds.WindowCenter = "128"
    ds.WindowWidth = "256"
    ds.WindowCenterWidthExplanation = "NORMAL"


def _acquisition(ds: "Dataset", run: Run) -> None:
    """Contrast/Bolus, X-Ray Acquisition and XA Positioner modules."""
    recipe, arm = run.recipe, run.recipe.c_arm
    start, stop = recipe.injection_s
    ds.ContrastBolusAgent = "Iohexol 350"
    ds.ContrastBolusRoute = "INTRA-ARTERIAL"
    ds.ContrastBolusVolume = _decimal(4.0 * (stop - start))
    ds.ContrastFlowRate = _decimal(4.0)
    ds.ContrastFlowDuration = _decimal(stop - start)
    ds.ContrastBolusIngredient = "IODINE"
    ds.ContrastBolusIngredientConcentration = _decimal(350.0)
    ds.KVP = "75"
    ds.RadiationSetting = "GR"
    ds.XRayTubeCurrent = 640
    ds.ExposureTime = round(6.0 * recipe.frames)
    ds.Exposure = round(640 * 6.0 * recipe.frames / 1000.0)
    ds.AveragePulseWidth = "6"
    ds.RadiationMode = "PULSED"
    ds.FieldOfViewShape = "RECTANGLE"
    ds.FieldOfViewDimensions = [round(arm.imager_width_mm), round(arm.imager_width_mm)]
    ds.ImagerPixelSpacing = [_decimal(arm.imager_spacing_mm), _decimal(arm.imager_spacing_mm)]
    ds.DistanceSourceToDetector = _decimal(arm.sid_mm)
    ds.DistanceSourceToPatient = _decimal(arm.sod_mm)
    ds.EstimatedRadiographicMagnificationFactor = _decimal(arm.magnification)
    ds.PositionerMotion = "STATIC"
    ds.PositionerPrimaryAngle = _decimal(arm.primary_deg)
    ds.PositionerSecondaryAngle = _decimal(arm.secondary_deg)


def _decimal(value: float) -> str:
    """A DS value: at most 16 characters."""
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _encode_rle(frame: Frame) -> bytes:
    from pydicom.pixels.encoders.base import RLELosslessEncoder

    rows, columns = frame.shape
    return RLELosslessEncoder.encode(
        frame,
        rows=rows,
        columns=columns,
        samples_per_pixel=1,
        bits_allocated=8,
        bits_stored=8,
        pixel_representation=0,
        photometric_interpretation="MONOCHROME2",
        number_of_frames=1,
        encoding_plugin="pydicom",
    )
