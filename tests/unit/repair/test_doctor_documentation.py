"""docs/doctor.md and docs/doctor.zh.md name every code, with its severity and its remedy."""

import re
from pathlib import Path

import pytest

from console.model.diagnosis import Severity
from console.repair.doctor.codes import CODES, REMEDIES
from console.repair.remedies.catalogue import REMEDIES as THERE

DOCS = Path(__file__).parents[3] / "docs"
_ROW = re.compile(r"^\| `([a-z0-9-]+)` \| (\S+) \| .+ \| (.+) \|$", re.MULTILINE)
WORDS = {
    "doctor.md": {"critical": Severity.CRITICAL, "warning": Severity.WARNING, "note": Severity.NOTE},
    "doctor.zh.md": {"严重": Severity.CRITICAL, "警告": Severity.WARNING, "提示": Severity.NOTE},
}


@pytest.mark.parametrize("name", WORDS)
def test_every_code_is_explained_with_its_severity_and_remedy(name: str) -> None:
    rows = _ROW.findall((DOCS / name).read_text("utf-8"))
    assert [code for code, _word, _what in rows] == sorted((code for code, _word, _what in rows), key=list(CODES).index)
    assert {code for code, _word, _what in rows} == set(CODES)
    for code, word, what in rows:
        assert WORDS[name][word] is CODES[code].severity, code
        remedy = CODES[code].remedy
        assert f"`{remedy}`" in what if remedy else True, code
        # AND no remedy is promised that the catalogue of remedies does not have
        assert {said for said in re.findall(r"`([a-z]+-[a-z-]+)`", what)} <= set(REMEDIES), code


def test_the_remedies_that_the_doctor_names_are_there() -> None:
    assert set(REMEDIES) == set(THERE)
