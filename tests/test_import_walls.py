"""The walls of the house at run time: what a module really loads, in a process of its own.

import-linter reads the imports that are written down; these tests see those that happen.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.practice import built_site, put_practice_site
from tests.rules import imports

ROOT = Path(__file__).parent.parent

UI_LIBRARIES = ("textual", "textual_image", "rich")
SCREEN_SIDE = frozenset({"app", "commands", "screens", "theme", "widgets"})
"""What may know Textual."""
DICOM_LIBRARIES = ("pydicom", "pynetdicom", "imagecodecs")
"""What reads bytes of strangers; in a helper process only."""
POSIX_ONLY = ("fcntl", "grp", "pty", "pwd", "resource", "termios", "tty")

PROBE = """
import builtins, importlib, json, sys
modules, watched, absent = json.loads(sys.argv[1])
ours = {module.partition(".")[0] for module in modules}
real_import = builtins.__import__
def without_posix(name, globals=None, locals=None, fromlist=(), level=0):
    asking = (globals or {}).get("__name__", "")
    if not level and name.partition(".")[0] in absent and asking.partition(".")[0] in ours:
        raise ModuleNotFoundError(f"{asking} needs {name}, which Windows has not got")
    return real_import(name, globals, locals, fromlist, level)
builtins.__import__ = without_posix
report = {}
for module in modules:
    before = set(sys.modules)
    try:
        importlib.import_module(module)
    except ImportError as error:
        report[module] = [str(error)]
        continue
    report[module] = sorted(name for name in watched if name in sys.modules and name not in before)
print(json.dumps({module: found for module, found in report.items() if found}))
"""
"""Imports the modules one after the other and blames each for what came in with it."""


def probe(
    modules: Sequence[str], watched: Sequence[str] = (), absent: Sequence[str] = (), root: Path = ROOT
) -> dict[str, list[str]]:
    """The modules that bring in something of `watched`, or that need something of `absent`, with what it is."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, json.dumps([list(modules), list(watched), list(absent)])],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


def all_modules() -> list[str]:
    """Every module of the package by its dotted name, those that are started instead of imported left out."""
    names = []
    for path in sorted((ROOT / "console").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        names.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return [name for name in names if not name.endswith("__main__")]


def source_of(module: str) -> str:
    path = ROOT.joinpath(*module.split("."))
    return (path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text(encoding="utf-8")


def is_domain(module: str) -> bool:
    """Whether the module must be usable without a screen."""
    parts = module.split(".")
    return len(parts) == 1 or parts[1] not in SCREEN_SIDE


@pytest.fixture
def leaky(tmp_path: Path) -> Path:
    """A package with one clean module, one that leaks a UI library and one that needs POSIX."""
    package = tmp_path / "house"
    package.mkdir()
    for name, source in {
        "__init__": "",
        "clean": "import json",
        "leaks": "def f():\n    pass\nfrom rich.text import Text",
        "posix": "import termios",
        "late": "def f():\n    import termios",
    }.items():
        (package / f"{name}.py").write_text(source)
    return tmp_path


def test_a_leak_is_found_and_blamed_on_the_module_that_brought_it(leaky: Path) -> None:
    assert probe(["house.clean", "house.leaks"], UI_LIBRARIES, root=leaky) == {"house.leaks": ["rich"]}


def test_a_module_that_only_posix_can_import_is_found(leaky: Path) -> None:
    assert list(probe(["house.clean", "house.posix", "house.late"], absent=POSIX_ONLY, root=leaky)) == ["house.posix"]


def test_no_domain_module_loads_a_ui_library() -> None:
    domain = [module for module in all_modules() if is_domain(module)]
    assert "console.model.picture" in domain
    assert probe(domain, UI_LIBRARIES) == {}


def test_no_domain_module_names_a_ui_library_even_for_typing() -> None:
    # launch starts the application, inside a function; main() is its only caller.
    domain = [module for module in all_modules() if is_domain(module) and module != "console.launch"]
    assert imports("if TYPE_CHECKING:\n    from textual.app import App\ndef f():\n    import rich.text") == {
        "textual",
        "rich",
    }
    assert [module for module in domain if imports(source_of(module)) & set(UI_LIBRARIES)] == []


@pytest.mark.parametrize(
    "module", ["console.services", "console.pictures", "console.dicom.reader", "console.dicom.pixels", "console.app"]
)
def test_the_process_with_the_screen_never_loads_a_dicom_library(module: str) -> None:
    assert probe([module], DICOM_LIBRARIES) == {}


def test_no_screen_or_widget_loads_a_dicom_library() -> None:
    assert probe([module for module in all_modules() if not is_domain(module)], DICOM_LIBRARIES) == {}


def test_every_module_can_be_imported_where_posix_is_missing() -> None:
    assert probe(all_modules(), absent=POSIX_ONLY) == {}


WATCH_AND_RUN = """
import json, sys
watched, arguments = json.loads(sys.argv[1])
sys.argv = ["cathlab", *arguments]
from console.cli import main
status = 0
try:
    status = main() or 0
except SystemExit as left:
    status = left.code or 0
loaded = [name for name in watched if name in sys.modules]
print(json.dumps({"status": status, "loaded": loaded}), file=sys.stderr)
"""


def run_verb(arguments: Sequence[str], watched: Sequence[str]) -> tuple[int, list[str]]:
    """Exit status of one verb of the command line, and which of `watched` the process had loaded at its end."""
    done = subprocess.run(
        [sys.executable, "-c", WATCH_AND_RUN, json.dumps([list(watched), list(arguments)])],
        cwd=ROOT,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stderr.splitlines()[-1])
    return said["status"], said["loaded"]


@pytest.fixture(scope="module")
def picture() -> Path:
    """One DICOM file of the practice site."""
    return built_site().pictures[0]


def test_the_version_is_told_without_any_library() -> None:
    assert run_verb(["--version"], (*UI_LIBRARIES, *DICOM_LIBRARIES, "numpy", "tinydb", "psutil")) == (0, [])


@pytest.mark.parametrize("verb", [["audit", "verify"], ["demo", "--build-only"]])
def test_a_verb_without_a_screen_never_loads_a_ui_library(verb: list[str], isolated_home: Path) -> None:
    put_practice_site(isolated_home.with_name(f"{isolated_home.name}-practice"))
    assert run_verb(verb, UI_LIBRARIES) == (0, [])


def test_info_and_render_load_neither_a_ui_library_nor_a_dicom_library(picture: Path, tmp_path: Path) -> None:
    assert run_verb(["info", str(picture), "--json"], (*UI_LIBRARIES, *DICOM_LIBRARIES)) == (0, [])
    png = tmp_path / "frame.png"
    assert run_verb(
        ["render", str(picture), "--graphics", "png", "-o", str(png)], (*UI_LIBRARIES, *DICOM_LIBRARIES)
    ) == (
        0,
        [],
    )
    assert png.read_bytes().startswith(b"\x89PNG")
