"""Texts of a DICOM object: decoded with the declared character set or, where the bytes belie it, with a better one.

The decision is the index's own (`console.dicom.judging`), so that list, header and picture agree about a name. What is
shown goes through `console.model.text.clean` first.
"""

from collections.abc import Sequence

from console.dicom.character_sets import label_of
from console.dicom.character_sets import normalise as normalise
from console.dicom.characters import Kind
from console.dicom.chinese import is_chinese as is_chinese
from console.dicom.chinese import is_name
from console.dicom.judging import judge
from console.dicom.reading import RawText, Reading, read_texts
from console.model.picture import CharacterSet
from console.model.text import clean as clean


def choose(declared: Sequence[str], samples: Sequence[bytes]) -> CharacterSet:
    """Decide how most texts of one object are read; a value that is written otherwise is still read as it is.

    `declared` are the values of Specific Character Set (PS3.3 C.12.1.1.2), `samples` the raw values of its texts.
    """
    label = "\\".join(declared)
    values = [RawText(sample, label, _kind(sample)) for sample in samples if not sample.isascii() or b"\x1b" in sample]
    return character_set(label, values, read_texts(values))


def character_set(label: str, values: Sequence[RawText], readings: Sequence[Reading]) -> CharacterSet:
    """What most texts of one object were read with; ASCII says nothing. `label` are the declared values, joined."""
    stands = label_of(label).used
    counts: dict[str, float] = {stands: 0.0}
    for value, reading in zip(values, readings, strict=True):
        if not value.raw.isascii():
            weight = judge(value.raw.rstrip(b"\0 "), label, value.kind).weight
            counts[reading.charset] = counts.get(reading.charset, 0.0) + max(weight, 0.5)
    used = max(counts, key=counts.__getitem__)
    return CharacterSet(label, used, used != stands)


def _kind(sample: bytes) -> Kind:
    """What a value looks like whose VR nobody tells."""
    return "name" if is_name(sample.decode("gb18030", "ignore")) else "text"


def decode(data: bytes, used: str, kind: Kind = "text") -> str:
    """One raw value as text, padding removed, not cleaned. `used` is CharacterSet.used; bad bytes become U+FFFD.

    A value that does not fit `used` is read as the bytes say: a name in UTF-8 may stand beside an institution in GBK.
    """
    data = data.rstrip(b"\0 ")
    if data.isascii() and b"\x1b" not in data:
        return data.decode("ascii")
    found = judge(data, used, kind)
    return found.readings[found.chosen]
