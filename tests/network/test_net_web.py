"""Web pages and certificates, asked of real servers."""

import socket
import ssl
import time
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from console.model.checks import Status, Verdict
from console.model.site import Interface, Limits, Node, Site
from tests.network.certificates import Authority, authority, server_context
from tests.network.kinds import answers, check_of, verdicts
from tests.network.peers import Peer, hang_up, head, hold, page


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("ca"))


def visit(url: str, expect: str = "", ca: str = "", timeout_s: float = 5.0, **params: object) -> Verdict:
    site = Site("Ward", interfaces=(Interface("viewer", "http", url=url, expect=expect, ca=ca),))
    return verdicts(check_of("web.page", **params), site, timeout_s)["viewer", ""]


def certificate(port: int, ca: str = "", now: datetime | None = None, name: str = "127.0.0.1") -> Verdict:
    site = Site("Ward", interfaces=(Interface("viewer", "http", url=f"https://{name}:{port}/", ca=ca),))
    return verdicts(check_of("tls.certificate"), site, now=now)["viewer", ""]


def test_a_page_that_holds_its_text_is_ok() -> None:
    with Peer(page(b"<h1>Viewer ready</h1>")) as peer:
        found = visit(f"http://127.0.0.1:{peer.port}/", "Viewer ready")
    assert found.status is Status.OK
    assert [(metric.name, metric.unit) for metric in found.metrics] == [("first_byte_s", "s"), ("status", "")]
    assert found.metrics[1].value == 200


def test_a_page_without_its_text_is_critical() -> None:
    with Peer(page(b"<h1>Under construction</h1>")) as peer:
        found = visit(f"http://127.0.0.1:{peer.port}/", "Viewer ready")
    assert found.status is Status.CRIT
    assert "“Viewer ready” does not stand in it" in str(found.summary)


@pytest.mark.parametrize(
    ("encoding", "kind"),
    [
        ("gbk", "text/html"),
        ("gbk", "text/html; charset=gb2312"),
        ("utf-8", "text/html"),
        ("utf-16", "text/html; charset=utf-16"),
    ],
)
def test_a_chinese_page_is_read_in_whatever_it_was_written(encoding: str, kind: str) -> None:
    with Peer(page("<title>影像浏览 朱镕 系统正常</title>".encode(encoding), kind=kind)) as peer:
        assert visit(f"http://127.0.0.1:{peer.port}/", "朱镕 系统正常").status is Status.OK
        assert visit(f"http://127.0.0.1:{peer.port}/", "系统异常").status is Status.CRIT


def test_a_binary_page_is_a_page_and_its_bytes_are_not_evidence() -> None:
    with Peer(page(bytes(range(256)) * 40, kind="application/octet-stream")) as peer:
        site = Site("Ward", interfaces=(Interface("viewer", "http", url=f"http://127.0.0.1:{peer.port}/", expect="x"),))
        raw = answers(check_of("web.page"), site)["viewer"]
        found = visit(f"http://127.0.0.1:{peer.port}/")
    assert found.status is Status.OK
    assert len(raw.output) < 1000


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("500 Internal Server Error", Status.CRIT),
        ("503 Service Unavailable", Status.CRIT),
        ("404 Not Found", Status.CRIT),
        ("401 Unauthorized", Status.WARN),
        ("204 No Content", Status.OK),
    ],
)
def test_the_status_of_a_page_decides(status: str, expected: Status) -> None:
    with Peer(page(b"", status)) as peer:
        found = visit(f"http://127.0.0.1:{peer.port}/")
    assert found.status is expected
    assert status.split()[0] in str(found.summary)


def test_a_nodes_page_that_asks_for_a_login_is_well() -> None:
    with Peer(page(b"", "401 Unauthorized")) as peer:
        site = Site("Ward", nodes=(Node("archive", "PACS", "127.0.0.1", 104, web=f"http://127.0.0.1:{peer.port}/"),))
        assert verdicts(check_of("web.node"), site)["archive", ""].status is Status.OK


def test_a_slow_page_is_a_warning_with_its_time() -> None:
    with Peer(page(b"ok")) as peer:
        interface = Interface("viewer", "http", url=f"http://127.0.0.1:{peer.port}/")
        site = Site("Ward", interfaces=(interface,), thresholds={"http_first_byte": Limits(0.0, 60.0)})
        found = verdicts(check_of("web.page"), site)["viewer", ""]
    assert found.status is Status.WARN
    assert "to its first byte" in str(found.summary)


def test_a_server_that_accepts_and_never_answers_is_unknown_within_the_deadline() -> None:
    with Peer(hold) as peer:
        began = time.monotonic()
        found = visit(f"http://127.0.0.1:{peer.port}/", timeout_s=1.5)
    assert time.monotonic() - began < 2.5
    assert found.status is Status.UNKNOWN
    assert "accepts the connection and then says nothing" in str(found.summary)


