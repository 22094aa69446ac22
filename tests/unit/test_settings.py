"""What the operator chose, kept and checked."""

import json
import os
import time
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.arguments import GRAPHICS
from console.errors import SettingsError, StoreError
from console.graphics.encoder import CHOICES as WAYS
from console.graphics.encoder import choose
from console.graphics.terminal import unasked
from console.settings import (
    CHOICES,
    LOCK_MINUTES,
    OPERATOR_LENGTH,
    RECENT_COUNT,
    Settings,
    SettingsFile,
    check_passphrase,
    hash_passphrase,
)
from console.store.files import one_line, previous_of, read_checked

RECORD = "scrypt$32768$8$1$" + "ab" * 16 + "$" + "cd" * 32

ANY_TEXT = st.text(st.characters(exclude_categories=[]))
ANY_SETTINGS = st.builds(
    Settings,
    **{key: st.sampled_from(values) for key, values in CHOICES.items()},
    operator=ANY_TEXT.map(one_line).map(lambda text: text[:OPERATOR_LENGTH]),
    privacy=st.booleans(),
    autoplay=st.booleans(),
    lock_minutes=st.integers(*LOCK_MINUTES),
    passphrase=st.sampled_from(["", RECORD]),
    recent=st.lists(ANY_TEXT, max_size=RECENT_COUNT).map(tuple),
)


@pytest.fixture
def file(tmp_path: Path) -> SettingsFile:
    return SettingsFile(tmp_path / "settings.json")


def write(file: SettingsFile, **values: object) -> None:
    file.path.write_text(json.dumps(values), "utf-8")


@settings(max_examples=100, deadline=None)
@given(chosen=ANY_SETTINGS)
def test_whatever_is_chosen_is_read_back(tmp_path_factory: pytest.TempPathFactory, chosen: Settings) -> None:
    file = SettingsFile(tmp_path_factory.getbasetemp() / "any-settings.json")
    file.save(chosen)
    assert SettingsFile(file.path).load() == chosen
    assert file.notes == ()


def test_without_a_file_the_defaults_hold(file: SettingsFile) -> None:
    assert file.load() == Settings()
    assert file.notes == ()
    assert not file.path.exists()
    assert Settings().language == ""
    assert Settings().privacy is False


def test_settings_cannot_be_changed_in_place() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().theme = "light"  # type: ignore[misc]  # that is the point


def test_a_change_makes_new_settings() -> None:
    before = Settings(operator="李工")
    after = before.changed(theme="light", lock_minutes=5)
    assert (after.theme, after.lock_minutes, after.operator) == ("light", 5, "李工")
    assert before.theme == "dark"


BAD: list[tuple[str, Any, str]] = [
    ("language", "fr", '"zh"'),
    ("language", None, '"zh"'),
    ("theme", "pink", '"light"'),
    ("colors", 256, '"256"'),
    ("colors", ["auto"], '"256"'),
    ("graphics", "svg", '"quadrant"'),
    ("operator", "a\nb", "control"),
    ("operator", "x" * 65, "64"),
    ("operator", 7, "64"),
    ("privacy", "yes", "true or false"),
    ("privacy", 1, "true or false"),
    ("autoplay", "false", "true or false"),
    ("lock_minutes", 0, "1440"),
    ("lock_minutes", 1441, "1440"),
    ("lock_minutes", True, "1440"),
    ("lock_minutes", 5.0, "1440"),
    ("lock_minutes", "5", "1440"),
    ("passphrase", "secret", "record"),
    ("passphrase", "scrypt$1073741824$8$1$" + "ab" * 16 + "$" + "cd" * 32, "record"),
    ("passphrase", None, "record"),
    ("recent", "a", "paths"),
    ("recent", [1], "paths"),
    ("recent", ["a"] * 21, "20"),
    ("recent", {"a": 1}, "paths"),
]


