"""One file: every finding about it, and what has to be known of it to compare it with others.

Takes bytes, opens nothing, decodes no pixel. Whatever the bytes are, it returns.
"""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

from console.dicom.inflating import Inflated
from console.dicom.reading import RawText, read_texts
from console.i18n import N_
from console.repair.doctor.codes import META, META_UID, Found
from console.repair.doctor.directory import Directory, directory_of
from console.repair.doctor.envelope import Envelope, envelope_of, is_element
from console.repair.doctor.harvest import Harvest, name_of
from console.repair.doctor.pixels import pixel_findings
from console.repair.doctor.required import day_findings, required_findings
from console.repair.doctor.structure import break_findings, encoding_of, is_deflated, syntax_findings
from console.repair.doctor.texts import text_findings
from console.repair.remedies.sight import Sight
from console.repair.spans import Tree, walk, walk_dataset

_EXPANDED = 1 << 26
_SHIFTED = 1 << 26
_PIXELS = (0x7FE00010, 0x7FE00008, 0x7FE00009)


class Facts(NamedTuple):
    """What is compared across files. Texts are read, not raw: two files may write one name in two character sets."""

    instance: str = ""
    sop_class: str = ""
    study: str = ""
    series: str = ""
    patient_id: str = ""
    name: str = ""
    birth: str = ""
    sex: str = ""
    day: str = ""
    study_id: str = ""
    accession: str = ""
    modality: str = ""
    number: int = -1
    """Instance Number, -1 where there is none."""
    pixels_at: int = -1
    """Where the value of the pixel data begins, -1 without."""
    pixels_end: int = -1
    directory: Directory | None = None
    """What a DICOMDIR leads to; None for other files."""


class Looked(NamedTuple):
    """What a file is."""

    found: tuple[Found, ...]
    facts: Facts | None
    """None for what is no DICOM file."""


def look_at(path: str, data: bytes, today: date) -> Looked:
    """Examine the bytes of one file; `today` is the day that no date can lie behind."""
    if not data:
        return Looked((Found("empty-file"),), None)
    envelope = envelope_of(data)
    if not envelope.is_dicom:
        return Looked((Found("not-dicom"),), None)
    if is_deflated(envelope):
        expanded = _expanded(data, envelope)
        if expanded is None:
            return _not_deflated(path, data, envelope, today)
        return _examined(path, expanded, envelope, today, deflated=True)
    if envelope.shift > 0 and len(data) <= _SHIFTED:
        data = bytes(data[envelope.shift :])
        moved = envelope._replace(start=envelope.start - envelope.shift)
        return _examined(path, data, moved, today)
    return _examined(path, data, envelope, today)


def _examined(path: str, data: bytes, envelope: Envelope, today: date, *, deflated: bool = False) -> Looked:
    tree = walk_dataset(data, 0, implicit=False, little=True) if deflated else _walked(data, envelope)
    sight = Sight(Path(path), data, tree)
    found = list(envelope.found)
    wrong = [] if deflated else syntax_findings(envelope, tree)
    found += wrong
    found += _same_instance(envelope, sight)
    found += break_findings(sight)
    harvest = Harvest(data, tree.start, tree.implicit)
    harvest.gather(tree.nodes)
    found += harvest.findings()
    found += text_findings(harvest.texts, harvest.charsets)
    directory = directory_of(sight) if sight.is_directory else None
    if directory is not None:
        found += directory.found
    else:
        if not deflated:
            found += [
                one for one in pixel_findings(sight, envelope.syntax) if not (wrong and one.code == "wrong-syntax")
            ]
        if not any(one.code in ("cut-header", "broken-structure") for one in found):
            found += required_findings(sight)
        found += day_findings(sight, today)
    if not any(node.kind == "E" and node.tag >> 16 > 2 for node in tree.nodes) and not found:
        found.append(Found("cut-header", N_("No data set follows the file meta information."), {}, envelope.start))
    return Looked(tuple(found), _facts(sight, directory, deflated=deflated))


