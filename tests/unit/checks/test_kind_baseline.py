"""Rules of the baseline: each shown kept, broken, and not to be seen."""

import json

import pytest

from console.checks.catalogue import load
from console.checks.kind import NotKnown, Target, Wanted
from console.checks.kinds.baseline import KIND, RULES
from console.checks.raw import Probe, Raw
from console.model.checks import Status, Verdict
from console.model.sentence import Sentence
from console.model.site import Host, Limits, Site
from tests.unit.checks.judged import GARBAGE, NOW, check_of, judge, status_of, text

OK, WARN, CRIT, UNKNOWN = Status.OK, Status.WARN, Status.CRIT, Status.UNKNOWN
HOST = Target("pacs", "pacs", Host("pacs", via="ssh", ports=(22, 104)))
SECONDS = int(NOW.timestamp())
DAY = 86400

PARTS = {
    "baseline-accounts": ["passwd", "shadow", "login.defs", "pwquality", "faillock", "pam", "tmout"],
    "baseline-sshd": ["version", "effective", "files"],
    "baseline-services": ["listening", "processes", "inetd", "units", "forwarding", "hosts"],
    "baseline-logs": ["now", "system", "login", "audit", "journal"],
    "baseline-system": ["now", "patches", "kernel", "selinux", "modes"],
}
PASSWD = [" root:set:0:/bin/bash", " daemon:set:1:/usr/sbin/nologin", " pacs:set:1000:/bin/bash"]
PAM = "@ /etc/pam.d/system-auth"


def said(probe: str, **sections: list[str]) -> Raw:
    """An answer of `probe`; what is not given is empty. "_" in a name stands for "."."""
    given = {name.replace("_", "."): lines for name, lines in sections.items()}
    assert set(given) <= set(PARTS[probe]), given
    lines: list[str] = []
    for name in PARTS[probe]:
        lines += [f"= {name}", *given.get(name, [])]
    return text("\n".join([*lines, "= end", ""]))


def accounts(**sections: list[str]) -> Raw:
    return said("baseline-accounts", **{"passwd": PASSWD, **sections})


def services(**sections: list[str]) -> Raw:
    listening = ["@ /proc/net/tcp", " 00000000:0016", " 0100007F:1F90", " 00000000:0068"]
    return said("baseline-services", **{"listening": listening, "processes": [" sshd", " systemd"], **sections})


def logs(**sections: list[str]) -> Raw:
    return said("baseline-logs", **{"now": [f" {SECONDS}"], **sections})


def system(**sections: list[str]) -> Raw:
    return said("baseline-system", **{"now": [f" {SECONDS}"], "kernel": [" 5.10.0"], **sections})


def files(*lines: str, version: str = "OpenSSH_8.0p1") -> Raw:
    shown = ["@ /etc/ssh/sshd_config", *(f" {line}" if not line.startswith("@") else line for line in lines)]
    return said("baseline-sshd", version=[f" {version}"], effective=["!denied sshd -T"], files=shown)


def items(check_id: str, *raws: Raw, **params: object) -> dict[str, Verdict]:
    return {verdict.item: verdict for verdict in judge(check_of(check_id, **params), HOST, *raws)}


def denied(path: str) -> list[str]:
    return [f"!denied {path}"]


