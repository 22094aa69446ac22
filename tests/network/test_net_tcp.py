"""Ports and HL7 interfaces, asked for real."""

import socket
import threading
import time

import pytest

from console.model.checks import Status
from console.model.site import Host, Interface, Limits, Site
from tests.network.kinds import check_of, verdicts
from tests.network.peers import Peer, hang_up, hold


def site(*interfaces: Interface, hosts: tuple[Host, ...] = (), **limits: Limits) -> Site:
    return Site("Ward", interfaces=interfaces, hosts=hosts, thresholds=limits)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])


def tcp(port: int, address: str = "127.0.0.1") -> Interface:
    return Interface("lab", "tcp", address, port)


def test_a_port_that_opens_is_ok_with_its_time() -> None:
    # GIVEN a server that waits for its visitor to speak
    with Peer(hold) as peer:
        # WHEN its port is looked at
        found = verdicts(check_of("interface.tcp"), site(tcp(peer.port)))["lab", ""]
    # THEN it is well, with the time it took
    assert found.status is Status.OK
    assert 0 <= found.metrics[0].value < 1


def test_a_closed_port_is_critical_and_says_what_to_look_for() -> None:
    port = free_port()
    found = verdicts(check_of("interface.tcp"), site(tcp(port)))["lab", ""]
    assert found.status is Status.CRIT
    assert str(found.summary) == (
        f"127.0.0.1 port {port} refuses the connection: nothing listens there, or a firewall rejects it."
    )


def test_a_port_that_takes_too_long_by_the_sites_own_threshold_is_a_warning() -> None:
    with Peer(hold) as peer:
        found = verdicts(check_of("interface.tcp"), site(tcp(peer.port), tcp_connect=Limits(0.0, None)))
    assert found["lab", ""].status is Status.WARN


def test_a_proxy_without_a_server_behind_it_is_no_green_port() -> None:
    # GIVEN something that accepts and hangs up at once
    with Peer(hang_up) as peer:
        found = verdicts(check_of("interface.tcp"), site(tcp(peer.port)))["lab", ""]
    assert found.status is Status.WARN
    assert "closes it at once" in str(found.summary)


def test_a_name_that_nobody_knows_is_unknown() -> None:
    found = verdicts(check_of("interface.tcp"), site(tcp(80, "no-such-host.invalid")))["lab", ""]
    assert found.status is Status.UNKNOWN
    assert "no-such-host.invalid is not known" in str(found.summary)


def test_a_name_server_that_never_answers_holds_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a resolver that hangs
    free = threading.Event()
    real = socket.getaddrinfo

    def hang(host: str, port: int, **options: int) -> object:
        if options["flags"] & socket.AI_NUMERICHOST:
            return real(host, port, **options)
        free.wait(20)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    # WHEN a port behind it is looked at with 1.5 seconds
    began = time.monotonic()
    found = verdicts(check_of("interface.tcp"), site(tcp(80, "pacs.ward")), timeout_s=1.5)["lab", ""]
    free.set()
    # THEN the answer comes in time, and is UNKNOWN
    assert time.monotonic() - began < 3
    assert found.status is Status.UNKNOWN
    assert "name server gave no answer" in str(found.summary)


def test_a_host_that_drops_everything_is_critical_within_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a port whose queue of connections is full, so that the kernel answers no more SYNs
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        port = full.getsockname()[1]
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        began = time.monotonic()
        found = verdicts(check_of("interface.tcp"), site(tcp(port)), timeout_s=1.5)["lab", ""]
        for filler in fillers:
            filler.close()
    assert time.monotonic() - began < 3
    assert found.status is Status.CRIT
    assert "does not answer within" in str(found.summary)


def test_each_expected_port_of_a_host_has_its_own_verdict_and_this_machine_is_left_out() -> None:
    closed = free_port()
    with Peer(hold) as peer:
        there = Host("pacs-b", "127.0.0.1", via="ssh", ports=(peer.port, closed))
        here = Host("pacs-a", "127.0.0.1", via="local", ports=(peer.port,))
        found = verdicts(check_of("port.outside"), site(hosts=(there, here)))
    assert {key: verdict.status for key, verdict in found.items()} == {
        ("pacs-b", str(peer.port)): Status.OK,
        ("pacs-b", str(closed)): Status.CRIT,
    }


def test_an_hl7_interface_gets_a_connection_and_not_one_byte() -> None:
    # GIVEN an interface engine that writes down whatever it hears
    heard: list[bytes] = []
    done = threading.Event()

    def listen(connection: socket.socket) -> None:
        heard.append(connection.recv(100))
        done.set()

    with Peer(listen) as peer:
        found = verdicts(check_of("interface.hl7"), site(Interface("his", "hl7", "127.0.0.1", peer.port)))
        assert done.wait(5)
    # THEN it heard the end of the connection and nothing else, and the sentence says what that leaves open
    assert heard == [b""]
    assert found["his", ""].status is Status.OK
    assert "Nothing was sent" in str(found["his", ""].summary)


def test_an_hl7_interface_that_is_down_is_critical() -> None:
    found = verdicts(check_of("interface.hl7"), site(Interface("his", "hl7", "127.0.0.1", free_port())))
    assert found["his", ""].status is Status.CRIT
