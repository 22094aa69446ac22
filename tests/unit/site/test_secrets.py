"""Where passwords come from, and that they never stand anywhere in clear."""

import base64
import json
import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.errors import StoreError
from console.paths import ensure_home
from console.site import vault as vault_module
from console.site.keyrings import Keyring, Silent
from console.site.secrets import SecretError, Secrets, variable_of
from console.site.vault import read_vault, write_vault

PHRASE = "four quiet words here"
PASSWORD = "Kä/se+2026&密码"


class Ring:
    """A keyring of the test: what it holds, or how it misbehaves."""

    priority = 5

    def __init__(self, **held: str) -> None:
        self.held = held
        self.misbehave: Callable[[], Any] = lambda: None
        self.asked = 0

    def get_password(self, service: str, name: str) -> str | None:
        self.asked += 1
        self.misbehave()
        return self.held.get(name)

    def set_password(self, service: str, name: str, value: str) -> None:
        self.misbehave()
        self.held[name] = value

    def delete_password(self, service: str, name: str) -> None:
        self.misbehave()
        del self.held[name]


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Ring:
    ring = Ring()
    monkeypatch.setattr("console.site.keyrings._backend", lambda: ring)
    return ring


@pytest.fixture(autouse=True)
def cheap_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests open many vaults; the real cost is one test's matter."""
    monkeypatch.setattr(vault_module, "_N", 2**4)


def secrets(home: Path, passphrase: str | None = PHRASE, **environ: str) -> Secrets:
    return Secrets(home, None if passphrase is None else lambda: passphrase, environ=environ)


def test_keyring_then_environment_then_vault(tmp_path: Path, ring: Ring) -> None:
    # GIVEN the same name in all three places
    ring.held["ris"] = "from the keyring"
    secrets(tmp_path).set("ris", "from the vault")
    environ = {"CATHLAB_SECRET_RIS": "from the environment"}
    # WHEN one after the other goes THEN the next one answers
    assert secrets(tmp_path, **environ).secret("ris") == "from the keyring"
    ring.held.clear()
    assert secrets(tmp_path, **environ).secret("ris") == "from the environment"
    assert secrets(tmp_path).secret("ris") == "from the vault"
    assert secrets(tmp_path).place_of("ris") == "vault"
    assert secrets(tmp_path).secret("other") is None


def test_the_variable_of_a_name() -> None:
    assert variable_of("pacs-b") == "CATHLAB_SECRET_PACS_B"
    assert variable_of("ris.main") == "CATHLAB_SECRET_RIS_MAIN"


