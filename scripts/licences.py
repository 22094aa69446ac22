"""Lists what the console ships and under which licence, and says no to what may not be linked in.

    python scripts/licences.py REPORT.md

Runs inside the environment that holds the console and looks at everything the console needs there. Permissive
licences pass; the LGPL passes and is named, since its library stays replaceable; GPL, AGPL and whatever cannot be
read fail. Standard library only, so that it runs in an environment that holds nothing but the console.
"""

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path


class Verdict(IntEnum):
    """What a licence allows; of several that all apply the highest decides."""

    PERMISSIVE = 0
    WEAK = 1
    """Copyleft that stops at the library's own files: LGPL, MPL, and the GPL with GCC's run-time exception."""
    UNKNOWN = 2
    STRONG = 3
    """GPL and AGPL."""

    @property
    def passes(self) -> bool:
        """Whether the console may be shipped with it."""
        return self <= Verdict.WEAK


WORDS = {
    Verdict.PERMISSIVE: "permissive",
    Verdict.WEAK: "allowed, named",
    Verdict.UNKNOWN: "UNKNOWN",
    Verdict.STRONG: "NOT ALLOWED",
}

PERMISSIVE = re.compile(
    r"0bsd|apache|apache software|bsd|bsl|boost|cc0|cnri|expat|hpnd|isc|iscl|historical permission notice|mit|mit cmu|"
    r"ofl|psf|psfl|python|python software foundation|public domain|unlicense|unicode|wtfpl|x11|zlib|zope|zpl|blueoak"
)
WEAK = re.compile(r"lgpl|gnu lesser|gnu library|lesser general|library general|mpl|mozilla|epl|eclipse|cddl")
STRONG = re.compile(r"agpl|affero|gpl|gnu general|general public|gnu|sspl|eupl|server side public")

FULL_TEXTS = (
    ("GNU AFFERO GENERAL PUBLIC LICENSE", "AGPL"),
    ("GNU LESSER GENERAL PUBLIC LICENSE", "LGPL"),
    ("GNU GENERAL PUBLIC LICENSE", "GPL"),
    ("Apache License", "Apache-2.0"),
    ("Permission is hereby granted, free of charge", "MIT"),
    ("Redistribution and use in source and binary forms", "BSD"),
)
"""How the text of a licence begins, for distributions that put the whole of it where its name belongs."""


READ_BY_HAND = {
    ("pypdfium2", "BSD-3-Clause, Apache-2.0, dependency licenses"): (
        "BSD-3-Clause AND Apache-2.0 AND those of PDFium's parts (AGG, FreeType, ICU, libpng, libtiff, zlib, ...)"
    ),
}
"""Distributions whose metadata point to files of their own: name and metadata, and what these files say.

Each of pypdfium2 5.15.2 is permissive; of FreeType's two licences PDFium takes the FreeType licence, not the GPL.
"""


@dataclass(frozen=True)
class Entry:
    """One distribution and what was decided about it."""

    name: str
    version: str
    licence: str
    """As its metadata say it, shortened to one line."""
    source: str
    """Where it says so: License-Expression, License, Classifier; empty when nowhere."""
    verdict: Verdict


def judge_name(name: str) -> Verdict:
    """What one licence, without operators, allows: an SPDX identifier or the words of a classifier."""
    plain = re.sub(r"[^a-z0-9]+", " ", name.lower()).strip()
    if WEAK.search(plain):
        return Verdict.WEAK
    if STRONG.search(plain):
        return Verdict.STRONG
    words = re.sub(
        r"\b(?:the|new|revised|simplified|modified|license|licence|licensed|v?\d+|clause|version|or later)\b",
        " ",
        plain,
    )
    return Verdict.PERMISSIVE if re.match(rf"(?:{PERMISSIVE.pattern})\b", words.strip()) else Verdict.UNKNOWN


def judge_expression(expression: str) -> Verdict:
    """What an expression allows: of AND the strictest decides, of OR we take what suits us; WITH relaxes.

    Understands SPDX ("MIT OR (GPL-2.0-only AND Zlib)") and the habits that came before it ("MIT/GPL", "BSD or LGPL").
    """
    text = re.sub(
        r",?\s*\bversion\s+[\d.]+|\bor (?:later|newer|any later version)\b", "", expression, flags=re.IGNORECASE
    )
    # An operator stands alone: "GPL-3.0-or-later" holds none.
    operators = r"([()]|(?<![\w-])(?:and|or|with)(?![\w-])|[,;&/|])"
    tokens = [token.strip() for token in re.split(operators, text, flags=re.IGNORECASE) if token.strip()]
    if not tokens:
        return Verdict.UNKNOWN
    verdict, rest = _any_of(tokens)
    return verdict if not rest else Verdict.UNKNOWN


def _any_of(tokens: list[str]) -> tuple[Verdict, list[str]]:
    verdict, rest = _all_of(tokens)
    while rest and rest[0].lower() in ("or", "/", "|"):
        other, rest = _all_of(rest[1:])
        verdict = min(verdict, other)
    return verdict, rest


def _all_of(tokens: list[str]) -> tuple[Verdict, list[str]]:
    verdict, rest = _one(tokens)
    while rest and rest[0].lower() in ("and", ",", ";", "&"):
        other, rest = _one(rest[1:])
        verdict = max(verdict, other)
    return verdict, rest