CASES: list[tuple[str, Raw, list[Status], str]] = [
    ("baseline.uid0", accounts(), [OK], "only root has 0"),
    ("baseline.uid0", accounts(passwd=[*PASSWD, " pacs2:set:1000:/bin/sh"]), [WARN], "pacs, pacs2"),
    ("baseline.uid0", accounts(passwd=[*PASSWD, " toor:set:0:/bin/sh"]), [CRIT], "root, toor"),
    ("baseline.uid0", accounts(passwd=denied("/etc/passwd")), [UNKNOWN], ""),
    ("baseline.uid0", accounts(passwd=PASSWD[1:]), [UNKNOWN], ""),
    ("baseline.empty-passwords", accounts(shadow=[" root:hash-6:90", " daemon:locked:"]), [OK], "(2 looked at)"),
    ("baseline.empty-passwords", accounts(shadow=[" root:hash-6:90", " pacs:empty:"]), [CRIT], "pacs"),
    ("baseline.empty-passwords", accounts(passwd=[*PASSWD, " x:empty:5:/bin/sh"], shadow=denied("x")), [CRIT], "x"),
    ("baseline.empty-passwords", accounts(shadow=[" root:hash-1:90"]), [WARN], "outdated scheme"),
    ("baseline.empty-passwords", accounts(shadow=denied("/etc/shadow")), [UNKNOWN], ""),
    (
        "baseline.password-age",
        accounts(login_defs=[" PASS_MAX_DAYS\t90"], shadow=[" root:hash-6:90", " daemon:locked:"]),
        [OK, OK],
        "after 90 days",
    ),
    (
        "baseline.password-age",
        accounts(login_defs=[" PASS_MAX_DAYS 180"], shadow=[" root:hash-6:"]),
        [WARN, WARN],
        "180 days",
    ),
    ("baseline.password-age", accounts(login_defs=[" PASS_MAX_DAYS 99999"], shadow=denied("s")), [WARN, UNKNOWN], ""),
    ("baseline.password-age", accounts(login_defs=[], shadow=[" root:locked:"]), [WARN, OK], "no PASS_MAX_DAYS"),
    (
        "baseline.password-quality",
        accounts(
            pam=[PAM, " password requisite pam_pwquality.so retry=3"], pwquality=[" minlen = 10", " minclass = 3"]
        ),
        [OK],
        "10 characters and 3 kinds",
    ),
    (
        "baseline.password-quality",
        accounts(pam=[PAM, " password requisite pam_cracklib.so minlen=8 dcredit=-1 ucredit=-1"]),
        [WARN],
        "8 characters and 2 kinds",
    ),
    (
        "baseline.password-quality",
        accounts(pam=[PAM, " password requisite pam_pwquality.so"], pwquality=[" minlen = 5", " minclass = 4"]),
        [WARN],
        "5 characters",
    ),
    ("baseline.password-quality", accounts(pam=[PAM, " password x pam_unix.so"]), [WARN], "No PAM module demands"),
    ("baseline.password-quality", accounts(pam=["!missing /etc/pam.d"]), [UNKNOWN], ""),
    ("baseline.lockout", accounts(pam=[PAM, " auth required pam_faillock.so preauth deny=5"]), [OK], "5 failed"),
    ("baseline.lockout", accounts(pam=[PAM, " auth x pam_faillock.so"], faillock=[" deny = 10"]), [WARN], "10 failed"),
    ("baseline.lockout", accounts(pam=[PAM, " auth x pam_tally2.so deny=20"]), [WARN], "20 failed"),
    ("baseline.lockout", accounts(pam=[PAM, " auth x pam_tally2.so"]), [WARN], "locks nobody"),
    ("baseline.lockout", accounts(pam=[PAM, " auth x pam_unix.so"]), [WARN], "lock no account"),
    ("baseline.lockout", accounts(pam=[PAM, " auth x pam_faillock.so"], faillock=denied("f")), [UNKNOWN], ""),
    ("baseline.idle-exit", accounts(tmout=["@ /etc/profile", " export TMOUT=600"]), [OK], "600 s"),
    ("baseline.idle-exit", accounts(tmout=[" TMOUT=600", " readonly TMOUT=1800"]), [WARN], "1800 s"),
    ("baseline.idle-exit", accounts(tmout=[" TMOUT=7200"]), [WARN], "7200 s"),
    ("baseline.idle-exit", accounts(tmout=[" TMOUT=0"]), [WARN], "TMOUT=0"),
    ("baseline.idle-exit", accounts(), [WARN], "No profile sets TMOUT"),
    ("baseline.idle-exit", accounts(tmout=denied("/etc/profile")), [UNKNOWN], ""),
    ("baseline.clear-text", services(), [OK], "are off"),
    ("baseline.clear-text", services(listening=[" 00000000:0017"]), [CRIT], "telnet (23)"),
    ("baseline.clear-text", services(processes=[" vsftpd"]), [CRIT], "vsftpd"),
    ("baseline.clear-text", services(units=[" rsh.socket LoadState=loaded ActiveState=active"]), [CRIT], "rsh.socket"),
    (
        "baseline.clear-text",
        services(inetd=["@ /etc/xinetd.d/telnet", " service telnet", " {", " disable = no", " }"]),
        [CRIT],
        "xinetd telnet",
    ),
    (
        "baseline.clear-text",
        services(inetd=["@ /etc/xinetd.d/telnet", " service telnet", " { disable = yes }"]),
        [OK],
        "are off",
    ),
    (
        "baseline.clear-text",
        services(inetd=["@ /etc/inetd.conf", " ftp stream tcp nowait root ftpd"]),
        [CRIT],
        "inetd ftp",
    ),
    ("baseline.clear-text", services(processes=denied("/proc")), [UNKNOWN], "/proc"),
    ("baseline.open-ports", services(), [OK], "22, 104"),
    ("baseline.open-ports", services(listening=[" 00000000:0016", " 00000000:1F90"]), [WARN], "8080"),
    ("baseline.open-ports", services(listening=denied("/proc/net/tcp")), [UNKNOWN], ""),
    ("baseline.open-ports", services(listening=[" 0100007F:0016"]), [UNKNOWN], ""),
    ("baseline.audit", services(processes=[" auditd"]), [OK], "auditd runs"),
    ("baseline.audit", services(units=[" auditd.service LoadState=loaded ActiveState=active"]), [OK], "auditd runs"),
    ("baseline.audit", services(), [WARN], "does not run"),
    ("baseline.audit", services(processes=denied("/proc")), [UNKNOWN], ""),
    (
        "baseline.syslog",
        services(processes=[" rsyslogd"], forwarding=["@ /etc/rsyslog.conf", " *.* @@loghost:514"]),
        [OK, OK],
        "rsyslogd runs",
    ),
    ("baseline.syslog", services(processes=[" systemd-journal"]), [OK, WARN], "systemd-journald runs"),
    ("baseline.syslog", services(processes=[" rsyslogd"], forwarding=denied("/etc/rsyslog.conf")), [OK, UNKNOWN], ""),
    ("baseline.syslog", services(), [WARN], "No syslog runs"),
    ("baseline.syslog", services(processes=denied("/proc")), [UNKNOWN], ""),
    ("baseline.patches", system(patches=[f" rpm {SECONDS - 10 * DAY} kernel-5.10"]), [OK], "10 days ago"),
    ("baseline.patches", system(patches=[f" dpkg {SECONDS - 90 * DAY} zlib"]), [WARN], "90 days ago"),
    ("baseline.patches", system(patches=[f" rpm {SECONDS - 400 * DAY} x"]), [CRIT], "400 days ago"),
    ("baseline.patches", system(patches=["!tool rpm or dpkg"]), [UNKNOWN], ""),
    ("baseline.patches", system(patches=[f" rpm {SECONDS + 9 * DAY} x"]), [UNKNOWN], "clock is wrong"),
    ("baseline.labels", system(selinux=[" enforce 1", " SELINUX=enforcing"]), [OK], "enforces"),
    ("baseline.labels", system(selinux=[" getenforce Permissive"]), [WARN], "only warns"),
    ("baseline.labels", system(selinux=[" apparmor Y"]), [WARN], "AppArmor is on"),
    ("baseline.labels", system(selinux=[]), [WARN], "Neither"),
    ("baseline.labels", system(kernel=[]), [UNKNOWN], ""),
    (
        "baseline.file-modes",
        system(modes=[" -rw-r--r-- 0 0 /etc/passwd", " -rw-r--r-- 0 0 /etc/group", " ---------- 0 0 /etc/shadow"]),
        [OK, OK, OK],
        "/etc/passwd belongs to root",
    ),
    (
        "baseline.file-modes",
        system(modes=[" -rw-rw-r-- 0 0 /etc/passwd", " -rw-r--rw- 0 0 /etc/group", " -rw-r--r-- 0 42 /etc/shadow"]),
        [WARN, CRIT, CRIT],
        "more open than it should be",
    ),
    (
        "baseline.file-modes",
        system(modes=[" -rw-r--r-- 1000 0 /etc/passwd", " -rw-r--r-- 0 0 /etc/group"]),
        [CRIT, OK, UNKNOWN],
        "owner 1000",
    ),
    ("baseline.file-modes", system(), [UNKNOWN], ""),
]


