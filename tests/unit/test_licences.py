"""The licence list reads every habit of saying a licence and refuses what may not be linked in."""

from collections.abc import Callable
from email.message import Message
from importlib.metadata import Distribution, PackageNotFoundError
from pathlib import Path

import pytest

from scripts.licences import Verdict, judge, judge_expression, main, needed

MIT_TEXT = "Copyright (c) 2020 Somebody\n\nPermission is hereby granted, free of charge, to any person obtaining a copy"
GPL_TEXT = "Everything here is free software.\n\n      GNU GENERAL PUBLIC LICENSE\n       Version 3, 29 June 2007\n"


class Fake(Distribution):
    """A distribution that is nothing but its metadata."""

    def __init__(self, name: str, fields: tuple[tuple[str, str], ...] = ()) -> None:
        message = Message()
        for key, value in (("Metadata-Version", "2.4"), ("Name", name), ("Version", "1.0"), *fields):
            message[key] = value.replace("\n", "\n        ")
        self._text = message.as_string()

    def read_text(self, filename: str) -> str | None:
        return self._text if filename == "METADATA" else None

    def locate_file(self, path: object) -> Path:
        raise FileNotFoundError(path)


def environment(*dists: Fake) -> Callable[[str], Distribution]:
    installed = {dist.metadata["Name"].lower(): dist for dist in dists}

    def find(name: str) -> Distribution:
        if name.lower() not in installed:
            raise PackageNotFoundError(name)
        return installed[name.lower()]

    return find


@pytest.mark.parametrize(
    ("expression", "verdict"),
    [
        ("MIT", Verdict.PERMISSIVE),
        ("MIT License", Verdict.PERMISSIVE),
        ("The MIT License (MIT)", Verdict.PERMISSIVE),
        ("MIT-CMU", Verdict.PERMISSIVE),
        ("BSD", Verdict.PERMISSIVE),
        ("BSD-3-Clause", Verdict.PERMISSIVE),
        ("New BSD License", Verdict.PERMISSIVE),
        ("3-Clause BSD License", Verdict.PERMISSIVE),
        ("Apache License, Version 2.0", Verdict.PERMISSIVE),
        ("Apache-2.0 WITH LLVM-exception", Verdict.PERMISSIVE),
        ("PSF-2.0", Verdict.PERMISSIVE),
        ("BSD-3-Clause AND 0BSD AND MIT AND Zlib AND CC0-1.0", Verdict.PERMISSIVE),
        ("LGPL-3.0-or-later", Verdict.WEAK),
        ("GNU Lesser General Public License v3 or later (LGPLv3+)", Verdict.WEAK),
        ("MPL-2.0", Verdict.WEAK),
        ("MIT AND LGPL-2.1-only", Verdict.WEAK),
        ("GPL-3.0-or-later WITH GCC-exception-3.1", Verdict.WEAK),
        ("GPL-3.0-or-later", Verdict.STRONG),
        ("GPLv2+", Verdict.STRONG),
        ("GNU General Public License v3 or later (GPLv3+)", Verdict.STRONG),
        ("AGPL-3.0-only", Verdict.STRONG),
        ("GNU Affero General Public License v3", Verdict.STRONG),
        ("MIT AND GPL-2.0-only", Verdict.STRONG),
        ("GPL-2.0-only WITH Some-exception", Verdict.STRONG),
        ("MIT OR GPL-3.0-only", Verdict.PERMISSIVE),
        ("GPL-3.0-only OR MIT", Verdict.PERMISSIVE),
        ("MIT/GPL", Verdict.PERMISSIVE),
        ("LGPL-2.1-only OR GPL-2.0-only", Verdict.WEAK),
        ("(MIT OR GPL-2.0-only) AND AGPL-3.0-only", Verdict.STRONG),
        ("MIT AND (Zlib OR GPL-2.0-only)", Verdict.PERMISSIVE),
        ("MIT OR", Verdict.PERMISSIVE),
        ("MIT AND", Verdict.UNKNOWN),
        ("(MIT", Verdict.UNKNOWN),
        ("Proprietary", Verdict.UNKNOWN),
        ("Permit only", Verdict.UNKNOWN),
        ("see LICENSE", Verdict.UNKNOWN),
        ("LicenseRef-Company", Verdict.UNKNOWN),
        ("", Verdict.UNKNOWN),
    ],
)
def test_an_expression_is_judged_by_the_strictest_that_applies_and_the_best_one_may_choose(
    expression: str, verdict: Verdict
) -> None:
    assert judge_expression(expression) is verdict


