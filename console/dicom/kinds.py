"""What an object is, in a few words, from its SOP class (PS3.6 table A-1), and how it can be looked at.

Knows nothing but the table, so that lists can ask for every line they draw.
"""

from typing import Literal, TypeAlias

from console.i18n import N_, _

Shows: TypeAlias = Literal["picture", "report", "document", "waveform", "other"]
"""picture: frames; report: a content tree to read; document: pages or a file; waveform: curves; other: facts."""

_STORAGE = "1.2.840.10008.5.1.4.1.1."
_STANDARD = "1.2.840.10008."

_PICTURES = {
    "1": N_("Computed radiography"),
    "1.1": N_("Digital X-ray"),
    "1.1.1": N_("Digital X-ray (for processing)"),
    "1.2": N_("Mammography"),
    "1.2.1": N_("Mammography (for processing)"),
    "1.3": N_("Intra-oral X-ray"),
    "1.3.1": N_("Intra-oral X-ray (for processing)"),
    "2": N_("CT"),
    "2.1": N_("Enhanced CT"),
    "2.2": N_("Enhanced CT (converted)"),
    "3": N_("Ultrasound cine (retired form)"),
    "3.1": N_("Ultrasound cine"),
    "4": N_("MR"),
    "4.1": N_("Enhanced MR"),
    "4.3": N_("Enhanced MR (colour)"),
    "4.4": N_("Enhanced MR (converted)"),
    "5": N_("Nuclear medicine (retired form)"),
    "6": N_("Ultrasound (retired form)"),
    "6.1": N_("Ultrasound"),
    "6.2": N_("Ultrasound volume"),
    "6.3": N_("Photoacoustic image"),
    "7": N_("Secondary capture"),
    "7.1": N_("Secondary capture (1 bit, frames)"),
    "7.2": N_("Secondary capture (8 bits, frames)"),
    "7.3": N_("Secondary capture (16 bits, frames)"),
    "7.4": N_("Secondary capture (colour, frames)"),
    "12.1": N_("X-ray angiography"),
    "12.1.1": N_("Enhanced X-ray angiography"),
    "12.2": N_("Radiofluoroscopy"),
    "12.2.1": N_("Enhanced radiofluoroscopy"),
    "12.3": N_("Biplane X-ray angiography (retired form)"),
    "13.1.1": N_("3D angiography"),
    "13.1.2": N_("3D craniofacial X-ray"),
    "13.1.3": N_("Breast tomosynthesis"),
    "13.1.4": N_("Breast projection X-ray"),
    "13.1.5": N_("Breast projection X-ray (for processing)"),
    "14.1": N_("Intravascular OCT"),
    "14.2": N_("Intravascular OCT (for processing)"),
    "20": N_("Nuclear medicine"),
    "30": N_("Parametric map"),
    "66.4": N_("Segmentation"),
    "77.1": N_("Visible light image (retired form)"),
    "77.2": N_("Visible light cine (retired form)"),
    "77.1.1": N_("Endoscopy"),
    "77.1.1.1": N_("Endoscopy video"),
    "77.1.2": N_("Microscopy"),
    "77.1.2.1": N_("Microscopy video"),
    "77.1.3": N_("Microscopy (slide coordinates)"),
    "77.1.4": N_("Photograph"),
    "77.1.4.1": N_("Video"),
    "77.1.5.1": N_("Eye photograph (8 bits)"),
    "77.1.5.2": N_("Eye photograph (16 bits)"),
    "77.1.5.4": N_("Eye tomography"),
    "77.1.5.5": N_("Wide-field eye photograph"),
    "77.1.5.6": N_("Wide-field eye photograph (3D coordinates)"),
    "77.1.5.7": N_("Eye OCT en face"),
    "77.1.6": N_("Whole slide image"),
    "77.1.7": N_("Dermoscopy"),
    "77.1.8": N_("Confocal microscopy"),
    "77.1.9": N_("Confocal microscopy (tiled)"),
    "81.1": N_("Eye thickness map"),
    "82.1": N_("Corneal topography map"),
    "128": N_("PET"),
    "128.1": N_("Enhanced PET (converted)"),
    "130": N_("Enhanced PET"),
    "481.1": N_("RT image"),
    "481.2": N_("RT dose"),
    "481.23": N_("Enhanced RT image"),
    "481.24": N_("Continuous RT image"),
    "501.1": N_("Security CT"),
    "501.2.1": N_("Security X-ray"),
    "501.2.2": N_("Security X-ray (for processing)"),
    "501.4": N_("Security body scan (2D)"),
    "501.5": N_("Security body scan (3D)"),
    "601.1": N_("Eddy current image"),
    "601.2": N_("Eddy current images"),
}
"""Objects with pixel data: the end of the UID behind 1.2.840.10008.5.1.4.1.1., and what they are called."""