@pytest.mark.parametrize(("check_id", "raw", "expected", "words"), CASES)
def test_each_rule_is_seen_kept_broken_and_unknown(check_id: str, raw: Raw, expected: list[Status], words: str) -> None:
    check = check_of(check_id)
    assert status_of(check, HOST, raw) == expected
    if words:
        assert words in str(judge(check, HOST, raw)[0].summary)


def test_every_rule_with_a_fixture_of_each_kind_is_in_the_catalogue() -> None:
    shipped = {str(check.params["rule"]) for check in load().checks if check.kind == "baseline"}
    assert shipped == set(RULES)
    for check in load().checks:
        if check.kind == "baseline":
            seen = {status for check_id, _raw, statuses, _words in CASES for status in statuses if check_id == check.id}
            assert {OK, UNKNOWN} <= seen or check.id in (
                "baseline.sshd", "baseline.management", "baseline.log-retention",
            ), check.id  # fmt: skip


def test_clause_and_self_check_stand_in_every_entry_and_numbers_are_the_sites() -> None:
    for check in load().checks:
        if check.kind == "baseline":
            assert all(clause.startswith(("GB/T 22239-2019 8.1.4.", "《网络安全法》")) for clause in check.standard)
            assert check.standard
            assert "self-check" in check.rationale.en
            assert "自查" in check.rationale.zh
            assert bool(check.threshold) == (check.limits.warn is not None)


