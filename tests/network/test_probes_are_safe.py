"""Nothing that runs on a hospital's server may write, end a process or leave one behind: every shell text is read."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from console.checks.raw import Probe
from console.checks.transports.posix_frame import shipped_body
from console.resources import data_folder
from tests.network.shells import SHELLS, ask_shell
from tests.support import need_program

if sys.platform == "win32":
    pytest.skip("there is no POSIX shell", allow_module_level=True)

PROBES = sorted((data_folder() / "probes").glob("*.sh"))
FRAME = data_folder() / "collect" / "frame.sh"

WRITERS = (
    "rm", "mv", "cp", "ln", "dd", "tee", "touch", "mkdir", "rmdir", "mktemp", "truncate", "install", "chmod", "chown",
    "chattr", "setfacl", "mount", "umount", "kill", "pkill", "killall", "fuser", "reboot", "shutdown", "halt",
    "poweroff", "init", "sudo", "su", "nohup", "setsid", "crontab", "at", "passwd", "usermod", "useradd", "userdel",
    "iptables", "sysctl", "curl", "wget", "nc", "ssh", "scp", "mkfifo", "shred", "swapoff", "swapon", "logrotate",
    "xargs",
)  # fmt: skip
"""Commands that have no business in a question. Some can also read, and then there is another way to read it."""
_ALLOWED = (
    re.compile(r"^sysctl -n\b"),
    re.compile(r"^(?:crontab -l|passwd -S)\b"),
    re.compile(r"^ssh -V\b"),
)
_SYSTEMCTL = re.compile(
    r"\bsystemctl\b[^;|&\n]*\s(?:start|stop|restart|try-\S+|reload\S*|enable|disable|mask|unmask|kill|isolate|edit|"
    r"set-\S+|daemon-\S+|reset-failed|preset\S*|link|revert|poweroff|reboot|halt|suspend|hibernate)\b"
)
_SED_IN_PLACE = re.compile(r"\bsed\b[^|;\n]*\s-[a-zA-Z]*i\b|\bperl\b[^|;\n]*\s-[a-zA-Z]*i\b")
_REDIRECTION = re.compile(r"(?<![<>=\-$\w!])(\d?>>?|&>)\s*(\S+)")
_FIND_ACTION = re.compile(r"\s-(?:delete|fprint\w*|ok|okdir)\b")


def offences(text: str) -> list[str]:
    """What a text does beyond asking."""
    found = []
    for number, line in enumerate(_code(text), 1):
        for word in WRITERS:
            for match in re.finditer(
                rf"(?:^|[;&|({{`!]|\bthen\b|\bdo\b|\belse\b|-exec)\s*({word})\b(?![-.=/\w])", line
            ):
                rest = line[match.start(1) :]
                if not any(pattern.search(rest) for pattern in _ALLOWED):
                    found.append(f"line {number}: {word}")
        for match in _REDIRECTION.finditer(line):
            target = match[2].strip("\"');}")
            if target not in ("/dev/null", "&1", "&2") and not match[2].startswith(("&1", "&2", "/dev/null")):
                found.append(f"line {number}: writes into {target}")
        if "<<" in line:
            found.append(f"line {number}: a here-document, which old shells put into a file")
        if re.search(r"(?<![&>|])&(?![&>\d])\s*(?:$|;|\))", line):
            found.append(f"line {number}: leaves a process behind")
        for pattern in (_SYSTEMCTL, _SED_IN_PLACE, _FIND_ACTION):
            found += [f"line {number}: {match[0]}" for match in pattern.finditer(line)]
    return found


def _code(text: str) -> list[str]:
    """The lines without comments and without what stands in quotes: programs of awk and sed are read apart."""
    text = re.sub(r"'[^']*'", lambda match: "'" + "\n" * match[0].count("\n") + "'", text)
    # What a word in double quotes runs stays to be read.
    text = re.sub(r'"(?:[^"\\\n]|\\.)*"', lambda match: match[0] if re.search(r"\$\(|`", match[0]) else '""', text)
    return [re.sub(r"(^|\s)#.*$", "", line) for line in text.split("\n")]


def awk_offences(text: str) -> list[str]:
    """What programs inside quotes do beyond reading: awk can write files and run commands."""
    return [
        match[0][:60]
        for quoted in re.findall(r"'([^']*)'", text)
        for match in re.finditer(r"\bsystem\s*\(|\bprintf?\b[^;}\n]*>\s*\"/|\|\s*getline|print[^;}\n]*\|\s*\"", quoted)
    ]


def test_the_rules_say_no_to_what_writes_and_yes_to_what_reads() -> None:
    # GIVEN lines that change something, and lines that only ask WHEN they are read THEN the former are found
    for bad in (
        "echo x > /tmp/x", "echo x >>$1", 'cat "$1" >"$2"', "rm -f x", "true; rm x", "if x; then rm y; fi", "kill -9 1",
        "kill -s KILL -- -$p", "find . -delete", "find / -exec rm {} +", "sed -i s/a/b/ f", "sleep 9 &", "cat <<EOF",
        "systemctl restart x", "ls | tee f", "sudo ls", "x 2> err", "dd if=/dev/zero of=x", "ls | xargs rm", "$(rm x)",
    ):  # fmt: skip
        assert offences(bad), bad
    for good in (
        "ls 2>/dev/null", "echo x >&2", "ls >/dev/null 2>&1", "systemctl show -p ActiveState x", "a && b",
        "# rm x",
        "grep -e '> x' f", "awk '$1 > 5 { print }' f", "echo 'rm x'", "find . -exec stat -c %s {} +", '[ "$a" -gt 3 ]',
        "systemctl --no-pager show x", "cat /etc/init.d/x",
    ):  # fmt: skip
        assert not offences(good), good
    assert awk_offences("awk '{ system(\"rm x\") }'")
    assert awk_offences("awk '{ print > \"/tmp/x\" }'")
    assert not awk_offences("awk '$1 > 5 { print $2 }'")


@pytest.mark.parametrize("probe", PROBES, ids=lambda path: path.stem)
def test_a_question_only_asks(probe: Path) -> None:
    # GIVEN the text of a question WHEN it is read THEN it writes nothing, ends nothing, leaves nothing behind
    text = probe.read_text("utf-8")
    assert offences(text) == []
    assert awk_offences(text) == []


@pytest.mark.parametrize("shell", ["dash", "bash --posix", "busybox ash", "mksh"])
@pytest.mark.parametrize("probe", [*PROBES, FRAME, FRAME.with_name("collect.sh")], ids=lambda path: path.stem)
def test_every_shell_can_read_it(probe: Path, shell: str) -> None:
    # GIVEN a text that goes to servers WHEN each shell parses it THEN none complains
    words = shell.split()
    words[0] = need_program(words[0])
    text = probe.read_text("utf-8").replace("@ASK@", ":").replace("@FRAME@", ":")
    done = subprocess.run([*words, "-n"], input=text, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("shell", SHELLS)
def test_every_question_runs_in_every_shell_without_root(shell: str) -> None:
    # GIVEN all questions that ship, asked of this machine without any argument
    probes = [Probe(path.stem, limit_s=15.0) for path in PROBES]
    # WHEN a shell answers them THEN each came to its end, and no shell stumbled over a word
    for raw in ask_shell(shell, probes, shipped_body, budget=100.0, within=120.0).answers:
        assert raw.exit_status is not None, f"{raw.probe.name}: {raw.trouble}"
        for complaint in (b"syntax error", b"not found\n", b"bad substitution", b"unexpected", b"Illegal"):
            assert complaint not in raw.output, raw.probe.name


def test_the_frame_ends_processes_in_one_place_and_with_the_shells_own_kill() -> None:
    # GIVEN the frame, which has to end what hangs
    lines = [
        line.strip() for line in FRAME.read_text("utf-8").splitlines() if re.search(r"\bkill\b", line.split("#")[0])
    ]
    # WHEN its uses of kill are read THEN groups are ended by the one careful form, all else by a single number
    groups = [line for line in lines if '"-$' in line]
    assert groups == ['kill -s "$1" -- "-$2" || [ "$BORN" != "$3" ] || kill -s "$1" "$2"']
    for line in lines:
        assert "/kill" not in line
        assert not re.search(r"kill\s+-\d", line), line
