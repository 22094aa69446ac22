"""One picture of each screen: what no other test would see, a line cut, a border gone, a colour on the wrong place.

After a change on purpose: look at snapshot_report.html, which a failing run leaves, then draw them again with
`python -m pytest tests/ui/test_snapshots.py --snapshot-update`.
"""

import errno
import importlib.metadata
import re
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from textual.pilot import Pilot

from console.app import ConsoleApp
from console.graphics.choice import GraphicsChoice
from console.graphics.encoder import choose
from console.i18n import _, set_language
from console.measuredesk import MeasureBook
from console.model.check_run import Selection
from console.model.checks import Evidence, Finding, Metric, Status
from console.model.diagnosis import Confidence, Diagnosis, DoctorReport, Severity
from console.model.measuring import Shape, ShapeKind
from console.model.places import Entry, Listing
from console.model.sentence import NOTHING, Sentence, Words
from console.screens.dialogs.ask import AskText
from console.screens.dialogs.error import ErrorPanel
from console.screens.dialogs.files import FileDialog
from console.screens.dialogs.help import HelpPanel
from console.screens.dialogs.lock import LockScreen
from console.screens.dialogs.palette import Palette
from console.screens.dialogs.small import TooSmall
from console.screens.home.screen import HomeScreen
from console.screens.inspections.form import FormScreen
from console.screens.repair.screen import RepairScreen
from console.screens.settings.screen import SettingsScreen
from console.screens.terminal.screen import TerminalScreen
from console.screens.viewer.header import HeaderScreen
from console.screens.viewer.measurements import MeasurementsScreen
from console.screens.viewer.screen import ViewerScreen
from console.settings import hash_passphrase
from console.store.history import History
from console.store.trouble import cannot_write
from tests.archives import fill
from tests.phantoms import write_cine
from tests.ui.conftest import TERMINAL, Desk, screen_text, until
from tests.ui.test_console import shown_lines
from tests.ui.test_inspections import draft
from tests.ui.test_inspections import ward as ward
from tests.ui.test_studies import WARD
from tests.ui.test_studies_files import disc as disc
from tests.ui.test_studies_files import take_in
from tests.unit.dicom.made_reports import accumulated, irradiation, save, structured

SMALL, LARGE = (80, 24), (120, 36)
"""The server's console and a laptop."""

Compare = Callable[..., bool]
Steps = Callable[[Pilot[int]], Awaitable[None]]

CONSTRAINTS = (Path(__file__).parents[2] / "constraints.txt").read_text(encoding="utf-8")
PINNED = dict(re.findall(r"^(textual|rich|pytest-textual-snapshot)==(\S+)", CONSTRAINTS, re.MULTILINE))
OTHERS = {name: found for name, pin in PINNED.items() if (found := importlib.metadata.version(name)) != pin}

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="the snapshots show paths as POSIX writes them"),
    pytest.mark.skipif(bool(OTHERS), reason=f"drawn with the versions of constraints.txt, here are {OTHERS}"),
]

DISC = Path("/mnt/disc/心内科 2026-11")
RECENT = tuple(
    str(path)
    for path in (
        DISC / "0001-LCA-RAO30-CAU15.dcm",
        DISC / "0002-RCA-LAO45.dcm",
        Path("/srv/pacs/incoming/1.2.826.0.1.3680043.8.498.20261120093215.17.3/IM000001"),
    )
)
ENTRIES = (
    Entry("存档 archive", True, 0),
    Entry("inner", True, 0),
    Entry("0001-LCA-RAO30-CAU15.dcm", False, 9_437_184),
    Entry("0002-RCA-LAO45.dcm", False, 1_200),
    Entry(
        "一个很长的文件名，长到一行放不下，必须用省略号截断，否则会把右边的大小挤掉或者折到下一行去，还没有完.dcm",
        False,
        734_003_200,
    ),
)


@pytest.fixture(params=["zh"])
def language(request: pytest.FixtureRequest) -> str:
    """Chinese, the working language, unless a test asks for both."""
    return str(request.param)


