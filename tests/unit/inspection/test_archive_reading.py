"""Archives from elsewhere: what is no archive, was changed, or is a trick is refused in words and unpacks nothing."""

import hashlib
import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from console.inspection.archive_reading import RECORD, SUMS, BadPackage, Package, looks_like_package

CONTENT = {RECORD: b'{"id": "abc"}', "attachments/9f86-photo.jpg": b"\xff\xd8photo", "evidence/0001-df.txt": b"df -P"}


def listed(content: dict[str, bytes]) -> bytes:
    return b"".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n".encode() for name, data in content.items())


def packed(path: Path, content: dict[str, bytes], sums: bytes | None = None) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
        archive.writestr(SUMS, listed(content) if sums is None else sums)
    return path


def refused(path: Path) -> str:
    with pytest.raises(BadPackage) as error, Package(path) as package:
        package.verify_sums()
    return str(error.value)


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return packed(tmp_path / "good.zip", CONTENT)


def test_a_whole_archive_gives_the_sum_of_each_member(good: Path) -> None:
    with Package(good) as package:
        sums = package.verify_sums()
        assert sums == {name: hashlib.sha256(data).hexdigest() for name, data in CONTENT.items()}
        assert package.json(RECORD) == {"id": "abc"}
        assert b"".join(package.pieces("evidence/0001-df.txt")) == b"df -P"
    assert looks_like_package(good, "abc")
    assert not looks_like_package(good, "abd")


def test_a_changed_an_added_and_a_missing_member_are_named(tmp_path: Path) -> None:
    sums = listed(CONTENT)
    changed = {**CONTENT, "evidence/0001-df.txt": b"df -p"}
    added = {**CONTENT, "evidence/0002-x.txt": b""}
    missing = {name: data for name, data in CONTENT.items() if name != "attachments/9f86-photo.jpg"}
    path = tmp_path / "x.zip"
    assert "evidence/0001-df.txt was changed" in refused(packed(path, changed, sums))
    assert "evidence/0002-x.txt was added" in refused(packed(path, added, sums))
    assert "attachments/9f86-photo.jpg is missing" in refused(packed(path, missing, sums))


def test_a_member_that_stands_twice_in_the_sums_or_has_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    for sums in (listed(CONTENT) * 2, b"rubbish\n", b"\xff\xfe", b"0" * 64 + b" -name\n"):
        assert "SHA256SUMS cannot be read" in refused(packed(path, CONTENT, sums))


@pytest.mark.parametrize(
    "name",
    [
        "../evil.txt", "/etc/passwd", "attachments/../../evil", "attachments/..", "attachments/", "C:\\evil.txt",
        "attachments\\evil", "attachments/a/b", "evil.txt", "attachments/a\x1b[31m", "attachments/con:x", "Record.json",
        "attachments/\u202egpj.exe", "./record.json", "evidence//x",
    ],
)  # fmt: skip
def test_a_name_that_no_archive_of_ours_has_is_refused(tmp_path: Path, name: str) -> None:
    # GIVEN a zip with one member whose name leads elsewhere
    path = packed(tmp_path / "x.zip", {**CONTENT, name: b"x"})
    # THEN it is refused, the name is shown without what a terminal would obey, and nothing was unpacked
    said = refused(path)
    assert "no archive of an inspection holds" in said
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert sorted(each.name for each in tmp_path.iterdir()) == ["x.zip"]


def test_a_name_with_a_nul_in_it_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "x.zip", {**CONTENT, "attachments/aXb": b"x"})
    path.write_bytes(path.read_bytes().replace(b"attachments/aXb", b"attachments/a\0b"))
    assert "no archive of an inspection holds" in refused(path)


def test_a_member_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(RECORD, b"{}")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr(RECORD, b"[]")
    assert "stands in it twice" in refused(path)


def test_a_link_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    info = zipfile.ZipInfo("attachments/link")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    assert "link" in refused(path)


def test_what_unpacks_to_very_much_is_refused_before_it_does(tmp_path: Path) -> None:
    path = packed(tmp_path / "x.zip", {**CONTENT, "attachments/zeros": bytes(40_000_000)})
    assert path.stat().st_size < 100_000
    assert "nothing was unpacked" in refused(path)


def test_a_size_that_is_too_small_does_not_let_more_out(tmp_path: Path) -> None:
    # GIVEN a member that says it holds 4 bytes and unpacks to 4 million
    data = random.Random(1).randbytes(4_000_000)
    path = packed(tmp_path / "x.zip", {**CONTENT, "attachments/liar": data})
    raw = bytearray(path.read_bytes())
    at = raw.rindex(b"attachments/liar") - 46
    raw[at + 24 : at + 28] = (4).to_bytes(4, "little")
    path.write_bytes(raw)
    # THEN no more than that comes out, and it is not what was promised
    said = refused(path)
    assert "attachments/liar" in said


def test_an_encrypted_member_is_refused(good: Path) -> None:
    raw = bytearray(good.read_bytes())
    at = raw.index(b"PK\1\2")
    raw[at + 8] |= 1
    good.write_bytes(raw)
    assert "encrypted" in refused(good)


def test_a_directory_that_says_it_is_endless_is_refused_before_it_is_read(good: Path) -> None:
    raw = bytearray(good.read_bytes())
    at = raw.rindex(b"PK\5\6")
    raw[at + 10 : at + 12] = (60_000).to_bytes(2, "little")
    good.write_bytes(raw)
    assert "more entries" in refused(good)


@pytest.mark.parametrize("content", [b"", b"PK", b"%PDF-1.7", b"PK\5\6" + bytes(18), bytes(70_000)])
def test_what_is_no_zip_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    assert refused(path)
    assert not looks_like_package(path, "abc")


def test_a_foreign_zip_says_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("report.pdf", b"%PDF")
    assert "SHA256SUMS is missing" in refused(path)


def test_a_file_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Package(tmp_path / "none.zip")
    assert not looks_like_package(tmp_path / "none.zip", "abc")


def test_no_flipped_byte_passes_unseen_or_ends_in_another_error(good: Path) -> None:
    # GIVEN an archive of which each byte is changed once, a few at a time
    whole = good.read_bytes()

    def attempt(data: bytes) -> dict[str, bytes] | None:
        good.write_bytes(data)
        try:
            with Package(good) as package:
                return {name: b"".join(package.pieces(name)) for name in package.verify_sums()}
        except BadPackage:
            return None

    original = attempt(whole)
    assert original == CONTENT
    for at in range(len(whole)):
        found = attempt(whole[:at] + bytes([whole[at] ^ 0x41]) + whole[at + 1 :])
        # THEN it is refused, or what comes out is what was put in (a time stamp, a comment)
        assert found in (None, CONTENT)


@pytest.mark.parametrize("cut", [1, 10, 100])
def test_a_cut_archive_is_refused(good: Path, cut: int) -> None:
    good.write_bytes(good.read_bytes()[:-cut])
    assert refused(good)


def test_a_member_is_never_read_beyond_what_it_says(tmp_path: Path) -> None:
    read: Callable[[Package], bytes] = lambda package: b"".join(package.pieces("attachments/a"))  # noqa: E731
    path = packed(tmp_path / "x.zip", {"attachments/a": bytes(3_000_000)})
    with Package(path) as package:
        assert len(read(package)) == 3_000_000
    assert io.BytesIO(path.read_bytes()).getbuffer().nbytes < 100_000
