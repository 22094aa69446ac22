"""What is the same on every screen: keys, language, operator, privacy, lock, errors, size."""

from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Input, Static

from console.app import ConsoleApp
from console.commands import COMMANDS, commands_of
from console.errors import StoreError
from console.i18n import set_language
from console.model.progress import Progress
from console.pinyin import initials
from console.screens.dialogs.ask import AskText
from console.screens.dialogs.error import ErrorPanel
from console.screens.dialogs.files import FileDialog
from console.screens.dialogs.help import HelpPanel
from console.screens.dialogs.lock import LockScreen
from console.screens.dialogs.palette import Palette, matches
from console.screens.dialogs.small import TooSmall
from console.screens.home.screen import HomeScreen
from console.screens.settings.screen import SettingsScreen
from console.screens.viewer.screen import ViewerScreen
from console.services import build_services
from console.settings import SettingsFile, hash_passphrase
from console.widgets.line_list import LineList
from console.widgets.progress_line import ProgressLine
from tests.phantoms import write_cine
from tests.ui.conftest import Desk, bars, screen_text, until

SIZE = (80, 24)


async def test_the_operator_is_asked_once_and_the_answer_is_saved_at_once(desk: Desk) -> None:
    # GIVEN a home folder in which nobody has worked yet
    desk.services.preferences.change(operator="")
    app = desk.app()
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: isinstance(app.screen, AskText))
        await pilot.press(*"李工", "enter")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
        # THEN it is on disk and in the top line
        await until(pilot, lambda: "李工" in bars(app)[0])
        assert SettingsFile(desk.services.home / "settings.json").load().operator == "李工"
        assert "李工" in bars(app)[0]
    again = desk.app()
    async with again.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert isinstance(again.screen, HomeScreen)


async def test_home_says_what_to_press_when_nothing_was_opened_yet(desk: Desk) -> None:
    app = desk.app()
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "Press o" in screen_text(app))
        assert "enter" not in bars(app)[1]


async def test_the_function_keys_go_to_the_places_and_the_top_line_lights_them(desk: Desk) -> None:
    app = desk.app()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("f9")
        await until(pilot, lambda: isinstance(app.screen, SettingsScreen) and "Operator's name" in screen_text(app))
        await pilot.press("f2")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
        await pilot.press("f9")
        await until(pilot, lambda: isinstance(app.screen, SettingsScreen))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))


async def test_ctrl_t_changes_the_language_of_the_screen_and_of_the_next_start(desk: Desk) -> None:
    app = desk.app()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("ctrl+t")
        await until(pilot, lambda: "主页" in bars(app)[0] and "帮助" in bars(app)[1])
        assert SettingsFile(desk.services.home / "settings.json").load().language == "zh"
        await pilot.press("f9")
        await until(pilot, lambda: "设置" in screen_text(app))
        await pilot.press("ctrl+t")
        await until(pilot, lambda: "Operator's name" in screen_text(app))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("scope", ["home", "viewer", "header", "settings"])
async def test_help_explains_every_key_of_the_screen_and_of_the_console(desk: Desk, scope: str, language: str) -> None:
    set_language(language)
    app = desk.app()
    async with app.run_test(size=SIZE) as pilot:
        app.push_screen(HelpPanel(scope))
        await until(pilot, lambda: isinstance(app.screen, HelpPanel) and bool(shown_lines(app)))
        keys = {line[:10].strip() for line in shown_lines(app)}
        for command in (*commands_of(scope), *commands_of("app")):
            assert command.key_label in keys, command.id
        # AND no line is wider than the list
        from rich.cells import cell_len

        assert max(cell_len(line) for line in shown_lines(app)) <= 66


def shown_lines(app: ConsoleApp) -> list[str]:
    return [line.text for lines in app.screen.query(LineList) for line in lines._lines]


async def test_the_palette_runs_what_it_finds(desk: Desk) -> None:
    app = desk.app()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("ctrl+p")
        await until(pilot, lambda: isinstance(app.screen, Palette) and len(shown_lines(app)) > 5)
        await pilot.press(*"settings", "enter")
        await until(pilot, lambda: isinstance(app.screen, SettingsScreen))


def test_commands_are_found_by_pinyin_initials_in_chinese_and_by_their_english_name() -> None:
    set_language("zh")
    window = next(command for command in COMMANDS if command.id == "viewer.window")
    from console.i18n import _

    assert matches(window, initials(_(window.name)))
    assert initials("窗位") == "cw"
    assert matches(window, "window")
    assert not matches(window, "zzz")


async def test_privacy_from_the_settings_marks_every_screen(desk: Desk) -> None:
    app = desk.app()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("f8")
        await until(pilot, lambda: "privacy" in bars(app)[0])
        await pilot.press("f9")
        await until(pilot, lambda: isinstance(app.screen, SettingsScreen) and "privacy" in bars(app)[0])
        assert SettingsFile(desk.services.home / "settings.json").load().privacy is True


