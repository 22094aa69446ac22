"""What is wrong in the damaged archive: one case for every row of the doctor's failure table, as data.

Each case makes its files from sound objects of the practice hospital. The codes are those of `cathlab doctor`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from console.demo.damage_changes import (
    BIG,
    DEFLATED,
    EXPLICIT,
    IMPLICIT,
    JPEG,
    PIXELS,
    Damaged,
    bad_deflate,
    broken_chain,
    broken_directory,
    changed,
    cut,
    cut_in_frame,
    doubled,
    exchanged,
    fewer,
    gap,
    given,
    implicit_element,
    long_element,
    lost_delimiter,
    mislabelled,
    misled_table,
    missing,
    misspelled,
    mixed,
    native_under_rle,
    nested_gbk,
    no_syntax,
    other_birth,
    other_patient,
    page,
    pair,
    second_file,
    short_id,
    shorter_group,
    twice_encoded,
    twice_pixels,
    unknown_vr,
    unlisted,
    with_siblings,
)
from console.demo.damage_kit import (
    Kit,
    at_value,
    dataset_at,
    labelled,
    places,
    valued,
    without,
)
from console.demo.texts import GBK_AS_LATIN1, GBK_UNLABELLED

META, META_UID, DELIMITER, SALVAGE = "rebuild-meta", "fix-meta-uid", "restore-delimiter", "salvage-frames"
CORRECT, RELABEL, TRANSCODE = "correct-attributes", "relabel-charset", "transcode-charset"
SIBLING, DIRECTORY = "fill-from-sibling", "rebuild-dicomdir"
AGAIN = "fetch-again"
"""No remedy: the object has to come from the modality, another node or a disc."""
LEAVE = "leave"
"""Odd, and best left as it is."""
LOOK = "compare"
"""Somebody who knows the patient has to say which is right."""


@dataclass(frozen=True)
class Case:
    """One row of the table."""

    name: str
    codes: tuple[str, ...]
    """What the doctor says of the first file."""
    what: str
    """What was done, in one sentence."""
    remedy: str
    """Id of the remedy that puts it right, or what to do instead."""
    make: Callable[[Kit], Damaged]


CASES: tuple[Case, ...] = (
    Case("empty-file", ("empty-file",), "The file has no bytes.", AGAIN,
         lambda kit: Damaged({"IMG0001.dcm": b""}, kit.native())),
    Case("not-dicom", ("not-dicom",), "A web server's error page was saved under the name of an image.", AGAIN, page),
    # PS3.10 7.1
    Case("no-preamble", ("no-preamble",), "The first 132 bytes are missing.", META,
         changed(lambda _kit, data: data[132:])),
    Case("no-meta", ("no-meta",), "The file meta group was taken out.", META,
         changed(lambda _kit, data: data[:132] + data[dataset_at(data) :])),
    Case("headless", ("no-preamble", "no-meta"), "The file begins with its data set.", META,
         changed(lambda _kit, data: data[dataset_at(data) :])),
    Case("bytes-before", ("bytes-before",), "Sixteen bytes of a transfer protocol stand in front.", LOOK,
         changed(lambda _kit, data: b"\x04\0\0\0\x10\x02DEVICE-XFER"[:16] + data)),
    Case("meta-length", ("meta-length",), "The group length of the file meta information is 20 too small.", META,
         changed(shorter_group)),
    Case("no-meta-length", ("no-meta-length",), "The group length of the file meta information was taken out.", META,
         changed(lambda _kit, data: without(data, 0x00020000))),
    Case("no-syntax", ("no-syntax",), "The Transfer Syntax UID was taken out.", META, changed(no_syntax)),
    Case("meta-uid", ("meta-uid",), "The file meta information names another instance.", META_UID,
         changed(lambda kit, data: valued(data, 0x00020003, "UI", kit.item(77).uid("instance").encode()))),
    # PS3.5 10, A.4, A.5
    Case("syntax-implicit", ("wrong-syntax",), "Explicit VR under the label implicit VR.", META,
         changed(lambda _kit, data: labelled(data, IMPLICIT))),
    Case("syntax-explicit", ("wrong-syntax",), "Implicit VR under the label explicit VR.", META,
         changed(lambda _kit, data: labelled(data, EXPLICIT), Kit.implicit)),
    Case("syntax-big-endian", ("wrong-syntax",), "Little endian under the label big endian.", META,
         changed(lambda _kit, data: labelled(data, BIG))),
    Case("syntax-rle", ("wrong-syntax",), "Uncompressed pixels under the label RLE.", META,
         changed(native_under_rle)),
    Case("syntax-native", ("wrong-syntax",), "Compressed pixels under the label explicit VR little endian.", META,
         changed(lambda _kit, data: labelled(data, EXPLICIT), Kit.compressed)),
    Case("syntax-deflated", ("wrong-syntax",), "A plain data set under the label deflated.", META,
         changed(lambda _kit, data: labelled(data, DEFLATED))),
    Case("wrong-codec", ("wrong-codec",), "RLE frames under the label JPEG Lossless.", META,
         changed(lambda _kit, data: labelled(data, JPEG), Kit.compressed)),
    Case("wrapped-codestream", ("wrapped-codestream",), "The JPEG 2000 frame carries the boxes of a JP2 file.", LEAVE,
         lambda kit: Damaged({"IMG0001.dcm": kit.jpeg_2000(boxes=True)}, kit.jpeg_2000(boxes=False))),
    Case("bad-deflate", ("bad-deflate",), "The first bytes of the deflated data set are overwritten.", AGAIN,
         changed(bad_deflate)),
    Case("cut-header", ("cut-header",), "The file ends inside the patient's data.", AGAIN,
         changed(lambda _kit, data: data[: places(data)[0x00100020].value + 2])),
    Case("lost-sequence-end", ("broken-structure",), "A sequence of undefined length lost its end.", AGAIN,
         changed(lost_delimiter)),
    Case("wrong-length", ("broken-structure",), "The length of Manufacturer says 32,767.", AGAIN,
         changed(long_element)),
    Case("trailing-zeros", ("trailing-bytes",), "A sector of zeros follows the data set.", LOOK,
         changed(lambda _kit, data: data + bytes(512))),
    Case("trailing-text", ("trailing-bytes",), "Lines of a log follow the data set.", LOOK,
         changed(lambda _kit, data: data + b"ERROR 2021-04-10 archive: retry 3 of 3\n" * 3)),
    Case("two-files-in-one", ("trailing-bytes",), "A second file follows the first.", LOOK, changed(second_file)),
    Case("wrong-vr", ("wrong-vr",), "Patient ID has VR SH.", LEAVE,
         changed(short_id)),
    Case("un-vr", ("un-vr",), "Manufacturer has VR UN.", LEAVE, changed(unknown_vr)),
    Case("mixed-encoding", ("mixed-encoding",), "One element stands without VR in an explicit file.", LEAVE,
         changed(implicit_element)),
    Case("odd-length", ("odd-length",), "Protocol Name has an odd length.", LEAVE,
         given(0x00181030, "LO", b"CORO1", pad=False)),
    Case("tag-order", ("tag-order",), "Modality and Manufacturer have changed places.", LEAVE, changed(exchanged)),
    Case("twice", ("twice",), "Manufacturer stands there twice.", LOOK, changed(doubled)),
    Case("cut-native", ("cut-native",), "The last one and a half of four frames are missing.", SALVAGE,
         changed(lambda _kit, data: cut(data, 64 * 64 * 3 // 2))),
    Case("cut-by-one", ("cut-native",), "The last byte is missing.", SALVAGE,
         changed(lambda _kit, data: cut(data, 1))),
    Case("cut-encapsulated", ("cut-encapsulated",), "The file ends in the third of four compressed frames.", SALVAGE,
         changed(cut_in_frame, Kit.compressed)),
    Case("no-delimiter", ("no-delimiter",), "The last eight bytes are missing.", DELIMITER,
         changed(lambda _kit, data: cut(data, 8), Kit.compressed)),
    Case("cut-delimiter", ("cut-delimiter",), "The last four bytes are missing.", DELIMITER,
         changed(lambda _kit, data: cut(data, 4), Kit.compressed)),
    Case("bad-fragments", ("bad-fragments",), "The head of the third fragment is overwritten.", AGAIN,
         changed(broken_chain, Kit.compressed)),
    Case("pixel-length", ("pixel-length",), "Number of Frames says 5, and there are 4.", LOOK,
         given(0x00280008, "IS", b"5")),
    Case("few-frames", ("few-frames",), "The last compressed frame is missing; the end is sound.", AGAIN,
         changed(fewer, Kit.compressed)),
    Case("bad-offset-table", ("bad-offset-table",), "The table of frame positions points two bytes too far.", LEAVE,
         changed(misled_table, Kit.compressed)),
    Case("no-pixels", ("no-pixels",), "The pixel data were left out.", AGAIN,
         changed(lambda _kit, data: without(data, PIXELS))),
    Case("pixels-twice", ("pixels-twice", "twice"), "The pixel data stand there twice.", LOOK, changed(twice_pixels)),
    # PS3.5 6.2, 7.4, 9.1
    Case("bad-uid", ("bad-uid",), "The Frame of Reference UID has a part with a leading zero.", LOOK,
         given(0x00200052, "UI", b"1.2.840.099999.3.01")),
    Case("bad-date", ("bad-date",), "The Patient's Birth Date is the 31st of February.", CORRECT,
         given(0x00100030, "DA", b"19500231")),
    Case("bad-time", ("bad-date",), "The Study Time is a quarter past 29.", CORRECT,
         given(0x00080030, "TM", b"291500")),
    Case("improbable-date", ("improbable-date",), "The patient is born in 2091.", CORRECT,
         given(0x00100030, "DA", b"20910412")),
    Case("bad-value", ("bad-value",), "The Patient's Sex is written in Chinese.", CORRECT,
         given(0x00100040, "CS", "男".encode())),
    Case("bad-number", ("bad-value",), "The Patient's Weight is written with its unit.", CORRECT,
         misspelled(0x00101030, "DS", b"71", b"71 kg")),
    Case("too-long", ("too-long",), "The Study ID has 24 characters.", CORRECT,
         given(0x00200010, "SH", b"CATHLAB-2021-04-10-00017")),
    Case("empty-type-1", ("empty-type-1",), "The Modality is empty.", SIBLING,
         with_siblings(lambda data: valued(data, 0x00080060, "CS", b""))),
    Case("missing-type-2", ("missing-type-2",), "There is no Accession Number.", SIBLING,
         with_siblings(lambda data: without(data, 0x00080050))),
    # PS3.3 C.12.1.1.2
    Case("wrong-charset", ("wrong-charset",), "GBK texts under the label ISO_IR 100.", RELABEL,
         mislabelled(GBK_AS_LATIN1)),
    Case("no-charset", ("no-charset",), "GBK texts without a label.", RELABEL,
         mislabelled(GBK_UNLABELLED)),
    Case("nested-charset", ("mixed-charset",), "A GBK text in a sequence of a UTF-8 file.", TRANSCODE,
         changed(nested_gbk)),
    Case("mixed-charset", ("mixed-charset",), "Two of the texts are GBK in a UTF-8 file.", TRANSCODE,
         changed(mixed)),
    Case("unknown-charset", ("unknown-charset",), 'The label says "UTF-8".', RELABEL,
         given(0x00080005, "CS", b"UTF-8")),
    Case("double-encoded", ("double-encoded",), "The name was read as Latin letters and converted again.", TRANSCODE,
         changed(twice_encoded)),
    Case("lost-text", ("lost-text",), "A converter wrote question marks for the name.", CORRECT,
         given(0x00100010, "PN", b"???^??")),
    # Other files
    Case("same-twice", ("same-twice",), "A file was copied.", LEAVE, pair(lambda data: data, "same-twice")),
    Case("same-uid-header", ("same-uid-header",), "A copy has a corrected description.", LOOK,
         pair(lambda data: valued(data, 0x0008103E, "LO", b"LCA corrected"), "same-uid-header")),
    Case("same-uid-content", ("same-uid-content",), "Two pictures have one UID.", LOOK,
         pair(lambda data: at_value(data, PIXELS, lambda raw: raw[::-1]), "same-uid-content")),
    Case("two-patients", ("study-two-patients",), "One of three files carries another patient's ID.", CORRECT,
         other_patient),
    Case("study-differs", ("study-differs",), "One of three files carries another birth date.", CORRECT,
         other_birth),
    Case("instance-gap", ("instance-gap",), "Instances 3 and 4 are missing.", AGAIN, gap),
    Case("disc-missing", ("directory-file-missing",), "The DICOMDIR names a file that is not there.", DIRECTORY,
         missing),
    Case("disc-unlisted", ("directory-file-unlisted",), "A file is not in the DICOMDIR.", DIRECTORY,
         unlisted),
    Case("disc-broken", ("directory-broken",), "A link between records leads nowhere.", DIRECTORY,
         broken_directory),
)  # fmt: skip
"""In the order of the catalogue of codes. What needs an earlier visit, decoding or another program cannot lie here."""
