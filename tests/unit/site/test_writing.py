"""The site file changed by the console: one entry, and nothing else."""

import difflib
import os
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.model.site import Limits
from console.resources import resource
from console.site.forms import entry_of, fields_of, save_form, tables, values_of, wrong_field
from console.site.reading import SiteErrors, load_site, read_site
from console.site.schema import TABLES
from console.site.writing import add_entry, change_entry, entries, new_site_text, remove_entry, write_new


@pytest.fixture
def path(tmp_path: Path) -> Path:
    target = tmp_path / "site.toml"
    target.write_bytes(resource("examples/site.toml").read_bytes())
    return target


def difference(before: str, path: Path) -> list[str]:
    """Lines that went, then those that came."""
    lines = list(difflib.ndiff(before.split("\n"), path.read_text("utf-8").split("\n")))
    return [line for sign in "-+" for line in lines if line[0] == sign]


def test_a_new_host_stands_behind_the_last_one_and_nothing_else_changes(path: Path) -> None:
    before = path.read_text("utf-8")
    site = add_entry(
        path, "host", {"id": "ws-1", "via": "none", "ports": [104], "departments": ["心脏科"], "name": None}
    )
    assert [host.id for host in site.hosts] == ["pacs-a", "pacs-b", "ws-1"]
    assert difference(before, path) == [
        "+ ",
        "+ [[host]]",
        '+ id = "ws-1"',
        '+ via = "none"',
        "+ ports = [104]",
        '+ departments = ["心脏科"]',
    ]
    assert path.with_name("site.toml.prev").read_text("utf-8") == before


def test_a_changed_value_keeps_the_comment_behind_it(path: Path) -> None:
    before = path.read_text("utf-8")
    change_entry(path, "host", "pacs-a", {"via": "bundle", "role": None})
    assert difference(before, path) == [
        '- role = "primary"',
        '- via = "local"                     # local | ssh | bundle | none',
        '+ via = "bundle"                     # local | ssh | bundle | none',
    ]


def test_one_key_of_a_table_inside_changes_alone(path: Path) -> None:
    change_entry(path, "host", "pacs-b", {"ssh": {"port": 22}})
    ssh = load_site(path).hosts[1].ssh
    assert ssh is not None
    assert (ssh.port, ssh.user, ssh.secret) == (22, "inspector", "pacs-b")


def test_a_new_id_is_followed_wherever_it_is_referred_to(path: Path) -> None:
    site = change_entry(path, "host", "pacs-a", {"id": "main"})
    backup = site.databases[0].backup
    assert backup is not None
    assert (backup.host, site.logs[0].host, site.pairs[0].left.host, site.queues[0].host) == ("main",) * 4
    assert "pacs-a" not in path.read_text("utf-8")


