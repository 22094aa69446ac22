"""Answers of a real SSH server, and every way in which a host may fail to give them."""

import base64
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import quote

import pytest

from console.checks.raw import Probe
from console.checks.transports.hostkeys import HostKeys
from console.checks.transports.posix_frame import PROBE_CAP
from console.checks.transports.ssh import ask_host
from console.model.checks import Status
from console.model.site import Host, SshLogin
from tests.network.asking import NOBODY, QUESTIONS, Known, ask, ask_server, bodies, host_at, troubles, trusting
from tests.network.bad_hosts import BadServer, Freezing, OldServer, Saying
from tests.network.sshd import PASSWORD, Accounts, Sshd, make_key

if sys.platform == "win32":
    pytest.skip("there is no sshd to start", allow_module_level=True)


def test_one_login_answers_every_question_byte_for_byte(server: Sshd, tmp_path: Path) -> None:
    # GIVEN questions with arguments, binary output, GBK, and one that may not be answered
    before = server.logins()
    # WHEN the host is asked all of them
    answer = ask_server(server, tmp_path, Probe("hello", ("a b", "it's", "$(id)", "")), "bytes", "words", "denied")
    # THEN one login was enough, and everything arrived as it was said
    assert server.logins() == before + 1
    assert not answer.trouble
    assert [raw.output for raw in answer.answers] == [
        b"a b|it's|$(id)||",
        b"\0\1\xff\n\n",
        "磁盘已满\n".encode() + "磁盘\n".encode("gbk"),
        b"cat: /etc/shadow: Permission denied\n",
    ]
    assert [raw.exit_status for raw in answer.answers] == [0, 0, 0, 1]
    # THEN it says by which way, of which system, and what was run
    assert answer.answers[0].tool == f"ssh {server.accounts.user}@{server.address}:{server.port}"
    assert answer.answers[0].system == "linux"
    assert answer.answers[0].command == "hello.sh 'a b' 'it'\"'\"'s' '$(id)' ''"
    assert abs(answer.answers[0].started.timestamp() - time.time()) < 20


def test_a_password_logs_in(server: Sshd, tmp_path: Path) -> None:
    # GIVEN a host without a key, whose secret is known
    server.accounts.need_root()
    # WHEN it is asked
    answer = ask_server(server, tmp_path, "who", key="", secret="inspector")
    # THEN it answers
    assert answer.answers[0].output == b"inspector\n"


def test_a_password_answers_a_single_hidden_question(accounts: Accounts, tmp_path: Path) -> None:
    # GIVEN a server that takes passwords only through keyboard-interactive
    accounts.need_root()
    settings = "UsePAM yes\nPasswordAuthentication no\nKbdInteractiveAuthentication yes\nPubkeyAuthentication no"
    with Sshd(accounts, "interactive", settings=settings) as server:
        # WHEN it is asked with the right password and with a wrong one
        right = ask_server(server, tmp_path, "who", key="", secret="inspector")
        host = host_at(server.address, server.port, accounts, key="", secret="inspector")
        keys = trusting(tmp_path, host, server.host_key())
        wrong = ask(host, keys, "who", secrets=Known({"inspector": "wrong"}))
    # THEN the first answers and the second says why not
    assert right.answers[0].output == b"inspector\n", str(right.trouble)
    assert "refused the password" in str(wrong.trouble)


def test_a_host_that_nobody_knows_asks_for_trust_and_nobody_logs_in(server: Sshd, tmp_path: Path) -> None:
    # GIVEN an empty store of host keys
    before = server.logins()
    host = host_at(server.address, server.port, server.accounts)
    keys = HostKeys(tmp_path)
    # WHEN the host is asked
    answer = ask(host, keys)
    # THEN the question shows the fingerprint that ssh-keygen shows
    listed = subprocess.run(["ssh-keygen", "-lf", server.folder / "host_ed25519.pub"], capture_output=True, text=True)
    assert answer.needs_trust is not None
    assert answer.needs_trust.fingerprint == listed.stdout.split()[1]
    assert answer.needs_trust.fingerprint in str(answer.trouble)
    # THEN nobody logged in
    assert server.logins() == before
    # WHEN the operator trusts the key THEN the host answers
    keys.add(answer.needs_trust)
    assert ask(host, HostKeys(tmp_path)).answers[0].exit_status == 0


