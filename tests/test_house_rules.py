"""The rules of STYLE that matter are tests. Each is proven to say no before the project is held to it."""

import re
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from console.commands import COMMANDS, Command
from tests import rules

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "console"
CATALOGUE = PACKAGE / "locale" / "zh" / "LC_MESSAGES" / "console.po"

LONG_MODULES: dict[str, str] = {
    "console/model/inspections.py": "one record: all that an inspection holds, to be read from top to bottom",
    "console/checks/runner.py": "one run: asking, confirming, asking again, judging, each on its own clock",
    "console/checks/logs/rotation.py": "one decision: which file goes on where the last look ended",
    "console/checks/logs/scan.py": "one hot loop over blocks, and what it keeps of them",
    "console/screens/checklists/screen.py": "one screen: three panes that follow each other",
    "console/screens/studies/screen.py": "one screen: searching, showing, and what its keys do",
    "console/studies/scan.py": "one walk: listing, comparing, zip files, and media that go away",
    "console/screens/inspections/form.py": "one screen: course, sections and items that follow each other",
    "console/screens/inspections/screen.py": "one screen: quarters, inspections and what begins one",
    "console/repair/job.py": "one job: applied, settled, undone, in the order in which it happens",
    "console/repair/pieces.py": "one list of pieces: built, turned round, written",
    "console/repair/spans.py": "one walk over the bytes of a file",
    "console/repair/writing.py": "one protocol: from the intent to the flushed folder, and back",
    "console/screens/repair/wizard.py": "one wizard: its steps, one after the other",
    "console/screens/repair/screen.py": "one screen: groups, what is in them, and all about one",
    "console/screens/viewer/screen.py": "one screen: opening, drawing, and the questions it asks",
}
"""Modules between 300 and 400 lines, and the one idea that holds each together."""

ROOMS = frozenset(
    {
        "commands", "model", "dicom", "dicom/pipeline", "dicom/network", "dicom/measuring", "graphics", "site",
        "checks", "checks/kinds", "checks/transports",
        "checks/local", "checks/parsers", "checks/logs", "checks/baseline", "checks/network",
        "repair", "repair/doctor", "repair/remedies", "inspection", "report", "store", "demo",
        "locale", "locale/zh", "locale/zh/LC_MESSAGES", "widgets", "screens", "screens/home", "screens/checklists",
        "screens/studies", "studies", "studies/export", "screens/viewer", "screens/repair", "screens/inspections",
        "screens/settings", "screens/terminal", "screens/dialogs",
    }
)  # fmt: skip
"""The folders of the house: CONTRIBUTING.md says what belongs where. A new one is a decision, not an accident."""

HALL = frozenset(
    {
        ".ci", ".git", ".gitignore", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md", "README.zh.md",
        "console", "constraints.txt", "data", "docs", "pyproject.toml", "scripts", "tests",
    }
)  # fmt: skip
"""What stands at the top of the checkout."""

NOT_CHINESE_EITHER = frozenset(
    {
        "中文",
        "English",
        "Id",
        "TLS",
        "URL",
        "sshd -T",
        "{ms} ms",
        "DICOM",
        "PNG",
        "px",
        "mm",
        "mm/px",
        "fps",
        "CT",
        "MR",
        "PET",
        "{rate:g}/s",
        "{time} · {tool} · SHA-256 {sha}",
    }
    | {"Enhanced CT", "Enhanced MR", "Enhanced PET"}
)
"""Source strings that a Chinese screen shows as they stand."""


def modules(folder: str = "console") -> list[Path]:
    return sorted(path for path in (ROOT / folder).rglob("*.py") if "__pycache__" not in path.parts)


