"""The console reaches a machine without network whole, and says in a sentence when it does not."""

import base64
import hashlib
import os
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts.offline import CHECKSUMS, PYTHONS, ROOT, checksum, main, pins, without_index

CONSTRAINTS = ROOT / "constraints.txt"
WORLDS = [
    {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": sys_platform,
        "os_name": os_name,
        "platform_system": system,
        "platform_machine": machine,
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    for python in PYTHONS
    for sys_platform, os_name, system, machine in (
        ("linux", "posix", "Linux", "x86_64"),
        ("win32", "nt", "Windows", "AMD64"),
    )
]
"""Every combination that wheels are collected for, as pip's markers see it."""


def closure(requirements: list[str], world: dict[str, str]) -> set[str]:
    """Names of everything that pip would install for `requirements` in `world`, from the metadata installed here."""
    waiting = [Requirement(text) for text in requirements]
    found: set[str] = set()
    walked: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        requirement = waiting.pop()
        name = str(canonicalize_name(requirement.name))
        found.add(name)
        if (name, frozenset(requirement.extras)) in walked:
            continue
        walked.add((name, frozenset(requirement.extras)))
        try:
            inner = [Requirement(text) for text in requires(name) or []]
        except PackageNotFoundError:
            continue  # for another system; it is named, which is what counts
        waiting += [
            part
            for part in inner
            if part.marker is None
            or any(part.marker.evaluate({**world, "extra": e}) for e in ("", *requirement.extras))
        ]
    return found


def sections(*names: str, platform: str, python: str) -> set[str]:
    return {pin.partition("==")[0] for name in names for pin in pins(name, platform, CONSTRAINTS, python)}


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: f"{world['python_version']}-{world['sys_platform']}")
def test_the_constraints_name_everything_that_is_carried_and_nothing_else(world: dict[str, str]) -> None:
    # GIVEN what pyproject.toml asks for
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    platform = "windows" if world["sys_platform"] == "win32" else "linux"
    python = world["python_version"]
    # THEN each section of the constraints is what pip would resolve on that system
    run_time = closure(project["dependencies"], world)
    assert sections("run time", platform=platform, python=python) == run_time
    assert sections("codecs", platform=platform, python=python) == closure(extras["codecs"], world) - run_time
    tests = closure(extras["test"], world) - run_time
    assert tests <= sections("tests", platform="windows", python=python)
    assert sections("tests", platform="linux", python=python) <= tests


def test_pins_for_windows_are_not_asked_for_on_linux(tmp_path: Path) -> None:
    file = tmp_path / "constraints.txt"
    file.write_text(
        '# == run time\na==1\n\nb==2 ; sys_platform == "win32"\n# note\nd==4 ; python_version < "3.12"\n'
        "# == tests\nc==3\n"
    )
    assert pins("run time", "linux", file, "3.13") == ["a==1"]
    assert pins("run time", "windows", file, "3.11") == ["a==1", "b==2", "d==4"]


def test_installing_never_looks_beyond_the_folder() -> None:
    # GIVEN an environment in which pip is told of mirrors
    told = {"PIP_FIND_LINKS": "/mirror", "pip_extra_index_url": "http://mirror", "PATH": "/usr/bin"}
    # THEN none of it is left and the index is off
    assert without_index(told) == {
        "PATH": "/usr/bin",
        "PIP_NO_INDEX": "1",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }


# A folder as `collect` leaves it, with small wheels of our own making


def wheel(folder: Path, name: str, version: str, files: dict[str, str], metadata: str = "") -> Path:
    """A wheel that pip accepts."""
    info = f"{name}-{version}.dist-info"
    files = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{metadata}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }

    def recorded() -> Iterator[str]:
        for path, text in files.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            yield f"{path},sha256={digest},{len(text.encode())}\n"
        yield f"{info}/RECORD,,\n"

    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for member, text in files.items():
            archive.writestr(member, text)
        archive.writestr(f"{info}/RECORD", "".join(recorded()))
    return path