def test_a_site_sets_its_own_numbers() -> None:
    raw = accounts(login_defs=[" PASS_MAX_DAYS 180"], shadow=[" root:hash-6:180"])
    site = Site("Ward", thresholds={"password_max_days": Limits(181, 366)})
    assert status_of(check_of("baseline.password-age"), HOST, raw, site=site) == [OK, OK]


def test_a_site_may_make_any_of_them_critical() -> None:
    loose = accounts(
        login_defs=[" PASS_MAX_DAYS 99999"], shadow=[" root:hash-6:99999"], tmout=[" TMOUT=7200"],
        pam=[PAM, " auth x pam_tally2.so deny=20", " password x pam_cracklib.so minlen=5"],
    )  # fmt: skip
    strict = {
        "password_max_days": Limits(91, 366), "lockout_tries": Limits(6, 11), "idle_exit": Limits(901, 3601),
        "password_min_length": Limits(8, 6),
    }  # fmt: skip
    for check_id in ("baseline.password-age", "baseline.lockout", "baseline.idle-exit", "baseline.password-quality"):
        found = status_of(check_of(check_id), HOST, loose, site=Site("Ward", thresholds=strict))
        assert set(found) == {CRIT}, check_id
    nothing = accounts(pam=[PAM, " auth x pam_unix.so"])
    for check_id in ("baseline.lockout", "baseline.idle-exit", "baseline.password-quality"):
        assert status_of(check_of(check_id, failed="CRIT"), HOST, nothing) == [CRIT], check_id


def test_the_files_of_sshd_are_read_as_sshd_reads_them() -> None:
    # GIVEN an included file that comes first, and a later line that says otherwise
    raw = files(
        "Include /etc/ssh/sshd_config.d/*.conf", "PermitRootLogin yes", "MaxAuthTries 4", "ClientAliveInterval 5m",
        "ClientAliveCountMax 2", "Ciphers aes256-gcm@openssh.com",
        "@ /etc/ssh/sshd_config.d/10.conf", "PermitRootLogin no",
    )  # fmt: skip
    found = items("baseline.sshd", raw)
    # THEN the first value counts, and it is said that files were read
    assert {item: verdict.status for item, verdict in found.items()} == {
        "root": OK, "empty-passwords": OK, "tries": OK, "idle": OK, "algorithms": OK,
    }  # fmt: skip
    assert "PermitRootLogin no; the files; sshd -T needs root" in str(found["root"].summary)
    assert "600 s" in str(found["idle"].summary)