def project_files() -> list[Path]:
    """What is, or is about to be, part of the project: everything that git does not ignore."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True
    )
    if listed.returncode == 0:
        return [path for name in listed.stdout.splitlines() if (path := ROOT / name).is_file()]
    ours = (ROOT / name for name in HALL - {".git"})
    return [path for top in ours for path in ([top] if top.is_file() else top.rglob("*")) if path.is_file()]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def offences(rule: Callable[[str], list[str]], paths: list[Path]) -> list[str]:
    return [f"{name_of(path)}, {what}" for path in paths for what in rule(path.read_text(encoding="utf-8"))]


# Each rule, the modules it holds for, what it must refuse, and what it must leave alone.
SOURCE_RULES: dict[Callable[[str], list[str]], tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    rules.prints: (
        ("console",),
        ("print('x')", "def f():\n    print()"),
        ("sys.stdout.write('x')", "pretty_print(x)"),
    ),
    rules.catch_alls: (
        ("console", "scripts"),
        (
            "try:\n    x()\nexcept:\n    pass",
            "try:\n    x()\nexcept Exception:\n    raise",
            "try:\n    x()\nexcept (OSError, BaseException) as error:\n    log(error)",
        ),
        ("try:\n    x()\nexcept (OSError, ValueError):\n    pass",),
    ),
    rules.worker_bodies: (
        ("console",),
        (
            "@work(thread=True)\ndef scan(self):\n    self.query_one('#x')",
            "@work(thread=True, exclusive=True)\ndef scan(self):\n    self.loading = True",
            "@work(thread=True)\ndef scan(self):\n    self.app.call_from_thread(self.show)",
            "@work(thread=True)\ndef scan(self):\n" + "    step()\n" * 11,
            "@textual.work(thread=True)\ndef scan(self):\n    run(\n" + "        1,\n" * 10 + "    )",
        ),
        (
            '@work(thread=True)\ndef scan(self):\n    """Why."""\n    self.post_message(Done(look(self.path)))',
            "@work\nasync def ask(self):\n    await self.app.push_screen_wait(Question())",
            "@work(thread=False)\ndef ask(self):\n    self.query_one('#x')",
        ),
    ),
    rules.formatted_messages: (
        ("console",),
        (
            "_(f'{n} files')",
            "N_('files: ' + name)",
            "_('%s files' % n)",
            "_('{n} files'.format(n=n))",
            "i18n._(f'{n}')",
            "ngettext('one', f'{n} files', n)",
        ),
        ("_('{n} files').format(n=n)", "_('one sentence '\n  'in two lines')", "_(command.name)"),
    ),
    rules.posix_imports: (
        ("console",),
        (
            "import fcntl",
            "import os, termios",
            "from resource import setrlimit",
            "try:\n    x = 1\nfinally:\n    pass\nimport pty",
            "if True:\n    import tty",
            "class A:\n    import pwd",
        ),
        (
            "def f():\n    import fcntl",
            "if sys.platform != 'win32':\n    import fcntl",
            "from console import resources",
            "import pathlib",
        ),
    ),
    rules.markup_of_data: (
        ("console",),
        (
            "Static(name)",
            "Label(_('Name'), id='x')",
            "textual.widgets.Static(f'{name}', markup=True)",
            "self.app.notify(error.detail)",
            "class Badge(Static):\n    def __init__(self, text):\n        super().__init__(text)",
        ),
        (
            "Static('[b]Help[/b]')",
            "Static(name, markup=False)",
            "Static()",
            "class Badge(Static):\n    def __init__(self, text):\n        super().__init__(text, markup=False)",
            "class Badge(Widget):\n    def __init__(self, text):\n        super().__init__(text)",
        ),
    ),
    rules.nameless_bindings: (
        ("console",),
        ("Binding('q', 'quit', 'Quit')", "BINDINGS = [binding.Binding('q', 'quit')]"),
        ("Binding('q', 'quit', 'Quit', id='app.quit')", "[Binding(c.key, c.action, id=c.id) for c in COMMANDS]"),
    ),
    rules.bare_suppressions: (
        ("console", "tests", "scripts"),
        ("x = y  # " + "type: ignore", "import x  # " + "noqa"),
        ("x = y  # " + "type: ignore[attr-defined]  # its stub is wrong", "import x  # " + "noqa: F401"),
    ),
}  # fmt: skip


def cases(index: int) -> list[tuple[Callable[[str], list[str]], str]]:
    return [(rule, snippet) for rule, parts in SOURCE_RULES.items() for snippet in parts[index]]


@pytest.mark.parametrize(("rule", "bad"), cases(1))
def test_each_rule_says_no_to_what_it_forbids(rule: Callable[[str], list[str]], bad: str) -> None:
    assert rule(bad), bad


@pytest.mark.parametrize(("rule", "good"), cases(2))
def test_each_rule_leaves_alone_what_is_allowed(rule: Callable[[str], list[str]], good: str) -> None:
    assert rule(good) == []


@pytest.mark.parametrize("rule", SOURCE_RULES, ids=lambda rule: str(rule.__name__))
def test_the_house_keeps_its_rules(rule: Callable[[str], list[str]]) -> None:
    folders = SOURCE_RULES[rule][0]
    assert offences(rule, [path for folder in folders for path in modules(folder)]) == []


def test_the_size_rule_says_no() -> None:
    assert rules.size("console/app.py", 201, ())
    assert rules.size("console/dicom/text.py", 401, ("console/dicom/text.py",))
    assert rules.size("console/dicom/text.py", 301, ())
    assert rules.size("console/dicom/text.py", 299, ("console/dicom/text.py",))
    assert rules.size("console/dicom/text.py", 301, ("console/dicom/text.py",)) is None
    assert rules.size("console/app.py", 200, ()) is None


def test_modules_are_small_enough_to_be_read_in_one_sitting() -> None:
    sizes = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert [what for name, lines in sizes.items() if (what := rules.size(name, lines, LONG_MODULES))] == []
    assert set(LONG_MODULES) <= set(sizes)


def unknown_rooms(package: Path) -> list[str]:
    folders = (path for path in package.rglob("*") if path.is_dir() and path.name != "__pycache__")
    return [name for path in folders if (name := path.relative_to(package).as_posix()) not in ROOMS]


def test_a_folder_that_nobody_decided_on_is_found(tmp_path: Path) -> None:
    (tmp_path / "screens" / "viewer").mkdir(parents=True)
    (tmp_path / "utils").mkdir()
    assert unknown_rooms(tmp_path) == ["utils"]


def test_every_folder_has_a_place_in_the_house() -> None:
    assert unknown_rooms(PACKAGE) == []
    assert sorted({name_of(path).partition("/")[0] for path in project_files()} - HALL) == []


def test_every_folder_with_modules_is_a_package_that_says_what_it_is_for() -> None:
    folders = {path.parent for path in modules()}
    undocumented = [
        name_of(folder)
        for folder in folders
        if not (folder / "__init__.py").is_file()
        or '"""' not in (folder / "__init__.py").read_text(encoding="utf-8")
    ]  # fmt: skip
    assert sorted(undocumented) == []


