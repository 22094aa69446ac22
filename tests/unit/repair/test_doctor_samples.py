"""The doctor on files of real devices: what it says of healthy ones is as bad as what it misses in broken ones."""

from pathlib import Path

from console.model.diagnosis import Severity
from tests.support import need_samples
from tests.unit.repair.visits import visit

TRULY_ODD: dict[str, set[str]] = {
    "broken/barre_OT-PAL-8-face_headless.dcm": {"no-preamble", "no-meta"},
    "broken/fo-dicom_FreezePattern.dcm": {"broken-structure", "bad-uid"},
    "broken/fo-dicom_GH1339.dcm": {"no-delimiter"},
    # Scanning Sequence T1-TFE, no UIDs at all, and no preamble.
    "broken/fo-dicom_GH340.dcm": {"no-preamble", "no-meta", "bad-value", "empty-type-1"},
    "broken/fo-dicom_GH364.dcm": {"meta-length", "meta-uid", "broken-structure"},
    # UIDs replaced by hashes, and an age of two digits.
    "broken/pydicom-data_bad_sequence.dcm": {"meta-uid", "bad-uid", "bad-value"},
    "broken/pydicom_MR_truncated.dcm": {"cut-native"},
    "broken/pydicom_SC_rgb_jpeg.dcm": {"wrong-syntax"},
    # Excerpts that their makers reduced to a few elements.
    "broken/pydicom_UN_sequence.dcm": {"empty-type-1"},
    "broken/pydicom_empty_charset_LEI.dcm": {"empty-type-1"},
    "broken/pydicom_meta_missing_tsyntax.dcm": {"no-syntax", "empty-type-1"},
    "broken/pydicom_no_meta_group_length.dcm": {"empty-type-1"},
    "charset/chrSQEncoding.dcm": {"empty-type-1"},
    "syntaxes/pydicom-data_1.2.4.201_HTJ2KLossless_08_RGB.dcm": {"empty-type-1"},
    "syntaxes/pydicom-data_1.2.4.203_HTJ2K_08_RGB.dcm": {"empty-type-1"},
    "syntaxes/pydicom-data_1.2.4.81_JLSN_RGB_ILV0.dcm": {"no-preamble", "empty-type-1"},
    # Cut, and anonymised in the data set alone.
    "broken/pydicom_rtplan_truncated.dcm": {"cut-header", "meta-uid"},
    # A DICOMDIR that pydicom's makers broke, and one whose first record nothing leads to.
    "dicomdir/pydicom-odd/DICOMDIR-nooffset": {"broken-structure", "directory-broken"},
    "dicomdir/pydicom-odd/DICOMDIR-nopatient": {"directory-broken", "directory-file-missing"},
    "dicomdir/pydicom-odd/DICOMDIR-bigEnd": {"directory-file-missing"},
    # Only the RLE part of the disc lies here.
    "dicomdir/wg04-rle/DICOMDIR": {"directory-file-missing"},
    # ISO-IR 100 with a hyphen is no defined term.
    "ivus-us/acuson_us_8f_implicit_frametimevector.dcm": {"unknown-charset"},
    "ivus-us/acuson_us_8f_jpeg50_frametimevector.dcm": {"unknown-charset"},
    # No Media Storage SOP Instance UID.
    "ivus-us/barre_NM-MONO2-16-13x-heart.dcm": {"empty-type-1"},
    # Anonymised in the data set and not in the file meta information.
    "sr/rdsr_pyskindose_P1.dcm": {"meta-uid"},
    "sr/rdsr_pyskindose_philips_allura_clarity_u104.dcm": {"meta-uid"},
    "sr/rdsr_pyskindose_siemens_axiom_artis.dcm": {"meta-uid"},
    # A date and a time with leading zeros as parts of its UIDs.
    "xa/barre_XA-MONO2-8-12x-catheter_jpeg70.dcm": {"bad-uid"},
    # A birth date behind the study.
    "xa/rubo-0002_rca_96f_jpeg50.dcm": {"improbable-date"},
}
"""What is above a note, by file; everything that is not listed is healthy."""

ACROSS = {"same-uid-content", "same-uid-header", "same-twice", "study-two-patients", "study-differs"}
"""One public object in several syntaxes is the same UID with different content: true, and no matter here."""


def test_only_what_is_truly_odd_is_called_ill() -> None:
    # GIVEN the samples of real devices, WHEN each is looked at
    root = need_samples()
    report = visit(root)
    found: dict[str, set[str]] = {}
    for finding in report.findings:
        if finding.severity is not Severity.NOTE and finding.code not in ACROSS:
            found.setdefault(Path(finding.path).relative_to(root).as_posix(), set()).add(finding.code)
    # THEN nothing is said of a healthy one, and nothing of a broken one is missed
    assert found == TRULY_ODD