def test_a_changed_host_key_is_critical_and_nobody_logs_in(server: Sshd, accounts: Accounts, tmp_path: Path) -> None:
    # GIVEN a host whose trusted key is another one
    before = server.logins()
    other = make_key(tmp_path / "other")
    name, text = other.with_suffix(".pub").read_text().split()[:2]
    host = host_at(server.address, server.port, accounts, key="", secret="inspector")
    # WHEN it is asked
    answer = ask(host, trusting(tmp_path, host, (name, text)), secrets=Known())
    # THEN that is the finding, with both fingerprints, and there is no question that could wave it through
    assert [(verdict.item, verdict.status) for verdict in answer.findings] == [("ssh", Status.CRIT)]
    assert str(answer.findings[0].measured) != str(answer.findings[0].expected)
    assert answer.needs_trust is None
    assert "another host key" in str(answer.trouble)
    # THEN neither password nor key was offered
    assert server.logins() == before


def test_a_known_type_is_asked_for_first(server: Sshd, accounts: Accounts, tmp_path: Path) -> None:
    # GIVEN a server with two keys of which the operator trusts the RSA one
    host = host_at(server.address, server.port, accounts)
    # WHEN it is asked
    answer = ask(host, trusting(tmp_path, host, server.host_key("rsa")))
    # THEN it does not look changed
    assert not answer.trouble
    assert not answer.findings


def test_a_trusted_host_that_lost_its_key_type_looks_changed(accounts: Accounts, tmp_path: Path) -> None:
    # GIVEN a server that has an ed25519 key only, where an RSA key was trusted
    other = make_key(tmp_path / "other", "rsa", "", "-b", "2048")
    name, text = other.with_suffix(".pub").read_text().split()[:2]
    with Sshd(accounts, "lost") as server:
        host = host_at(server.address, server.port, accounts)
        # WHEN it is asked
        answer = ask(host, trusting(tmp_path, host, (name, text)))
    # THEN it is critical, as anybody could offer a key of another type
    assert answer.findings[0].status is Status.CRIT


def test_old_algorithms_are_a_warning(accounts: Accounts, tmp_path: Path) -> None:
    # GIVEN a server that agrees on keys with SHA-1 and signs with ssh-rsa
    settings = "KexAlgorithms diffie-hellman-group14-sha1\nHostKeyAlgorithms ssh-rsa\nCiphers aes128-cbc"
    with Sshd(accounts, "old", settings=settings, host_keys=("rsa",)) as server:
        host = host_at(server.address, server.port, accounts)
        # WHEN it is asked
        answer = ask(host, trusting(tmp_path, host, server.host_key("rsa")))
    # THEN it answers, and the warning names them
    assert answer.answers[0].exit_status == 0, str(answer.trouble)
    assert [verdict.status for verdict in answer.findings] == [Status.WARN]
    for name in ("SHA-1", "ssh-rsa", "aes128-cbc"):
        assert name in str(answer.findings[0].summary)


def test_an_rsa_key_logs_in_where_only_sha1_signatures_are_taken(accounts: Accounts, tmp_path: Path) -> None:
    # GIVEN a server as before OpenSSH 7.2: it does not say which signatures it takes, and takes SHA-1 alone
    key = make_key(tmp_path / "rsa", "rsa", "", "-b", "2048")
    with OldServer(make_key(tmp_path / "host")) as old:
        host = host_at(old.address, old.port, accounts, key=str(key))
        name, text = (tmp_path / "host.pub").read_text().split()[:2]
        # WHEN it is asked
        answer = ask(host, trusting(tmp_path / "home", host, (name, text)))
    # THEN it lets us in with that one signature, and what follows is about commands, which it knows none of
    assert old.signatures == ["ssh-rsa"]
    assert "started no command" in str(answer.trouble)