def test_a_locked_keyring_holds_up_nobody(tmp_path: Path, ring: Ring) -> None:
    # GIVEN a keyring that waits for a person
    person = threading.Event()
    ring.misbehave = person.wait
    keyring = Keyring(limit_s=0.2)
    found = Secrets(tmp_path, environ={"CATHLAB_SECRET_A": "x"}, keyring=keyring)
    # WHEN sixteen hosts ask at once
    answers: list[str | None] = []
    began = time.monotonic()
    threads = [threading.Thread(target=lambda: answers.append(found.secret("a"))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    # THEN all have the next place's answer after one limit, and the keyring was asked once
    assert answers == ["x"] * 16
    assert time.monotonic() - began < 2
    assert ring.asked == 1
    assert "did not answer" in str(found.troubles[0])
    person.set()


@pytest.mark.parametrize("error", [RuntimeError("locked\nsecond line"), OSError("no bus"), KeyError("x"), SystemExit()])
def test_whatever_a_keyring_raises_is_a_sentence(tmp_path: Path, ring: Ring, error: BaseException) -> None:
    def fail() -> None:
        raise error

    ring.misbehave = fail
    found = secrets(tmp_path)
    assert found.secret("a") is None
    assert "cannot be used" in str(found.troubles[0])
    assert "\n" not in str(found.troubles[0])
    with pytest.raises(SecretError, match="cannot be used"):
        found.set("a", "b", "keyring")


def test_a_system_without_a_keyring_is_nothing_to_tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import keyring
    import keyring.backends.fail

    monkeypatch.setattr(keyring, "get_keyring", keyring.backends.fail.Keyring)
    found = secrets(tmp_path)
    assert found.secret("a") is None
    assert found.troubles == ()
    with pytest.raises(SecretError, match="no keyring"):
        found.set("a", "b", "keyring")


def test_a_password_is_kept_in_the_keyring_and_taken_out_again(tmp_path: Path, ring: Ring) -> None:
    found = secrets(tmp_path)
    found.set("a", PASSWORD, "keyring")
    assert (ring.held, found.place_of("a")) == ({"a": PASSWORD}, "keyring")
    found.remove("a")
    assert ring.held == {}
    assert not found.has_vault


def test_the_practice_site_never_asks_for_a_real_site_s_passwords(tmp_path: Path) -> None:
    ensure_home(tmp_path / "practice", practice=True)
    ensure_home(tmp_path / "real")
    services = {name: Secrets(tmp_path / name)._keyring.service for name in ("practice", "real")}
    assert services["practice"] != services["real"]


def test_the_vault_gives_back_what_it_was_given(tmp_path: Path, ring: Ring) -> None:
    found = secrets(tmp_path)
    found.set("ris", PASSWORD)
    found.set("pacs", "x")
    again = secrets(tmp_path)
    assert (again.names(), again.secret("ris")) == (("pacs", "ris"), PASSWORD)
    again.remove("ris")
    assert secrets(tmp_path).names() == ("pacs",)


def forms(password: str) -> list[bytes]:
    raw = password.encode()
    found = [raw, base64.b64encode(raw).rstrip(b"="), quote(password, safe="").encode(), raw[::-1], raw.hex().encode()]
    return [
        *found,
        password.encode("utf-16-le"),
        password.encode("gb18030", "replace"),
        json.dumps(password).encode()[1:-1],
    ]


@settings(max_examples=30, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=6, max_size=40))
def test_no_form_of_a_password_stands_in_the_vault(tmp_path_factory: pytest.TempPathFactory, password: str) -> None:
    # GIVEN a vault that held two passwords, one after the other
    home = tmp_path_factory.mktemp("vault")
    write_vault(home, PHRASE, {"ris": password})
    write_vault(home, PHRASE, {"ris": password + "2"})
    assert read_vault(home, PHRASE) == {"ris": password + "2"}
    # WHEN every file is searched THEN neither it nor the passphrase stands there
    files = list(home.iterdir())
    assert len(files) == 2
    for file in files:
        content = file.read_bytes()
        assert not [form for form in [*forms(password), *forms(PHRASE)] if form in content]


def test_two_writes_of_the_same_differ_everywhere(tmp_path: Path) -> None:
    heads = []
    for number in range(2):
        home = tmp_path / str(number)
        home.mkdir()
        write_vault(home, PHRASE, {"a": "same"})
        heads.append(json.loads((home / "vault.json").read_bytes().split(b"\n", 1)[1]))
    assert heads[0]["kdf"]["salt"] != heads[1]["kdf"]["salt"]
    assert heads[0]["nonce"] != heads[1]["nonce"]
    assert heads[0]["sealed"] != heads[1]["sealed"]


def test_the_length_of_a_vault_does_not_tell_how_long_a_password_is(tmp_path: Path) -> None:
    sizes = set()
    for password in ("x", "x" * 300):
        write_vault(tmp_path, PHRASE, {"a": password})
        sizes.add(len((tmp_path / "vault.json").read_bytes()))
    assert len(sizes) == 1


def test_only_its_owner_may_read_the_vault(tmp_path: Path) -> None:
    write_vault(tmp_path, PHRASE, {"a": "b"})
    if os.name == "posix":
        assert (tmp_path / "vault.json").stat().st_mode & 0o077 == 0


def test_a_wrong_passphrase_is_a_sentence_and_the_others_places_still_serve(tmp_path: Path, ring: Ring) -> None:
    secrets(tmp_path).set("a", PASSWORD)
    wrong = secrets(tmp_path, "not this one", CATHLAB_SECRET_B="y")
    assert wrong.secret("a") is None
    assert wrong.secret("b") == "y"
    assert "passphrase is wrong" in str(wrong.troubles[0])
    with pytest.raises(SecretError, match="passphrase is wrong"):
        wrong.check_vault()
    # WHEN something is to be kept THEN the vault with the other passphrase is not overwritten
    with pytest.raises(SecretError, match="passphrase is wrong"):
        wrong.set("c", "z")
    assert secrets(tmp_path).names() == ("a",)


def test_a_vault_without_a_passphrase_says_that_it_is_locked(tmp_path: Path, ring: Ring) -> None:
    secrets(tmp_path).set("a", PASSWORD)
    locked = secrets(tmp_path, None)
    assert locked.secret("a") is None
    assert "locked" in str(locked.troubles[0])
    with pytest.raises(SecretError, match="needs its passphrase"):
        locked.set("b", "x")


def test_a_short_passphrase_is_refused_before_anything_is_written(tmp_path: Path, ring: Ring) -> None:
    with pytest.raises(SecretError, match="fewer than 8"):
        secrets(tmp_path, "short").set("a", "b")
    assert list(tmp_path.iterdir()) == []


def test_the_same_passphrase_typed_by_another_input_method_opens(tmp_path: Path) -> None:
    write_vault(tmp_path, "Kaffee Müller １２", {"a": "b"})
    assert read_vault(tmp_path, "Kaffee Mu\u0308ller 12") == {"a": "b"}


def test_a_changed_passphrase_shuts_out_the_old_one_and_its_copy(tmp_path: Path, ring: Ring) -> None:
    found = secrets(tmp_path)
    found.set("a", PASSWORD)
    found.set("b", "x")
    found.change_passphrase("another long phrase")
    assert found.secret("a") == PASSWORD
    assert secrets(tmp_path, "another long phrase").secret("a") == PASSWORD
    assert secrets(tmp_path).secret("a") is None
    assert [path.name for path in tmp_path.iterdir()] == ["vault.json"]


def rewritten(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Tamper with a vault and make its checksum fit again, as somebody who knows the format would."""
    from console.store.files import write_checked

    content = json.loads(path.read_bytes().split(b"\n", 1)[1])
    change(content)
    write_checked(path, json.dumps(content).encode())


@pytest.mark.parametrize(
    "change",
    [
        lambda vault: vault.update(sealed=base64.b64encode(b"x" * 200).decode()),
        lambda vault: vault.update(sealed=""),
        lambda vault: vault.update(sealed="no base64!"),
        lambda vault: vault.update(nonce=""),
        lambda vault: vault.pop("nonce"),
        lambda vault: vault.pop("kdf"),
        lambda vault: vault["kdf"].update(n=2**40),
        lambda vault: vault["kdf"].update(n=15),
        lambda vault: vault["kdf"].update(n="16"),
        lambda vault: vault["kdf"].update(p=10**9),
        lambda vault: vault["kdf"].update(r=True, n=-1),
        lambda vault: vault["kdf"].update(name="none"),
        lambda vault: vault["kdf"].update(extra="x"),
        lambda vault: vault.update(cathlab_vault=0),
        lambda vault: vault.update(cathlab_vault=2),
        lambda vault: vault.update(cathlab_vault="1"),
    ],
)
def test_a_vault_that_was_tampered_with_is_a_sentence(tmp_path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    write_vault(tmp_path, PHRASE, {"a": PASSWORD})
    rewritten(tmp_path / "vault.json", change)
    began = time.monotonic()
    with pytest.raises(SecretError) as caught:
        read_vault(tmp_path, PHRASE)
    assert time.monotonic() - began < 5
    assert PASSWORD not in str(caught.value)
    assert PHRASE not in str(caught.value)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_changed_byte_goes_unseen(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    # GIVEN a vault of one generation
    home = tmp_path_factory.mktemp("vault")
    write_vault(home, PHRASE, {"a": PASSWORD})
    path = home / "vault.json"
    raw = bytearray(path.read_bytes())
    # WHEN any byte is another one, or the end is missing
    place = data.draw(st.integers(0, len(raw) - 1))
    if data.draw(st.booleans()):
        raw[place] ^= data.draw(st.integers(1, 255))
    else:
        del raw[place:]
    path.write_bytes(raw)
    # THEN nothing is read out of it
    with pytest.raises((SecretError, StoreError)):
        read_vault(home, PHRASE)


def test_damage_falls_back_to_the_generation_before(tmp_path: Path, ring: Ring) -> None:
    found = secrets(tmp_path)
    found.set("a", "x")
    found.set("b", "y")
    (tmp_path / "vault.json").write_bytes(b"\0" * 100)
    assert secrets(tmp_path).names() == ("a",)


def test_a_vault_that_may_not_be_read_is_a_sentence(tmp_path: Path, ring: Ring) -> None:
    (tmp_path / "vault.json").mkdir()
    found = secrets(tmp_path)
    assert found.secret("a") is None
    assert "stays closed" in str(found.troubles[0])


def test_a_name_or_a_password_that_is_empty_is_refused(tmp_path: Path, ring: Ring) -> None:
    for name, value in (("", "x"), ("a", ""), ("a", "x\0y")):
        with pytest.raises(SecretError):
            secrets(tmp_path).set(name, value)
    assert secrets(tmp_path).secret("") is None


def test_nothing_that_is_shown_or_logged_holds_a_password(
    tmp_path: Path, ring: Ring, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        found = secrets(tmp_path)
        found.set("a", PASSWORD)
        found.secret("a")
        shown = repr(found) + str(found) + repr(vars(found)["_keyring"]) + caplog.text + str(found.troubles)
    assert PASSWORD not in shown
    assert PHRASE not in shown


def test_the_real_cost_of_a_try_is_what_slows_down_guessing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    write_vault(tmp_path, PHRASE, {"a": "b"})
    kdf = json.loads((tmp_path / "vault.json").read_bytes().split(b"\n", 1)[1])["kdf"]
    # OWASP's advice for scrypt is at least 32 MB, N = 2**15, r = 8, p = 3, or as much work in another shape.
    assert kdf["n"] * kdf["r"] * 128 >= 32 * 2**20
    assert kdf["n"] * kdf["r"] * kdf["p"] >= 2**15 * 8 * 3
    assert read_vault(tmp_path, PHRASE) == {"a": "b"}


def test_a_silent_keyring_is_not_asked_twice(ring: Ring) -> None:
    person = threading.Event()
    ring.misbehave = person.wait
    keyring = Keyring(limit_s=0.1)
    for _ in range(3):
        with pytest.raises(Silent):
            keyring.get("a")
    assert ring.asked == 1
    person.set()