def seal(folder: Path) -> None:
    """Write the checksums of the wheels in `folder`."""
    lines = (f"{checksum(path)}  {path.name}\n" for path in sorted(folder.glob("*.whl")))
    (folder / CHECKSUMS).write_text("".join(lines))


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    """A folder with a console that needs one library, and codecs that cannot be imported here."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    entry = "cathlab_console-0.1.dist-info/entry_points.txt"
    needs = 'Provides-Extra: codecs\nRequires-Dist: library\nRequires-Dist: imagecodecs; extra == "codecs"\n'
    wheel(
        folder,
        "cathlab_console",
        "0.1",
        {"program.py": "def main():\n    print('at work')\n", entry: "[console_scripts]\ncathlab = program:main\n"},
        needs,
    )
    wheel(folder, "library", "1", {"library.py": ""})
    wheel(folder, "imagecodecs", "1", {"imagecodecs.py": "raise ImportError('GLIBC_2.28 not found')\n"})
    seal(folder)
    return folder


def test_a_console_is_installed_from_the_folder_and_starts_even_where_the_codecs_do_not(
    wheels: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # GIVEN a folder whose codecs were built for a newer system
    into = tmp_path / "venv"
    # WHEN it is installed
    assert main(["install", str(wheels), "--into", str(into)]) == 0
    # THEN the console is there, and what is missing is said
    said = capsys.readouterr().out
    assert said.startswith("Installed.")
    assert "Without imagecodecs (ImportError: GLIBC_2.28 not found)" in said
    program = into / ("Scripts/cathlab.exe" if os.name == "nt" else "bin/cathlab")
    assert subprocess.run([program], capture_output=True, text=True).stdout == "at work\n"
    # GIVEN the same version, built again, and codecs that work
    wheel(wheels, "imagecodecs", "1", {"imagecodecs.py": ""})
    with zipfile.ZipFile(wheels / "cathlab_console-0.1-py3-none-any.whl") as old:
        kept = {name: old.read(name).decode() for name in old.namelist() if not name.endswith(("RECORD", "WHEEL"))}
    metadata = kept.pop("cathlab_console-0.1.dist-info/METADATA").partition("Version: 0.1\n")[2]
    wheel(wheels, "cathlab_console", "0.1", {**kept, "program.py": "def main():\n    print('renewed')\n"}, metadata)
    seal(wheels)
    # WHEN it is installed again THEN the environment is renewed, codecs included
    assert main(["install", str(wheels), "--into", str(into)]) == 0
    assert "Without" not in capsys.readouterr().out
    assert subprocess.run([program], capture_output=True, text=True).stdout == "renewed\n"


def break_nothing_there(folder: Path) -> None:
    for path in folder.glob("cathlab_console*"):
        path.unlink()


def break_no_sums(folder: Path) -> None:
    (folder / CHECKSUMS).unlink()


def break_missing(folder: Path) -> None:
    (folder / "library-1-py3-none-any.whl").unlink()


def break_one_bit(folder: Path) -> None:
    path = folder / "library-1-py3-none-any.whl"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (break_nothing_there, "holds no wheel of the console"),
        (break_no_sums, "it was not collected to its end"),
        (break_missing, "library-1-py3-none-any.whl is missing"),
        (break_one_bit, "library-1-py3-none-any.whl was damaged on its way here"),
    ],
)
def test_a_folder_that_is_not_whole_is_refused_before_anything_is_made(
    damage: object, sentence: str, wheels: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert callable(damage)
    damage(wheels)
    assert main(["install", str(wheels), "--into", str(tmp_path / "venv")]) == 1
    assert sentence in capsys.readouterr().err
    assert not (tmp_path / "venv").exists()


def test_a_folder_without_the_codecs_is_whole_and_says_what_cannot_be_shown(
    wheels: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (wheels / "imagecodecs-1-py3-none-any.whl").unlink()
    assert main(["install", str(wheels), "--into", str(tmp_path / "venv")]) == 0
    assert "Without imagecodecs (it is not in the folder): JPEG Lossless" in capsys.readouterr().out


@pytest.mark.parametrize("version", ["3.10", "2.7", "3", "3.x", "three"])
def test_a_python_that_the_console_does_not_run_on_is_refused(version: str, tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        main(["collect", str(tmp_path), "--python", version])
    assert list(tmp_path.iterdir()) == []


def test_the_program_needs_nothing_but_python(tmp_path: Path) -> None:
    # GIVEN an interpreter without any installed package
    copy = tmp_path / "offline.py"
    copy.write_bytes((ROOT / "scripts" / "offline.py").read_bytes())
    # THEN the program starts
    done = subprocess.run([sys.executable, "-I", "-S", copy, "--help"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "collect" in done.stdout