def test_a_server_that_sends_one_byte_now_and_then_is_ended_by_our_clock() -> None:
    # GIVEN a server whose head never ends, each read of it short
    def drip(connection: socket.socket) -> None:
        head(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        connection.settimeout(0.05)
        for number in range(1, 2000):
            connection.sendall(b"X" if number % 50 else b"\r\nX-More: ")
            try:
                if not connection.recv(1):
                    return
            except TimeoutError:
                continue

    with Peer(drip) as peer:
        began = time.monotonic()
        found = visit(f"http://127.0.0.1:{peer.port}/", timeout_s=1.5)
    assert time.monotonic() - began < 3
    assert found.status is Status.UNKNOWN


def test_a_page_without_end_is_read_to_the_cap_and_no_further() -> None:
    # GIVEN a page of one gigabyte that is sent as fast as it is taken
    sent = 0

    def flood(connection: socket.socket) -> None:
        nonlocal sent
        head(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        block = b"x" * 65536
        while sent < 1_000_000_000:
            connection.sendall(block)
            sent += len(block)

    with Peer(flood) as peer:
        plain = visit(f"http://127.0.0.1:{peer.port}/")
        found = visit(f"http://127.0.0.1:{peer.port}/", "the end")
    # THEN the page is well, what stands behind the cap is not known, and most was never taken
    assert plain.status is Status.OK
    assert found.status is Status.UNKNOWN
    assert "first MB" in str(found.summary)
    assert sent < 20_000_000


def test_a_page_that_stops_in_the_middle_is_a_warning() -> None:
    def cut(connection: socket.socket) -> None:
        head(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
        connection.close()

    with Peer(cut) as peer:
        found = visit(f"http://127.0.0.1:{peer.port}/")
    assert found.status is Status.WARN
    assert "stops in the middle" in str(found.summary)


def test_something_that_is_no_web_server_is_critical() -> None:
    def other(connection: socket.socket) -> None:
        connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
        connection.recv(1000)

    with Peer(other) as peer:
        assert visit(f"http://127.0.0.1:{peer.port}/").status is Status.CRIT
    with Peer(hang_up) as peer:
        found = visit(f"http://127.0.0.1:{peer.port}/")
    assert found.status is Status.CRIT


def test_redirects_are_followed_and_a_circle_is_critical() -> None:
    with Peer(page(b"there")) as end, Peer(page(b"", "302 Found", f"Location: http://127.0.0.1:{end.port}/x")) as start:
        assert visit(f"http://127.0.0.1:{start.port}/", "there").status is Status.OK
        with Peer(page(b"", "302 Found", "Location: /again")) as circle:
            found = visit(f"http://127.0.0.1:{circle.port}/")
            assert circle.connections == 6
    assert found.status is Status.CRIT
    assert "redirected more than 5 times" in str(found.summary)


def test_the_proxy_of_an_engineers_laptop_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a proxy in the environment
    with Peer(page(b"proxy")) as proxy, Peer(page(b"direct")) as peer:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        # WHEN a page is visited
        found = visit(f"http://127.0.0.1:{peer.port}/", "direct")
        # THEN nobody asked the proxy
        assert found.status is Status.OK
        assert proxy.connections == 0


def test_a_password_in_an_address_is_neither_shown_nor_sent() -> None:
    heard: list[bytes] = []

    def listen(connection: socket.socket) -> None:
        heard.append(head(connection))
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    with Peer(listen) as peer:
        site = Site("Ward", interfaces=(Interface("v", "http", url=f"http://bob:Tr0ub4dor@127.0.0.1:{peer.port}/"),))
        raw = answers(check_of("web.page"), site)["v"]
        found = verdicts(check_of("web.page"), site)["v", ""]
    shown = repr(raw) + str(found.summary)
    assert "Tr0ub4dor" not in shown
    assert b"Authorization" not in heard[0]


def test_an_address_that_is_none_is_unknown() -> None:
    assert visit("ftp://127.0.0.1/").status is Status.UNKNOWN
    assert visit("http://[::1/").status is Status.UNKNOWN


def test_a_page_whose_certificate_nobody_stands_for_answers_and_is_not_green(ward: Authority, tmp_path: Path) -> None:
    # GIVEN a viewer with a certificate of the hospital's own authority
    with Peer(page(b"ok"), server_context(tmp_path, ward, "127.0.0.1")) as peer:
        url = f"https://127.0.0.1:{peer.port}/"
        # WHEN the authority is not known, THEN the page works and a warning says why it is not to be trusted
        stranger = visit(url)
        assert stranger.status is Status.WARN
        assert "cannot be sure whom they talk to: No known authority" in str(stranger.summary)
        assert visit(url, untrusted="CRIT").status is Status.CRIT
        # WHEN the site file names the authority, THEN it is well
        assert visit(url, ca=str(ward.file)).status is Status.OK
        # WHEN it names a file that is none, THEN nothing is known
        nothing = visit(url, ca=str(tmp_path / "none.pem"))
        assert nothing.status is Status.UNKNOWN
        assert "none.pem" in str(nothing.summary)


def test_a_certificate_goes_from_ok_over_warn_to_crit_as_its_end_comes(ward: Authority, tmp_path: Path) -> None:
    with Peer(hold, server_context(tmp_path, ward, "127.0.0.1", days=40)) as peer:
        today = datetime.now(UTC)
        found = [
            certificate(peer.port, str(ward.file), now=today + timedelta(days=later))
            for later in (0, 9, 11, 32, 34, 41)
        ]
    assert [each.status for each in found] == [
        Status.OK, Status.OK, Status.WARN, Status.WARN, Status.CRIT, Status.CRIT,
    ]  # fmt: skip
    assert "ended on" in str(found[-1].summary)
    assert found[0].metrics[0].value == pytest.approx(40, abs=0.1)


def test_an_expired_certificate_is_critical(ward: Authority, tmp_path: Path) -> None:
    with Peer(hold, server_context(tmp_path, ward, "127.0.0.1", days=-3)) as peer:
        found = certificate(peer.port, str(ward.file))
    assert found.status is Status.CRIT
    assert "The certificate ended on" in str(found.summary)


def test_a_certificate_for_another_name_says_for_which(ward: Authority, tmp_path: Path) -> None:
    with Peer(hold, server_context(tmp_path, ward, "pacs.ward.example")) as peer:
        found = certificate(peer.port, str(ward.file))
        stranger = certificate(peer.port)
    assert found.status is Status.WARN
    assert str(found.summary) == "The certificate is not for 127.0.0.1 but for pacs.ward.example."
    # THEN a chain that is not trusted does not hide the wrong name
    assert "No known authority" in str(stranger.summary)
    assert "pacs.ward.example" in str(stranger.summary)


def test_a_certificate_signed_by_itself_is_told_about_and_can_be_named_as_trusted(tmp_path: Path) -> None:
    with Peer(hold, server_context(tmp_path, None, "localhost")) as peer:
        found = certificate(peer.port, name="localhost")
        pem = ssl.get_server_certificate(("127.0.0.1", peer.port))
        (tmp_path / "own.pem").write_text(pem)
        trusted = certificate(peer.port, str(tmp_path / "own.pem"), name="localhost")
    assert found.status is Status.WARN
    assert "signed by itself" in str(found.summary)
    assert trusted.status is Status.OK


def test_old_tls_is_told_about(ward: Authority, tmp_path: Path) -> None:
    context = server_context(tmp_path, ward, "127.0.0.1")
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        # That they are old is the point.
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1
    with Peer(hold, context) as peer:
        found = certificate(peer.port, str(ward.file))
    assert found.status is Status.WARN
    assert "only old TLS (TLSv1" in str(found.summary)


def test_a_port_that_speaks_no_tls_or_nothing_shows_no_certificate() -> None:
    with Peer(page(b"plain")) as peer:
        found = certificate(peer.port)
    assert found.status in (Status.CRIT, Status.UNKNOWN)
    with Peer(hold) as peer:
        site = Site("Ward", interfaces=(Interface("v", "http", url=f"https://127.0.0.1:{peer.port}/"),))
        silent = verdicts(check_of("tls.certificate"), site, timeout_s=1.5)["v", ""]
    assert silent.status is Status.UNKNOWN
    assert "says nothing" in str(silent.summary)


def test_a_node_with_tls_shows_its_certificate_too(ward: Authority, tmp_path: Path) -> None:
    with Peer(hold, server_context(tmp_path, ward, "127.0.0.1")) as peer:
        site = Site("Ward", nodes=(Node("archive", "PACS", "127.0.0.1", peer.port, tls=True),))
        found = verdicts(check_of("tls.certificate"), site)["archive", ""]
    assert found.status is Status.WARN


def test_a_server_that_wants_a_certificate_of_its_visitor_says_so(ward: Authority, tmp_path: Path) -> None:
    # GIVEN a viewer that lets in only machines with a certificate
    context = server_context(tmp_path, ward, "127.0.0.1")
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(ward.file)
    with Peer(page(b"ok"), context) as peer:
        found = visit(f"https://127.0.0.1:{peer.port}/", ca=str(ward.file))
    # THEN it is not green; whether its reason arrives before it hangs up is up to the network
    assert (found.status, "wants a certificate of its visitor" in str(found.summary)) in (
        (Status.UNKNOWN, True),
        (Status.CRIT, False),
    )
    assert "other than a web page" not in str(found.summary)
