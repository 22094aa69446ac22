"""The site file: everything that is wrong with it, at once, with file, line and key."""

import os
import pickle
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.i18n import set_language
from console.model.site import Site, SiteProblem
from console.resources import resource
from console.site.reading import SiteErrors, find_site, load_site, read_site, this_machine
from console.site.schema import SITE_KEYS, TABLES, Key

HEAD = '[site]\nname = "x"\n'


def problems(text: str) -> tuple[SiteProblem, ...]:
    with pytest.raises(SiteErrors) as caught:
        read_site(text, Path("site.toml"))
    return caught.value.problems


def only(text: str) -> SiteProblem:
    found = problems(text)
    assert len(found) == 1, found
    return found[0]


def test_the_example_loads_with_every_key() -> None:
    # GIVEN the example that ships WHEN it is read
    path = resource("examples/site.toml")
    site = load_site(path)
    # THEN every value stands in its noun
    assert site.path == path
    assert site.name.startswith("市第一医院")
    assert str(site.contract.end) == "2026-12-31"
    assert site.thresholds["disk_used_percent"].crit == 95
    assert site.thresholds["log_file_bytes"].warn == 8e9
    assert site.thresholds["queue_oldest"].warn == 600
    assert [host.id for host in site.hosts] == ["pacs-a", "pacs-b"]
    second = site.hosts[1]
    assert second.ssh is not None
    assert (second.via, second.ssh.port, second.ssh.user, second.ssh.secret) == ("ssh", 2222, "inspector", "pacs-b")
    backup = site.databases[0].backup
    assert backup is not None
    assert (backup.max_age_s, backup.min_bytes, backup.host) == (93600, 10**6, "pacs-a")
    assert site.logs[0].raise_ == ("FATAL", "ORA-\\d+", "数据库连接失败")
    assert site.pairs[0].max_lag_s == 3600
    assert str(site.displays[0].calibration_due) == "2026-12-31"


def test_every_key_that_the_form_offers_is_one_of_the_noun() -> None:
    def look(keys: tuple[Key, ...], noun: type[Any]) -> None:
        names = set(noun.__dataclass_fields__)
        for key in keys:
            assert key.target in names, (noun, key.name)
            if key.build is not None:
                look(key.keys, key.build)

    look(SITE_KEYS, Site)
    for table in TABLES.values():
        look(table.keys, table.build)
        assert {key.target for key in table.keys} == set(table.build.__dataclass_fields__), table.name
        assert table.plural in Site.__dataclass_fields__


TEN = """[site]
name = "x"
timezone = "Asia/Shanghay"

[thresholds]
disk_used_procent = { warn = 85 }
disk_used_percent = { warn = 96, crit = 95 }

[[host]]
id = "pacs-a"
address = "10.0.0.256"
via = "shh"

[[host]]
id = "PACS-A"
ssh = { usr = "x" }

[[log]]
id = "errors"
host = "pacs-b"
kind = "error"
path = "/var/log/x"
raise = ["ok", "ORA-("]
coulor = 3

[[node]]
id = "archive"
ae_title = "AE"
address = "10.0.0.3"
port = "104"
"""


def test_ten_mistakes_are_ten_sentences_with_their_lines() -> None:
    assert [(problem.line, problem.key) for problem in problems(TEN)] == [
        (3, "site.timezone"),
        (6, "thresholds.disk_used_procent"),
        (7, "thresholds.disk_used_percent"),
        (11, "host[1].address"),
        (12, "host[1].via"),
        (15, "host[2].id"),
        (16, "host[2].ssh.usr"),
        (16, "host[2].ssh.user"),
        (20, "log[1].host"),
        (23, "log[1].raise"),
        (24, "log[1].coulor"),
        (30, "node[1].port"),
    ]


SYNTAX = """[site]
name = “医院”

[[host]]
id = pacs-a
via = Local
ports = [22,
address = "10.0.0.1"
name = "a" "b"
role = "C:\\data"
processes = ["a"]
processes = ["b"]

[[log]]
id = "l"
host = "pacs-a"
kind = "error"

[[display]]
id = "d"
calibration_due = 2026-02-30
"""


def test_mistakes_of_toml_do_not_hide_each_other_nor_the_rest() -> None:
    # GIVEN seven lines that the parser refuses, and a log that has no path
    found = {problem.line: problem for problem in problems(SYNTAX)}
    # THEN each is told with its line, and the host whose id lacks its quotes is still known to the log
    assert sorted(found) == [2, 5, 6, 7, 9, 10, 12, 14, 21]
    assert "wide character" in found[2].what
    assert "quotes" in found[5].what
    assert "never closed" in found[7].what
    assert found[7].key == "host[1].ports"
    assert "backslash" in found[10].what
    assert "twice" in found[12].what
    assert found[14].key == "log[1].path"
    assert "does not exist" in found[21].what