@pytest.fixture(params=[SMALL, LARGE], ids=["80x24", "120x36"])
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    """Columns and rows."""
    columns, rows = request.param
    return columns, rows


@pytest.fixture(autouse=True)
def fixed_words(monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    """The language, and one version for ever: a release must not redraw anything."""
    set_language(language)
    monkeypatch.setattr("console.screens.home.screen.__version__", "1.0.0")


def console(desk: Desk, *paths: Path, **settings: object) -> ConsoleApp:
    """A console in the language in force, on a home folder that every machine calls by the same name."""
    desk.services.preferences.change(operator="李工", **settings)
    facts = (
        _("terminal: {name}").format(name="xterm"),
        _("colours: {depth}").format(depth=_("true colour")),
        _("pictures: {mode}").format(mode="half"),
        _("decoders: all"),
    )
    services = replace(desk.services, home=Path("/srv/cathlab-home"))
    return ConsoleApp(services, lambda: choose("half", TERMINAL, "true"), start_with=paths, machine_facts=lambda: facts)


def studies(desk: Desk, **settings: object) -> ConsoleApp:
    """A console on the real home folder of the test: the studies screen reads the index in it, and does not name it."""
    desk.services.preferences.change(operator="李工", **settings)
    return ConsoleApp(desk.services, lambda: choose("half", TERMINAL, "true"))


def home_is_shown(app: ConsoleApp) -> bool:
    """Listed and drawn, the top line with the operator and what is known of the site included."""
    text = screen_text(app)
    if not (isinstance(app.screen, HomeScreen) and "F10" in text and "李工" in text and app.services.checkroom.ready):
        return False
    return not app.screen.begins or _("No site yet. How do you want to begin?") in text


def pressed(app: ConsoleApp, *keys: str, then: Callable[[], bool]) -> Steps:
    """Wait for home, press `keys`, wait until `then` holds."""

    async def steps(pilot: Pilot[int]) -> None:
        await until(pilot, lambda: home_is_shown(app))
        for key in keys:
            await pilot.press(key)
        await until(pilot, then)

    return steps


def listed(app: ConsoleApp, *keys: str, then: Callable[[], bool]) -> Steps:
    """Go to the studies, wait until they stand there, press `keys`, wait until `then` holds."""

    async def steps(pilot: Pilot[int]) -> None:
        await pressed(app, "f4", then=lambda: "张敏" in screen_text(app))(pilot)
        await pilot.press(*keys)
        await until(pilot, then)

    return steps


def picture(folder: Path) -> Path:
    """A cine whose frames are nearly black and white: a picture of few colours makes a small file."""
    path = folder / "run.dcm"
    write_cine(
        path,
        frames=6,
        size=32,
        WindowCenter=150,
        WindowWidth=40,
        PositionerPrimaryAngle="32.1",
        PositionerSecondaryAngle="2.0",
        ImagerPixelSpacing=["0.308", "0.308"],
        StudyDescription="冠状动脉造影",
        SeriesDescription="LCA",
        InstitutionName="市第一医院",
        AccessionNumber="A20261120001",
    )
    return path


async def painted(pilot: Pilot[int]) -> None:
    """Wait until the first frame is drawn and every frame decoded, so that the line below it says nothing new."""
    app = pilot.app
    assert isinstance(app, ConsoleApp)
    await until(pilot, lambda: isinstance(app.screen, ViewerScreen) and "1/6" in screen_text(app))

    def still() -> bool:
        assert isinstance(app.screen, ViewerScreen)
        playback = app.screen.playback
        return playback is not None and playback.state().cached == 6 and "%" not in screen_text(app)

    await until(pilot, lambda: still() and "▀" in screen_text(app))


def header(app: ConsoleApp) -> Steps:
    async def steps(pilot: Pilot[int]) -> None:
        await painted(pilot)
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, HeaderScreen) and "(0008,0005)" in "".join(shown_lines(app)))
        await pilot.press(*["down"] * 3)

    return steps


