"""Zip files: read without unpacking, refused where they are a trick, unpacked one member at a time."""

import io
import os
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from console.errors import DicomReadError
from console.studies import archive
from console.studies.archive import file_of, sweep_cache
from tests.unit.studies.discs import ask, burn, content, counts, dicom, index


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as target:
        for name, part in files.items():
            target.writestr(name, part)
    return data.getvalue()


STUDY = {f"a/b/IM{number}": dicom(f"1.{number}", rows=4, columns=4) for number in range(3)}


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_members_are_taken_in_whatever_packs_them(tmp_path: Path, method: int) -> None:
    disc, home = (
        burn(tmp_path / "disc", {"x.zip": zipped({**STUDY, "readme.txt": b"hello " * 9}, method)}),
        tmp_path / "h",
    )
    report = index(home, disc)
    assert (report.files, counts(report), report.problems) == (4, (3, 1, 1, 1), ())
    assert ask(home, "SELECT d.path, i.name FROM instance i JOIN dir d ON d.id = i.dir ORDER BY i.name") == [
        (str(disc / "x.zip"), name) for name in sorted(STUDY)
    ]
    # AND nothing is unpacked, and nothing is read again
    assert "cache" not in os.listdir(home)
    assert index(home, disc).read == 0


def test_a_zip_file_can_be_named_itself_and_is_known_by_its_content(tmp_path: Path) -> None:
    disc, home = burn(tmp_path / "disc", {"study.bin": zipped(STUDY)}), tmp_path / "home"
    report = index(home, disc / "study.bin")
    assert (report.files, counts(report)) == (3, (3, 1, 1, 1))
    assert ask(home, "SELECT kind FROM root") == [("zip",)]


def test_a_zip_file_that_changes_is_read_anew_where_it_changed(tmp_path: Path) -> None:
    disc, home = burn(tmp_path / "disc", {"x.zip": zipped(STUDY), "y": dicom("7.7")}), tmp_path / "home"
    index(home, disc)
    changed = {**STUDY, "a/b/IM1": dicom("9.9", name="OTHER"), "new": dicom("8.8")}
    del changed["a/b/IM2"]
    burn(disc, {"x.zip": zipped(changed)})
    report = index(home, disc)
    assert (report.read, report.unchanged, report.removed) == (2, 2, 1)
    fresh = tmp_path / "fresh"
    index(fresh, disc)
    assert content(home) == content(fresh)
    # AND one that is gone takes its members along
    (disc / "x.zip").unlink()
    assert counts(index(home, disc)) == (1, 1, 1, 1)


def encrypted() -> bytes:
    """A zip file whose member says that it wants a password."""
    data = bytearray(zipped({"a": dicom("1.1")}))
    local, central = data.index(b"PK\3\4"), data.index(b"PK\1\2")
    data[local + 6] |= 1
    data[central + 8] |= 1
    return bytes(data)