def test_a_loose_sshd_is_told_about_item_by_item() -> None:
    raw = files(
        "PermitRootLogin yes", "PermitEmptyPasswords yes", "MaxAuthTries 20", "ClientAliveInterval 3600",
        "Ciphers aes128-ctr,3des-cbc,arcfour", "KexAlgorithms +diffie-hellman-group1-sha1", "Protocol 2,1",
    )  # fmt: skip
    found = items("baseline.sshd", raw)
    assert {item: verdict.status for item, verdict in found.items()} == {
        "root": WARN, "empty-passwords": CRIT, "tries": WARN, "idle": WARN, "algorithms": WARN,
    }  # fmt: skip
    assert "SSH-1, 3des-cbc, arcfour, diffie-hellman-group1-sha1" in str(found["algorithms"].summary)
    assert items("baseline.sshd", raw, failed="CRIT")["root"].status is CRIT


def test_a_match_block_may_let_root_in_again() -> None:
    raw = files(
        "PermitRootLogin no", "Match Address 10.0.0.0/8", "    PermitRootLogin yes", "Match all", "MaxAuthTries 3"
    )
    found = items("baseline.sshd", raw)
    assert found["root"].status is WARN
    assert found["tries"].measured.values["value"] == "3"


def test_what_an_old_or_unknown_sshd_does_by_itself_is_not_guessed() -> None:
    assert items("baseline.sshd", files("UsePAM yes", version="OpenSSH_5.3p1"))["root"].status is WARN
    found = items("baseline.sshd", files("UsePAM yes", version="sh: ssh: not found"))
    assert found["root"].status is UNKNOWN
    assert found["algorithms"].status is UNKNOWN


def test_the_effective_rules_are_believed_where_root_could_ask() -> None:
    lines = [" permitrootlogin without-password", " maxauthtries 6", " clientaliveinterval 300", " ciphers aes128-ctr"]
    raw = said("baseline-sshd", version=[" OpenSSH_9.2p1"], effective=lines, files=["@ /etc/ssh/sshd_config"])
    found = items("baseline.sshd", raw)
    assert found["root"].status is OK
    assert "sshd -T)" in str(found["root"].summary)


def test_a_host_without_sshd_has_no_such_rules_and_one_that_hides_them_is_unknown() -> None:
    none = said("baseline-sshd", effective=["!denied sshd -T"], files=["!missing /etc/ssh/sshd_config"])
    assert status_of(check_of("baseline.sshd"), HOST, none) == [Status.NA]
    hidden = said("baseline-sshd", effective=["!denied sshd -T"], files=["!denied /etc/ssh/sshd_config"])
    assert status_of(check_of("baseline.sshd"), HOST, hidden) == [UNKNOWN]


def test_a_restriction_of_management_is_found_wherever_it_stands() -> None:
    check = check_of("baseline.management")
    open_ssh = files("UsePAM yes")
    assert status_of(check, HOST, files("AllowUsers li@10.0.0.*"), services()) == [OK]
    assert status_of(check, HOST, open_ssh, services(hosts=["@ /etc/hosts.deny", " sshd: ALL"])) == [OK]
    wall = services(units=[" firewalld.service LoadState=loaded ActiveState=active"])
    assert status_of(check, HOST, open_ssh, wall) == [OK]
    assert status_of(check, HOST, open_ssh, services()) == [WARN]
    assert status_of(check, HOST, open_ssh, services(units=["!missing systemd"])) == [UNKNOWN]