async def test_a_locked_console_shows_and_obeys_nothing_until_the_passphrase(desk: Desk, tmp_path: Path) -> None:
    # GIVEN a passphrase and a picture on the command line
    desk.services.preferences.change(passphrase=hash_passphrase("open sesame"))
    path = tmp_path / "run.dcm"
    write_cine(path)
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        # THEN the console starts locked, and the picture waits
        await until(pilot, lambda: isinstance(app.screen, LockScreen))
        for key in ("f2", "f9", "ctrl+p", "f1", "escape", "f8", "ctrl+l"):
            await pilot.press(key)
            assert isinstance(app.screen, LockScreen)
        assert desk.services.preferences.now.privacy is False
        assert "P0017" not in screen_text(app)
        # WHEN it is wrong THEN it says so
        await pilot.press(*"wrong", "enter")
        await until(pilot, lambda: "not the passphrase" in screen_text(app))
        await pilot.press(*"open sesame", "enter")
        await until(pilot, lambda: isinstance(app.screen, ViewerScreen) and "P0017" in screen_text(app))


async def test_an_idle_console_locks_itself_and_hides_the_picture(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "run.dcm"
    write_cine(path)
    app = desk.app(path)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: isinstance(app.screen, ViewerScreen) and "P0017" in screen_text(app))
        app.change_setting(passphrase=hash_passphrase("x"), lock_minutes=5)
        # WHEN nobody touches it for a little less, and then a little more than five minutes
        desk.clock.now += 299
        app._lock_when_idle()
        await pilot.pause()
        assert isinstance(app.screen, ViewerScreen)
        desk.clock.now += 2
        app._lock_when_idle()
        await until(pilot, lambda: isinstance(app.screen, LockScreen))
        assert "P0017" not in screen_text(app)
        assert "▀" not in screen_text(app)


async def test_a_passphrase_is_set_in_the_settings_and_never_stands_in_the_file(desk: Desk) -> None:
    app = desk.app()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("f9")
        await until(pilot, lambda: isinstance(app.screen, SettingsScreen))
        await until(pilot, lambda: bool(shown_lines(app)))
        await pilot.press(*["down"] * shown_lines(app).index("Passphrase of the lock"), "enter")
        await until(pilot, lambda: isinstance(app.screen, AskText))
        await pilot.press(*"secret", "enter")
        await until(pilot, lambda: isinstance(app.screen, AskText) and app.screen.query_one(Input).value == "")
        await pilot.press(*"secret", "enter")
        await until(pilot, lambda: bool(desk.services.preferences.now.passphrase))
    content = (desk.services.home / "settings.json").read_text()
    assert "scrypt" in content
    assert "secret" not in content


async def test_a_small_terminal_is_told_so_and_comes_back_when_it_grows(desk: Desk) -> None:
    app = desk.app()
    async with app.run_test(size=(40, 12)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, TooSmall))
        text = " ".join(screen_text(app).split())
        assert "too small: 40x12" in text
        assert "60x18" in text
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))


async def test_a_setting_that_cannot_be_saved_is_said_and_not_in_force(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = desk.app()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()

        def full(*_arguments: object) -> None:
            raise StoreError("Cannot save", "The disk is full.")

        monkeypatch.setattr(SettingsFile, "save", full)
        await pilot.press("f8")
        await until(pilot, lambda: isinstance(app.screen, ErrorPanel) and "disk is full" in screen_text(app))
        assert desk.services.preferences.now.privacy is False


async def test_a_second_console_says_who_holds_the_home_folder_and_writes_nothing(desk: Desk) -> None:
    second = build_services(desk.services.home)
    try:
        assert second.preferences.read_only
        before = (second.home / "settings.json").read_bytes()
        app = Desk(replace(second, clock=desk.services.clock, monotonic=desk.clock), desk.clock).app()
        async with app.run_test(size=SIZE) as pilot:
            await until(pilot, lambda: "read-only" in bars(app)[0])
            await pilot.press("f8")
            await until(pilot, lambda: "privacy" in bars(app)[0])
        assert (second.home / "settings.json").read_bytes() == before
        assert str(__import__("os").getpid()) in second.notices[0]
    finally:
        second.close()


async def test_the_file_dialog_walks_by_keyboard_and_takes_a_typed_path(desk: Desk, tmp_path: Path) -> None:
    write_cine(tmp_path / "discs" / "inner" / "run.dcm", frames=1)
    desk.services.preferences.change(recent=(str(tmp_path / "discs" / "gone.dcm"),))
    app = desk.app()
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
        await pilot.press("o")
        await until(pilot, lambda: isinstance(app.screen, FileDialog) and "inner/" in screen_text(app))
        # WHEN a folder is entered, left and entered again
        await pilot.press("down", "enter")
        await until(pilot, lambda: "run.dcm" in shown_lines(app))
        await pilot.press("ctrl+u")
        await until(pilot, lambda: "inner/" in screen_text(app))
        # WHEN a path that is not there is typed THEN one sentence, and the dialog stays
        app.screen.query_one(Input).focus()
        app.screen.query_one(Input).value = str(tmp_path / "nowhere")
        await pilot.press("enter")
        await until(pilot, lambda: "does not exist" in str(app.screen.query_one("#problem", Static).render()))
        app.screen.query_one(Input).value = str(tmp_path / "discs" / "inner" / "run.dcm")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ViewerScreen) and "P0017" in screen_text(app))


