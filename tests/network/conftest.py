"""Accounts and servers that the tests of one run share; nobody changes them."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.network.sshd import Accounts, Sshd


@pytest.fixture(scope="session")
def accounts() -> Iterator[Accounts]:
    """Accounts and keys, where another account can reach them, which pytest's own folders (0700) are not."""
    with tempfile.TemporaryDirectory(prefix="cathlab-sshd-") as folder:
        yield Accounts(Path(folder))


@pytest.fixture(scope="session")
def server(accounts: Accounts) -> Iterator[Sshd]:
    """An ordinary server with two host keys."""
    with Sshd(accounts, host_keys=("ed25519", "rsa")) as server:
        yield server