def test_the_oldest_record_counts_and_not_a_setting() -> None:
    # GIVEN logs of 200 days: one readable, one only by the date of its rotated file, one by the kernel's own seconds
    old = SECONDS - 200 * DAY
    raw = logs(
        system=[f" {SECONDS} /var/log/messages -rw-r--r--", " > 2026-05-07T00:00:01"],
        login=[
            f" {SECONDS} /var/log/secure -rw-------", "!denied /var/log/secure",
            f" {old} /var/log/secure-20260507 -rw-------",
        ],
        audit=[f" {SECONDS} /var/log/audit/audit.log -rw-------", f" > {old}"],
    )  # fmt: skip
    found = items("baseline.log-retention", raw)
    assert {item: verdict.status for item, verdict in found.items()} == {"system": OK, "login": OK, "audit": OK}
    assert found["login"].metrics[0].value == pytest.approx(200)


def test_logs_that_reach_back_a_month_are_a_warning_and_unknown_where_files_are_hidden() -> None:
    month = SECONDS - 30 * DAY
    raw = logs(
        system=[f" {month} /var/log/syslog.1 -rw-r--r--", " > Oct 20 10:00:00 pacs"],
        login=[f" {month} /var/log/auth.log.1 -rw-r-----", "!denied /var/log/auth.log.1"],
        audit=["!denied /var/log/audit"],
    )
    found = items("baseline.log-retention", raw)
    assert {item: verdict.status for item, verdict in found.items()} == {
        "system": WARN, "login": UNKNOWN, "audit": UNKNOWN,
    }  # fmt: skip
    assert "2026-10-20 only, 34 days" in str(found["system"].summary)


def test_a_journal_tells_the_time_of_its_first_record_by_its_name() -> None:
    micro = f"{(SECONDS - 190 * DAY) * 1_000_000:016x}"
    raw = logs(journal=[f" system@0a1b-0000000000000001-{micro}.journal", " system.journal"])
    found = items("baseline.log-retention", raw)
    assert (found["system"].status, found["login"].status, found["audit"].status) == (OK, OK, WARN)


def test_a_stamp_without_a_year_is_of_the_year_before_when_it_would_be_in_the_future() -> None:
    raw = logs(system=[f" {SECONDS} /var/log/messages -rw-r--r--", " > Dec 24 10:00:00 pacs"])
    assert "2025-12-24" in str(items("baseline.log-retention", raw)["system"].summary)


def test_no_logs_at_all_is_unknown() -> None:
    assert status_of(check_of("baseline.log-retention"), HOST, logs()) == [UNKNOWN]


def test_this_machines_own_answer_is_the_same_text_in_json() -> None:
    raw = Raw(Probe("x"), "json", json.dumps(accounts().output.decode()).encode(), 0)
    assert status_of(check_of("baseline.uid0"), HOST, raw) == [OK]


def test_a_host_without_expected_ports_is_a_question_to_a_person() -> None:
    target = Target("pacs", "pacs", Host("pacs", via="ssh"))
    assert status_of(check_of("baseline.open-ports"), target, services()) == [Status.MANUAL]


def test_a_windows_host_has_other_rules() -> None:
    assert status_of(check_of("baseline.uid0"), HOST, text("", "windows")) == [Status.NA]


def test_a_rule_that_does_not_exist_asks_nothing_and_is_unknown() -> None:
    check = check_of("baseline.uid0", rule="mind-reading")
    assert KIND.probes(Wanted(check, HOST, Site("Ward"))) == ()
    with pytest.raises(NotKnown, match="mind-reading"):
        judge(check, HOST)


def test_no_garbage_no_silence_and_no_half_an_answer_is_ever_green() -> None:
    late = Raw(Probe("x"), "posix", b"= passwd\n", trouble=Sentence("too late"))
    whole = {"baseline-accounts": accounts(), "baseline-services": services(), "baseline-logs": logs()}
    for check in load().checks:
        if check.kind != "baseline":
            continue
        probes = RULES[str(check.params["rule"])].probes
        halves = [text(whole[name].output[:-6]) for name in probes if name in whole]
        for raw in (late, *halves, *(text(garbage) for garbage in GARBAGE)):
            assert OK not in status_of(check, HOST, *(raw for _ in probes)), (check.id, raw.output[-40:])
