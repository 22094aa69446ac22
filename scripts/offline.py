"""Carries the console to a machine without internet.

    python3 scripts/offline.py collect wheels       where there is internet: fill the folder "wheels"
    python3 wheels/offline.py install wheels        where there is none: make .venv from that folder alone

On Windows: `py scripts\\offline.py collect wheels`, `py wheels\\offline.py install wheels`. The folder holds a copy of
this program and a list of checksums, so nothing else has to be carried. Standard library only.
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAME = "cathlab-console"
CODECS = "imagecodecs"
CHECKSUMS = "SHA256SUMS"

OLDEST_PYTHON = (3, 11)
PYTHONS = ("3.11", "3.12", "3.13")
PLATFORMS: Mapping[str, tuple[str, ...]] = {
    # glibc 2.28 is Debian 10 and RHEL 8; what was built for an older one works there too.
    "linux": (*(f"manylinux_2_{minor}_x86_64" for minor in range(28, 4, -1)), "manylinux2014_x86_64", "linux_x86_64"),
    "windows": ("win_amd64",),
}
"""Platform tags of 64-bit machines, the most wanted first."""


class Trouble(Exception):
    """One sentence for whoever started the program."""


def pins(section: str, platform: str, constraints: Path, python: str = "3.11") -> list[str]:
    """The pinned requirements under one heading ("# == run time") that `platform` and this Python need."""
    found, here = [], False
    for line in constraints.read_text(encoding="utf-8").splitlines():
        if line.startswith("# == "):
            here = line.removeprefix("# == ").strip() == section
        elif here and line.strip() and not line.startswith("#"):
            requirement, _, marker = line.partition(";")
            if all(_applies(part.strip(), platform, python) for part in marker.split(" and ")):
                found.append(requirement.strip())
    return found


def _applies(marker: str, platform: str, python: str) -> bool:
    """Whether one of the few markers that the constraints use holds; pip's own are more than this script may import."""
    if not marker:
        return True
    name, _sign, value = marker.replace('"', "").split()
    if name == "sys_platform":
        return value == ("win32" if platform == "windows" else "linux")
    if (name, _sign) == ("python_version", "<"):
        return tuple(map(int, python.split("."))) < tuple(map(int, value.split(".")))
    raise Trouble(f"constraints.txt has a marker that nobody reads: {marker}")