def test_an_entry_that_others_need_is_not_removed(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(SiteErrors, match=r"pair\[1\]\.right\.host") as caught:
        remove_entry(path, "host", "pacs-b")
    assert "not written" in caught.value.title
    assert path.read_bytes() == before


def test_what_was_removed_leaves_no_other_line_changed(path: Path) -> None:
    before = path.read_text("utf-8")
    remove_entry(path, "interface", "his")
    assert all(line.startswith("- ") for line in difference(before, path))
    assert [interface.id for interface in load_site(path).interfaces] == ["viewer-web"]


def test_a_mistake_is_refused_and_the_file_stays(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(SiteErrors, match="65535"):
        change_entry(path, "host", "pacs-b", {"ssh": {"port": 0}})
    with pytest.raises(SiteErrors, match="stands already"):
        add_entry(path, "host", {"id": "PACS-A"})
    with pytest.raises(SiteErrors, match="no \\[\\[host\\]\\]"):
        change_entry(path, "host", "nobody", {"name": "x"})
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["site.toml"]


def test_a_file_with_mistakes_is_not_edited(path: Path) -> None:
    path.write_text('[site]\nname = "x"\n[[host]]\nid = "a"\nvai = 1\n')
    with pytest.raises(SiteErrors, match="vai"):
        add_entry(path, "host", {"id": "b"})


def test_what_somebody_else_wrote_meanwhile_is_not_overwritten(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(text: str, where: Path) -> Any:
        path.write_text('[site]\nname = "theirs"\n')
        return read_site(text, where)

    monkeypatch.setattr("console.site.writing.read_site", slow)
    with pytest.raises(SiteErrors, match="meanwhile"):
        change_entry(path, "host", "pacs-a", {"name": "ours"})
    assert "theirs" in path.read_text("utf-8")


def test_windows_line_ends_stay(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    change_entry(path, "host", "pacs-a", {"name": "x"})
    raw = path.read_bytes()
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert load_site(path).hosts[0].name == "x"


def test_a_login_written_as_a_table_of_its_own_is_changed_in_its_place(path: Path) -> None:
    path.write_text(
        '[site]\nname = "x"\n[[host]]\nid = "a" # c\naddress = "h"\n[host.ssh]\nuser = "u" # keep\nkey = "~/k"\n'
        '\n# about b\n[[host]]\nid = "b"\n'
    )
    change_entry(path, "host", "a", {"name": "N", "ssh": {"port": 23}})
    text = path.read_text()
    assert [line in text for line in ("# c", "# keep", "\n\n# about b\n[[host]]")] == [True] * 3
    host = load_site(path).hosts[0]
    assert host.ssh is not None
    assert (host.name, host.ssh.port, host.ssh.user) == ("N", 23, "u")


def test_entries_in_one_list_are_left_to_an_editor(path: Path) -> None:
    path.write_text('host = [{ id = "a" }]\n[site]\nname = "x"\n')
    with pytest.raises(SiteErrors, match="one list"):
        add_entry(path, "host", {"id": "b"})
    with pytest.raises(SiteErrors, match="one list"):
        remove_entry(path, "host", "a")


def test_the_site_and_its_thresholds_are_changed_like_any_entry(path: Path) -> None:
    site = change_entry(path, "site", "", {"timezone": None, "contract": {"number": "X-1"}})
    assert (site.timezone, site.contract.number, site.contract.end) == ("", "X-1", date(2026, 12, 31))
    site = change_entry(path, "thresholds", "", {"disk_used_percent": {"warn": 80}, "queue_count": {"warn": 5}})
    assert site.thresholds["disk_used_percent"] == Limits(80, 95)
    assert site.thresholds["queue_count"] == Limits(5, None)
    assert "# the contract says under 95 %" in path.read_text("utf-8")


def test_a_new_file_never_replaces_one(path: Path, tmp_path: Path) -> None:
    with pytest.raises(SiteErrors, match="already"):
        write_new(path, '[site]\nname = "x"\n')
    target = tmp_path / "other.toml"
    with pytest.raises(SiteErrors):
        write_new(target, "name = 3")
    assert not target.exists()
    text = new_site_text('市 "一" 院', {"host": [{"via": "local", "id": "a", "services": ["ssh"]}], "due": []})
    site = write_new(target, text)
    assert (site.name, site.hosts[0].services) == ('市 "一" 院', ("ssh",))


_TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).map(str.strip).filter(bool)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=_TEXTS, services=st.lists(_TEXTS, max_size=3), role=st.one_of(st.none(), _TEXTS))
def test_whatever_is_written_is_read_back(path: Path, name: str, services: list[str], role: str | None) -> None:
    # GIVEN the example WHEN a host gets any texts THEN they come back, and the rest of the file stays
    path.write_bytes(resource("examples/site.toml").read_bytes())
    rest = {key: value for key, value in tomllib.loads(path.read_text("utf-8")).items() if key != "host"}
    host = change_entry(path, "host", "pacs-a", {"name": name, "services": services, "role": role}).hosts[0]
    assert (host.name, host.services, host.role) == (name, tuple(service.strip() for service in services), role or "")
    again = tomllib.loads(path.read_text("utf-8"))
    assert {key: value for key, value in again.items() if key != "host"} == rest
    assert path.read_text("utf-8").count("#") >= 15


def test_a_form_that_nobody_changed_changes_no_byte(path: Path) -> None:
    before = path.read_bytes()
    for table in TABLES:
        for entry in entries(path, table):
            texts = values_of(table, entry)
            save_form(path, table, entry["id"], texts, entry)
            assert path.read_bytes() == before, (table, texts)
    for section in ("site", "thresholds"):
        found = entries(path, section)[0]
        save_form(path, section, "", values_of(section, found), found)
        assert path.read_bytes() == before


def test_every_line_of_every_form_is_a_key_that_can_be_written(path: Path) -> None:
    site = load_site(path)
    samples = {
        "text": "x", "texts": "a，心脏科", "patterns": "a, [0-9]+", "flag": "是", "port": "22", "ports": "22, 80",
        "bytes": "1MB", "seconds": "1h", "date": "2026年12月31日", "address": "h", "url": "http://h/", "path": "/x",
        "paths": "/x",
        "aet": "AE", "encoding": "gb18030", "zone": "Asia/Shanghai", "department": "心脏科", "id": "new-1", "refer": "",
        "limits": "1", "choices": "echo",
    }  # fmt: skip
    for table, label in tables():
        assert label
        texts = {}
        for field in fields_of(table, site):
            assert field.label
            texts[field.key] = field.choices[0] if field.choices else samples[field.kind]
        if table == "log":
            del texts["unit"], texts["event_log"]
        if table == "pair":
            texts["right.path"] = "/y"
        if table == "interface":
            texts["kind"] = "hl7"
        before = entries(path, table)[0] if table in ("site", "thresholds") else {}
        save_form(path, table, "" if table in ("site", "thresholds") else None, texts, before)
    site = load_site(path)
    assert site.logs[-1].mute == ("a", "[0-9]+")
    assert site.contract.end == date(2026, 12, 31)
    assert site.hosts[-1].ports == (22, 80)
    assert site.nodes[-1].tls is True


def test_a_form_says_which_line_is_wrong(path: Path) -> None:
    entry = entries(path, "host")[1]
    texts = {**values_of("host", entry), "ssh.port": "many"}
    with pytest.raises(SiteErrors) as caught:
        save_form(path, "host", "pacs-b", texts, entry)
    key, sentence = wrong_field(caught.value, "host", texts)
    assert key == "ssh.port"
    assert "65535" in sentence


def test_an_emptied_line_takes_its_key_out() -> None:
    before = {"id": "a", "name": "x", "role": "", "ssh": {"user": "u", "port": 22}}
    texts = {"id": "a", "name": "", "role": "", "ssh.user": "u", "ssh.port": "", "address": ""}
    assert entry_of("host", texts, before) == {
        "id": "a", "name": None, "role": "", "ssh": {"user": "u", "port": None},
    }  # fmt: skip
    assert entry_of("host", {"ssh.user": "", "ssh.port": ""}, before) == {"ssh": None}


@pytest.mark.parametrize("pattern", ["a,b", "ORA-\\d+;", " lead", "it's", "[0-9]", "x、y", 'q"'])
def test_a_regular_expression_with_a_comma_survives_the_form(pattern: str) -> None:
    entry = {"raise": [pattern, "FATAL"]}
    assert entry_of("log", values_of("log", entry))["raise"] == [pattern, "FATAL"]


def test_a_full_disk_leaves_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from console.errors import StoreError

    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError):
        change_entry(path, "host", "pacs-a", {"name": "x"})
    assert path.read_bytes() == before