BOTH_SIZES = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x36"], indirect=True)
ENGLISH_TOO = pytest.mark.parametrize(
    ("language", "size"),
    [("zh", SMALL), ("zh", LARGE), ("en", SMALL)],
    ids=["zh-80x24", "zh-120x36", "en-80x24"],
    indirect=True,
)
"""Where text matters, and at the size where English, the longer language, is in need of room."""


@BOTH_SIZES
def test_home_before_anything_was_opened(snap_compare: Compare, desk: Desk, size: tuple[int, int]) -> None:
    app = console(desk)
    assert snap_compare(app, terminal_size=size, run_before=pressed(app, then=lambda: home_is_shown(app)))


@ENGLISH_TOO
def test_home_with_what_was_looked_at_last(snap_compare: Compare, desk: Desk, size: tuple[int, int]) -> None:
    app = console(desk, recent=RECENT)
    steps = pressed(app, then=lambda: "0002-RCA" in screen_text(app))
    assert snap_compare(app, terminal_size=size, run_before=steps)


def test_home_in_the_light_theme(snap_compare: Compare, desk: Desk) -> None:
    app = console(desk, recent=RECENT, theme="light", privacy=False)
    steps = pressed(app, then=lambda: "0002-RCA" in screen_text(app))
    assert snap_compare(app, terminal_size=SMALL, run_before=steps)


@ENGLISH_TOO
def test_viewer(snap_compare: Compare, desk: Desk, tmp_path: Path, size: tuple[int, int]) -> None:
    app = console(desk, picture(tmp_path))
    assert snap_compare(app, terminal_size=size, run_before=painted)


@ENGLISH_TOO
def test_terminal_page(snap_compare: Compare, desk: Desk, size: tuple[int, int]) -> None:
    found = replace(TERMINAL, name="XTerm(379)", sixel=True, sixel_colors=256, cell_pixels=(9, 18), answered=True)
    graphics = GraphicsChoice("auto", replace(found, sixel=False), "true")
    app = ConsoleApp(desk.services, graphics.encoder, graphics=graphics)

    async def steps(pilot: Pilot[int]) -> None:
        app.action_terminal()
        await until(pilot, lambda: isinstance(app.screen, TerminalScreen) and "256" in screen_text(app))
        await pilot.press(*["down"] * 20)

    assert snap_compare(app, terminal_size=size, run_before=steps)


@ENGLISH_TOO
def test_measurements(snap_compare: Compare, desk: Desk, tmp_path: Path, size: tuple[int, int]) -> None:
    desk.services.measures.clock = desk.services.clock
    app = console(desk, picture(tmp_path))

    async def steps(pilot: Pilot[int]) -> None:
        await painted(pilot)
        assert isinstance(app.screen, ViewerScreen)
        viewer = app.screen
        await until(pilot, lambda: isinstance(viewer._book, MeasureBook))
        assert isinstance(viewer._book, MeasureBook)
        viewer._book.add(1, Shape(ShapeKind.DISTANCE, ((5.0, 6.0), (20.0, 26.0))), "狭窄近端")
        viewer._book.add(2, Shape(ShapeKind.ELLIPSE, ((8.0, 8.0), (24.0, 28.0))))
        viewer._book.add(2, Shape(ShapeKind.PROBE, ((12.0, 13.0),)))
        viewer._book.hide(3)
        await pilot.press("ctrl+g")
        await until(pilot, lambda: isinstance(app.screen, MeasurementsScreen) and "狭窄近端" in screen_text(app))

    assert snap_compare(app, terminal_size=size, run_before=steps)


@BOTH_SIZES
def test_header(snap_compare: Compare, desk: Desk, tmp_path: Path, size: tuple[int, int]) -> None:
    app = console(desk, picture(tmp_path))
    assert snap_compare(app, terminal_size=size, run_before=header(app))


@ENGLISH_TOO
def test_settings(snap_compare: Compare, desk: Desk, size: tuple[int, int], language: str) -> None:
    app = console(desk, language=language)
    steps = pressed(app, "f9", then=lambda: isinstance(app.screen, SettingsScreen) and len(shown_lines(app)) > 5)
    assert snap_compare(app, terminal_size=size, run_before=steps)


