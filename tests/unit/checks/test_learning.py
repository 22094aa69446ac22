"""A machine that is asked what runs on it."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from console.checks.kind import NotKnown
from console.checks.learning import PROBE, facts_of, learn_host, proposal_of
from console.checks.local.learning import answer
from console.checks.raw import Dialect, Raw
from console.errors import ConsoleError
from console.model.sentence import Sentence
from console.model.site import Host
from console.resources import resource
from tests.support import need_program

TEXT = """service ssh.service
service orthanc.service
port 00000000:2B68
port 0100007F:1538
port 00000000000000000000000001000000:0CEA
mount ext4 / /dev/sda1
mount xfs /data\\040old /dev/sdb1
mount proc /proc proc
"""


class Nobody:
    """A vault that knows nothing."""

    def secret(self, name: str) -> str | None:
        return None


def raw(output: bytes, dialect: Dialect = "posix") -> Raw:
    return Raw(PROBE, dialect, output, 0)


def test_a_linux_answer_is_understood() -> None:
    facts = facts_of(raw(TEXT.encode()))
    assert facts.services == ("ssh.service", "orthanc.service")
    assert [(one.port, one.address) for one in facts.ports] == [(11112, "0.0.0.0"), (5432, "127.0.0.1"), (3306, "::1")]
    assert [mount.path for mount in facts.mounts] == ["/", "/data old", "/proc"]
    assert facts_of(raw(json.dumps(TEXT).encode(), "json")) == facts


def test_a_windows_answer_is_understood() -> None:
    answer = {
        "services": ["W32Time"],
        "listen": [{"address": "0.0.0.0", "port": 104}],
        "mounts": [{"path": "C:", "kind": "NTFS"}],
    }
    proposal = proposal_of(Host("w"), raw(json.dumps(answer).encode(), "json"))
    assert [item.value for item in proposal.items] == ["W32Time", "104", "C:"]


def test_a_machine_without_systemd_says_what_was_not_learned() -> None:
    facts = facts_of(raw(b"!tool systemctl\nmount ext4 / /dev/sda1\n"))
    assert facts.services == ()
    assert "systemctl" in str(facts.troubles[0])


@pytest.mark.parametrize(
    ("output", "dialect"),
    [
        (b"", "posix"),
        (b"!tool systemctl\n", "posix"),
        (b"\x00\xff garbage", "posix"),
        (b"port xyz\n", "posix"),
        (b"mount\n", "posix"),
        (b"", "json"),
        (b"[]", "json"),
        (b"{}", "json"),
        (b'{"services": [], "listen": [], "mounts": []}', "json"),
        (b'{"services": 3, "listen": [], "mounts": []}', "json"),
        (b"not json", "json"),
    ],
)
def test_silence_and_garbage_are_no_proposal(output: bytes, dialect: Dialect) -> None:
    with pytest.raises(ConsoleError, match="could not be learned"):
        proposal_of(Host("a"), raw(output, dialect))


def test_an_answer_that_was_cut_off_gives_its_reason() -> None:
    cut = Raw(PROBE, "posix", TEXT.encode(), None, trouble=Sentence("It took too long."))
    with pytest.raises(NotKnown):
        facts_of(cut)
    with pytest.raises(ConsoleError, match="too long"):
        proposal_of(Host("a"), cut)


def test_this_machine_answers_the_probe_itself() -> None:
    facts = facts_of(raw(json.dumps(answer(())).encode(), "json"))
    assert "/" in [mount.path for mount in facts.mounts]


def test_a_host_that_nobody_can_reach_gives_its_reason(tmp_path: Path) -> None:
    with pytest.raises(ConsoleError, match="no way to reach"):
        learn_host(Host("a", via="none"), Nobody(), tmp_path)


@pytest.mark.parametrize("shell", [["dash"], ["bash", "--posix"], ["busybox", "ash"], ["mksh"]], ids=str)
def test_the_section_says_the_same_in_every_shell(shell: Sequence[str]) -> None:
    need_program(shell[0])
    body = resource("probes/learning.sh").read_text("utf-8")
    command, environ = [*shell, "-c", body, "probe"], {"LC_ALL": "C", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=True, env=environ)
    assert done.stderr == b""
    facts = facts_of(raw(done.stdout))
    assert facts.mounts
