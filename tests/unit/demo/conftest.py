"""What the tests of the practice site share: one full site, and a small one that is built in a moment."""

from dataclasses import replace
from pathlib import Path

import pytest

from console.demo import build, cases
from console.demo.build import PracticeSite, build_practice
from console.demo.recipe import CArm, Recipe
from console.demo.scene import Scene


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> PracticeSite:
    """The practice site as it is delivered."""
    return build_practice(tmp_path_factory.mktemp("practice") / "home", lambda done, total: None, lambda: False)


@pytest.fixture(scope="session")
def scene() -> Scene:
    """The scene of its first run."""
    return Scene(cases.RUNS[0].recipe)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home for a site of two small runs, which is built in well under a second."""
    first = replace(cases.RUNS[0], recipe=Recipe(frames=8, c_arm=CArm(size=128)))
    second = replace(first, file="pictures/P0017/20261120/0002-small.dcm", instance_number=2)
    monkeypatch.setattr(build, "RUNS", (first, second))
    return tmp_path / "home"