async def test_a_file_name_is_never_markup_and_never_a_control_sequence(desk: Desk, tmp_path: Path) -> None:
    evil = tmp_path / "[red]x[b]\x1b[2J.dcm"
    write_cine(evil, frames=1)
    desk.services.preferences.change(recent=(str(evil),))
    app = desk.app()
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "[red]x[b][2J.dcm" in screen_text(app))
        await pilot.press("o")
        await until(pilot, lambda: isinstance(app.screen, FileDialog) and "[red]x[b][2J.dcm" in screen_text(app))


async def test_progress_says_how_many_how_fast_and_how_long(desk: Desk) -> None:
    app = desk.app()
    async with app.run_test(size=SIZE) as pilot:
        line = ProgressLine()
        await app.screen.mount(line)
        line.progress = Progress(20, 100, 2.0, "run.dcm")
        await until(pilot, lambda: "20/100" in screen_text(app))
        text = screen_text(app)
        assert "run.dcm" in text
        assert "10 a second" in text
        assert "8 s left" in text


async def test_nothing_opens_a_locked_console_but_the_passphrase(desk: Desk, tmp_path: Path) -> None:
    # GIVEN a locked console with a picture below
    desk.services.preferences.change(passphrase=hash_passphrase("x"))
    write_cine(tmp_path / "run.dcm")
    app = desk.app(tmp_path / "run.dcm")
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: isinstance(app.screen, LockScreen))
        # WHEN the window shrinks and grows, keys are pressed, and something fails meanwhile
        await pilot.resize_terminal(50, 15)
        await pilot.press("f9", "f2", "escape", "ctrl+t")
        app.show_error(StoreError("Not saved", "The disk is full."))
        await pilot.press("f9", "escape", "f2")
        await pilot.resize_terminal(80, 24)
        await pilot.press("f9", "f2")
        await pilot.pause()
        # THEN the lock still stands, and nothing was changed behind it
        assert isinstance(app.screen, LockScreen)
        assert app.current_mode == "home"
        assert desk.services.preferences.now.language == "en"
        # AND what failed is said when it is open
        await pilot.press("x", "enter")
        await until(pilot, lambda: isinstance(app.screen, ErrorPanel) and "disk is full" in screen_text(app))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, ViewerScreen))


async def test_too_small_goes_away_also_when_something_stood_over_it(desk: Desk) -> None:
    desk.services.preferences.change(operator="")
    app = desk.app()
    async with app.run_test(size=(40, 12)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, AskText))
        await pilot.resize_terminal(80, 24)
        await pilot.press("L", "i", "enter")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen) and "Li" in bars(app)[0])


async def test_a_line_that_is_gone_when_it_is_chosen_does_nothing_worse(desk: Desk) -> None:
    # GIVEN one picture looked at last; enter and d so fast that they arrive together
    desk.services.preferences.change(recent=("/nowhere/gone.dcm",))
    app = desk.app()
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "gone.dcm" in shown_lines(app))
        app.screen.query_one("#recent").focus()
        await pilot.press("enter", "d")
        await until(pilot, lambda: not isinstance(app.screen, HomeScreen) or "gone.dcm" not in screen_text(app))
        assert app.fault == ""


async def test_changing_the_language_keeps_cursor_and_focus(desk: Desk) -> None:
    app = desk.app()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("f9")
        await until(pilot, lambda: isinstance(app.screen, SettingsScreen) and bool(shown_lines(app)))
        await pilot.press("down", "down", "ctrl+t")
        await until(pilot, lambda: "设置" in screen_text(app) and bool(shown_lines(app)))
        await pilot.press("down")
        await pilot.pause()
        assert app.screen.query_one(LineList).cursor == 3
        await pilot.press("ctrl+t")


async def test_a_path_that_no_system_takes_is_a_sentence_in_the_dialog(desk: Desk, tmp_path: Path) -> None:
    app = desk.app()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("o")
        await until(pilot, lambda: isinstance(app.screen, FileDialog))
        for path, sentence in (("/" + "x" * 300, "cannot be opened"), ("a\0b", "does not exist")):
            app.screen.query_one(Input).value = path
            app.screen.query_one(Input).focus()
            await pilot.press("enter")
            await until(pilot, lambda: sentence in str(app.screen.query_one("#problem", Static).render()))  # noqa: B023
        # AND the folder above is one key away, even while a path is being typed
        before = app.screen.query_one(Input).value
        await pilot.press("ctrl+u")
        await until(pilot, lambda: app.screen.query_one(Input).value not in ("", before))
