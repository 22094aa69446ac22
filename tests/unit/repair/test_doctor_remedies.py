"""A remedy that the doctor names makes a plan for that very file."""

import json
from pathlib import Path

import pytest

from console.demo.damage import FOLDER, TRUTH, build_damaged
from console.repair.doctor.codes import DELIMITER, META, META_UID, RELABEL, SALVAGE, SIBLING
from console.repair.remedies.catalogue import propose
from console.repair.remedies.remedy import Request
from tests.unit.repair.visits import visit

BY_THEMSELVES = {META, META_UID, DELIMITER, SALVAGE, RELABEL, SIBLING}
"""Remedies that need no answer of a person."""
ANSWERS = {"unknown-charset": {"SpecificCharacterSet": "ISO_IR 192"}}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("practice")
    build_damaged(folder)
    return folder


def test_what_is_offered_can_be_done(home: Path) -> None:
    # GIVEN the damaged archive
    cases = {case["damaged"]: case["case"] for case in json.loads((home / TRUTH).read_text("utf-8"))["cases"]}
    root = home / FOLDER
    planned = set()
    for finding in visit(root).findings:
        path = Path(finding.path)
        case = cases[path.relative_to(root).as_posix()]
        if finding.remedy not in BY_THEMSELVES:
            continue
        # WHEN the remedy that was named is asked, with the file's neighbours in view
        answers = ANSWERS.get(finding.code, {})
        proposal = propose(finding.remedy, Request((path.parent,), answers))
        # THEN it has a plan for the file and refuses nothing
        assert proposal.refused == (), (case, finding.code)
        assert path in [plan.path for plan in proposal.files], (case, finding.code)
        planned.add(finding.remedy)
    assert planned == BY_THEMSELVES


def test_a_sibling_is_offered_only_where_there_is_one(home: Path, tmp_path: Path) -> None:
    # GIVEN a file with an empty Modality, alone, and beside others of its study
    folder = next((home / FOLDER).glob("*-empty-type-1"))
    (tmp_path / "IM1.dcm").write_bytes((folder / "IMG0001.dcm").read_bytes())
    alone = visit(tmp_path).of_code("empty-type-1")
    beside = visit(folder).of_code("empty-type-1")
    # THEN the remedy is named only for the latter
    assert [(one.remedy, one.repairable) for one in (*alone, *beside)] == [("", False), (SIBLING, True)]
