"""A phantom run as a DICOM file: X-Ray Angiographic Image (PS3.3 A.14) as a cath lab would send it."""

from typing import TYPE_CHECKING

from console.demo.cases import Item
from console.demo.codec import frame_encoder
from console.demo.contents import Angiogram
from console.demo.header import Maker, decimal, encapsulate_frames, file_bytes, new_dataset
from console.demo.made import Made, Tick
from console.demo.radiation import dose_of
from console.demo.recipe import Recipe
from console.demo.scene import Scene
from console.demo.truth import describe, r_waves

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

XA_IMAGE = "1.2.840.10008.5.1.4.1.1.12.1"
MAKER = Maker("Practice phantom", "CATHLAB1", "0017")
_WINDOWS = {"DISP": (0.5, 1.0), "LIN": (0.45, 0.9), "LOG": (0.62, 0.7)}
"""Centre and width, as shares of the range of stored values."""


def make(item: Item, content: Angiogram, tick: Tick) -> Made:
    """Compute and compress every frame, then write the header around them."""
    scene, recipe = Scene(content.recipe), content.recipe
    encoder = frame_encoder(recipe.bits)
    fragments = []
    for number in range(recipe.frames):
        tick(number)
        fragments.append(encoder.encode(scene.frame(number)))
    ds = new_dataset(item, XA_IMAGE, "XA", MAKER)
    _picture(ds, item, content, scene)
    _acquisition(ds, item, recipe)
    encapsulate_frames(ds, fragments)
    truth = describe(scene) | {"plane": content.plane}
    if content.partner is not None:
        truth["other_plane_uid"] = _partner(item, content.partner)
    return Made(file_bytes(ds, encoder.transfer_syntax), encoder.transfer_syntax, encoder.reason, truth)


def _picture(ds: "Dataset", item: Item, content: Angiogram, scene: Scene) -> None:
    """General Image, Image Pixel, Multi-frame, Cine, XA Image, Modality and VOI LUT, Mask modules."""
    from pydicom.dataset import Dataset
    from pydicom.tag import Tag

    recipe = content.recipe
    frames = recipe.frames
    ds.ImageType = ["ORIGINAL", "PRIMARY", content.plane]
    if content.partner is not None:
        other = Dataset()
        other.ReferencedSOPClassUID = XA_IMAGE
        other.ReferencedSOPInstanceUID = _partner(item, content.partner)
        ds.ReferencedImageSequence = [other]
    ds.AcquisitionDate, ds.AcquisitionTime = item.study.date, item.time
    ds.AcquisitionNumber = item.series_number
    ds.PatientOrientation = ""
    ds.QualityControlImage = "YES"
    ds.BurnedInAnnotation = "NO"
    ds.LossyImageCompression = "00"
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.Rows = ds.Columns = recipe.c_arm.size
    ds.BitsAllocated = 8 if recipe.bits == 8 else 16
    ds.BitsStored, ds.HighBit = recipe.bits, recipe.bits - 1
    ds.PixelRepresentation = 0
    ds.NumberOfFrames = frames
    ds.FrameIncrementPointer = Tag("FrameTime")
    ds.FrameTime = decimal(1000.0 / recipe.fps)
    ds.CineRate = ds.RecommendedDisplayFrameRate = round(recipe.fps)
    ds.StartTrim, ds.StopTrim = 1, frames
    ds.PreferredPlaybackSequencing = 0
    ds.FrameDelay = decimal(0.0)
    ds.EffectiveDuration = decimal(frames / recipe.fps)
    # DISP: the tone curve is that of a display, neither linear nor a pure logarithm of the beam (PS3.3 C.8.7.1.1.2).
    ds.PixelIntensityRelationship = recipe.relationship
    if recipe.anatomy != "thigh":
        ds.RWavePointer = r_waves(scene)
    center, width = (round(share * 2**recipe.bits) for share in _WINDOWS[recipe.relationship])
    ds.WindowCenter, ds.WindowWidth = str(center), str(width)
    ds.WindowCenterWidthExplanation = "NORMAL"
    if recipe.relationship == "LOG":
        ds.ModalityLUTSequence = [_modality_lut(scene)]
    if recipe.mask_frames:
        ds.MaskSubtractionSequence = [_mask(recipe)]
        ds.RecommendedViewingMode = "SUB"


