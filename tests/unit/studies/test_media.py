"""DICOMDIR media: named by their directory, checked against it, read whatever it says."""

import shutil
from pathlib import Path

import pytest

from console.studies.media import is_directory_name, missing_files
from tests.support import need_samples
from tests.unit.studies.discs import ask, burn, counts, dicom, index


def medium(folder: Path, *references: tuple[str, ...], name: str = "DICOMDIR") -> Path:
    """A medium whose directory names these files; made by pydicom's own FileSet where it can, here by hand."""
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.filewriter import dcmwrite
    from pydicom.sequence import Sequence
    from pydicom.uid import UID, ExplicitVRLittleEndian

    directory = Dataset()
    directory.FileSetID = "TEST"
    records = []
    for parts in references:
        record = Dataset()
        record.OffsetOfTheNextDirectoryRecord = 0
        record.RecordInUseFlag = 0xFFFF
        record.OffsetOfReferencedLowerLevelDirectoryEntity = 0
        record.DirectoryRecordType = "IMAGE"
        record.ReferencedFileID = list(parts)
        record.ReferencedSOPClassUIDInFile = "1.2.840.10008.5.1.4.1.1.12.1"
        records.append(record)
    directory.DirectoryRecordSequence = Sequence(records)
    directory.file_meta = FileMetaDataset()
    directory.file_meta.MediaStorageSOPClassUID = UID("1.2.840.10008.1.3.10")
    directory.file_meta.MediaStorageSOPInstanceUID = UID("1.2.3.4")
    directory.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    folder.mkdir(parents=True, exist_ok=True)
    dcmwrite(folder / name, directory, enforce_file_format=True)
    return folder / name


def test_a_directory_named_as_the_argument_stands_for_its_medium(tmp_path: Path) -> None:
    # GIVEN a medium with three files, of which the directory names two and one that is not there
    disc, home = tmp_path / "disc", tmp_path / "home"
    path = medium(disc, ("IMAGES", "IM1"), ("IMAGES", "IM2"), ("IMAGES", "IM9"))
    burn(disc, {f"IMAGES/IM{number}": dicom(f"1.{number}") for number in (1, 2, 3)})
    # WHEN the directory is named THEN all three are taken in, and the missing one has a sentence, each time
    for _run in range(2):
        report = index(home, path)
        assert counts(report) == (3, 1, 1, 1)
        (problem,) = report.problems
        assert problem.path == str(disc / "IMAGES" / "IM9")
        assert problem.what == "The DICOMDIR names this file, but it is not there."
    assert ask(home, "SELECT path, kind FROM root") == [(str(disc), "dicomdir")]
    # AND the directory itself is no object of a patient
    assert ask(home, "SELECT name, what FROM other") == [("DICOMDIR", "media")]


@pytest.mark.parametrize("name", ["DICOMDIR", "dicomdir", "DICOMDIR.", "DICOMDIR;1", "Dicomdir.;1"])
def test_a_directory_is_known_by_any_spelling_of_its_name(name: str) -> None:
    assert is_directory_name(name)


def test_names_of_a_medium_are_matched_as_iso_9660_means_them(tmp_path: Path) -> None:
    # GIVEN a directory in capitals, and files as different systems show those of a disc
    path = medium(tmp_path, ("A", "IM1"), ("A", "IM2"), ("A", "IM3"), ("b", "im4"))
    burn(tmp_path, {"a/im1": b"", "a/IM2.;1": b"", "a/im3;1": b"", "B/IM4": b""})
    assert missing_files(str(path)) == []


def test_a_directory_with_another_name_is_known_by_its_class(tmp_path: Path) -> None:
    path = medium(tmp_path / "disc", ("IM1",), name="index.dcm")
    burn(tmp_path / "disc", {"IM1": dicom("1.1")})
    assert counts(index(tmp_path / "home", path)) == (1, 1, 1, 1)


def test_references_that_lead_out_of_the_medium_are_not_followed(tmp_path: Path) -> None:
    burn(tmp_path, {"secret": b"x"})
    path = medium(tmp_path / "disc", ("..", "secret"), ("", "etc"))
    assert missing_files(str(path)) == []


def test_a_damaged_directory_has_a_sentence_and_its_medium_is_read(tmp_path: Path) -> None:
    disc, home = burn(tmp_path / "disc", {"IM1": dicom("1.1"), "DICOMDIR": b"rubbish " * 40}), tmp_path / "home"
    for _run in range(2):
        report = index(home, disc / "DICOMDIR")
        assert counts(report) == (1, 1, 1, 1)
        (problem,) = report.problems
        assert problem.path == str(disc / "DICOMDIR")
        assert problem.what.startswith("The DICOMDIR is damaged")


def test_a_cut_directory_still_tells_what_its_whole_part_names(tmp_path: Path) -> None:
    path = medium(tmp_path, *[("IMAGES", f"IM{number:05d}") for number in range(50)])
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    assert 15 < len(missing_files(str(path))) < 35


def test_files_taken_from_a_known_medium_are_noticed(tmp_path: Path) -> None:
    disc, home = tmp_path / "disc", tmp_path / "home"
    medium(disc, ("IM1",), ("IM2",))
    burn(disc, {"IM1": dicom("1.1"), "IM2": dicom("1.2")})
    assert index(home, disc).problems == ()
    (disc / "IM2").unlink()
    report = index(home, disc)
    assert (report.removed, len(report.problems)) == (1, 1)


def test_real_media_also_damaged_ones_are_read_and_agree_with_pydicom(tmp_path: Path) -> None:
    import pydicom

    samples = need_samples() / "dicomdir"
    for path in sorted(samples.rglob("DICOMDIR*")):
        # WHEN each directory is asked for what is missing
        told = {problem.path for problem in missing_files(str(path))}
        # THEN it is what pydicom finds in its records
        wanted = set()
        for item in pydicom.dcmread(path, force=True).get("DirectoryRecordSequence") or ():
            parts = item.get("ReferencedFileID")
            if parts:
                parts = [parts] if isinstance(parts, str) else list(parts)
                target = path.parent.joinpath(*parts)
                if not target.exists():
                    wanted.add(str(target))
        assert told == wanted, path
    # AND as a whole, copied to where one of its files is taken away
    disc = shutil.copytree(samples / "wg04-rle", tmp_path / "disc")
    before = index(tmp_path / "home", disc / "DICOMDIR")
    present = [path for path in disc.rglob("*_RLE") if path.is_file()]
    assert before.instances == len(present)
    if present:
        present[0].unlink()
        after = index(tmp_path / "home", disc / "DICOMDIR")
        assert (after.removed, len(after.problems)) == (1, len(before.problems) + 1)
