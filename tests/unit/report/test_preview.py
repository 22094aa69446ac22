"""Looking at a report before it is handed over."""

from pathlib import Path

import numpy as np
import pytest

from console.errors import ConsoleError
from console.model.report import Report
from console.report.build import write_report
from console.report.preview import Preview
from tests.unit.report import making


def test_each_page_is_a_picture_of_paper_with_ink_on_it(tmp_path: Path) -> None:
    # GIVEN a report WHEN its pages are looked at
    written = write_report(Report(making.inspection()), tmp_path / "a.pdf", "zh")
    preview = Preview(tmp_path / "a.pdf")
    first, last = preview.page(1, 400), preview.page(preview.pages, 400)
    # THEN they have the shape of A4, are mostly white, and differ
    assert preview.pages == written.pages
    assert first.shape == (566, 400, 3)
    assert np.median(first) == 255
    assert (first < 100).any()
    assert (first != last).any()
    with pytest.raises(IndexError):
        preview.page(preview.pages + 1, 400)
    # AND the file can be replaced meanwhile
    (tmp_path / "a.pdf").unlink()
    assert preview.page(2, 400).shape == (566, 400, 3)
    preview.close()
    preview.close()


def test_what_is_no_report_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"no PDF")
    for name in ("a.pdf", "gone.pdf"):
        with pytest.raises(ConsoleError) as caught:
            Preview(tmp_path / name)
        assert name in caught.value.detail