@pytest.mark.parametrize(("key", "value", "allowed"), BAD)
def test_a_value_that_is_not_allowed_is_refused_in_words(key: str, value: Any, allowed: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings().changed(**{key: value})
    assert key in caught.value.detail
    assert allowed in caught.value.detail


@pytest.mark.parametrize(("key", "value", "allowed"), BAD)
def test_a_bad_value_in_the_file_names_file_key_and_what_is_allowed(
    file: SettingsFile, key: str, value: Any, allowed: str
) -> None:
    # GIVEN a settings file with one value that cannot be used
    write(file, **{"operator": "李工", key: value})
    # WHEN it is loaded
    if key in ("privacy", "lock_minutes", "passphrase"):
        # THEN what protects a patient is never guessed
        with pytest.raises(SettingsError) as caught:
            file.load()
        sentence = caught.value.detail
    else:
        # THEN the default is used, the rest of the file counts, and the operator is told
        loaded = file.load()
        assert loaded == Settings(operator=Settings().operator if key == "operator" else "李工")
        (sentence,) = file.notes
    assert str(file.path) in sentence
    assert key in sentence
    assert allowed in sentence


def test_a_passphrase_record_is_never_shown(file: SettingsFile) -> None:
    assert "ab" * 16 not in repr(Settings(passphrase=RECORD))
    write(file, passphrase="secret words")
    with pytest.raises(SettingsError) as caught:
        file.load()
    assert "secret words" not in str(caught.value)


def test_a_wild_value_is_shown_on_one_short_line(file: SettingsFile) -> None:
    write(file, theme="\x1b[31m" + "x" * 1000)
    file.load()
    (note,) = file.notes
    assert "\x1b" not in note
    assert len(note) < 400


def test_keys_of_another_version_stay(file: SettingsFile) -> None:
    write(file, theme="light", future={"a": [1, 2]}, operator="李工")
    chosen = file.load()
    file.save(chosen.changed(theme="dark"))
    checked = read_checked(file.path)
    assert checked.data is not None
    content = json.loads(checked.data)
    assert content["future"] == {"a": [1, 2]}
    assert (content["theme"], content["operator"]) == ("dark", "李工")


@pytest.mark.parametrize("content", ["[]", '"text"', "null", "7"])
def test_a_file_that_is_no_object_is_damage(file: SettingsFile, content: str) -> None:
    file.path.write_text(content, "utf-8")
    assert file.load() == Settings()
    assert "settings.json.damaged-" in file.notes[0]


@pytest.mark.parametrize("content", ['{"theme": }', '{"theme"', '{"a": ' + "[" * 100_000])
def test_a_slip_of_the_hand_is_a_sentence_that_names_the_file(file: SettingsFile, content: str) -> None:
    file.path.write_text(content, "utf-8")
    with pytest.raises(SettingsError) as caught:
        file.load()
    assert str(file.path) in caught.value.detail
    assert "not JSON" in caught.value.detail
    # THEN what was typed is not lost when the settings are saved all the same
    file.save(Settings())
    assert previous_of(file.path).read_text("utf-8") == content
    assert file.load() == Settings()


def test_a_damaged_file_gives_the_settings_before_it_and_says_so(file: SettingsFile) -> None:
    file.save(Settings(operator="before"))
    file.save(Settings(operator="after"))
    file.path.write_bytes(file.path.read_bytes()[:-4])
    assert file.load().operator == "before"
    assert "settings.json.damaged-" in file.notes[0]
    assert file.load().operator == "before"
    assert file.notes == ()


def test_a_second_console_changes_nothing_on_the_disk(file: SettingsFile) -> None:
    file.save(Settings(operator="before"))
    file.save(Settings(operator="after"))
    file.path.write_bytes(b"bad")
    reader = SettingsFile(file.path, read_only=True)
    assert reader.load().operator == "before"
    with pytest.raises(StoreError, match="another console"):
        reader.save(Settings(operator="third"))
    assert file.path.read_bytes() == b"bad"
    # THEN the console that holds the folder repairs the file when it saves, and says so
    file.save(Settings(operator="third"))
    assert "settings.json.damaged-" in file.notes[0]
    assert file.load().operator == "third"


def test_settings_of_a_newer_format_are_left_alone(file: SettingsFile) -> None:
    file.path.write_bytes(b"#cathlab-store 2 whatever\n{}")
    with pytest.raises(StoreError, match="newer version"):
        file.load()
    with pytest.raises(StoreError, match="newer version"):
        file.save(Settings())
    assert file.path.read_bytes() == b"#cathlab-store 2 whatever\n{}"


def test_a_save_that_fails_leaves_the_settings_before(file: SettingsFile, monkeypatch: pytest.MonkeyPatch) -> None:
    file.save(Settings(operator="before"))

    def no_space(*_arguments: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", no_space)
        with pytest.raises(StoreError, match="full"):
            file.save(Settings(operator="after"))
    assert file.load().operator == "before"


def test_recent_files_are_newest_first_and_once() -> None:
    chosen = Settings()
    for number in range(30):
        chosen = chosen.with_recent(f"/pictures/{number}")
    chosen = chosen.with_recent("/pictures/20")
    assert chosen.recent[:3] == ("/pictures/20", "/pictures/29", "/pictures/28")
    assert len(chosen.recent) == RECENT_COUNT == len(set(chosen.recent))


def test_loading_takes_less_than_two_milliseconds(file: SettingsFile) -> None:
    file.save(Settings(operator="李工", passphrase=RECORD, recent=tuple(f"/pictures/{n}" for n in range(20))))

    def once() -> float:
        begun = time.perf_counter()
        file.load()
        return time.perf_counter() - begun

    assert min(once() for _attempt in range(20)) < 0.002


def test_a_passphrase_opens_with_itself_and_nothing_else() -> None:
    record = hash_passphrase("导管 é")
    assert record.startswith("scrypt$32768$8$1$")
    assert Settings(passphrase=record).passphrase == record
    assert check_passphrase("导管 é", record)
    # THEN it does not matter how the terminal writes an accent
    assert check_passphrase("导管 e\u0301", record)
    assert not check_passphrase("导管 e", record)
    assert not check_passphrase("", record)


def test_the_same_passphrase_makes_another_record_each_time() -> None:
    assert hash_passphrase("same") != hash_passphrase("same")


def test_an_empty_passphrase_is_none() -> None:
    with pytest.raises(SettingsError):
        hash_passphrase("")


@pytest.mark.parametrize(
    "record",
    [
        "",
        "plain",
        "scrypt$32768$8$1$$",
        "scrypt$32768$8$1$zz$" + "cd" * 32,
        "scrypt$32767$8$1$" + "ab" * 16 + "$" + "cd" * 32,
        "scrypt$32768$8$1$" + "ab" * 16 + "$" + "cd" * 31,
        "scrypt$32768$8$1$" + "ab" * 16 + "$" + "cd" * 32 + "$",
        "scrypt$1073741824$8$1$" + "ab" * 16 + "$" + "cd" * 32,
        "scrypt$-1$8$1$" + "ab" * 16 + "$" + "cd" * 32,
    ],
)
def test_a_record_that_is_none_matches_nothing(record: str) -> None:
    assert check_passphrase("", record) is False
    assert check_passphrase("plain", record) is False


def test_every_way_to_draw_that_a_setting_or_the_help_names_exists() -> None:
    terminal = unasked({"LANG": "C.UTF-8"}, (80, 24))
    for mode in {*CHOICES["graphics"], *GRAPHICS}:
        assert choose(mode, terminal, "true").name
    assert set(GRAPHICS) == set(WAYS)
