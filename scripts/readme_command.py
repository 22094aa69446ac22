"""Prints a command of the README as it stands in its code block, so that CI runs what a reader would type.

    python3 scripts/readme_command.py practice
    python3 scripts/readme_command.py tests --readme README.zh.md

A block is found by the comment before it: `<!-- command: practice -->` (or `practice powershell`).
"""

import argparse
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def commands(text: str) -> dict[str, str]:
    """The marked code blocks of a README by their names. Raises ValueError for a name that stands twice."""
    found: dict[str, str] = {}
    blocks = re.finditer(r"<!-- command: ([a-z ]+) -->\n+```[a-z]*\n(.*?)\n```", text, flags=re.DOTALL)
    for name, block in (match.groups() for match in blocks):
        if name in found:
            raise ValueError(f"the command {name!r} stands twice")
        found[name] = block
    return found


def main(arguments: list[str] | None = None) -> int:
    """Print one command; exit status 1 with a sentence when the README has none of that name."""
    parser = argparse.ArgumentParser(description="Prints a command of the README.")
    parser.add_argument("name")
    parser.add_argument("--readme", type=Path, default=ROOT / "README.md")
    options = parser.parse_args(arguments)
    found = commands(options.readme.read_text(encoding="utf-8"))
    if options.name not in found:
        print(f"{options.readme} marks no command {options.name!r}, only: {', '.join(sorted(found))}", file=sys.stderr)
        return 1
    print(found[options.name])
    return 0


if __name__ == "__main__":
    sys.exit(main())