# Commands


def command_offences(commands: tuple[Command, ...]) -> list[str]:
    found = []
    for command in commands:
        if not re.fullmatch(r"[a-z]+\.[a-z0-9_]+", command.id):
            found.append(f"{command.id!r} is not scope.verb")
        if not command.name.strip() or not command.action.strip():
            found.append(f"{command.id} has no name or no action")
        if not command.help.strip().endswith("."):
            found.append(f"{command.id}: its help is not a sentence")
        found += [f"{command.id}: {what}" for key in keys_of(command) if (what := rules.unknown_key(key))]
    found += [
        f"{count} commands are called {name}" for name, count in Counter(c.id for c in commands).items() if count > 1
    ]
    for command in commands:
        others = [c for c in commands if c is not command and (c.scope == command.scope or c.priority)]
        taken = {key for other in others for key in keys_of(other)}
        found += [f"{command.id}: {key} is already taken" for key in keys_of(command) if key in taken]
    return found


def keys_of(command: Command) -> list[str]:
    return [key for key in command.key.split(",") if key]


GOOD = Command("viewer.play", "space", "Play", "Plays the cine.", "play")


@pytest.mark.parametrize(
    "bad",
    [
        (GOOD, Command("viewer.play", "p", "Play", "Plays the cine.", "play")),
        (GOOD, Command("viewer.pause", "space", "Pause", "Pauses the cine.", "pause")),
        (GOOD, Command("app.lock", "space", "Lock", "Locks the console.", "lock", priority=True)),
        (Command("play", "p", "Play", "Plays the cine.", "play"),),
        (Command("viewer.play", "p", "", "Plays the cine.", "play"),),
        (Command("viewer.play", "p", "Play", "", "play"),),
        (Command("viewer.play", "p", "Play", "Plays the cine.", ""),),
        (Command("viewer.play", "ctrl+h", "Play", "Plays the cine.", "play"),),
        (Command("viewer.play", "ctrl+enter", "Play", "Plays the cine.", "play"),),
        (Command("viewer.play", "alt+p", "Play", "Plays the cine.", "play"),),
    ],
)
def test_a_command_that_is_incomplete_or_in_the_way_is_found(bad: tuple[Command, ...]) -> None:
    assert command_offences((GOOD,)) == []
    assert command_offences(bad)