@ENGLISH_TOO
def test_help_of_the_viewer(snap_compare: Compare, desk: Desk, size: tuple[int, int]) -> None:
    app = console(desk)

    async def steps(pilot: Pilot[int]) -> None:
        await until(pilot, lambda: home_is_shown(app))
        app.push_screen(HelpPanel("viewer"))
        await until(pilot, lambda: isinstance(app.screen, HelpPanel) and bool(shown_lines(app)))

    assert snap_compare(app, terminal_size=size, run_before=steps)


@BOTH_SIZES
def test_palette(snap_compare: Compare, desk: Desk, size: tuple[int, int]) -> None:
    app = console(desk)
    steps = pressed(app, "ctrl+p", then=lambda: isinstance(app.screen, Palette) and len(shown_lines(app)) > 5)
    assert snap_compare(app, terminal_size=size, run_before=steps)


@BOTH_SIZES
def test_file_dialog(snap_compare: Compare, desk: Desk, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.screens.dialogs.files.list_folder", lambda folder: Listing(folder, ENTRIES))
    app = console(desk, recent=RECENT)
    steps = pressed(app, "o", then=lambda: isinstance(app.screen, FileDialog) and "inner/" in shown_lines(app))
    assert snap_compare(app, terminal_size=size, run_before=steps)


@BOTH_SIZES
def test_error_panel(snap_compare: Compare, desk: Desk, size: tuple[int, int]) -> None:
    app = console(desk)
    error = cannot_write(Path("/srv/cathlab-home/settings.json"), OSError(errno.ENOSPC, "No space left on device"))

    async def steps(pilot: Pilot[int]) -> None:
        await until(pilot, lambda: home_is_shown(app))
        app.push_screen(ErrorPanel(error))
        await until(pilot, lambda: isinstance(app.screen, ErrorPanel) and "settings.json" in screen_text(app))

    assert snap_compare(app, terminal_size=size, run_before=steps)


@BOTH_SIZES
def test_lock(snap_compare: Compare, desk: Desk, size: tuple[int, int]) -> None:
    app = console(desk, passphrase=hash_passphrase("x"))

    async def steps(pilot: Pilot[int]) -> None:
        await until(pilot, lambda: isinstance(app.screen, LockScreen) and bool(screen_text(app).strip()))

    assert snap_compare(app, terminal_size=size, run_before=steps)


@BOTH_SIZES
def test_the_question_who_works_here(snap_compare: Compare, desk: Desk, size: tuple[int, int]) -> None:
    app = console(desk)
    desk.services.preferences.change(operator="")

    async def steps(pilot: Pilot[int]) -> None:
        await until(pilot, lambda: isinstance(app.screen, AskText) and "F9" in screen_text(app))

    assert snap_compare(app, terminal_size=size, run_before=steps)


def test_a_terminal_that_is_too_small(snap_compare: Compare, desk: Desk) -> None:
    app = console(desk)

    async def steps(pilot: Pilot[int]) -> None:
        await until(pilot, lambda: isinstance(app.screen, TooSmall) and "40x12" in screen_text(app))

    assert snap_compare(app, terminal_size=(40, 12), run_before=steps)


@ENGLISH_TOO
def test_studies(snap_compare: Compare, desk: Desk, size: tuple[int, int]) -> None:
    fill(desk.services.home, WARD)
    app = studies(desk)
    steps = listed(app, "space", "down", then=lambda: "ÔøÐ¡" in screen_text(app))
    assert snap_compare(app, terminal_size=size, run_before=steps)


def test_studies_that_come_near(snap_compare: Compare, desk: Desk) -> None:
    fill(desk.services.home, WARD)
    app = studies(desk)
    steps = listed(app, "slash", *"p0107", then=lambda: _("nothing fits exactly") in screen_text(app))
    assert snap_compare(app, terminal_size=SMALL, run_before=steps)


def test_studies_before_anything_was_taken_in(snap_compare: Compare, desk: Desk) -> None:
    app = studies(desk)
    steps = pressed(app, "f4", then=lambda: "DICOMDIR" in screen_text(app))
    assert snap_compare(app, terminal_size=SMALL, run_before=steps)


@BOTH_SIZES
def test_series_with_their_pictures(snap_compare: Compare, desk: Desk, disc: Path, size: tuple[int, int]) -> None:
    take_in(desk, disc)
    app = studies(desk)
    steps = pressed(app, "f4", "enter", then=lambda: "#3 LCA" in screen_text(app) and "▀▀▀" in screen_text(app))
    assert snap_compare(app, terminal_size=size, run_before=steps)


def test_objects_of_a_series(snap_compare: Compare, desk: Desk, disc: Path) -> None:
    take_in(desk, disc)
    app = studies(desk)

    async def steps(pilot: Pilot[int]) -> None:
        await pressed(app, "f4", "enter", then=lambda: "#3 LCA" in screen_text(app))(pilot)
        await pilot.press("t")
        await until(pilot, lambda: "run2.dcm" in screen_text(app))

    assert snap_compare(app, terminal_size=SMALL, run_before=steps)


@BOTH_SIZES
def test_dose_report(snap_compare: Compare, desk: Desk, tmp_path: Path, size: tuple[int, int]) -> None:
    totals = accumulated("113622", c113722=("9.37e-06", "Gy.m2"), c113725=("0.0125", "Gy"))
    ds = structured(totals, irradiation(c113733=("72", "kV")), sop_class="1.2.840.10008.5.1.4.1.1.88.67")
    app = console(desk, save(tmp_path / "dose.dcm", ds))

    async def steps(pilot: Pilot[int]) -> None:
        await until(pilot, lambda: "Gy·cm²" in screen_text(app))

    assert snap_compare(app, terminal_size=size, run_before=steps)


def visited(home: Path) -> None:
    """A site, and what three visits found there."""
    (home / "site.toml").write_text(
        '[site]\nname = "市第一医院"\n[[host]]\nid = "pacs-a"\nvia = "local"\n[[host]]\nid = "ris"\nvia = "bundle"\n'
        '[[display]]\nid = "reading-1"\nmaker = "EIZO"\nmodel = "RX370"\ncalibration_due = 2026-12-31\n',
        "utf-8",
    )
    day = datetime(2026, 11, 20, 8, 5, tzinfo=UTC)
    history = History(home)
    history.open()
    for weeks, used in ((2, 85.0), (1, 88.0), (0, 91.0)):
        at = day - timedelta(weeks=weeks)
        values = {"path": "/data", "percent": f"{used:.0f} %", "free": "9.4 GB"}
        full = Sentence("{path} is {percent} full (used of used and free); {free} are free.", values)
        metrics = (Metric("used_percent", used, "%", 85.0, 95.0, 0.0, 100.0),)
        old = Sentence("The newest backup, {name}, is {age} old.", {"name": "ris.sql", "age": "75 h"})
        denied = Sentence("This account may not read {path}.", {"path": "/var/log/pacs"})
        fine = Sentence("{host} answers.", {"host": "pacs-a"})
        found = [
            _finding("disk.used", "pacs-a", "/data", Status.WARN, full, at, metrics, "D3", "分区使用率低于 95 %"),
            _finding("backup.files", "ris-db", "age", Status.CRIT, old, at, (), "D4", "备份文件"),
            _finding("logs.error", "ris", "", Status.UNKNOWN, denied, at, (), "D7", "Error 日志已查看", "ris"),
            _finding("host.access", "pacs-a", "", Status.OK, fine, at, (), "D1", "服务器连接"),
        ]
        run = history.begin("市第一医院", at, "李工", Selection())
        history.add(run, found)
        history.end(run, 4.0, Status.CRIT, False)
    history.close()


def _finding(
    check: str, target: str, item: str, status: Status, said: Sentence, at: datetime, metrics: tuple[Metric, ...],
    clause: str, title: str, host: str = "pacs-a",
) -> Finding:  # fmt: skip
    proof = Evidence("df -kP /data", "/dev/sda1 100 91 9 91% /data", "0" * 64, False, at, "local, console 1.0.0")
    measured = Sentence("{percent}", {"percent": said.values["percent"]}) if metrics else NOTHING
    remedy = Words("sudo du -xh --max-depth=2 /data", "sudo du -xh --max-depth=2 /data")
    return Finding(
        check, target, item, status, said, measured, NOTHING, metrics, (proof,), remedy, (clause,), (), at, 0.2, at,
        Words(title, title), host,
    )  # fmt: skip


@ENGLISH_TOO
def test_checklists(snap_compare: Compare, desk: Desk, size: tuple[int, int]) -> None:
    visited(desk.services.home)
    app = studies(desk)

    async def steps(pilot: Pilot[int]) -> None:
        await pressed(app, then=lambda: app.services.checkroom.ready)(pilot)
        await pilot.press("f3")
        await until(pilot, lambda: "ris-db" in screen_text(app))
        await pilot.press("down", "down")
        await until(pilot, lambda: size[0] < 118 or "▁" in screen_text(app))

    assert snap_compare(app, terminal_size=size, run_before=steps)


def test_home_of_a_site_with_something_wrong(snap_compare: Compare, desk: Desk) -> None:
    visited(desk.services.home)
    app = studies(desk)
    steps = pressed(app, then=lambda: "ris-db" in screen_text(app) and "▁" in screen_text(app))
    assert snap_compare(app, terminal_size=LARGE, run_before=steps)


async def at_the_inspections(pilot: Pilot[int], app: ConsoleApp) -> None:
    await pressed(app, then=lambda: app.services.checkroom.ready)(pilot)
    await pilot.press("f6")
    await until(pilot, lambda: "2026Q4 " in screen_text(app) and "Ward-" in screen_text(app))


@BOTH_SIZES
def test_inspections_of_a_contract(snap_compare: Compare, ward: Desk, size: tuple[int, int]) -> None:
    draft(ward.services)
    app = studies(ward)

    async def steps(pilot: Pilot[int]) -> None:
        await at_the_inspections(pilot, app)

    assert snap_compare(app, terminal_size=size, run_before=steps)


@ENGLISH_TOO
def test_inspection_form(snap_compare: Compare, ward: Desk, size: tuple[int, int]) -> None:
    draft(ward.services)
    app = studies(ward)

    async def steps(pilot: Pilot[int]) -> None:
        await at_the_inspections(pilot, app)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, FormScreen))
        await pilot.press("right", "2")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "note")

    assert snap_compare(app, terminal_size=size, run_before=steps)


