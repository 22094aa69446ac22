"""A 12-lead ECG at rest: 12-lead ECG Waveform Storage (PS3.3 A.34.3), whose beats and amplitudes are known."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from console.demo.cases import Item
from console.demo.contents import Electrocardiogram
from console.demo.header import EXPLICIT_LITTLE, Maker, decimal, file_bytes, new_dataset
from console.demo.made import Made

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

ECG_12_LEAD = "1.2.840.10008.5.1.4.1.1.9.1.1"
HERTZ = 500
MICROVOLT = 2.5
"""What one step of a sample is worth."""
_MAKER = Maker("Practice cardiograph", "ECG1", "0012")
LEADS = (
    ("I", "2:1", "Lead I"),
    ("II", "2:2", "Lead II"),
    ("III", "2:61", "Lead III"),
    ("aVR", "2:62", "aVR, augmented voltage, right"),
    ("aVL", "2:63", "aVL, augmented voltage, left"),
    ("aVF", "2:64", "aVF, augmented voltage, foot"),
    ("V1", "2:3", "Lead V1"),
    ("V2", "2:4", "Lead V2"),
    ("V3", "2:5", "Lead V3"),
    ("V4", "2:6", "Lead V4"),
    ("V5", "2:7", "Lead V5"),
    ("V6", "2:8", "Lead V6"),
)
"""Name, and code and meaning of CID 3001."""
_WAVES = ((-0.165, 0.023), (-0.024, 0.0075), (0.0, 0.0095), (0.026, 0.0085), (0.27, 0.045))
"""P, Q, R, S and T: seconds from the R peak, and width."""
_MILLIVOLTS = {
    "I": (0.09, -0.06, 0.72, -0.08, 0.20),
    "II": (0.15, -0.08, 1.10, -0.12, 0.30),
    "V1": (0.06, 0.0, 0.22, -0.95, -0.06),
    "V2": (0.07, 0.0, 0.48, -1.40, 0.34),
    "V3": (0.07, 0.0, 0.85, -0.90, 0.44),
    "V4": (0.08, -0.05, 1.45, -0.45, 0.42),
    "V5": (0.08, -0.08, 1.30, -0.20, 0.34),
    "V6": (0.08, -0.08, 1.00, -0.08, 0.26),
}
"""Height of each wave in the leads that are measured; the others follow from I and II (Einthoven, Goldberger)."""


def make(item: Item, content: Electrocardiogram) -> Made:
    """Compute the signal and write it."""
    samples = signal(content)
    ds = new_dataset(item, ECG_12_LEAD, "ECG", _MAKER)
    _header(ds, item, samples)
    beats = [round(float(second) * HERTZ) for second in _beats(content)]
    peaks = np.abs(samples[beats[0]] * MICROVOLT / 1000.0)
    truth: dict[str, Any] = {
        "sampling_hz": HERTZ,
        "samples": len(samples),
        "seconds": len(samples) / HERTZ,
        "microvolt_per_step": MICROVOLT,
        "heart_rate_bpm": content.heart_rate,
        "r_peak_samples": beats,
        "leads": [name for name, _code, _meaning in LEADS],
        "r_peak_mv": {name: round(float(peaks[column]), 4) for column, (name, _code, _meaning) in enumerate(LEADS)},
    }
    return Made(file_bytes(ds, EXPLICIT_LITTLE), EXPLICIT_LITTLE, "Waveforms are not compressed", truth)


def signal(content: Electrocardiogram) -> NDArray[np.int16]:
    """Samples (time, lead) in steps of `MICROVOLT`."""
    random = np.random.RandomState([content.seed, 10])
    seconds = np.arange(round(content.seconds * HERTZ)) / HERTZ
    measured = {}
    for name, heights in _MILLIVOLTS.items():
        line = 0.03 * np.sin(2.0 * np.pi * (0.22 * seconds + random.uniform()))
        line += 0.004 * random.standard_normal(len(seconds))
        for beat in _beats(content):
            for (off, width), height in zip(_WAVES, heights, strict=True):
                line += height * np.exp(-0.5 * np.square((seconds - beat - off) / width))
        measured[name] = line
    first, second = measured["I"], measured["II"]
    measured["III"] = second - first
    measured["aVR"] = -0.5 * (first + second)
    measured["aVL"] = first - 0.5 * second
    measured["aVF"] = second - 0.5 * first
    columns = [measured[name] for name, _code, _meaning in LEADS]
    return np.asarray(np.rint(np.stack(columns, axis=1) * 1000.0 / MICROVOLT), dtype=np.int16)


def _beats(content: Electrocardiogram) -> NDArray[np.float64]:
    """Seconds of the R peaks."""
    return np.arange(0.4, content.seconds - 0.35, 60.0 / content.heart_rate)


def _header(ds: "Dataset", item: Item, samples: NDArray[np.int16]) -> None:
    from pydicom.dataset import Dataset

    ds.AcquisitionDateTime = item.study.date + item.time
    ds.AcquisitionContextSequence = []
    group = Dataset()
    group.WaveformOriginality = "ORIGINAL"
    group.NumberOfWaveformChannels = len(LEADS)
    group.NumberOfWaveformSamples = len(samples)
    group.SamplingFrequency = decimal(HERTZ)
    group.MultiplexGroupLabel = "RHYTHM"
    group.ChannelDefinitionSequence = [_channel(code, meaning) for _name, code, meaning in LEADS]
    group.WaveformBitsAllocated = 16
    group.WaveformSampleInterpretation = "SS"
    group.add_new("WaveformData", "OW", samples.astype("<i2").tobytes())
    ds.WaveformSequence = [group]


def _channel(code: str, meaning: str) -> "Dataset":
    from pydicom.dataset import Dataset

    source, unit, channel = Dataset(), Dataset(), Dataset()
    source.CodeValue, source.CodingSchemeDesignator, source.CodeMeaning = code, "MDC", meaning
    unit.CodeValue, unit.CodingSchemeDesignator, unit.CodeMeaning = "uV", "UCUM", "microvolt"
    channel.ChannelSourceSequence = [source]
    channel.ChannelSensitivity = decimal(MICROVOLT)
    channel.ChannelSensitivityUnitsSequence = [unit]
    channel.ChannelSensitivityCorrectionFactor = "1"
    channel.ChannelBaseline = "0"
    channel.ChannelSampleSkew = "0"
    channel.WaveformBitsStored = 16
    channel.FilterLowFrequency = "0.05"
    channel.FilterHighFrequency = "150"
    return channel