def bomb() -> bytes:
    """64 MB and more of zeros behind a header, which pack to next to nothing."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as target, target.open("a", "w") as member:
        member.write(dicom("1.1"))
        for _block in range(160):
            member.write(bytes(1 << 20))
    return data.getvalue()


def crowded() -> bytes:
    """A directory that claims a million members."""
    data = bytearray(zipped({"a": b"x"}))
    end = data.rindex(b"PK\5\6")
    struct.pack_into("<HH", data, end + 8, 0xFFFF, 0xFFFF)
    big = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, 1_000_000, 1_000_000, 60_000_000, 0)
    return bytes(data[:end] + big + data[end:])


def cut_member() -> bytes:
    data = bytearray(zipped({"a": dicom("1.1", name="DOE^JOHN" * 7), "b": dicom("2.2")}))
    start = data.index(b"PK\3\4") + 31
    data[start : start + 60] = b"\xff" * 60
    return bytes(data)


BAD: dict[str, tuple[bytes, str, int]] = {
    "cut": (zipped(STUDY)[:-40], "The zip file is damaged", 0),
    "text": (b"this is no zip file at all, whatever its name says", "The zip file is damaged", 0),
    "member": (cut_member(), "The zip file is damaged, or this part of it", 1),
    "encrypted": (encrypted(), "It is encrypted", 0),
    "nested": (zipped({"inner.zip": zipped(STUDY), "a": dicom("1.1")}), "A zip file inside a zip file", 1),
    "bomb": (bomb(), "out of all proportion", 0),
    "crowded": (crowded(), "out of all proportion", 0),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_cannot_be_read_of_a_zip_file_has_one_sentence_and_the_rest_is_read(tmp_path: Path, kind: str) -> None:
    data, sentence, instances = BAD[kind]
    disc, home = burn(tmp_path / "disc", {"bad.zip": data, "good": dicom("7.7")}), tmp_path / "home"
    # WHEN it is met in a folder, twice THEN the sentence is there each time
    for _run in range(2):
        report = index(home, disc)
        assert report.instances == 1 + instances
        (problem,) = report.problems
        assert problem.path.startswith(str(disc / "bad.zip"))
        assert sentence in problem.what
    # AND when it is whole again, all is well
    burn(disc, {"bad.zip": zipped(STUDY)})
    report = index(home, disc)
    assert (report.instances, report.problems) == (4, ())


def test_a_member_is_unpacked_once_for_its_owner_alone(tmp_path: Path) -> None:
    disc, home = burn(tmp_path / "disc", {"x.zip": zipped(STUDY), "plain": dicom("5.5")}), tmp_path / "home"
    name = "a/b/IM1"
    path = file_of(home, str(disc / "x.zip"), name)
    assert path.read_bytes() == STUDY[name]
    assert path.is_relative_to(home / "cache")
    if sys.platform != "win32":
        assert (home / "cache").stat().st_mode & 0o777 == 0o700
        assert path.stat().st_mode & 0o777 == 0o600
    # AND asked again it is the same file; a plain file is itself
    stamp = path.stat().st_mtime_ns
    assert file_of(home, str(disc / "x.zip"), name) == path
    assert path.stat().st_mtime_ns == stamp
    assert file_of(home, str(disc), "plain") == disc / "plain"
    # AND the next start sweeps it away
    sweep_cache(home)
    assert list((home / "cache").iterdir()) == []
    sweep_cache(tmp_path / "no home")


@pytest.mark.parametrize("kind", ["encrypted", "nested", "bomb", "cut", "member"])
def test_a_member_that_cannot_be_unpacked_is_refused_in_words(tmp_path: Path, kind: str) -> None:
    disc, home = burn(tmp_path / "disc", {"x.zip": BAD[kind][0]}), tmp_path / "home"
    name = {"nested": "inner.zip", "cut": "a/b/IM1"}.get(kind, "a")
    with pytest.raises(DicomReadError, match=r"in .*x\.zip: "):
        file_of(home, str(disc / "x.zip"), name)
    assert not any((home / "cache").glob("*"))


def test_a_member_that_is_not_there_and_a_name_that_leads_elsewhere(tmp_path: Path) -> None:
    disc, home = burn(tmp_path / "disc", {"x.zip": zipped({"../../evil": dicom("1.1")})}), tmp_path / "home"
    assert index(home, disc).instances == 1
    path = file_of(home, str(disc / "x.zip"), "../../evil")
    assert path.parent == home / "cache"
    with pytest.raises(DicomReadError):
        file_of(home, str(disc / "x.zip"), "not there")
    # AND a zip file that went away is named as such
    (disc / "x.zip").unlink()
    assert file_of(home, str(disc / "x.zip"), "a") == disc / "x.zip" / "a"


def test_a_full_disk_refuses_a_member_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    disc, home = burn(tmp_path / "disc", {"x.zip": zipped(STUDY)}), tmp_path / "home"
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: shutil._ntuple_diskusage(10, 10, 0))
    with pytest.raises(DicomReadError):
        file_of(home, str(disc / "x.zip"), "a/b/IM1")
    assert list((home / "cache").iterdir()) == []


def test_headers_are_read_from_the_front_of_a_member_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a member of 40 MB behind a small header
    big = dicom("1.1", rows=4, columns=4) + bytes(40 << 20)
    path = burn(tmp_path, {"x.zip": zipped({"a": big}, zipfile.ZIP_STORED)}) / "x.zip"
    read: list[int] = []
    real = zipfile.ZipExtFile.read

    def counting(self: zipfile.ZipExtFile, n: int | None = -1) -> bytes:
        data = real(self, n)
        read.append(len(data))
        return data

    monkeypatch.setattr(zipfile.ZipExtFile, "read", counting)
    ((row, code),) = archive.read_members(str(path), ["a"])
    assert row is not None
    assert code == ""
    assert sum(read) < 1 << 20


def test_a_run_without_zip_files_does_not_load_the_library(tmp_path: Path) -> None:
    disc = burn(tmp_path / "disc", {"a": dicom("1.1")})
    script = (
        "import sys; from pathlib import Path; from tests.unit.studies.discs import index\n"
        "index(Path(sys.argv[1]), Path(sys.argv[2])); print('zipfile' in sys.modules)"
    )
    line = [sys.executable, "-c", script, str(tmp_path / "home"), str(disc)]
    done = subprocess.run(line, cwd=Path(__file__).parents[3], capture_output=True, text=True, timeout=60)
    assert done.stdout == "False\n", done.stderr