@pytest.mark.parametrize(
    ("fields", "verdict", "source"),
    [
        ((("License-Expression", "MIT"),), Verdict.PERMISSIVE, "License-Expression"),
        ((("License", "BSD-3-Clause"),), Verdict.PERMISSIVE, "License"),
        ((("Classifier", "License :: OSI Approved :: MIT License"),), Verdict.PERMISSIVE, "Classifier"),
        ((("License", MIT_TEXT),), Verdict.PERMISSIVE, "License (full text)"),
        ((("License", GPL_TEXT),), Verdict.STRONG, "License (full text)"),
        (
            (("License", "see LICENSE"), ("Classifier", "License :: OSI Approved :: BSD License")),
            Verdict.PERMISSIVE,
            "Classifier",
        ),
        (
            (
                ("Classifier", "License :: OSI Approved :: MIT License"),
                ("Classifier", "License :: OSI Approved :: GNU General Public License (GPL)"),
            ),
            Verdict.STRONG,
            "Classifier",
        ),
        (
            (
                ("License", "BSD"),
                ("Classifier", "License :: OSI Approved :: GNU Affero General Public License v3"),
            ),
            Verdict.STRONG,
            "Classifier",
        ),
        ((("Classifier", "License :: OSI Approved"),), Verdict.UNKNOWN, ""),
        ((("Classifier", "Programming Language :: Python"),), Verdict.UNKNOWN, ""),
        ((), Verdict.UNKNOWN, ""),
    ],
)
def test_a_distribution_is_judged_by_the_clearest_thing_it_says(
    fields: tuple[tuple[str, str], ...], verdict: Verdict, source: str
) -> None:
    entry = judge(Fake("thing", fields))
    assert (entry.verdict, entry.source) == (verdict, source)


def test_what_is_needed_follows_requirements_and_the_extras_that_are_shipped() -> None:
    # GIVEN a program with a dependency, an extra that ships and one that does not
    find = environment(
        Fake(
            "program",
            (
                ("Requires-Dist", "ui[fancy]>=1,<2"),
                ("Requires-Dist", 'codec>=2 ; extra == "codecs"'),
                ("Requires-Dist", 'pytest ; extra == "test"'),
                ("Requires-Dist", 'winthing ; sys_platform == "win32"'),
            ),
        ),
        Fake("ui", (("Requires-Dist", 'colours (>=3) ; extra == "fancy"'), ("Requires-Dist", "program"))),
        Fake("colours"),
        Fake("codec"),
        Fake("pytest"),
    )
    # THEN only what is shipped here is listed, each once
    names = [dist.metadata["Name"] for dist in needed("program", ["codecs"], find)]
    assert names == ["codec", "colours", "program", "ui"]
    assert [d.metadata["Name"] for d in needed("program", [], find)] == ["colours", "program", "ui"]


@pytest.mark.parametrize(
    ("licence", "status", "word"),
    [
        ("MIT", 0, "permissive"),
        ("LGPL-3.0-only", 0, "allowed, named"),
        ("GPL-3.0-only", 1, "NOT ALLOWED"),
        ("?", 1, "UNKNOWN"),
    ],
)
def test_one_dependency_decides_about_the_whole(
    licence: str, status: int, word: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # GIVEN a program under Apache-2.0 that needs one library
    find = environment(
        Fake("program", (("License-Expression", "Apache-2.0"), ("Requires-Dist", "library"))),
        Fake("library", (("License-Expression", licence),)),
    )
    # WHEN the list is made
    report = tmp_path / "reports" / "licences.md"
    # THEN the library's licence decides, and the list says so
    assert main([str(report), "--root", "program"], find) == status
    assert f"| library | 1.0 | {licence} | License-Expression | {word} |" in report.read_text(encoding="utf-8")
    if word != "permissive":
        assert f"library 1.0: {licence} ({word})" in capsys.readouterr().out


def test_a_dependency_that_is_not_there_is_a_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    find = environment(Fake("program", (("License", "MIT"), ("Requires-Dist", "library"))))
    assert main([str(tmp_path / "list.md"), "--root", "program"], find) == 1
    assert "library is needed but not installed" in capsys.readouterr().err
