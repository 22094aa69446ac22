"""The shell sections of the baseline, run for real by an account without rights, in several shells."""

import os
import pwd
import re
import subprocess
import sys
from pathlib import Path

import pytest

from console.checks.baseline.sections import sections_of
from console.checks.kind import Target, Wanted
from console.checks.kinds.baseline import KIND
from console.checks.local import baseline_accounts
from console.checks.raw import Probe, Raw
from console.model.checks import Status
from console.model.site import Host, Site
from console.resources import resource
from tests.support import need_program
from tests.unit.checks.judged import check_of, judge, status_of

if sys.platform == "win32":
    pytest.skip("sections are for Linux", allow_module_level=True)

NAMES = ("baseline-accounts", "baseline-sshd", "baseline-services", "baseline-logs", "baseline-system")
SHELLS = ("dash", "busybox ash", "bash --posix", "mksh")
HOST = Target("pacs", "pacs", Host("pacs", via="ssh", ports=(22,)))


def run(name: str, shell: str = "dash", root: Path | None = None) -> "subprocess.CompletedProcess[bytes]":
    """A section as an account without rights runs it; `root` instead of / for the files it looks at."""
    program, *options = shell.split()
    body = resource(f"probes/{name}.sh").read_text("utf-8")
    if root is not None:
        body = re.sub(r"(?<![\w.])/(etc|var|proc|sys|lib|boot)/", rf"{root}/\1/", body)
    nobody = pwd.getpwnam("nobody")
    root_runs = os.getuid() == 0
    return subprocess.run(
        [need_program(program), *options, "-c", body, "probe"],
        stdin=subprocess.DEVNULL, capture_output=True, timeout=30, cwd="/",
        env={"LC_ALL": "C", "PATH": "/usr/local/bin:/usr/bin:/bin"}, user=nobody.pw_uid if root_runs else None,
        group=nobody.pw_gid if root_runs else None, extra_groups=[] if root_runs else None,
    )  # fmt: skip


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("name", NAMES)
def test_each_section_is_answered_whole_in_each_shell(name: str, shell: str) -> None:
    ended = run(name, shell)
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == b""
    sections = sections_of(Raw(Probe(name), "posix", ended.stdout, 0))
    assert len(sections) > 3


@pytest.mark.parametrize("name", NAMES)
def test_sections_only_read(name: str) -> None:
    body = resource(f"probes/{name}.sh").read_text("utf-8")
    assert not re.search(r"\b(rm|mv|cp|tee|touch|mkdir|chmod|chown|kill|dd|sed -i)\b", body)
    # Comparisons of awk and messages apart, everything goes to nobody.
    body = re.sub(r"[<>]=|printf '[^']*'", "", body)
    assert set(re.findall(r">\s*([^\s;)&]+)", body)) <= {"/dev/null"}


def test_an_account_without_rights_is_told_apart_from_a_file_without_lines() -> None:
    # GIVEN /etc/shadow, which this account may not read
    if os.access("/etc/shadow", os.R_OK) and os.getuid() != 0:
        pytest.skip("this account may read /etc/shadow")
    raw = Raw(Probe("baseline-accounts"), "posix", run("baseline-accounts").stdout, 0)
    # THEN the section says denied, and what depends on it is UNKNOWN
    assert sections_of(raw)["shadow"].denied == ["/etc/shadow"]
    assert status_of(check_of("baseline.empty-passwords"), HOST, raw) == [Status.UNKNOWN]
    assert [v.item for v in judge(check_of("baseline.password-age"), HOST, raw) if v.status is Status.UNKNOWN] == [
        "accounts"
    ]