def test_every_command_has_an_id_a_name_a_help_and_a_key_of_its_own() -> None:
    assert command_offences(COMMANDS) == []


# Style sheets


def test_a_colour_that_is_no_theme_token_is_found() -> None:
    assert rules.hex_colours("Screen { color: #fff; }")
    assert rules.hex_colours("#list { border: round rgb(1, 2, 3); }")
    assert rules.hex_colours("#added { color: $text; } /* was #fff */") == []
    assert rules.css_of("class A:\n    DEFAULT_CSS = 'A { color: #123456; }'") == ["A { color: #123456; }"]


def test_style_sheets_use_theme_tokens_only() -> None:
    sheets = [(name_of(path), path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.tcss")]
    sheets += [(name_of(path), css) for path in modules() for css in rules.css_of(path.read_text(encoding="utf-8"))]
    assert [f"{name}: {what}" for name, css in sheets for what in rules.hex_colours(css)] == []


# Languages


def stays_foreign(source: str, translated: str) -> bool:
    """Whether a translation says nothing in Chinese although its source says something in words."""
    words = re.sub(r"\{[^}]*\}", "", source)
    return (
        bool(re.search("[A-Za-z]", words)) and source not in NOT_CHINESE_EITHER and not rules.CHINESE.search(translated)
    )


def test_a_translation_that_is_not_chinese_is_found() -> None:
    assert stays_foreign("{count} files", "{count} files")
    assert stays_foreign("Quit", "")
    assert not stays_foreign("{count} files", "{count} 个文件")
    assert not stays_foreign("{columns}×{rows}", "{columns}×{rows}")
    assert not stays_foreign("DICOM", "DICOM")


def test_every_translation_is_chinese() -> None:
    with CATALOGUE.open("rb") as stream:
        catalogue = read_po(stream, locale="zh")
    pairs = [
        (message.id if isinstance(message.id, str) else message.id[-1], text)
        for message in catalogue
        if message.id
        for text in ([message.string] if isinstance(message.string, str) else message.string or [""])
    ]
    assert pairs
    assert [source for source, text in pairs if stays_foreign(source, text)] == []


# Words


@pytest.mark.parametrize(
    "bad",
    [
        "cd /" + "work/main",
        "open('/" + "root/x')",
        "/home/" + "li/samples",
        "C:\\" + "Users\\li\\x",
        "pip install --" + "index-url http://mirror",
        "https://" + "pypi" + ".org/project",
        "# TO" + "DO: later",
        "raise Not" + "ImplementedError",
    ],
)
def test_words_of_one_machine_and_open_ends_are_found(bad: str) -> None:
    assert rules.foreign_words(bad)


@pytest.mark.parametrize(
    "good", ["~/.local", "/usr/share/fonts", "/homework/", "https://dicom.nema.org", "%LOCALAPPDATA%"]
)
def test_ordinary_paths_and_addresses_pass(good: str) -> None:
    assert rules.foreign_words(good) == []


def test_nothing_in_the_project_belongs_to_one_machine_or_is_left_open() -> None:
    texts = (".py", ".md", ".toml", ".txt", ".tcss", ".po", "run", ".gitignore")
    paths = [path for path in project_files() if path.name.endswith(texts)]
    assert len(paths) > 20
    assert offences(rules.foreign_words, paths) == []


def test_constraints_are_exact_and_carry_no_address() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    markers = r"sys_platform == \"(?:win32|linux)\"|python_version < \"3\.12\""
    assert pins
    assert [pin for pin in pins if not re.fullmatch(rf"[a-z0-9-]+==[0-9a-z.]+(?: ; (?:{markers}))?", pin)] == []
