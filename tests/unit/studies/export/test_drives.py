"""The list of drives: what stands in it, what does not, and that a dead share does not hold it up."""

import threading
import time
from pathlib import Path

import pytest

from console.model.export import Drive
from console.studies.export import drives
from console.studies.export.drives import Mount

STICK = Mount("/dev/sdb1", "/media/li/STICK", "vfat", ("rw", "nosuid"))
ROOT = Mount("/dev/sda2", "/", "ext4", ("rw",))
SHARE = Mount("//server/share", "/mnt/share", "cifs", ("rw",))
CD = Mount("/dev/sr0", "/media/li/CD", "iso9660", ("ro",))


def test_pseudo_file_systems_and_second_names_are_left_out() -> None:
    # GIVEN what /proc/mounts of a desktop holds
    mounts = [
        ROOT,
        STICK,
        SHARE,
        CD,
        Mount("proc", "/proc", "proc", ("rw",)),
        Mount("tmpfs", "/run", "tmpfs", ("rw",)),
        Mount("/dev/loop3", "/snap/core/1", "squashfs", ("ro",)),
        Mount("/dev/sda1", "/boot/efi", "vfat", ("rw",)),
        Mount("/dev/sda2", "/etc/hosts", "ext4", ("rw",)),
        Mount("/dev/sdb1", "/media/li/STICK/again", "vfat", ("rw",)),
        Mount("cgroup2", "/sys/fs/cgroup", "cgroup2", ("rw",)),
    ]
    # WHEN the real ones are chosen THEN they are the disk, the stick, the share and the CD
    assert drives.real_mounts(mounts) == [ROOT, STICK, SHARE, CD]


def test_a_dead_share_is_listed_without_its_numbers_and_holds_nothing_up() -> None:
    # GIVEN a share that never answers, beside a stick that does
    never = threading.Event()

    def probe(mount: Mount) -> Drive:
        if mount is SHARE:
            never.wait()
        return Drive(Path(mount.path), "STICK", "removable", "vfat", 100, 50, True, False)

    # WHEN the drives are asked for
    started = time.monotonic()
    found = drives.look_at([SHARE, STICK], 0.2, probe)
    # THEN the answer comes in time, the stick first, and the share says that it is silent
    assert time.monotonic() - started < 2
    assert [(drive.label, drive.kind, drive.answers) for drive in found] == [
        ("STICK", "removable", True),
        ("share", "network", False),
    ]
    # WHEN they are asked for again THEN no second thread hangs on the share
    threads = threading.active_count()
    drives.look_at([SHARE], 0.05, probe)
    assert threading.active_count() <= threads
    never.set()


@pytest.mark.parametrize(
    ("device", "removable", "expected"),
    [("pci0000/usb2/2-1/host6/block/sdb", "0", "removable"), ("pci0000/ata1/block/sdb", "0", "fixed"),
     ("pci0000/ata1/block/sdb", "1", "removable"), ("platform/mmc_host/mmc0/block/sdb", "0", "removable")],
)  # fmt: skip
def test_what_sys_says_of_a_device(tmp_path: Path, device: str, removable: str, expected: str) -> None:
    # GIVEN /sys as the kernel lays it out, a disk with one partition
    disk = tmp_path / "devices" / device
    (disk / "sdb1").mkdir(parents=True)
    (disk / "removable").write_text(f"{removable}\n")
    (disk / "sdb1" / "partition").write_text("1\n")
    block = tmp_path / "class" / "block"
    block.mkdir(parents=True)
    (block / "sdb1").symlink_to(disk / "sdb1")
    # WHEN the kind of the partition is asked for THEN it is that of its disk
    assert drives.kind_of(STICK, tmp_path) == expected


@pytest.mark.parametrize(
    ("mount", "kind"),
    [
        (SHARE, "network"),
        (CD, "optical"),
        (Mount("E:\\", "E:\\", "fat32", ("rw", "removable")), "removable"),
        (Mount("Z:\\", "Z:\\", "ntfs", ("rw", "remote")), "network"),
        (Mount("C:\\", "C:\\", "ntfs", ("rw", "fixed")), "fixed"),
    ],
)
def test_what_the_list_of_the_system_already_says(mount: Mount, kind: str) -> None:
    assert drives.kind_of(mount, Path("/nowhere")) == kind


def test_labels_of_udev_are_read() -> None:
    assert drives._unescape("MY\\x20STICK") == "MY STICK"
    assert drives._unescape("\\xe5\\xbd\\xb1\\xe5\\x83\\x8f") == "影像"


def test_this_machine_has_a_place_to_write(tmp_path: Path) -> None:
    # GIVEN this machine WHEN its drives are asked for THEN the one that holds our folder answers, or is left out as
    # memory, and every one that answers has its numbers
    for drive in drives.drives():
        assert not drive.answers or drive.total > 0
        assert drive.free <= drive.total