def _modality_lut(scene: Scene) -> "Dataset":
    """From stored values back to the beam's intensity, which LOG pictures must carry (PS3.3 A.14.3, C.11.1)."""
    from pydicom.dataset import Dataset

    table = scene.tone.table()
    lut = Dataset()
    lut.add_new("LUTDescriptor", "US", [len(table), 0, 16])
    lut.LUTExplanation = "LOG to X-ray intensity"
    lut.ModalityLUTType = "US"
    lut.add_new("LUTData", "US", table)
    return lut


def _mask(recipe: Recipe) -> "Dataset":
    from pydicom.dataset import Dataset

    mask = Dataset()
    mask.MaskOperation = "AVG_SUB"
    mask.ApplicableFrameRange = [max(recipe.mask_frames) + 1, recipe.frames]
    mask.MaskFrameNumbers = list(recipe.mask_frames)
    mask.ContrastFrameAveraging = 1
    mask.MaskSubPixelShift = [0.0, 0.0]
    return mask


def _acquisition(ds: "Dataset", item: Item, recipe: Recipe) -> None:
    """Contrast/Bolus, X-Ray Acquisition and XA Positioner modules."""
    arm = recipe.c_arm
    start, stop = recipe.injection_s
    dose = dose_of(recipe)
    ds.BodyPartExamined = "LEG" if recipe.anatomy == "thigh" else "HEART"
    if recipe.anatomy == "thigh":
        ds.Laterality = "L"
    ds.PatientPosition = "HFS"
    ds.ContrastBolusAgent = "Iohexol 350"
    ds.ContrastBolusRoute = "INTRA-ARTERIAL"
    ds.ContrastBolusVolume = decimal(4.0 * (stop - start))
    ds.ContrastFlowRate = decimal(4.0)
    ds.ContrastFlowDuration = decimal(stop - start)
    ds.ContrastBolusIngredient = "IODINE"
    ds.ContrastBolusIngredientConcentration = decimal(350.0)
    ds.KVP = str(dose.kvp)
    ds.RadiationSetting = "GR"
    ds.XRayTubeCurrent = dose.tube_current_ma
    ds.ExposureTime = round(dose.pulse_ms * recipe.frames)
    ds.Exposure = round(dose.tube_current_ma * dose.pulse_ms * recipe.frames / 1000.0)
    ds.ImageAndFluoroscopyAreaDoseProduct = decimal(dose.area_product_gym2 * 1e5)
    ds.AveragePulseWidth = decimal(dose.pulse_ms)
    ds.RadiationMode = "PULSED"
    ds.FieldOfViewShape = "RECTANGLE"
    ds.FieldOfViewDimensions = [round(arm.imager_width_mm), round(arm.imager_width_mm)]
    ds.ImagerPixelSpacing = [decimal(arm.imager_spacing_mm), decimal(arm.imager_spacing_mm)]
    ds.DistanceSourceToDetector = decimal(arm.sid_mm)
    ds.DistanceSourceToPatient = decimal(arm.sod_mm)
    ds.EstimatedRadiographicMagnificationFactor = decimal(arm.magnification)
    ds.PositionerPrimaryAngle = decimal(arm.primary_deg)
    ds.PositionerSecondaryAngle = decimal(arm.secondary_deg)
    ds.PositionerMotion = "DYNAMIC" if recipe.sweep_deg else "STATIC"
    if recipe.sweep_deg:
        # One value a frame, counted from where the run began: the first is 0 (PS3.3 C.8.7.5).
        turned = [recipe.arm(number).primary_deg - arm.primary_deg for number in range(recipe.frames)]
        ds.PositionerPrimaryAngleIncrement = [decimal(value) for value in turned]
        ds.PositionerSecondaryAngleIncrement = ["0"] * recipe.frames


def _partner(item: Item, place: tuple[int, int]) -> str:
    from dataclasses import replace

    return replace(item, series_number=place[0], instance_number=place[1]).uid("instance")
