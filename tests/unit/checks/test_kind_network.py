"""What the kinds that ask by themselves make of an answer; the answers come from real peers in tests/network."""

from datetime import timedelta
from typing import Any

import pytest

from console.checks.catalogue import load
from console.checks.kind import Target
from console.checks.network.certificates import names_fit
from console.checks.raw import Probe, Raw
from console.model.checks import Status
from console.model.sentence import Sentence
from console.model.site import Host, Interface, Node
from tests.unit.checks.judged import GARBAGE, NOW, check_of, found_out, judge, limits, status_of

LAB = Target("lab", "", Interface("lab", "tcp", "10.0.0.5", 80))
HIS = Target("his", "", Interface("his", "hl7", "10.0.0.5", 2575))
PAGE = Target("viewer", "", Interface("viewer", "http", url="https://pacs.ward/", expect=""))
ARCHIVE = Target("archive", "", Node("archive", "PACS", "10.0.0.9", 104, web="http://10.0.0.9/"))
PACS_B = Target("pacs-b", "pacs-b", Host("pacs-b", "10.0.0.2", ports=(22, 104)))
WHY = Sentence("{what}", {"what": "because"}).to_json()

TLS = {
    "version": "TLSv1.3", "cipher": "x", "why": "unable to get local issuer certificate", "subject": "CN=pacs",
    "issuer": "CN=Ward CA", "names": ["pacs.ward"], "name": "pacs.ward", "problems": [],
    "not_before": (NOW - timedelta(days=10)).isoformat(), "not_after": (NOW + timedelta(days=60)).isoformat(),
}  # fmt: skip
WEB: dict[str, Any] = {
    "state": "open", "hops": [{"url": "https://pacs.ward/", "status": 200}], "tls": [TLS], "found": None, "status": 200,
    "reason": "OK", "first_byte_s": 0.2, "bytes": 10, "capped": False, "complete": True,
}  # fmt: skip
ECHO: dict[str, Any] = {
    "state": "open", "outcome": "echo", "status": 0, "echo_s": 0.05, "associate_s": 0.01, "tls": None
}  # fmt: skip


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("refused", Status.CRIT), ("unanswered", Status.CRIT), ("unreachable", Status.CRIT), ("closed", Status.CRIT),
        ("protocol", Status.CRIT), ("name", Status.UNKNOWN), ("local", Status.UNKNOWN), ("silent", Status.UNKNOWN),
    ],
)  # fmt: skip
def test_every_way_to_fail_has_its_status_and_keeps_its_sentence(state: str, expected: Status) -> None:
    failure = {"state": state, "why": WHY, "port": 80, "hops": [], "tls": []}
    for check_id, target, facts in (
        ("interface.tcp", LAB, {"ports": [failure]}),
        ("interface.hl7", HIS, failure),
        ("web.page", PAGE, failure),
        ("dicom.echo", ARCHIVE, failure),
    ):
        (verdict,) = judge(check_of(check_id), target, found_out(facts))
        assert (verdict.status, str(verdict.summary)) == (expected, "because"), check_id


def test_a_port_that_was_not_asked_in_time_has_its_own_unknown() -> None:
    rows = [{"port": 22, "state": "open", "seconds": 0.01, "hangs_up": False}]
    verdicts = judge(check_of("port.outside"), PACS_B, found_out({"ports": rows}))
    assert [(verdict.item, verdict.status) for verdict in verdicts] == [("22", Status.OK), ("104", Status.UNKNOWN)]


def test_a_slow_connection_warns_and_then_is_critical() -> None:
    for seconds, expected in ((0.99, Status.OK), (1.0, Status.WARN), (5.0, Status.CRIT)):
        row = {"port": 80, "state": "open", "seconds": seconds, "hangs_up": False}
        assert status_of(check_of("interface.tcp"), LAB, found_out({"ports": [row]})) == [expected]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, Status.OK),
        ({"first_byte_s": 3.0}, Status.WARN),
        ({"first_byte_s": 10.0}, Status.CRIT),
        ({"status": 500}, Status.CRIT),
        ({"status": 304}, Status.WARN),
        ({"complete": False}, Status.WARN),
        ({"tls": [{**TLS, "problems": ["untrusted"]}]}, Status.WARN),
        ({"tls": [{**TLS, "not_after": NOW.isoformat()}]}, Status.WARN),
        ({"hops": [{"url": "https://pacs.ward/"}, {"url": "http://pacs.ward/"}]}, Status.WARN),
    ],
)
def test_the_worst_of_a_page_is_its_verdict(change: dict[str, Any], expected: Status) -> None:
    assert status_of(check_of("web.page"), PAGE, found_out({**WEB, **change})) == [expected]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, Status.OK),
        ({"not_after": (NOW + timedelta(days=29)).isoformat()}, Status.WARN),
        ({"not_after": (NOW + timedelta(days=6)).isoformat()}, Status.CRIT),
        ({"not_after": (NOW - timedelta(days=1)).isoformat()}, Status.CRIT),
        ({"not_before": (NOW + timedelta(days=1)).isoformat()}, Status.WARN),
        ({"problems": ["expired"]}, Status.WARN),
        ({"problems": ["name"]}, Status.WARN),
        ({"problems": ["untrusted", "weak"]}, Status.WARN),
    ],
)
def test_a_certificate_is_judged_by_its_days_and_its_chain(change: dict[str, Any], expected: Status) -> None:
    facts = {"state": "open", **TLS, **change}
    assert status_of(check_of("tls.certificate"), PAGE, found_out(facts)) == [expected]
    if expected is Status.WARN and "not_after" not in change:
        assert status_of(check_of("tls.certificate", untrusted="CRIT"), PAGE, found_out(facts)) == [Status.CRIT]