@pytest.mark.parametrize(
    ("line", "key", "words"),
    [
        ('[[host]]\nid = "a"\nvia = "ssh"\nssh = { user = "u", key = "~/k" }', "host[1].address", "needs it"),
        ('[[host]]\nid = "a"\naddress = "b"\nssh = { user = "u" }', "host[1].ssh", "log in"),
        ('[[host]]\nid = "a/b"', "host[1].id", "letters"),
        ('[[host]]\nid = "CON"', "host[1].id", "letters"),
        ('[[host]]\nname = "a"', "host[1].id", "is missing"),
        ('[[host]]\nid = "a"\nports = [70000]', "host[1].ports", "65535"),
        ('[[host]]\nid = "a"\nports = [true]', "host[1].ports", "65535"),
        ('[[host]]\nid = "a"\naddress = "10.0.0.1:22"', "host[1].address", "port"),
        ('[[host]]\nid = "a"\naddress = "http://x/"', "host[1].address", "without"),
        ('[[host]]\nid = "a"\nmounts = ["data"]', "host[1].mounts", "whole path"),
        ('[[host]]\nid = "a"\nservices = "ssh"', "host[1].services", "list"),
        ('[[host]]\nid = "a"\nthresholds = { disk_used_percent = 90 }', "host[1].thresholds.disk_used_percent", "warn"),
        ('[host]\nid = "a"', "host", "[[host]]"),
        ('[hosts]\nid = "a"', "hosts", "host"),
        ('[[queue]]\nid = "q"\nkind = "orthanc"', "queue[1].node", "orthanc"),
        ('[[queue]]\nid = "q"\nkind = "sql"\nquery = "select 1"', "queue[1].database", "sql"),
        ('[[interface]]\nid = "i"\nkind = "http"', "interface[1].url", "http"),
        ('[[interface]]\nid = "i"\nkind = "http"\nurl = "10.0.0.7"', "interface[1].url", "such as"),
        ('[[interface]]\nid = "i"\nkind = "hl7"\naddress = "h"', "interface[1].port", "hl7"),
        ('[[due]]\nid = "d"\nwhat = "w"\ndate = 2026-01-01T10:00:00', "due[1].date", "day"),
        ('[[due]]\nid = "d"\nwhat = ""\ndate = 2026-01-01', "due[1].what", "empty"),
        ("[thresholds]\nqueue_oldest = { warn = true }", "thresholds.queue_oldest.warn", "unit"),
        ('[thresholds]\ndisk_used_percent = { crit = "95GB" }', "thresholds.disk_used_percent.crit", "95%"),
        ("[thresholds]\nqueue_oldest = { crti = 3 }", "thresholds.queue_oldest.crti", "crit"),
        ('[[node]]\nid = "n"\nae_title = "A\\\\B"\naddress = "h"\nport = 104', "node[1].ae_title", "backslash"),
        ("[site.contract]\nfrom = 2026-12-31\nto = 2026-01-01", "site.contract.to", "before"),
    ],
)
def test_one_mistake_is_one_sentence(line: str, key: str, words: str) -> None:
    problem = only(f"{HEAD}\n{line}\n")
    assert problem.key == key
    assert words in problem.what
    assert problem.line > 3


def test_a_reference_offers_the_id_that_was_meant() -> None:
    log = '[[log]]\nid = "l"\nhost = "pacs-1"\nkind = "app"\nunit = "u"'
    problem = only(f'{HEAD}[[host]]\nid = "pacs-a"\n{log}\n')
    assert problem.line == 7
    assert "pacs-a" in problem.what


def test_an_unknown_key_offers_the_nearest_one() -> None:
    problem = only(f'{HEAD}[[host]]\nid = "a"\nadress = "10.0.0.1"\n')
    assert (problem.line, problem.key) == (5, "host[1].adress")
    assert "address" in problem.what


def test_a_password_in_the_file_is_refused_and_not_repeated() -> None:
    text = f"""{HEAD}[[host]]
id = "a"
address = "b"
ssh = {{ user = "u", password = "hunter2" }}
[[database]]
id = "d"
url = "postgresql://u:hunter2@10.0.0.5/ris"
[[interface]]
id = "i"
kind = "http"
url = "http://10.0.0.5/?password=hunter2"
"""
    found = problems(text)
    assert [problem.line for problem in found] == [6, 9, 13]
    assert all("secret" in problem.what for problem in found)
    assert "hunter2" not in str(SiteErrors(Path("site.toml"), found))


def test_a_site_without_a_name_says_what_is_missing() -> None:
    assert "[site]" in only("").what
    assert only("[site]\n").key == "site.name"


def test_a_login_alone_means_ssh() -> None:
    site = read_site(f'{HEAD}[[host]]\nid = "a"\naddress = "b"\nssh = {{ user = "u", key = "~/k" }}\n', Path("s.toml"))
    assert site.hosts[0].via == "ssh"


