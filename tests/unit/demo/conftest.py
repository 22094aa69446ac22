"""What the tests of the practice site share: one full site, and a small one that is built in a moment."""

import json
from pathlib import Path
from typing import Any

import pytest

from console.demo import build
from console.demo.build import PracticeSite, truth_of
from console.demo.cases import Item
from console.demo.contents import Angiogram
from console.demo.hospital import ITEMS
from console.demo.scene import Scene
from tests.practice import built_site
from tests.unit.demo.small import SMALL


@pytest.fixture(scope="session")
def site() -> PracticeSite:
    """The practice site as it is delivered."""
    return built_site()


@pytest.fixture(scope="session")
def files(site: PracticeSite) -> dict[Path, Item]:
    """Every DICOM file of it, and the item it was made of."""
    return dict(zip(site.pictures, ITEMS, strict=True))


@pytest.fixture(scope="session")
def truths(site: PracticeSite) -> dict[Path, dict[str, Any]]:
    """The truth beside every DICOM file."""
    return {path: json.loads(truth_of(path).read_text("utf-8")) for path in site.pictures}


@pytest.fixture(scope="session")
def scene() -> Scene:
    """The scene of its first run."""
    content = ITEMS[0].content
    assert isinstance(content, Angiogram)
    return Scene(content.recipe)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home for a site of four small files, which is built in well under a second."""
    monkeypatch.setattr(build, "ITEMS", SMALL)
    return tmp_path / "home"
