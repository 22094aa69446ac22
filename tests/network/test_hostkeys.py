"""Which host keys are trusted, and that the file says the same after every accident."""

import base64
import json
import threading
from pathlib import Path

import pytest

from console.checks.transports.hostkeys import FILE, HostKeys, fingerprint
from console.errors import StoreError
from console.model.check_run import TrustQuestion


def question(address: str = "10.0.0.2", port: int = 22, kind: str = "ssh-ed25519", key: bytes = b"k") -> TrustQuestion:
    return TrustQuestion("pacs", address, port, kind, fingerprint(key), base64.b64encode(key).decode())


def test_several_types_of_one_host_are_kept_side_by_side(tmp_path: Path) -> None:
    # GIVEN two keys of different types for one address
    keys = HostKeys(tmp_path)
    keys.add(question(key=b"one"))
    keys.add(question(kind="ssh-rsa", key=b"two"))
    # WHEN they are read by another store THEN both are there, and only at that address and port
    again = HostKeys(tmp_path)
    assert set(again.trusted("10.0.0.2", 22)) == {"ssh-ed25519", "ssh-rsa"}
    assert again.trusted("10.0.0.2", 2222) == {}
    assert again.trusted("10.0.0.3", 22) == {}


def test_names_do_not_depend_on_upper_and_lower_case(tmp_path: Path) -> None:
    # GIVEN a host by name WHEN it is looked up otherwise written THEN it is the same
    keys = HostKeys(tmp_path)
    keys.add(question("PACS.local"))
    assert keys.trusted("pacs.LOCAL", 22)


def test_a_forgotten_host_is_a_stranger_again(tmp_path: Path) -> None:
    # GIVEN a trusted host
    keys = HostKeys(tmp_path)
    keys.add(question())
    # WHEN it is forgotten THEN nothing is trusted, and a second time there is nothing to forget
    assert keys.forget("10.0.0.2", 22)
    assert keys.trusted("10.0.0.2", 22) == {}
    assert not keys.forget("10.0.0.2", 22)


def test_a_key_that_does_not_fit_its_fingerprint_is_refused(tmp_path: Path) -> None:
    # GIVEN a question whose key was exchanged on the way
    good = question()
    bad = TrustQuestion("pacs", "10.0.0.2", 22, good.key_type, good.fingerprint, base64.b64encode(b"other").decode())
    # WHEN it is trusted THEN it is not
    with pytest.raises(ValueError, match="fingerprint"):
        HostKeys(tmp_path).add(bad)
    assert not (tmp_path / FILE).exists()


def test_a_damaged_file_falls_back_to_the_one_before(tmp_path: Path) -> None:
    # GIVEN two generations, and the newer one damaged
    keys = HostKeys(tmp_path)
    keys.add(question(key=b"one"))
    keys.add(question("10.0.0.9", key=b"two"))
    path = tmp_path / FILE
    path.write_bytes(path.read_bytes()[:-5])
    # WHEN it is read THEN the first key is still trusted
    assert HostKeys(tmp_path).trusted("10.0.0.2", 22)


def test_something_else_in_the_file_is_an_error_and_not_an_empty_store(tmp_path: Path) -> None:
    # GIVEN files that are whole and hold something else
    from console.store.files import write_checked

    contents: tuple[object, ...] = (
        [],
        {"format": 1},
        {"format": 9, "keys": {}},
        {"format": 1, "keys": {"a": 7}},
        {"format": 1, "keys": []},
    )
    for content in contents:
        write_checked(tmp_path / FILE, json.dumps(content).encode())
        # WHEN a host is looked up THEN nobody says that it is unknown
        with pytest.raises(StoreError):
            HostKeys(tmp_path).trusted("10.0.0.2", 22)


def test_a_console_that_only_reads_keeps_nothing(tmp_path: Path) -> None:
    # GIVEN a second console WHEN it trusts a key THEN it is told that it may not
    with pytest.raises(StoreError):
        HostKeys(tmp_path, read_only=True).add(question())


def test_threads_that_trust_at_once_lose_nothing(tmp_path: Path) -> None:
    # GIVEN eight threads with a host each
    keys = HostKeys(tmp_path)
    threads = [threading.Thread(target=keys.add, args=(question(f"10.0.1.{number}"),)) for number in range(8)]
    # WHEN they trust at once
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # THEN all are there
    assert all(HostKeys(tmp_path).trusted(f"10.0.1.{number}", 22) for number in range(8))