def _one(tokens: list[str]) -> tuple[Verdict, list[str]]:
    if not tokens:
        return Verdict.UNKNOWN, []
    if tokens[0] == "(":
        verdict, rest = _any_of(tokens[1:])
        return (verdict, rest[1:]) if rest[:1] == [")"] else (Verdict.UNKNOWN, [])
    name, rest = tokens[0], tokens[1:]
    if rest[:1] == ["("]:
        # "The MIT License (MIT)": what stands in brackets says the same again, or something to beware of.
        inner, rest = _one(rest)
        return max(judge_name(name), inner), rest
    if len(rest) >= 2 and rest[0].lower() == "with":
        exception = rest[1].lower()
        # These exceptions were written so that a run-time library does not reach the program that uses it.
        relaxed = re.search(r"gcc.?exception|classpath|linking|libtool|bootloader", exception)
        verdict = judge_name(name)
        return (Verdict.WEAK if relaxed and verdict is Verdict.STRONG else verdict), rest[2:]
    return judge_name(name), rest


def judge(dist: Distribution) -> Entry:
    """Decide one distribution by the clearest thing it says about itself."""
    metadata = dist.metadata
    expression = "".join(metadata.get_all("License-Expression", [])).strip()
    free_text = "".join(metadata.get_all("License", [])).strip()
    classifiers = [
        parts[-1]
        for line in metadata.get_all("Classifier", [])
        if (parts := [part.strip() for part in line.split("::")])[0] == "License" and parts[-1] != "OSI Approved"
    ]
    licence, source, verdict = "", "", Verdict.UNKNOWN
    by_hand = READ_BY_HAND.get((metadata["Name"], free_text))
    if by_hand is not None:
        return Entry(metadata["Name"], dist.version, by_hand, "its licence files", Verdict.PERMISSIVE)
    if expression:
        licence, source, verdict = expression, "License-Expression", judge_expression(expression)
    elif free_text and "\n" not in free_text and len(free_text) <= 100:
        licence, source, verdict = free_text, "License", judge_expression(free_text)
    elif known := next((name for start, name in FULL_TEXTS if start.lower() in free_text.lower()[:3000]), None):
        licence, source, verdict = known, "License (full text)", judge_name(known)
    # Several classifiers do not say whether they all apply or one may choose, so all are taken to apply.
    by_class = max((judge_name(name) for name in classifiers), default=Verdict.UNKNOWN)
    if classifiers and (verdict is Verdict.UNKNOWN or (by_class is Verdict.STRONG and not expression)):
        licence, source, verdict = "; ".join(classifiers), "Classifier", by_class
    return Entry(metadata["Name"], dist.version, " ".join(licence.split()), source, verdict)


def needed(
    root: str, extras: Iterable[str], find: Callable[[str], Distribution] = distribution
) -> Iterator[Distribution]:
    """`root` and everything it needs here, each once, by name.

    Requirements for another system or Python are those that are conditional and not installed. Raises
    PackageNotFoundError when something is missing that no condition excuses.
    """
    waiting = [(root, frozenset(extras), False)]
    seen: dict[str, Distribution] = {}
    done: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        name, wanted, excused = waiting.pop()
        key = re.sub(r"[-_.]+", "-", name).lower()
        if (key, wanted) in done:
            continue
        done.add((key, wanted))
        try:
            dist = seen.setdefault(key, find(name))
        except PackageNotFoundError:
            if excused:
                continue
            raise
        for requirement in dist.requires or []:
            head, _, marker = requirement.partition(";")
            chosen = re.findall(r"extra\s*==\s*['\"]([^'\"]+)['\"]", marker)
            if chosen and not set(chosen) & wanted:
                continue
            if match := re.match(r"\s*([A-Za-z0-9._-]+)\s*(?:\[([^\]]*)\])?", head):
                inner = frozenset(part.strip() for part in (match[2] or "").split(",") if part.strip())
                excuse = bool(re.sub(r"extra\s*==\s*['\"][^'\"]+['\"]", "", marker).strip(" ()"))
                waiting.append((match[1], inner, excuse))
    yield from (seen[key] for key in sorted(seen))


def table(entries: Iterable[Entry]) -> str:
    """The list as Markdown."""
    lines = [
        "# Licences of everything the console needs",
        "",
        "| distribution | version | licence | said in | verdict |",
        "|---|---|---|---|---|",
    ]
    for entry in entries:
        licence = entry.licence.replace("|", "\\|") or "-"
        lines.append(f"| {entry.name} | {entry.version} | {licence} | {entry.source or '-'} | {WORDS[entry.verdict]} |")
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None, find: Callable[[str], Distribution] = distribution) -> int:
    """Write the list; exit status 1 when something in it may not be shipped or is missing."""
    parser = argparse.ArgumentParser(description="Lists the licences of everything the console needs, and decides.")
    parser.add_argument("report", type=Path, help="the Markdown file to write")
    parser.add_argument("--root", default="cathlab-console", help="the distribution to start from")
    parser.add_argument("--extra", action="append", default=[], help="an extra that is shipped, such as codecs")
    options = parser.parse_args(arguments)
    try:
        entries = [judge(dist) for dist in needed(options.root, options.extra, find)]
    except PackageNotFoundError as missing:
        print(f"{missing.name} is needed but not installed here", file=sys.stderr)
        return 1
    options.report.parent.mkdir(parents=True, exist_ok=True)
    options.report.write_text(table(entries), encoding="utf-8")
    for entry in entries:
        if entry.verdict is not Verdict.PERMISSIVE:
            print(f"{entry.name} {entry.version}: {entry.licence or 'no licence given'} ({WORDS[entry.verdict]})")
    refused = [entry.name for entry in entries if not entry.verdict.passes]
    print(f"{len(entries)} distributions, {len(refused)} refused: {options.report}")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
