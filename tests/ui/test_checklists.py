"""The checklists and the home page, on a site whose neighbours the test itself opens and closes."""

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from console.app import ConsoleApp
from console.model.check_run import Selection
from console.model.checks import Status
from console.screens.checklists.screen import ChecklistsScreen
from console.screens.dialogs.ask import AskText, Choose
from console.screens.dialogs.form import Form
from console.screens.dialogs.listing import Decide, ListPanel
from console.screens.home.screen import HomeScreen
from console.site.reading import load_site
from console.widgets.line_list import LineList
from tests.ui.conftest import Desk, bars, screen_text, until

SIZE = (120, 36)
TEXT = """
[site]
name = "Ward"

[[interface]]
id = "his"
kind = "tcp"
address = "127.0.0.1"
port = {port}

[[display]]
id = "reading-1"
maker = "EIZO"
calibration_due = 2026-11-30
"""
FEW = """
[[check]]
id = "net.interface"
kind = "tcp"
title = {{ en = "Interface answers", zh = "接口有应答" }}
of = "interface"
contract = ["S4"]
remedy = "telnet {{address}} {{port}}"
confirm_after_s = 0.05
timeout = "{timeout}"
"""


@pytest.fixture
def door() -> Iterator[socket.socket]:
    """A port of this machine that nobody listens on yet."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        yield found


def ward(desk: Desk, port: int, timeout: str = "5s") -> Path:
    """A site with one neighbour, and a catalogue with one check."""
    home = desk.services.home
    (home / "site.toml").write_text(TEXT.format(port=port), "utf-8")
    shipped = home / "checks"
    shipped.mkdir(exist_ok=True)
    (shipped / "few.toml").write_text(FEW.format(timeout=timeout), "utf-8")
    return home / "site.toml"


def checks(app: ConsoleApp) -> ChecklistsScreen:
    assert isinstance(app.screen, ChecklistsScreen)
    return app.screen


def row_of(app: ConsoleApp, check: str = "net.interface") -> Status | None:
    rows = [row for row in checks(app).board.rows if row.check == check]
    return rows[0].status if rows else None


async def at_checks(pilot: Pilot[int], app: ConsoleApp) -> None:
    await until(pilot, lambda: app.services.checkroom.ready)
    await pilot.press("f3")
    await until(pilot, lambda: isinstance(app.screen, ChecklistsScreen) and bool(app.screen.query("#checks")))


async def only(pilot: Pilot[int], app: ConsoleApp) -> None:
    """Run the one check of the test alone, and wait for its end."""
    checks(app).start_run(Selection(checks=("net.interface",)))
    await until(pilot, lambda: app.services.checkroom.running)
    await until(pilot, lambda: not app.services.checkroom.running and not checks(app).board.running, 30)


async def test_a_neighbour_that_is_down_turns_red_and_green_again(desk: Desk, door: socket.socket) -> None:
    # GIVEN a site whose one interface nobody listens on
    ward(desk, door.getsockname()[1])
    app = desk.app()
    async with app.run_test(size=SIZE) as pilot:
        await at_checks(pilot, app)
        assert "Nothing was checked yet" in screen_text(app)
        # WHEN it is asked THEN the row is red, with proof and remedy, and every screen says so
        await only(pilot, app)
        await until(pilot, lambda: row_of(app) is Status.CRIT)
        assert "What to do" in screen_text(app)
        assert "Evidence" in screen_text(app)
        assert "1 critical" in bars(app)[0]
        await pilot.press("f2")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen) and "his" in screen_text(app))
        await until(pilot, lambda: "EIZO" in screen_text(app))
        # WHEN somebody listens again THEN one key asks again, and the change is told
        door.listen()
        app.screen.query_one("#now").focus()
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ChecklistsScreen))
        await pilot.press("t")
        await until(pilot, lambda: row_of(app) is Status.OK, 30)
        await until(pilot, lambda: not app.services.checkroom.running)
        await pilot.press("b")
        await until(pilot, lambda: isinstance(app.screen, Choose))
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, ListPanel))
        assert "fixed" in screen_text(app)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, ChecklistsScreen) and "fixed" in screen_text(app))


async def test_what_somebody_works_on_and_what_the_hospital_accepts(desk: Desk, door: socket.socket) -> None:
    ward(desk, door.getsockname()[1])
    app = desk.app()
    async with app.run_test(size=SIZE) as pilot:
        await at_checks(pilot, app)
        await only(pilot, app)
        # WHEN the risk is accepted, with a name and a reason
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, Choose))
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, AskText))
        await pilot.press(*"moved", "enter")
        await until(pilot, lambda: isinstance(app.screen, AskText) and not app.screen.query_one(Input).value)
        await pilot.press(*"Wang", "enter")
        await until(pilot, lambda: isinstance(app.screen, Choose))
        await pilot.press("enter")
        # THEN it counts no more, its verdict stands, and the record is on disk
        await until(pilot, lambda: isinstance(app.screen, ChecklistsScreen) and checks(app).board.rows[0].quiet)
        assert row_of(app) is Status.CRIT
        assert "critical" not in bars(app)[0]
        assert "Wang" in screen_text(app)
        files = list(desk.services.home.glob("overlays-*.json"))
        assert len(files) == 1
        assert "moved" in files[0].read_text("utf-8")


async def test_a_stopped_run_leaves_no_old_green(desk: Desk, door: socket.socket) -> None:
    # GIVEN a neighbour that was green
    door.listen()
    ward(desk, door.getsockname()[1])
    app = desk.app()
    async with app.run_test(size=SIZE) as pilot:
        await at_checks(pilot, app)
        await only(pilot, app)
        await until(pilot, lambda: row_of(app) is Status.OK)
        # WHEN everything is asked and stopped at once
        await pilot.press("r")
        await until(pilot, lambda: app.services.checkroom.running)
        await pilot.press("escape")
        await until(pilot, lambda: not app.services.checkroom.running and not checks(app).board.running, 30)
        # THEN what was not asked says so
        statuses = {row.status for row in checks(app).board.rows}
        assert None not in statuses
        assert Status.SKIPPED in statuses or app.services.checkroom.board(app.services.clock().date()).stopped


async def test_filters_and_searching_narrow_the_list(desk: Desk, door: socket.socket) -> None:
    ward(desk, door.getsockname()[1])
    app = desk.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await at_checks(pilot, app)
        await only(pilot, app)
        await pilot.press("slash", *"nothing")
        await until(pilot, lambda: "Nothing fits" in screen_text(app))
        await pilot.press("enter", "escape")
        await until(pilot, lambda: "Interface" in screen_text(app))
        # On a narrow terminal enter shows the proof in place of the list, and esc brings it back.
        await pilot.press("enter")
        await until(pilot, lambda: "Evidence" in screen_text(app))
        await pilot.press("escape")
        await until(pilot, lambda: "Evidence" not in screen_text(app))
        await pilot.press("f", "f", "c", "c", "g")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "hosts")


async def test_findings_are_exported_for_people_and_programs(desk: Desk, door: socket.socket, tmp_path: Path) -> None:
    ward(desk, door.getsockname()[1])
    app = desk.app()
    async with app.run_test(size=SIZE) as pilot:
        await at_checks(pilot, app)
        await only(pilot, app)
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, Choose))
        await pilot.press("down", "down", "enter")
        await until(pilot, lambda: isinstance(app.screen, AskText))
        app.screen.query_one(Input).value = str(tmp_path / "out.json")
        await pilot.press("enter")
        await until(pilot, lambda: (tmp_path / "out.json").is_file())
    found = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert [finding["status"] for finding in found["findings"]] == ["CRIT"]


async def test_a_new_installation_begins_in_one_of_three_ways(desk: Desk) -> None:
    app = desk.app()
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "No site yet" in screen_text(app))
        # Looking at the example changes nothing unless it is wanted.
        await pilot.press("2")
        await until(pilot, lambda: isinstance(app.screen, Decide))
        await pilot.press("escape")
        assert not (desk.services.home / "site.toml").exists()
        # Learning this machine writes what was confirmed.
        await pilot.press("1")
        await until(pilot, lambda: isinstance(app.screen, Choose), 30)
        await pilot.press("enter")
        await until(pilot, lambda: (desk.services.home / "site.toml").is_file())
        await until(pilot, lambda: "No site yet" not in screen_text(app))
    assert load_site(desk.services.home / "site.toml").hosts[0].via == "local"


async def test_pictures_only_is_remembered(desk: Desk) -> None:
    app = desk.app()
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "No site yet" in screen_text(app))
        await pilot.press("3")
        await until(pilot, lambda: "No site yet" not in screen_text(app))
        assert desk.services.preferences.now.pictures_only


async def test_a_site_grows_by_a_form_and_says_what_is_wrong(desk: Desk, door: socket.socket) -> None:
    path = ward(desk, door.getsockname()[1])
    app = desk.app()
    async with app.run_test(size=SIZE) as pilot:
        await at_checks(pilot, app)
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, Choose))
        names = [str(option.prompt) for option in app.screen.query_one(OptionList).options]
        place = next(at for at, name in enumerate(names) if name.startswith("Interface"))
        await pilot.press(*["down"] * place, "enter")
        await until(pilot, lambda: isinstance(app.screen, Choose) and "Add" in screen_text(app))
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, Form))
        form = app.screen
        assert isinstance(form, Form)
        # WHEN it is filled in wrongly THEN the form says what, and nothing is lost
        place_of = {field.key: at for at, field in enumerate(form._fields)}

        def fill(key: str, value: str) -> None:
            app.screen.query_one(f"#field-{place_of[key]}", Input).value = value

        fill("id", "pacs-web")
        fill("kind", "http")
        fill("port", "99999")
        app.screen.query_one("#choices").focus()
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Form) and app.screen is not form)
        await until(pilot, lambda: "99999" in screen_text(app))
        fill("port", "")
        fill("url", "https://127.0.0.1:8443/")
        app.screen.query_one("#choices").focus()
        await pilot.press("enter")
        await until(pilot, lambda: not isinstance(app.screen, Form))
    site = load_site(path)
    assert [interface.id for interface in site.interfaces] == ["his", "pacs-web"]


async def test_a_site_file_with_mistakes_is_named_and_no_check_runs(desk: Desk) -> None:
    (desk.services.home / "site.toml").write_text("[site]\nnme = 1\n[[host]]\n", "utf-8")
    app = desk.app()
    async with app.run_test(size=SIZE) as pilot:
        await at_checks(pilot, app)
        await pilot.press("r")
        await until(pilot, lambda: "nme" in screen_text(app))
        assert not app.services.checkroom.running


async def test_what_is_missing_around_the_checks_is_noted(desk: Desk, door: socket.socket) -> None:
    # GIVEN an entry of the home folder's catalogue that cannot be used
    ward(desk, door.getsockname()[1])
    (desk.services.home / "checks" / "bad.toml").write_text('[[check]]\nid = "x.y"\nkind = "tcpp"\n', "utf-8")
    app = desk.app()
    async with app.run_test(size=SIZE) as pilot:
        # WHEN the checklists open
        await at_checks(pilot, app)
        # THEN the line below says that there is a note, and one key reads it
        await until(pilot, lambda: "1 note (w)" in screen_text(app))
        await pilot.press("w")
        await until(pilot, lambda: isinstance(app.screen, ListPanel))
        await until(pilot, lambda: "tcpp" in screen_text(app))


async def test_privacy_hides_what_logs_and_file_names_may_say_of_patients(desk: Desk, tmp_path: Path) -> None:
    # GIVEN a folder of waiting files, the oldest too old
    home = desk.services.home
    waiting = tmp_path / "pending"
    waiting.mkdir()
    (waiting / "ZHANG^SAN.dcm").write_bytes(b"x")
    os.utime(waiting / "ZHANG^SAN.dcm", (1_600_000_000, 1_600_000_000))
    (home / "site.toml").write_text(
        '[site]\nname = "Ward"\n[[host]]\nid = "here"\naddress = "127.0.0.1"\nvia = "local"\n'
        f'[[queue]]\nid = "send"\nkind = "folder"\nhost = "here"\npath = "{waiting}"\n',
        "utf-8",
    )
    app = desk.app()
    async with app.run_test(size=(150, 40)) as pilot:
        await at_checks(pilot, app)
        checks(app).start_run(Selection(checks=("queue.folder",)))
        await until(pilot, lambda: row_of(app, "queue.folder") is Status.CRIT, 30)
        await until(pilot, lambda: not app.services.checkroom.running)
        screen = checks(app)
        screen.show_row(next(row.key for row in screen.board.rows if row.check == "queue.folder"))
        assert "ZHANG" in _proof(app)
        # WHEN privacy is switched on
        await pilot.press("f8")
        # THEN neither the proof nor the home page names the file
        await until(pilot, lambda: "ZHANG" not in _proof(app))
        await pilot.press("f2")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen) and "send" in screen_text(app))
        assert "ZHANG" not in screen_text(app)


def _proof(app: ConsoleApp) -> str:
    """Everything that the proof says, also what has to be scrolled to."""
    proof = checks(app).query_one("#proof", LineList)
    return "\n".join(line.text for line in proof.lines)