def test_a_threshold_of_a_check_in_the_home_folder_is_known(tmp_path: Path) -> None:
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "own.toml").write_text('[[check]]\nid = "x"\nthreshold = "coffee_age"\n')
    path = tmp_path / "site.toml"
    path.write_text(f'{HEAD}[thresholds]\ncoffee_age = {{ warn = "2h" }}\n')
    assert load_site(path).thresholds["coffee_age"].warn == 7200


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x7fELF\0\0\0", "binary"),
        ("[site]\nname = '医院'\n".encode("gb18030"), "UTF-8"),
        ("[site]".encode("utf-16"), "UTF-16"),
        (b"\x80" * 4_000_001, "4 MB"),
        (b"[" * 100_000, "line 1"),
        (b"a = " + b"[" * 5000, "a:"),
    ],
    ids=["binary", "GBK", "UTF-16", "huge", "brackets", "deep"],
)
def test_what_is_no_site_file_is_told_in_a_sentence(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "site.toml"
    path.write_bytes(content)
    with pytest.raises(SiteErrors, match=words):
        load_site(path)


def test_the_line_of_a_text_that_is_not_utf8_is_told(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_bytes(b"[site]\n\nname = '\xd2\xbd\xff'\n")
    with pytest.raises(SiteErrors) as caught:
        load_site(path)
    assert caught.value.problems[0].line == 3


def test_a_missing_file_a_folder_and_a_pipe_are_told(tmp_path: Path) -> None:
    with pytest.raises(SiteErrors, match="no such file"):
        load_site(tmp_path / "none.toml")
    with pytest.raises(SiteErrors, match=r"folder|cannot be read"):
        load_site(tmp_path)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.toml")
        # WHEN nobody writes into the pipe THEN nobody waits for it
        with pytest.raises(SiteErrors, match="no file"):
            load_site(tmp_path / "pipe.toml")


def test_hundreds_of_bad_lines_are_not_waited_for() -> None:
    # GIVEN a text that is wrong in every line WHEN it is read THEN the first fifty are told, and the rest is for later
    found = problems(HEAD + "".join(f'[[host]]\nid = "h{number}"\nvia = = 3\n' for number in range(300)))
    assert len(found) == 50


def test_windows_line_ends_and_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_bytes(b"\xef\xbb\xbf" + f'{HEAD}[[host]]\nid = "a"\nport = 3\n'.replace("\n", "\r\n").encode())
    with pytest.raises(SiteErrors) as caught:
        load_site(path)
    assert [(problem.line, problem.key) for problem in caught.value.problems] == [(5, "host[1].port")]


def test_the_site_file_is_looked_for_in_the_home_folder(tmp_path: Path) -> None:
    assert find_site(tmp_path) is None
    assert find_site(tmp_path, tmp_path / "other.toml") == tmp_path / "other.toml"
    (tmp_path / "site.toml").write_text(HEAD)
    assert find_site(tmp_path) == tmp_path / "site.toml"


def test_a_link_that_leads_nowhere_is_no_site_without_a_file(tmp_path: Path) -> None:
    (tmp_path / "site.toml").symlink_to(tmp_path / "gone.toml")
    assert find_site(tmp_path) == tmp_path / "site.toml"


def test_without_a_site_file_this_machine_is_the_site() -> None:
    site = this_machine()
    assert [host.via for host in site.hosts] == ["local"]
    assert site.path is None
    assert site.name


def test_errors_are_the_same_behind_a_pipe_and_in_chinese() -> None:
    found = problems(TEN)
    error = SiteErrors(Path("site.toml"), found)
    copy = pickle.loads(pickle.dumps(error))
    assert (copy.problems, copy.detail, copy.title) == (error.problems, error.detail, error.title)
    set_language("zh")
    try:
        assert len(problems(TEN)) == len(found)
    finally:
        set_language("en")


_FRAGMENTS = st.lists(
    st.one_of(
        st.sampled_from(
            ["[site]", "name = 'x'", "[[host]]", "id = 'a'", "id = a", "ssh = {", "}", "ports = [", "]", "via = 'ssh'",
             "[host.ssh]", "user = 1", "[[log]]", "host = 'a'", "[thresholds]", "queue_oldest = { warn = 'x' }", "=",
             "'''", '"""', "\\", "# x", "[[site]]", "host = 3", "a.b.c = 1", "[a.b]"]
        ),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    ),
    max_size=14,
)  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_FRAGMENTS)
def test_no_text_at_all_ends_in_anything_but_a_site_or_sentences(lines: list[str]) -> None:
    text = "\n".join(lines)
    found: tuple[SiteProblem, ...] = ()
    try:
        read_site(text, Path("site.toml"))
        accepted = True
    except SiteErrors as error:
        found, accepted = error.problems, False
    count = len(re.findall("\n", text)) + 1
    assert all(0 <= problem.line <= count and problem.what for problem in found), found
    assert bool(tomllib.loads(text)) if accepted else found
