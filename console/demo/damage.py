"""The damaged archive: a file or group for every row of the failure table, with the truth about each, and the score.

Always the same bytes. It lies beside the pictures of the practice site, so that its patients are in no list; what is
wrong stands in one JSON file, by which the answers of a trainee, or of the doctor, are judged.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from console.demo.damage_cases import CASES, Case
from console.demo.damage_changes import Damaged
from console.demo.damage_judging import about, repaired
from console.demo.damage_kit import Kit
from console.demo.truth import GENERATOR_VERSION
from console.errors import StoreError
from console.i18n import _
from console.store.files import replace_file
from console.store.trouble import cannot_read, cannot_write

FOLDER = "damaged"
"""In the home folder of the practice site."""
TRUTH = "damaged-truth.json"
"""Beside it."""


@dataclass(frozen=True)
class Score:
    """How somebody did."""

    found: tuple[tuple[str, str], ...]
    """Path and code of what is wrong and was named."""
    missed: tuple[tuple[str, str], ...]
    """Wrong, and not named."""
    false_alarms: tuple[tuple[str, str], ...]
    """Named, and not wrong."""
    repaired: tuple[str, ...] = ()
    """Files that are as they were before they were damaged, or say the same."""
    spoiled: tuple[str, ...] = ()
    """Files that were changed and are not right."""


def damaged_files() -> Iterator[tuple[str, bytes, dict[str, Any]]]:
    """Path below the folder, bytes, and the truth about the case in the first of its files (empty in the others)."""
    kit = Kit()
    for number, case in enumerate(CASES, 1):
        kit.number = number
        made = case.make(kit)
        folder = f"{number:02d}-{case.name}"
        for at, (name, data) in enumerate(made.files.items()):
            yield f"{folder}/{name}", data, _truth(case, folder, made) if at == 0 else {}


def build_damaged(home: Path) -> Path:
    """Make the damaged archive in `home`, or find it there; what a trainee changed in it stays. Raises StoreError."""
    root, truth = home / FOLDER, home / TRUTH
    if _is_made(truth):
        return root
    cases = []
    for name, data, truth_of_case in damaged_files():
        path = root / name
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise cannot_write(path.parent, error) from error
        replace_file(path, data)
        if truth_of_case:
            cases.append(truth_of_case)
    document = {"generator_version": GENERATOR_VERSION, "cases": cases}
    replace_file(truth, (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode())
    return root


def score(root: Path, truth: Path, named: Iterable[tuple[str, str]]) -> Score:
    """Judge pairs of path (absolute, or below `root`) and code, and the files as they are now. Raises StoreError."""
    cases = _cases(truth)
    said = {(_below(root, path), code) for path, code in named}
    wrong = {(path, code) for case in cases for path, codes in case["codes"].items() for code in codes}
    right: list[str] = []
    spoiled: list[str] = []
    for case in cases:
        for path, before in case["files"].items():
            verdict = repaired(root / path, before, case["healthy"] if path == case["damaged"] else {})
            if verdict is not None:
                (right if verdict else spoiled).append(path)
    return Score(
        tuple(sorted(said & wrong)),
        tuple(sorted(wrong - said)),
        tuple(sorted(said - wrong)),
        tuple(right),
        tuple(spoiled),
    )


def _truth(case: Case, folder: str, made: Damaged) -> dict[str, Any]:
    first = next(iter(made.found), next(iter(made.files)))
    codes = made.found or {first: case.codes}
    return {
        "case": case.name,
        "what": case.what,
        "damaged": f"{folder}/{first}",
        "codes": {f"{folder}/{name}": list(those) for name, those in codes.items()},
        "remedy": case.remedy,
        "files": {f"{folder}/{name}": hashlib.sha256(data).hexdigest() for name, data in made.files.items()},
        "healthy": about(made.healthy) if made.healthy else {},
    }


def _is_made(truth: Path) -> bool:
    try:
        found = json.loads(truth.read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(found, dict) and found.get("generator_version") == GENERATOR_VERSION


def _cases(truth: Path) -> list[dict[str, Any]]:
    try:
        found: list[dict[str, Any]] = json.loads(truth.read_bytes())["cases"]
    except OSError as error:
        raise cannot_read(truth, error) from error
    except (ValueError, KeyError, TypeError) as error:
        sentence = _("{path} is not the truth of a damaged archive. Make the practice site again.")
        raise StoreError(_("Cannot be read"), sentence.format(path=truth)) from error
    return found


def _below(root: Path, path: str) -> str:
    whole = Path(path)
    return (
        whole.relative_to(root).as_posix() if whole.is_absolute() and whole.is_relative_to(root) else whole.as_posix()
    )