@pytest.mark.parametrize(
    ("address", "name", "fits"),
    [
        ("pacs.ward", "pacs.ward", True),
        ("PACS.ward", "pacs.WARD", True),
        ("pacs.ward.example", "*.ward.example", True),
        ("a.b.ward.example", "*.ward.example", False),
        ("ward.example", "*.example", False),
        ("example", "*", False),
        ("ward.example", "*.ward.example", False),
        ("pacs.ward", "ris.ward", False),
        ("影像.example", "xn--o1qp07a.example", True),
        ("10.0.0.5", "10.0.0.5", True),
        ("10.0.0.5", "10.0.0.6", False),
        ("10.0.0.5", "*.0.0.5", False),
        ("::1", "0:0:0:0:0:0:0:1", True),
    ],
)
def test_a_certificate_is_for_the_names_it_says_and_no_others(address: str, name: str, fits: bool) -> None:
    assert names_fit(address, ["other.example", name]) is fits


def test_a_certificate_that_nobody_saw_is_unknown() -> None:
    for state in ("refused", "unanswered", "silent", "name", "closed"):
        assert status_of(check_of("tls.certificate"), PAGE, found_out({"state": state, "why": WHY})) == [Status.UNKNOWN]


@pytest.mark.parametrize(
    ("change", "expected", "words"),
    [
        ({}, Status.OK, "answers the C-ECHO."),
        ({"echo_s": 2.0}, Status.WARN, "takes 2.0 s"),
        ({"echo_s": 10.0}, Status.CRIT, "takes 10.0 s"),
        ({"status": 0x0122}, Status.CRIT, "0x0122"),
        ({"tls": {**TLS, "problems": ["self_signed"]}}, Status.WARN, "signed by itself"),
        ({"outcome": "silent"}, Status.UNKNOWN, "says nothing"),
        ({"outcome": "aborted"}, Status.CRIT, "breaks the association off"),
        ({"outcome": "broken"}, Status.CRIT, "at the C-ECHO"),
        ({"outcome": "unsupported"}, Status.CRIT, "not Verification"),
        ({"outcome": "rejected", "result": 1, "source": 1, "reason": 7}, Status.CRIT, "AE title PACS that is called"),
        ({"outcome": "rejected", "result": 1, "source": 1, "reason": 3}, Status.CRIT, "AE title CATHLAB under which"),
        ({"outcome": "rejected", "result": 2, "source": 3, "reason": 1}, Status.CRIT, "too busy"),
        (
            {"outcome": "rejected", "result": 1, "source": 1, "reason": 1},
            Status.CRIT,
            "rejects the association (1/1/1)",
        ),
    ],
)
def test_every_end_of_an_echo_is_a_sentence(change: dict[str, Any], expected: Status, words: str) -> None:
    (verdict,) = judge(check_of("dicom.echo"), ARCHIVE, found_out({**ECHO, **change}))
    assert verdict.status is expected
    assert words in str(verdict.summary)


def test_the_sites_threshold_is_the_one_that_counts() -> None:
    facts = found_out({**ECHO, "echo_s": 0.2})
    assert status_of(check_of("dicom.echo"), ARCHIVE, facts, site=limits(dicom_echo=(0.1, 1.0))) == [Status.WARN]


def test_no_garbage_and_no_silence_is_ever_green() -> None:
    late = Raw(Probe("x"), "json", b"", trouble=Sentence("too late"))
    for check_id, target in (
        ("interface.tcp", LAB), ("interface.hl7", HIS), ("web.page", PAGE), ("web.node", ARCHIVE),
        ("tls.certificate", PAGE), ("dicom.echo", ARCHIVE), ("port.outside", PACS_B),
    ):  # fmt: skip
        check = check_of(check_id)
        for raw in (late, *(Raw(Probe("x"), "json", garbage) for garbage in GARBAGE)):
            assert Status.OK not in status_of(check, target, raw), (check_id, raw.output)


def test_limits_of_the_shipped_catalogue_are_in_the_units_that_the_kinds_mean() -> None:
    catalogue = load()
    found = {check.id: (check.limits.warn, check.limits.crit) for check in catalogue.checks}
    assert found["interface.tcp"] == (1.0, 5.0)
    assert found["tls.certificate"] == (30.0, 7.0)
    assert found["dicom.echo"] == (2.0, 10.0)
    assert found["display.calibration"] == (30.0, 0.0)