def _walked(data: bytes, envelope: Envelope) -> Tree:
    tree = walk(data)
    declared = encoding_of(envelope.syntax)
    if declared is None or declared == (tree.implicit, tree.little):
        return tree
    # The first element may look like another encoding by chance: the one that is named is believed where it fits.
    named = walk_dataset(data, envelope.start, implicit=declared[0], little=declared[1])
    if named.trouble or any(node.flag and node.tag not in _PIXELS for node in named.nodes):
        return tree
    if 2 * sum(node.implicit == declared[0] for node in named.nodes) <= len(named.nodes):
        # Elements without VR are tolerated in an explicit data set, but not as the rule.
        return tree
    meta = [node for node in tree.nodes if node.end <= envelope.start]
    return replace(named, nodes=[*meta, *named.nodes], preamble=tree.preamble, syntax=tree.syntax, head=tree.head)


def _expanded(data: bytes, envelope: Envelope) -> bytes | None:
    """The expanded data set; None where it is not deflated. No more than 64 MB of it."""
    source = Inflated(lambda offset, count: bytes(data[offset : offset + count]), envelope.start, len(data))
    expanded = source.read_at(0, _EXPANDED)
    return expanded if is_element(expanded, 0) else None


def _not_deflated(path: str, data: bytes, envelope: Envelope, today: date) -> Looked:
    if is_element(data, envelope.start):
        looked = _examined(path, data, envelope._replace(meta={**envelope.meta, 0x00020010: b""}), today)
        detail = N_("The file says that it is deflated, and it is not.")
        wrong = Found("wrong-syntax", detail, {}, envelope.start, 0x00020010, META)
        return Looked((wrong, *looked.found), looked.facts)
    return Looked((*envelope.found, Found("bad-deflate", "", {}, envelope.start)), Facts())


def _same_instance(envelope: Envelope, sight: Sight) -> list[Found]:
    """Meta information against data set: instance and class (PS3.10 7.1)."""
    for ours, theirs in ((0x00020003, 0x00080018), (0x00020002, 0x00080016)):
        stated, actual = envelope.meta.get(ours, b"").decode("latin-1"), sight.text(theirs)
        if stated and actual and stated != actual:
            values = {"stated": stated, "actual": actual}
            detail = N_("Meta information: {stated}; data set: {actual}.")
            return [Found("meta-uid", detail, values, -1, ours, META_UID)]
        if not stated and actual and envelope.meta:
            return [Found("empty-type-1", N_("{elements}."), {"elements": name_of(ours)}, -1, ours, META)]
    return []


def _facts(sight: Sight, directory: Directory | None, *, deflated: bool) -> Facts:
    charset = sight.charset
    texts = [sight.raw(tag) or b"" for tag in (0x00100010, 0x00100020, 0x00200010, 0x00080050)]
    kinds = ("name", "text", "text", "text")
    raws = [RawText(raw.rstrip(b"\0 "), charset, kind) for raw, kind in zip(texts, kinds, strict=True)]  # type: ignore[arg-type]
    name, patient_id, study_id, accession = (reading.text for reading in read_texts(raws))
    pixels = next((node for tag in _PIXELS if (node := sight.node(tag)) is not None), None)
    number = sight.text(0x00200013).strip()
    return Facts(
        sight.text(0x00080018),
        sight.text(0x00080016),
        sight.text(0x0020000D),
        sight.text(0x0020000E),
        patient_id.strip(),
        name.rstrip("^ "),
        sight.text(0x00100030).strip(),
        sight.text(0x00100040).strip(),
        sight.text(0x00080020).strip(),
        study_id.strip(),
        accession.strip(),
        sight.text(0x00080060).strip(),
        int(number) if number.isdecimal() and len(number) < 10 else -1,
        pixels.vo if pixels is not None and not deflated else -1,
        pixels.end if pixels is not None and not deflated else -1,
        directory,
    )


def named_like_dicom(name: str) -> bool:
    """Whether a file is called like a DICOM file: then something is said of it even where it is none."""
    lower = name.lower()
    return lower.endswith((".dcm", ".dicom", ".dic")) or lower == "dicomdir"