def run(command: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> str:
    """Run a command; its error output when it failed, nothing when it did its work."""
    done = subprocess.run(
        [str(part) for part in command], env=environment, capture_output=True, text=True, errors="replace"
    )
    return "" if done.returncode == 0 else (done.stderr or done.stdout or f"exit status {done.returncode}").strip()


def last_words(output: str) -> str:
    """The line of pip's output that says what is wrong."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.upper().startswith("ERROR")]
    return (errors or lines or ["no reason given"])[-1]


def new_environment(folder: Path) -> Path:
    """Make a virtual environment, or keep the one that is there; its Python."""
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if python.exists():
        return python
    try:
        venv.create(folder, with_pip=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Trouble(
            f"Cannot make a virtual environment in {folder} ({error}). "
            "On Debian and Ubuntu the package python3-venv has to be installed."
        ) from error
    return python


# Where there is internet


def collect(folder: Path, pythons: Sequence[str], platforms: Sequence[str]) -> str:
    """Fill `folder` with our own wheel and every wheel it needs; what was collected, in one sentence."""
    if not (ROOT / "pyproject.toml").is_file():
        raise Trouble("Wheels are collected from a checkout of the console: start scripts/offline.py there.")
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob(f"{NAME.replace('-', '_')}-*.whl"):
        old.unlink()
    lacking: list[str] = []
    with tempfile.TemporaryDirectory() as temporary:
        python_here = new_environment(Path(temporary) / "venv")
        pip: tuple[str | Path, ...] = (python_here, "-m", "pip", "--disable-pip-version-check")
        say("Building the console ...")
        if error := run((*pip, "wheel", "--no-deps", "--wheel-dir", folder, ROOT)):
            raise Trouble(f"The console's own wheel could not be built: {last_words(error)}")
        for platform in platforms:
            for python in pythons:
                say(f"Collecting for Python {python} on {platform} ...")
                target = ("--only-binary=:all:", "--no-deps", "--implementation", "cp", "--python-version", python)
                tags = [part for tag in PLATFORMS[platform] for part in ("--platform", tag)]
                download = (*pip, "download", "--dest", folder, *target, *tags)
                if error := run((*download, *pins("run time", platform, ROOT / "constraints.txt", python))):
                    raise Trouble(f"Not everything exists for Python {python} on {platform}: {last_words(error)}")
                if run((*download, *pins("codecs", platform, ROOT / "constraints.txt", python))):
                    lacking.append(f"Python {python} on {platform}")
    shutil.copyfile(__file__, folder / "offline.py")
    wheels = sorted(folder.glob("*.whl"))
    sums = (f"{checksum(path)}  {path.name}\n" for path in wheels)
    (folder / CHECKSUMS).write_text("".join(sums), encoding="utf-8", newline="\n")
    size = sum(path.stat().st_size for path in wheels) / 1e6
    note = (
        f" {CODECS} does not exist for {', '.join(lacking)}: the console will start there without it."
        if lacking
        else ""
    )
    return f"{len(wheels)} wheels, {size:.0f} MB, in {folder}.{note}"


# Where there is none


def install(folder: Path, into: Path) -> str:
    """Make or renew the environment `into` from `folder` alone; what was installed, in one sentence."""
    if sys.version_info < OLDEST_PYTHON:
        raise Trouble(f"The console needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    check(folder)
    python = new_environment(into)
    environment = without_index(os.environ)
    pip = (python, "-m", "pip", "install", "--no-index", "--only-binary=:all:", "--find-links", folder.resolve())
    say(f"Installing into {into} ...")
    if error := run((*pip, "--upgrade", NAME), environment):
        raise Trouble(
            f"The folder {folder} does not hold what Python {sys.version_info[0]}.{sys.version_info[1]} needs on this "
            f"machine: {last_words(error)}"
        )
    # The same version may have been built again since it was installed here.
    if error := run((*pip, "--force-reinstall", "--no-deps", NAME), environment):
        raise Trouble(f"The console could not be installed: {last_words(error)}")
    reason = codecs_missing((*pip, "--upgrade", CODECS), python, environment, folder)
    program = python.with_name("cathlab.exe" if os.name == "nt" else "cathlab")
    without = (
        f" Without {CODECS} ({reason}): JPEG Lossless, JPEG-LS and HTJ2K pictures cannot be shown." if reason else ""
    )
    return f"Installed. Start it with {program}.{without}"


def codecs_missing(pip: Sequence[str | Path], python: Path, environment: Mapping[str, str], folder: Path) -> str:
    """Install the codecs; why they are not there if that failed, or if what was installed does not load here."""
    if not any(folder.glob(f"{CODECS}-*.whl")):
        return "it is not in the folder"
    if reason := run(pip, environment) or run((python, "-c", f"import {CODECS}")):
        # Half an installation would fail at the first picture instead of here.
        run((python, "-m", "pip", "uninstall", "--yes", CODECS), environment)
        return last_words(reason)
    return ""


def check(folder: Path) -> None:
    """Raise Trouble unless `folder` holds what was collected, byte for byte."""
    if not any(folder.glob(f"{NAME.replace('-', '_')}-*.whl")):
        raise Trouble(f"The folder {folder} holds no wheel of the console. Fill it with: offline.py collect {folder}")
    sums = folder / CHECKSUMS
    if not sums.is_file():
        raise Trouble(f"The folder {folder} holds no {CHECKSUMS}: it was not collected to its end. Collect it again.")
    for line in sums.read_text(encoding="utf-8").splitlines():
        wanted, _, name = line.partition("  ")
        path = folder / Path(name).name
        if not path.is_file():
            if name.startswith(CODECS):
                continue
            raise Trouble(f"{name} is missing in {folder}. Copy the folder again.")
        if checksum(path) != wanted:
            raise Trouble(f"{name} was damaged on its way here. Copy the folder again.")


def checksum(path: Path) -> str:
    """SHA-256 of a file, as 64 digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def without_index(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without anything that would let pip look elsewhere than into the folder."""
    kept = {name: value for name, value in environment.items() if not name.upper().startswith("PIP_")}
    return {**kept, "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def say(text: str) -> None:
    """Progress, for whoever waits."""
    print(text, file=sys.stderr, flush=True)


def python_version(text: str) -> str:
    """A Python version from the command line, as "3.12"."""
    match = re.fullmatch(r"3\.(\d+)", text)
    if not match or (3, int(match[1])) < OLDEST_PYTHON:
        raise argparse.ArgumentTypeError(f"{text} is not a Python version from 3.11 on")
    return text


def main(arguments: list[str] | None = None) -> int:
    """Collect or install; 0 when done, 1 with one sentence when not."""
    parser = argparse.ArgumentParser(description="Carries the console to a machine without internet.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    collecting = verbs.add_parser("collect", help="fill a folder with wheels (needs internet)")
    collecting.add_argument("folder", type=Path)
    collecting.add_argument("--python", nargs="+", type=python_version, default=list(PYTHONS), metavar="3.11")
    collecting.add_argument("--platform", nargs="+", choices=sorted(PLATFORMS), default=list(PLATFORMS))
    installing = verbs.add_parser("install", help="install from such a folder (needs no network)")
    installing.add_argument("folder", type=Path)
    installing.add_argument("--into", type=Path, default=Path(".venv"), metavar="VENV")
    options = parser.parse_args(arguments)
    try:
        if options.verb == "collect":
            print(collect(options.folder, options.python, options.platform))
        else:
            print(install(options.folder, options.into))
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename or options.folder}: {error.strerror or error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