_REPORTS = {
    "78.6": N_("Spectacle prescription"),
    "79.1": N_("Macular grid report"),
    "88.1": N_("Structured report (text, retired form)"),
    "88.2": N_("Structured report (audio, retired form)"),
    "88.3": N_("Structured report (detail, retired form)"),
    "88.4": N_("Structured report (retired form)"),
    "88.11": N_("Structured report (text)"),
    "88.22": N_("Structured report (enhanced)"),
    "88.33": N_("Structured report"),
    "88.34": N_("Structured report (3D)"),
    "88.35": N_("Structured report (extensible)"),
    "88.40": N_("Procedure log"),
    "88.50": N_("Mammography CAD report"),
    "88.59": N_("Key object selection"),
    "88.65": N_("Chest CAD report"),
    "88.67": N_("Dose report"),
    "88.68": N_("Dose report (radiopharmaceutical)"),
    "88.69": N_("Colon CAD report"),
    "88.70": N_("Implantation plan"),
    "88.71": N_("Acquisition context"),
    "88.72": N_("Echocardiography report"),
    "88.73": N_("Dose report (patient)"),
    "88.74": N_("Imaging agent (planned)"),
    "88.75": N_("Imaging agent (given)"),
    "88.76": N_("Dose report (enhanced)"),
    "88.77": N_("Waveform annotation"),
}
"""Objects with a content tree (PS3.3 C.17.3)."""

_DOCUMENTS = {
    "104.1": N_("Encapsulated PDF"),
    "104.2": N_("Encapsulated CDA document"),
    "104.3": N_("3D model (STL)"),
    "104.4": N_("3D model (OBJ)"),
    "104.5": N_("3D model material (MTL)"),
}

_WAVEFORMS = {
    "9.1": N_("Waveform (retired form)"),
    "9.1.1": N_("12-lead ECG"),
    "9.1.2": N_("ECG"),
    "9.1.3": N_("Ambulatory ECG"),
    "9.1.4": N_("ECG (32 bits)"),
    "9.2.1": N_("Hemodynamic waveform"),
    "9.3.1": N_("Electrophysiology waveform"),
    "9.4.1": N_("Voice recording"),
    "9.4.2": N_("Audio recording"),
    "9.5.1": N_("Arterial pulse waveform"),
    "9.6.1": N_("Respiratory waveform"),
    "9.6.2": N_("Respiratory waveform (channels)"),
    "9.7.1": N_("EEG"),
    "9.7.2": N_("EMG"),
    "9.7.3": N_("EOG"),
    "9.7.4": N_("Sleep EEG"),
    "9.8.1": N_("Body position waveform"),
}

_OTHERS = {
    "4.2": N_("MR spectroscopy"),
    "8": N_("Overlay (retired form)"),
    "9": N_("Curve (retired form)"),
    "10": N_("Modality LUT (retired form)"),
    "11": N_("VOI LUT (retired form)"),
    "11.1": N_("Presentation state (grayscale)"),
    "11.2": N_("Presentation state (colour)"),
    "11.3": N_("Presentation state (pseudo-colour)"),
    "11.4": N_("Presentation state (blending)"),
    "11.5": N_("Presentation state (angiography)"),
    "11.6": N_("Presentation state (planar MPR)"),
    "11.7": N_("Presentation state (compositing MPR)"),
    "11.8": N_("Presentation state (advanced blending)"),
    "11.9": N_("Presentation state (volume rendering)"),
    "11.10": N_("Presentation state (segmented volume rendering)"),
    "11.11": N_("Presentation state (multiple volume rendering)"),
    "11.12": N_("Presentation state (variable modality LUT)"),
    "66": N_("Raw data"),
    "66.1": N_("Spatial registration"),
    "66.2": N_("Spatial fiducials"),
    "66.3": N_("Deformable registration"),
    "66.5": N_("Surface segmentation"),
    "66.6": N_("Tractography"),
    "67": N_("Real world value mapping"),
    "68.1": N_("Surface mesh"),
    "68.2": N_("Surface point cloud"),
    "77.1.5.3": N_("Stereometric relationship"),
    "77.1.5.8": N_("Eye OCT volume analysis"),
    "78.1": N_("Lensometry"),
    "78.2": N_("Autorefraction"),
    "78.3": N_("Keratometry"),
    "78.4": N_("Subjective refraction"),
    "78.5": N_("Visual acuity"),
    "78.7": N_("Eye axial measurements"),
    "78.8": N_("Intraocular lens calculation"),
    "80.1": N_("Visual field measurements"),
    "90.1": N_("Content assessment"),
    "91.1": N_("Microscopy annotations"),
    "129": N_("PET curve (retired form)"),
    "131": N_("Structured display"),
    "200.1": N_("CT protocol (defined)"),
    "200.2": N_("CT protocol (performed)"),
    "200.3": N_("Protocol approval"),
    "200.7": N_("Angiography protocol (defined)"),
    "200.8": N_("Angiography protocol (performed)"),
    "201.1": N_("Inventory"),
    "481.3": N_("RT structure set"),
    "481.4": N_("RT treatment record (beams)"),
    "481.5": N_("RT plan"),
    "481.6": N_("RT treatment record (brachytherapy)"),
    "481.7": N_("RT treatment summary"),
    "481.8": N_("RT ion plan"),
    "481.9": N_("RT treatment record (ion beams)"),
    "481.10": N_("RT physician intent"),
    "481.11": N_("RT segment annotation"),
    "481.12": N_("RT radiation set"),
    "481.13": N_("RT radiation (C-arm)"),
    "481.14": N_("RT radiation (tomotherapy)"),
    "481.15": N_("RT radiation (robotic arm)"),
    "481.16": N_("RT radiation record set"),
    "481.17": N_("RT salvage record"),
    "481.18": N_("RT radiation record (tomotherapy)"),
    "481.19": N_("RT radiation record (C-arm)"),
    "481.20": N_("RT radiation record (robotic arm)"),
    "481.21": N_("RT delivery instruction (radiation set)"),
    "481.22": N_("RT treatment preparation"),
    "481.25": N_("RT patient position instruction"),
    "501.3": N_("Security threat report"),
    "501.6": N_("Security quadrupole resonance"),
}