def test_a_server_with_nothing_in_common_says_so(accounts: Accounts, tmp_path: Path) -> None:
    # GIVEN a server that knows one way to agree on keys, and it is not ours
    with Sshd(accounts, "new", settings="KexAlgorithms sntrup761x25519-sha512@openssh.com") as server:
        # WHEN it is asked
        answer = ask_server(server, tmp_path)
    # THEN the reason is that
    assert "algorithms" in str(answer.trouble)


@pytest.mark.parametrize(
    ("login", "secrets", "reason"),
    [
        ({"key": "", "secret": "inspector"}, {"inspector": "wrong"}, "refused the password of"),
        ({"key": "", "secret": "inspector"}, {}, "No password is known under the name inspector"),
        ({"key": "", "secret": ""}, {}, "neither a key nor a secret"),
        ({"key": "{folder}/stranger"}, {}, "refused the key"),
        ({"key": "{folder}/not-there"}, {}, "There is no key file"),
        ({"key": "{folder}/locked"}, {}, "has a passphrase"),
        ({"key": "{folder}/locked", "secret": "k"}, {"k": "wrong"}, "does not open the key"),
        ({"key": "{folder}/locked-rsa", "secret": "k"}, {"k": "wrong"}, "does not open the key"),
        ({"key": "{folder}/locked-pem", "secret": "k"}, {"k": "wrong"}, "does not open the key"),
        ({"key": "{folder}/putty.ppk"}, {}, "PuTTY"),
        ({"key": "{folder}/stranger.pub"}, {}, "public half"),
        ({"key": "{folder}/garbage"}, {}, "not a private key"),
        ({"key": "{folder}"}, {}, "cannot be read"),
        ({"key": "{folder}/pipe"}, {}, "not a private key"),
        ({"user": "nobody-knows-me"}, {}, "refused the key"),
    ],
)
def test_a_login_that_fails_says_why_in_one_sentence(
    server: Sshd, tmp_path: Path, login: dict[str, str], secrets: dict[str, str], reason: str
) -> None:
    # GIVEN keys and passwords that do not fit
    make_key(tmp_path / "stranger")
    make_key(tmp_path / "locked", "ed25519", "right")
    make_key(tmp_path / "locked-rsa", "rsa", "right", "-b", "2048")
    make_key(tmp_path / "locked-pem", "rsa", "right", "-b", "2048", "-m", "PEM")
    (tmp_path / "putty.ppk").write_text("PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "garbage").write_text("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n")
    filled = {name: value.format(folder=tmp_path) for name, value in login.items()}
    host = host_at(server.address, server.port, server.accounts, **filled)
    # WHEN the host is asked
    answer = ask(host, trusting(tmp_path / "home", host, server.host_key()), "who", "hello", secrets=Known(secrets))
    # THEN every question has the reason, on one line
    assert reason in str(answer.trouble)
    assert troubles(answer) == [str(answer.trouble)] * 2
    assert "\n" not in str(answer.trouble)
    assert "Traceback" not in str(answer.trouble)


def test_a_passphrase_opens_a_key_of_any_type(server: Sshd, accounts: Accounts, tmp_path: Path) -> None:
    # GIVEN authorized keys of three types with a passphrase, and one without although a secret is named
    lines = b""
    kinds = {"ed25519": (), "ecdsa": (), "rsa": ("-b", "2048"), "pem": ("-b", "2048", "-m", "PEM"), "bare": ()}
    for kind, more in kinds.items():
        name = {"pem": "rsa", "bare": "ed25519"}.get(kind, kind)
        make_key(tmp_path / kind, name, "" if kind == "bare" else PASSWORD, *more)
        lines += (tmp_path / f"{kind}.pub").read_bytes()
    (accounts.folder / "authorized_many").write_bytes(lines)
    with Sshd(accounts, "many", settings=f"AuthorizedKeysFile {accounts.folder}/authorized_many") as server:
        for kind in kinds:
            # WHEN the host is asked with it THEN it answers
            answer = ask_server(server, tmp_path / "home", key=str(tmp_path / kind), secret="inspector")
            assert answer.answers[0].exit_status == 0, f"{kind}: {answer.trouble}"


def test_a_locked_account_is_named_as_a_possibility(server: Sshd, tmp_path: Path) -> None:
    # GIVEN an account whose password is locked, which sshd refuses even with its key
    server.accounts.need_root()
    # WHEN it is asked
    answer = ask_server(server, tmp_path, user="locked")
    # THEN the sentence leads there
    assert "locked" in str(answer.trouble)


def test_a_second_factor_is_not_a_login(accounts: Accounts, tmp_path: Path) -> None:
    # GIVEN a server that wants a key and then a password
    with Sshd(accounts, "two", settings="AuthenticationMethods publickey,password") as server:
        # WHEN it is asked with the key
        answer = ask_server(server, tmp_path)
    # THEN nobody is asked on the terminal, and the reason says what is missing
    assert "second proof (password)" in str(answer.trouble)


def test_a_server_without_the_method_says_what_it_takes(accounts: Accounts, tmp_path: Path) -> None:
    # GIVEN a server that takes keys alone
    with Sshd(accounts, "keys", settings="PasswordAuthentication no\nLogLevel DEBUG2") as server:
        # WHEN it is asked with a password
        answer = ask_server(server, tmp_path, key="", secret="inspector")
    # THEN the password was not sent, and the reason says so
    assert "it takes: publickey" in str(answer.trouble)
    said = server.log.read_bytes()
    assert b"method none" in said
    assert b"method password" not in said


def test_an_account_without_a_shell_says_what_it_answers(server: Sshd, tmp_path: Path) -> None:
    # GIVEN an account that may log in and do nothing
    server.accounts.need_root()
    # WHEN it is asked
    answer = ask_server(server, tmp_path, user="barred")
    # THEN the reason is what the server said
    assert "not available" in str(answer.trouble)


def test_a_login_script_that_talks_disturbs_nothing(server: Sshd, tmp_path: Path) -> None:
    # GIVEN an account whose shell greets first
    server.accounts.need_root()
    # WHEN it is asked THEN the answer is the answer alone
    assert ask_server(server, tmp_path, "who", user="chatty").answers[0].output == b"inspector\n"


def test_a_host_that_talks_for_ever_is_cut_off(server: Sshd, tmp_path: Path) -> None:
    # GIVEN an account whose shell never stops talking
    server.accounts.need_root()
    began = time.monotonic()
    # WHEN it is asked
    answer = ask_server(server, tmp_path, user="flood")
    # THEN it ends at the cap, long before the deadline, and the reason says what came instead of an answer
    assert time.monotonic() - began < 15
    assert str(answer.trouble)


def test_one_question_that_talks_for_ever_costs_only_its_own_answer(server: Sshd, tmp_path: Path) -> None:
    # GIVEN an endless answer between two short ones
    # WHEN the host is asked
    first, endless, last = ask_server(server, tmp_path, "who", "endless", "who").answers
    # THEN the endless one is cut at its cap and says so, the others are whole
    assert (len(endless.output), endless.truncated) == (PROBE_CAP, True)
    assert "dropped" in str(endless.trouble)
    assert first.output == last.output != b""
    assert not last.trouble


def test_one_question_that_hangs_costs_only_its_own_answer(server: Sshd, tmp_path: Path) -> None:
    # GIVEN a question that hangs after its first word, with a limit of one second
    # WHEN the host is asked
    hung, after = ask_server(server, tmp_path, Probe("hang", limit_s=1), "who").answers
    # THEN its first word arrives with the reason, and the next one is answered
    assert hung.output == b"before\n"
    assert "within 1 s" in str(hung.trouble)
    assert not after.trouble


def test_questions_end_before_the_deadline_and_what_came_is_kept(server: Sshd, tmp_path: Path) -> None:
    # GIVEN more questions than there is time for
    began = time.monotonic()
    # WHEN the host is asked within six seconds
    slow, after = ask_server(server, tmp_path, Probe("slow", limit_s=30), "who", within=6.0).answers
    # THEN the answer is back in time, with a part of the first and the reason for both
    assert time.monotonic() - began < 6.5
    assert slow.output.startswith(b"1\n2\n")
    assert slow.trouble
    assert "Not asked" in str(after.trouble)


def test_a_host_that_takes_the_connection_and_is_silent_ends_with_its_reason(
    tmp_path: Path, accounts: Accounts
) -> None:
    # GIVEN a server that accepts and never says a word
    with BadServer() as silent:
        began = time.monotonic()
        # WHEN it is asked
        answer = ask(host_at(silent.address, silent.port, accounts), HostKeys(tmp_path), within=5.0)
    # THEN it is given up at the deadline
    assert time.monotonic() - began < 5.5
    assert "never says a word" in str(answer.trouble)


@pytest.mark.parametrize("after", [1, 700, 1500, 2200, 2600, 3600, 9000])
def test_a_host_that_freezes_anywhere_ends_at_the_deadline(server: Sshd, tmp_path: Path, after: int) -> None:
    # GIVEN a host that freezes after so many bytes, from the key exchange to the middle of the answer
    with Freezing((server.address, server.port), after) as frozen:
        host = host_at(frozen.address, frozen.port, server.accounts)
        keys = trusting(tmp_path, host, server.host_key())
        began = time.monotonic()
        # WHEN it is asked within three and a half seconds
        answer = ask(host, keys, "who", "endless", "endless", within=3.5)
    # THEN it is over at the deadline, and something says why
    assert time.monotonic() - began < 3.5 + 1.0
    assert any(troubles(answer))


def test_a_host_that_stops_in_the_middle_keeps_what_came(server: Sshd, tmp_path: Path) -> None:
    # GIVEN a host that freezes in the middle of its second answer
    with Freezing((server.address, server.port), 100_000) as frozen:
        host = host_at(frozen.address, frozen.port, server.accounts)
        # WHEN it is asked
        first, second, third = ask(
            host, trusting(tmp_path, host, server.host_key()), "who", "endless", "who", within=5.0
        ).answers
    # THEN the first answer is whole, the second a part, the third missing, each with its reason
    assert not first.trouble
    assert 10_000 < len(second.output) < 100_000
    assert "time for this host was over" in str(second.trouble)
    assert not third.output
    assert third.trouble


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n" * 60, "not an SSH service"),
        (b"SSH-1.5-ancient\r\n", "too old"),
        (b"SSH-2.0-x\r\n\xff\xff\xff\xff" + b"\0" * 200, "broke off"),
    ],
)
def test_whatever_else_answers_at_the_port_is_named(
    tmp_path: Path,
    accounts: Accounts,
    said: bytes,
    reason: str,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    # GIVEN a port where something else answers
    with Saying(said) as other:
        # WHEN it is asked
        answer = ask(host_at(other.address, other.port, accounts), HostKeys(tmp_path))
    # THEN the reason says so, and nothing was written over the screen or into a log of ours
    assert caplog.text == ""
    assert reason in str(answer.trouble)
    assert capfd.readouterr() == ("", "")


def test_a_busy_server_is_asked_once_more(server: Sshd, tmp_path: Path) -> None:
    # GIVEN a server that closes the first connection without a word, as MaxStartups does
    with Saying(b"", times=1, then=(server.address, server.port)) as busy:
        host = host_at(busy.address, busy.port, server.accounts)
        # WHEN it is asked
        answer = ask(host, trusting(tmp_path, host, server.host_key()))
        # THEN the second attempt succeeds
        assert not answer.trouble
        assert busy.connections == 2


def test_a_server_that_stays_busy_is_asked_twice_and_no_more(tmp_path: Path, accounts: Accounts) -> None:
    # GIVEN a server that always closes
    with Saying(b"") as busy:
        # WHEN it is asked
        answer = ask(host_at(busy.address, busy.port, accounts), HostKeys(tmp_path))
        # THEN there were two attempts and one reason
        assert busy.connections == 2
    assert "before it said who it is" in str(answer.trouble)


def test_a_name_that_nobody_knows_is_a_reason(tmp_path: Path, accounts: Accounts) -> None:
    # GIVEN names without address WHEN they are asked THEN the reason speaks of DNS
    for name in ("no-such-host.invalid", "a..b", "a\0b", "x" * 70 + ".invalid"):
        answer = ask(host_at(name, 22, accounts), HostKeys(tmp_path))
        assert "DNS" in str(answer.trouble), name


def test_a_closed_port_is_a_reason(tmp_path: Path, accounts: Accounts) -> None:
    # GIVEN a port nobody listens on WHEN it is asked THEN the reason says so
    with BadServer() as gone:
        port = gone.port
    assert "refuses connections" in str(ask(host_at("127.0.0.3", port, accounts), HostKeys(tmp_path)).trouble)


def test_a_site_file_without_login_is_a_reason(tmp_path: Path) -> None:
    # GIVEN a host that is to be reached by SSH and has no login
    host = Host("x", "127.0.0.2", via="ssh")
    # WHEN it is asked THEN that is the reason
    answer = ask_host(host, [Probe("hello")], NOBODY, HostKeys(tmp_path), time.monotonic() + 5, bodies=bodies)
    assert "does not say how to log in" in str(answer.trouble)


def test_damaged_host_keys_are_a_reason_and_not_a_first_contact(server: Sshd, tmp_path: Path) -> None:
    # GIVEN a store of host keys that holds something else
    from console.store.files import write_checked

    write_checked(tmp_path / "known_hosts.json", b'{"keys": 7}')
    # WHEN the host is asked
    answer = ask(host_at(server.address, server.port, server.accounts), HostKeys(tmp_path))
    # THEN nobody is asked to trust anything
    assert answer.needs_trust is None
    assert "does not hold host keys" in str(answer.trouble)


def test_no_password_appears_in_anything_that_comes_back(
    accounts: Accounts, tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    # GIVEN a login by password that works and looks at all processes and the environment there, and failing ones
    accounts.need_root()
    caplog.set_level(0)
    answers = []
    with Sshd(accounts, "secret") as server:
        for secret in (PASSWORD, PASSWORD + "x"):
            host = host_at(server.address, server.port, accounts, key="", secret="inspector")
            keys = trusting(tmp_path, host, server.host_key())
            answers.append(ask(host, keys, "look", "who", secrets=Known({"inspector": secret})))
        locked = make_key(tmp_path / "locked", "ed25519", "other")
        answers.append(ask_server(server, tmp_path, key=str(locked), secret="inspector"))
        said = server.log.read_bytes()
    # WHEN all of it is searched, with what was kept, logged and printed
    assert b"sshd" in answers[0].answers[0].output
    heap = [repr(answers).encode(), said, repr(capfd.readouterr()).encode(), caplog.text.encode()]
    heap += [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    heap += [raw.output for answer in answers for raw in answer.answers]
    # THEN the password is in none of it: plain, in base64, as a URL writes it
    plain = PASSWORD.encode()
    for form in (plain, base64.b64encode(plain), base64.urlsafe_b64encode(plain), quote(PASSWORD).encode()):
        assert not any(form in straw for straw in heap)


def test_a_run_that_is_left_does_not_hold_the_program(tmp_path: Path, accounts: Accounts) -> None:
    # GIVEN a program that asks a silent host in a thread and ends
    program = (
        "import sys, threading, time\n"
        "from pathlib import Path\n"
        "from tests.network.asking import ask, NOBODY\n"
        "from console.checks.transports.hostkeys import HostKeys\n"
        "from console.model.site import Host, SshLogin\n"
        "host = Host('x', sys.argv[1], via='ssh', ssh=SshLogin('u', int(sys.argv[2]), key='k'))\n"
        "thread = threading.Thread(target=ask, args=(host, HostKeys(Path(sys.argv[3]))), daemon=True)\n"
        "thread.start(); thread.join(1.0)\n"
    )
    with BadServer() as silent:
        command = [sys.executable, "-c", program, silent.address, str(silent.port), str(tmp_path)]
        began = time.monotonic()
        # WHEN it runs
        done = subprocess.run(command, capture_output=True, timeout=60, cwd=Path(__file__).parents[2])
    # THEN it is gone long before the host would have been given up, and quietly
    assert time.monotonic() - began < 6
    assert (done.returncode, done.stderr) == (0, b"")


def test_nothing_is_left_behind_on_either_side(server: Sshd, tmp_path: Path) -> None:
    # GIVEN the descriptors and threads before
    import psutil

    ask_server(server, tmp_path)
    me = psutil.Process()
    before = me.num_fds()
    # WHEN a host is asked several times, with a question that is ended
    for _turn in range(3):
        ask_server(server, tmp_path, Probe("hang", limit_s=1), "who")
    # THEN there are no more descriptors and no transports, and nothing of ours runs on the server
    until = time.monotonic() + 10
    while time.monotonic() < until and (
        me.num_fds() > before or any("Transport" in thread.name for thread in threading.enumerate())
    ):
        time.sleep(0.05)
    assert me.num_fds() <= before
    left = [
        process
        for process in psutil.process_iter(["cmdline"])
        if QUESTIONS["hang"] in " ".join(process.info["cmdline"] or [])
    ]
    assert not left


def test_a_key_is_opened_once_however_many_hosts_want_it(
    server: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a count of how often a key file is read
    from paramiko.pkey import PKey

    opened = []
    real = PKey.from_path

    def counting(path: Path, passphrase: str | None = None) -> PKey:
        opened.append(path)
        return real(path, passphrase)

    monkeypatch.setattr(PKey, "from_path", staticmethod(counting))
    key = make_key(tmp_path / "mine")
    # WHEN four hosts are asked with the same key at once
    hosts = [threading.Thread(target=ask_server, args=(server, tmp_path), kwargs={"key": str(key)}) for _ in range(4)]
    for thread in hosts:
        thread.start()
    for thread in hosts:
        thread.join()
    # THEN it was opened once
    assert len(opened) == 1


def test_the_agent_is_never_asked(server: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN an agent's socket that never answers
    import socket

    with socket.socket(socket.AF_UNIX) as agent:
        # A path in a socket may have 107 bytes.
        os.chdir(tmp_path)
        agent.bind("agent")
        agent.listen()
        monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "agent"))
        # WHEN a host is asked with a key that it refuses
        answer = ask_server(server, tmp_path, key=str(make_key(tmp_path / "stranger")))
        # THEN nobody connected to the agent
        agent.setblocking(False)
        with pytest.raises(BlockingIOError):
            agent.accept()
    assert "refused the key" in str(answer.trouble)


def test_a_login_looks_the_same_whichever_field_is_missing() -> None:
    # GIVEN a login that is never shown WHEN it is printed THEN no value of a secret can be in it: it holds names alone
    assert "secret='x'" in repr(SshLogin("u", secret="x"))