@BOTH_SIZES
def test_repair_of_a_folder(snap_compare: Compare, desk: Desk, size: tuple[int, int]) -> None:
    app = studies(desk)

    async def steps(pilot: Pilot[int]) -> None:
        await pressed(app, "f5", then=lambda: isinstance(app.screen, RepairScreen))(pilot)
        screen = app.screen
        assert isinstance(screen, RepairScreen)
        await until(pilot, lambda: screen.desk.known("rebuild-meta") is not None)
        screen.found = found_by_the_doctor()
        screen._group = "no-preamble"
        screen._draw()
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=steps)


def found_by_the_doctor() -> DoctorReport:
    """What a visit of three files may find."""
    said = Sentence("The preamble with the mark DICM is missing.")
    detail = Sentence("{count} bytes of 132 are missing in front of the file meta information.", {"count": 132})
    cut = Sentence("The pixel data are cut: the end of the file is missing.")
    return DoctorReport(
        files=3, healthy=1, seconds=0.4,
        findings=(
            Diagnosis("/data/xa/1.dcm", "cut-native", Severity.CRITICAL, Confidence.CERTAIN, cut, offset=4096),
            Diagnosis(
                "/data/xa/2.dcm", "no-preamble", Severity.WARNING, Confidence.CERTAIN, said, detail, "rebuild-meta",
                True, offset=0,
            ),
        ),
    )  # fmt: skip