_ELSEWHERE = {
    "1.2.840.10008.1.3.10": N_("Media directory (DICOMDIR)"),
    "1.2.840.10008.5.1.1.27": N_("Stored print (retired form)"),
    "1.2.840.10008.5.1.1.29": N_("Hardcopy (grayscale, retired form)"),
    "1.2.840.10008.5.1.1.30": N_("Hardcopy (colour, retired form)"),
    "1.2.840.10008.5.1.4.34.1": N_("RT delivery instruction (trial, retired form)"),
    "1.2.840.10008.5.1.4.34.7": N_("RT delivery instruction (beams)"),
    "1.2.840.10008.5.1.4.34.10": N_("RT delivery instruction (brachytherapy)"),
    "1.2.840.10008.5.1.4.38.1": N_("Hanging protocol"),
    "1.2.840.10008.5.1.4.39.1": N_("Colour palette"),
    "1.2.840.10008.5.1.4.43.1": N_("Implant template"),
    "1.2.840.10008.5.1.4.44.1": N_("Implant assembly template"),
    "1.2.840.10008.5.1.4.45.1": N_("Implant template group"),
}
"""Classes that are stored but whose UID has another root; no patient belongs to most of them."""

_HARDCOPY = ("1.2.840.10008.5.1.1.29", "1.2.840.10008.5.1.1.30")

_MODALITIES = {
    "XA": "12.1", "RF": "12.2", "CT": "2", "MR": "4", "US": "6.1", "NM": "20", "PT": "128", "CR": "1", "DX": "1.1",
    "MG": "1.2", "OT": "7", "SC": "7", "SR": "88.33", "KO": "88.59", "PR": "11.1", "DOC": "104.1", "ECG": "9.1.2",
    "HD": "9.2.1", "EPS": "9.3.1", "SEG": "66.4", "REG": "66.1", "RTPLAN": "481.5", "RTDOSE": "481.2",
    "RTSTRUCT": "481.3", "RTIMAGE": "481.1", "IVOCT": "14.1", "ES": "77.1.1",
}  # fmt: skip
"""What an object without a SOP class is taken for; files older than DICOM 3 have none."""

_INTRAVASCULAR = {"3.1": N_("Intravascular ultrasound"), "6.1": N_("Intravascular ultrasound")}

_NAMES = {**_PICTURES, **_REPORTS, **_DOCUMENTS, **_WAVEFORMS, **_OTHERS}


def kind_of(sop_class: str, modality: str = "") -> str:
    """What an object of this SOP Class UID is called, a few words in the current language.

    A class that the standard does not store, or a private one, is named by its UID; without a UID the modality decides.
    """
    uid = sop_class.strip("\0 ")
    modality = modality.strip("\0 ").upper()
    if not uid:
        known = _MODALITIES.get(modality)
        return _(_NAMES[known]) if known else _("DICOM object")
    if uid.startswith(_STORAGE):
        end = uid[len(_STORAGE) :]
        name = _INTRAVASCULAR.get(end, "") if modality == "IVUS" else ""
        name = name or _NAMES.get(end, "")
    else:
        name = _ELSEWHERE.get(uid, "")
    if name:
        return _(name)
    if uid.startswith(_STANDARD):
        return _("DICOM object of the class {uid}").format(uid=uid)
    return _("Private object {uid}").format(uid=uid)


def shows_as(sop_class: str) -> Shows:
    """How an object of this class is looked at. A private class is a picture: it is one where it holds frames."""
    uid = sop_class.strip("\0 ")
    if not uid.startswith(_STORAGE):
        return "picture" if not uid.startswith(_STANDARD) or uid in _HARDCOPY else "other"
    end = uid[len(_STORAGE) :]
    if end in _REPORTS:
        return "report"
    if end in _DOCUMENTS:
        return "document"
    if end in _WAVEFORMS:
        return "waveform"
    return "other" if end in _OTHERS else "picture"


STATES = (
    "1.2.840.10008.5.1.4.1.1.11.1",
    "1.2.840.10008.5.1.4.1.1.11.5",
)
"""Grayscale Softcopy Presentation State, XA/XRF Grayscale Softcopy Presentation State."""
