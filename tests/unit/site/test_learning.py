"""What a healthy machine runs becomes a proposal, and what is confirmed becomes the site file."""

from pathlib import Path

import pytest

from console.model.sentence import Sentence
from console.model.site import Host
from console.site.learning import Facts, Item, Listening, Mounted, learn, write_proposal
from console.site.reading import SiteErrors, load_site

HOST = Host("pacs-a", "127.0.0.1", "主机", via="local", services=("ssh",), ports=(22,), ignore_mounts=("/opt/*",))
FACTS = Facts(
    services=(
        "ssh.service",
        "orthanc.service",
        "systemd-journald.service",
        "systemd-timesyncd.service",
        "getty@tty1.service",
    ),
    ports=(
        Listening(22, "0.0.0.0", "sshd"),
        Listening(11112, "0.0.0.0", "orthanc"),
        Listening(11112, "::", "orthanc"),
        Listening(5432, "127.0.0.1", "postgres"),
        Listening(5432, "::1"),
        Listening(44123, "0.0.0.0"),
    ),
    mounts=(
        Mounted("/", "ext4", "/dev/sda1"),
        Mounted("/etc/hosts", "ext4", "/dev/sda1"),
        Mounted("/data", "xfs", "/dev/sdb1"),
        Mounted("/opt/x", "xfs"),
        Mounted("/media/usb", "vfat"),
        Mounted("/proc", "proc"),
        Mounted("/snap/core/1", "squashfs"),
    ),
    troubles=(Sentence("x"),),
)


def test_what_is_not_expected_yet_is_proposed_and_the_accidental_is_not_ticked() -> None:
    proposal = learn(HOST, FACTS)
    assert [(item.kind, item.value, item.chosen) for item in proposal.items] == [
        ("services", "getty@tty1", False),
        ("services", "orthanc", True),
        ("services", "systemd-journald", False),
        ("services", "systemd-timesyncd", True),
        ("ports", "5432", False),
        ("ports", "11112", True),
        ("ports", "44123", False),
        ("mounts", "/", True),
        ("mounts", "/data", True),
        ("mounts", "/etc/hosts", False),
        ("mounts", "/media/usb", False),
    ]
    assert "orthanc" in str(proposal.items[5].note)
    assert "this machine alone" in str(proposal.items[4].note)
    assert proposal.troubles


def test_what_was_confirmed_makes_a_site_file(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    site = write_proposal(path, learn(HOST, FACTS).chosen)
    host = load_site(path).hosts[0]
    assert site.name == "主机"
    assert (host.id, host.via, host.ports, host.mounts) == ("pacs-a", "local", (22, 11112), ("/", "/data"))
    assert host.services == ("ssh", "orthanc", "systemd-timesyncd")


def test_what_is_learned_later_joins_what_stands_there(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text('[site]\nname = "x"\n\n[[host]]   # mine\nid = "pacs-a"\nservices = ["ssh"]  # must run\n')
    host = load_site(path).hosts[0]
    proposal = learn(host, FACTS)
    write_proposal(path, proposal.keep([item for item in proposal.items if item.value in ("orthanc", "/data")]))
    host = load_site(path).hosts[0]
    assert (host.services, host.ports, host.mounts) == (("ssh", "orthanc"), (), ("/data",))
    assert "# must run" in path.read_text()
    # WHEN it is learned again THEN it is not proposed again
    assert "orthanc" not in [item.value for item in learn(host, FACTS).items]


def test_a_new_host_of_a_site_that_is_there(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text('[site]\nname = "x"\n')
    write_proposal(path, learn(HOST, FACTS).chosen)
    assert [host.id for host in load_site(path).hosts] == ["pacs-a"]


def test_only_lines_of_the_proposal_can_be_kept() -> None:
    proposal = learn(HOST, FACTS)
    assert proposal.keep([Item("ports", "9999")]).items == ()


def test_windows_drives_and_strange_answers_are_taken_as_they_are() -> None:
    facts = Facts(
        ("W32Time", "", "W32Time"), (Listening(0), Listening(104, "fe80::1%3")), (Mounted("C:", "NTFS"), Mounted(""))
    )
    assert [(item.kind, item.value) for item in learn(Host("w"), facts).items] == [
        ("services", "W32Time"),
        ("ports", "104"),
        ("mounts", "C:"),
    ]


def test_a_site_file_with_mistakes_is_not_extended(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text("[site]\n")
    with pytest.raises(SiteErrors):
        write_proposal(path, learn(HOST, FACTS).chosen)
