"""C-ECHO against real peers: dcmtk's storescp and dcmqrscp, Orthanc, and what only looks like one."""

import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from console.model.checks import Status, Verdict
from console.model.site import Limits, Node, Site
from tests.network.certificates import authority, server_context
from tests.network.kinds import check_of, verdicts
from tests.network.peers import Peer, hang_up, hold, page
from tests.support import missing, need_program


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])


@contextmanager
def running(folder: Path, port: int, *command: str) -> Iterator[int]:
    """A peer that listens on `port`, ended by its own number."""
    with (folder / "peer.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
        try:
            until = time.monotonic() + 20
            while True:
                with suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
                    break
                if process.poll() is not None or time.monotonic() > until:
                    pytest.fail((folder / "peer.log").read_text(errors="replace")[-2000:])
                threading.Event().wait(0.05)
            yield port
        finally:
            os.kill(process.pid, signal.SIGTERM)
            process.wait(20)


def ask(
    port: int, ae: str = "PACS", calling: str = "", tls: bool = False, timeout_s: float = 6.0, **limits: Limits
) -> Verdict:
    node = Node("archive", ae, "127.0.0.1", port, tls=tls, calling=calling)
    return verdicts(check_of("dicom.echo"), Site("Ward", nodes=(node,), thresholds=limits), timeout_s)["archive", ""]


def test_storescp_answers_with_its_time(tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path, port, need_program("storescp"), "-aet", "PACS", str(port)):
        found = ask(port)
        slow = ask(port, dicom_echo=Limits(0.0, 60.0))
    assert found.status is Status.OK
    assert [metric.name for metric in found.metrics] == ["echo_s", "associate_s"]
    assert 0 < found.metrics[0].value < 2
    assert slow.status is Status.WARN


def test_storescp_that_refuses_is_critical_with_the_codes_of_the_rejection(tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path, port, need_program("storescp"), "--refuse", str(port)):
        found = ask(port)
    assert found.status is Status.CRIT
    assert "rejects the association (1/1/1)" in str(found.summary)


@pytest.fixture
def dcmqrscp(tmp_path: Path) -> Iterator[int]:
    port = free_port()
    (tmp_path / "db").mkdir()
    config = f"""
NetworkTCPPort = {port}
MaxPDUSize = 16384
MaxAssociations = 4
HostTable BEGIN
console = (CATHLAB, 127.0.0.1, 11112)
HostTable END
VendorTable BEGIN
VendorTable END
AETable BEGIN
PACS {tmp_path}/db RW (9, 1024mb) ANY
AETable END
"""
    (tmp_path / "qr.cfg").write_text(config)
    with running(tmp_path, port, need_program("dcmqrscp"), "-c", "qr.cfg", "-v"):
        yield port


def test_a_called_title_that_the_node_does_not_have_names_the_line_to_compare(dcmqrscp: int) -> None:
    assert ask(dcmqrscp).status is Status.OK
    found = ask(dcmqrscp, "WRONG")
    assert found.status is Status.CRIT
    assert "does not know the AE title WRONG that is called" in str(found.summary)
    assert "ae_title in the site file" in str(found.remedy)


@pytest.fixture(scope="module")
def orthanc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    program = shutil.which("Orthanc") or shutil.which("Orthanc", path="/usr/sbin")
    if program is None:
        missing("the program Orthanc is not installed")
    folder = tmp_path_factory.mktemp("orthanc")
    port = free_port()
    config = f"""{{
        "Name": "test", "DicomAet": "PACS", "DicomPort": {port}, "DicomCheckCalledAet": true,
        "HttpPort": {free_port()}, "RemoteAccessAllowed": false, "Plugins": [],
        "StorageDirectory": "{folder}/db", "IndexDirectory": "{folder}/db", "DicomAlwaysAllowEcho": false,
        "DicomModalities": {{ "console": ["CATHLAB", "127.0.0.1", 11112] }}
    }}"""
    (folder / "orthanc.json").write_text(config)
    with running(folder, port, program, str(folder / "orthanc.json")):
        yield port


def test_orthanc_answers_whom_it_knows(orthanc: int) -> None:
    assert ask(orthanc).status is Status.OK


def test_orthanc_refuses_a_wrong_called_title(orthanc: int) -> None:
    found = ask(orthanc, "OTHER")
    assert found.status is Status.CRIT
    assert "AE title OTHER" in str(found.summary)


def test_orthanc_refuses_a_calling_title_that_is_not_on_its_list(orthanc: int) -> None:
    found = ask(orthanc, calling="STRANGER")
    assert found.status is Status.CRIT
    assert "STRANGER" in str(found.summary) + str(found.remedy)


def test_a_node_that_accepts_and_never_answers_is_unknown_and_leaves_no_thread() -> None:
    # GIVEN a peer that looks, while it is being waited for, at what would keep the program from ending
    kept: list[str] = []

    def look(connection: socket.socket) -> None:
        connection.recv(4096)
        main = threading.main_thread()
        kept.extend(each.name for each in threading.enumerate() if not each.daemon and each is not main)
        hold(connection)

    with Peer(look) as peer:
        began = time.monotonic()
        found = ask(peer.port, timeout_s=3.0)
    assert time.monotonic() - began < 4
    assert found.status is Status.UNKNOWN
    assert "says nothing" in str(found.summary)
    assert kept == []


def test_a_node_that_sends_a_pdu_of_four_gigabytes_is_not_taken_at_its_word() -> None:
    # GIVEN a peer that announces an A-ASSOCIATE-AC of 4 GB and begins to send it
    sent = 0

    def flood(connection: socket.socket) -> None:
        nonlocal sent
        connection.recv(4096)
        connection.sendall(b"\x02\x00\xff\xff\xff\xff")
        while True:
            connection.sendall(b"\0" * 65536)
            sent += 65536

    with Peer(flood) as peer:
        found = ask(peer.port, timeout_s=4.0)
    assert found.status is Status.CRIT
    assert sent < 50_000_000


def test_a_node_that_sends_one_byte_now_and_then_ends_by_our_clock() -> None:
    def drip(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"\x02\x00\x00\x00\x01\x00")
        pause = threading.Event()
        for _ in range(200):
            connection.sendall(b"\0")
            pause.wait(0.05)

    with Peer(drip) as peer:
        began = time.monotonic()
        found = ask(peer.port, timeout_s=3.0)
    assert time.monotonic() - began < 4.5
    assert found.status in (Status.UNKNOWN, Status.CRIT)


def test_what_hangs_up_or_speaks_http_is_critical() -> None:
    with Peer(hang_up) as peer:
        found = ask(peer.port, timeout_s=4.0)
    assert found.status is Status.CRIT
    with Peer(page(b"no DICOM here")) as peer:
        found = ask(peer.port, timeout_s=4.0)
    assert found.status is not Status.OK


def test_nothing_that_listens_and_a_name_that_is_not_known() -> None:
    assert ask(free_port()).status is Status.CRIT
    node = Node("archive", "PACS", "no-such-pacs.invalid", 104)
    found = verdicts(check_of("dicom.echo"), Site("Ward", nodes=(node,)))["archive", ""]
    assert found.status is Status.UNKNOWN
    assert "no-such-pacs.invalid" in str(found.summary)


def test_a_title_that_dicom_does_not_allow_is_unknown() -> None:
    assert ask(free_port(), "A" * 17).status is Status.UNKNOWN


def test_tls_nodes_answer_and_the_unknown_certificate_is_told_about(tmp_path: Path) -> None:
    # GIVEN storescp with TLS, and a certificate of the hospital's own
    ward = authority(tmp_path)
    server_context(tmp_path, ward, "127.0.0.1")
    both = next(tmp_path.glob("server-*.pem")).read_text()
    key, _, certificate = both.partition("-----BEGIN CERTIFICATE-----")
    (tmp_path / "key.pem").write_text(key)
    (tmp_path / "cert.pem").write_text("-----BEGIN CERTIFICATE-----" + certificate)
    port = free_port()
    command = [need_program("storescp"), "+tls", "key.pem", "cert.pem", "-ic", "-aet", "PACS", str(port)]
    with running(tmp_path, port, *command):
        found = ask(port, tls=True)
        node = Node("archive", "PACS", "127.0.0.1", port, tls=True)
        known = verdicts(check_of("dicom.echo", ca=str(ward.file)), Site("W", nodes=(node,)))["archive", ""]
    assert found.status is Status.WARN
    assert "nobody can be sure that it is the one" in str(found.summary)
    assert known.status is Status.OK
