"""What every test stands on: a home folder of its own, one language, a still screen, no network, no silent skip."""

import os
import socket
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

# Textual reads these when it is first imported, so they are set before any test module is.
os.environ["TEXTUAL_ANIMATIONS"] = "none"
os.environ["TEXTUAL_DISABLE_KITTY_KEY"] = "1"
os.environ["COLORTERM"] = "truecolor"
for _name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "TEXTUAL_COLOR_SYSTEM", "TEXTUAL_THEME"):
    os.environ.pop(_name, None)
# Messages in English, characters in UTF-8: LC_ALL would decide both.
os.environ.pop("LC_ALL", None)
os.environ["LANG"] = "C.UTF-8"
os.environ["LC_MESSAGES"] = "en_US.UTF-8"

import pytest

from console.i18n import set_language


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where CI=true everything a test needs has to be there, so a skip is a failure, whoever asked for it."""
    report = yield
    if os.environ.get("CI") == "true" and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not accept: {_reason(report.longrepr)}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a module that skips itself while it is imported."""
    report = yield
    if os.environ.get("CI") == "true" and report.outcome == "skipped":
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not accept: {_reason(report.longrepr)}"
    return report


def _reason(longrepr: object) -> str:
    return str(longrepr[2]) if isinstance(longrepr, tuple) else str(longrepr)


@pytest.fixture(autouse=True)
def isolated_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder that no other test sees, and no user folder of whoever runs the tests."""
    home = tmp_path_factory.mktemp("cathlab-home")
    monkeypatch.setenv("CATHLAB_HOME", str(home))
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "LOCALAPPDATA", "APPDATA"):
        monkeypatch.setenv(name, str(home / "user"))
    return home


@pytest.fixture(autouse=True)
def english() -> Generator[None]:
    """Sentences are asserted in the source language; a test of another one switches itself."""
    set_language("en")
    yield
    set_language("en")


@pytest.fixture(autouse=True)
def still_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    """A blinking cursor makes every other snapshot differ."""
    if "textual" not in sys.modules:
        return
    from textual.widgets import Input, TextArea

    for widget in (Input, TextArea):
        monkeypatch.setattr(widget.cursor_blink, "_default", False)


@pytest.fixture(autouse=True)
def strict_pydicom(monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt keyword is an error in a test; pydicom would only warn. Only where pydicom is in the process."""
    if "pydicom" in sys.modules:
        from pydicom import config

        monkeypatch.setattr(config, "INVALID_KEYWORD_BEHAVIOR", "RAISE")
        monkeypatch.setattr(config, "INVALID_KEY_BEHAVIOR", "RAISE")


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only this machine may be reached: a hospital's console has nothing else, and neither do its tests."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def check(address: object) -> None:
        host = address[0] if isinstance(address, tuple) else None
        if host is not None and not (host in ("localhost", "::1", "") or str(host).startswith("127.")):
            raise AssertionError(f"a test tried to reach {host}; tests stay on this machine")

    def guarded_connect(self: socket.socket, address: Any) -> None:
        check(address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        check(address)
        return connect_ex(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