def test_no_hash_of_a_password_leaves_the_server(tmp_path: Path) -> None:
    # GIVEN a shadow file that the account may read
    tmp_path.chmod(0o755)
    etc = tmp_path / "etc"
    etc.mkdir()
    (etc / "passwd").write_text("root:x:0:0::/root:/bin/sh\npacs:x:5:5::/:/bin/sh\nold:x:6:6::/:/bin/sh\n")
    (etc / "shadow").write_text(
        "root:$6$salt$Q9secretsecretsecret:19000:0:90:7:::\npacs::19000:0:99999:7:::\n"
        "old:abJnggxhB/yWI:19000::::::\ngone:!$6$salt$Q9secret:19000:0:90:7:::\n"
    )
    for shell in SHELLS:
        ended = run("baseline-accounts", shell, place(tmp_path))
        # THEN only the scheme and the days are said
        assert b"secret" not in ended.stdout
        assert b"salt" not in ended.stdout
        assert b"abJnggxhB" not in ended.stdout
        raw = Raw(Probe("x"), "posix", ended.stdout, 0)
        assert sections_of(raw)["shadow"].texts == [
            "root:hash-6:90", "pacs:empty:99999", "old:hash-des:", "gone:locked:90",
        ]  # fmt: skip
        assert status_of(check_of("baseline.empty-passwords"), HOST, raw) == [Status.CRIT]


def test_the_words_of_a_log_stay_on_the_server(tmp_path: Path) -> None:
    # GIVEN logs whose records name a patient
    log = tmp_path / "var" / "log"
    (log / "audit").mkdir(parents=True)
    for folder in (tmp_path, tmp_path / "var", log, log / "audit"):
        folder.chmod(0o755)
    (log / "messages").write_text("2026-01-02T03:04:05+08:00 pacs viewer: opened ZHANG^WEI\n")
    (log / "secure").write_text("Jan  2 03:04:05 pacs sshd: ZHANG^WEI\n")
    (log / "audit" / "audit.log").write_text("type=DAEMON_START msg=audit(1767290645.123:1): op=start ZHANG^WEI\n")
    ended = run("baseline-logs", root=place(tmp_path))
    assert b"ZHANG" not in ended.stdout
    sections = sections_of(Raw(Probe("x"), "posix", ended.stdout, 0))
    assert "> 2026-01-02T03:04:05" in sections["system"].texts
    assert "> 1767290645" in sections["audit"].texts


def test_one_more_account_with_uid_0_turns_the_row_red(tmp_path: Path) -> None:
    etc = tmp_path / "etc"
    etc.mkdir()
    etc.chmod(0o755)
    (etc / "passwd").write_text("root:x:0:0::/root:/bin/sh\n")
    place(tmp_path)

    def status() -> list[Status]:
        raw = Raw(Probe("x"), "posix", run("baseline-accounts", root=tmp_path).stdout, 0)
        return status_of(check_of("baseline.uid0"), HOST, raw)

    assert status() == [Status.OK]
    (etc / "passwd").write_text("root:x:0:0::/root:/bin/sh\nbackdoor:x:0:0::/:/bin/sh\n")
    assert status() == [Status.CRIT]
    (etc / "passwd").write_text("root:x:0:0::/root:/bin/sh\n")
    assert status() == [Status.OK]


def test_this_machine_answers_by_the_same_section() -> None:
    said = baseline_accounts.answer(())
    assert isinstance(said, str)
    assert said.startswith("= passwd\n")
    assert said.endswith("= end\n")


def test_one_probe_serves_all_rules_about_accounts() -> None:
    ids = ("baseline.uid0", "baseline.empty-passwords", "baseline.lockout", "baseline.idle-exit")
    asked = {KIND.probes(Wanted(check_of(check_id), HOST, Site("Ward"))) for check_id in ids}
    assert len(asked) == 1


def place(folder: Path) -> Path:
    """A folder of pytest's, which is 0700, opened for another account up to the root."""
    for each in (folder, *folder.parents):
        if each.stat().st_uid == os.getuid() and each != Path("/"):
            each.chmod(each.stat().st_mode | 0o011)
    folder.chmod(0o755)
    return folder
