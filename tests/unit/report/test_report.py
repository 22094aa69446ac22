"""The whole report: what stands in it, what kind of file it is, and that it is the same again."""

import errno
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pikepdf
import pikepdf.pdfa
import psutil
import pypdfium2
import pytest
from reportlab.pdfgen.canvas import Canvas

from console.errors import Cancelled, ConsoleError
from console.i18n import language
from console.model.inspections import Answer, Attachment, Entry, Verdict
from console.model.report import Report, Written
from console.model.sentence import Words
from console.report import placing
from console.report.build import write_report
from console.report.fontfiles import Shelf
from console.report.pdfa import archive
from tests.unit.report import making
from tests.unit.report.making import NOW, RARE

EPOCH = 1_795_000_000


def texts(path: Path) -> list[str]:
    """What a reader gets from each page when it is copied."""
    document = pypdfium2.PdfDocument(path)
    found = []
    for page in document:
        words = page.get_textpage()
        found.append(words.get_text_range())
        words.close()
        page.close()
    document.close()
    return found


def whole(path: Path) -> str:
    """All pages, without what line breaks and places of texts add."""
    return "".join("".join(page.split()) for page in texts(path))


def printed(report: Report, target: Path, code: str = "en", **more: object) -> Written:
    """The report on disk."""
    return write_report(report, target, code, EPOCH, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Report, Path, Written]:
    """A sealed report with something of everything, in English."""
    folder = tmp_path_factory.mktemp("sealed")
    report = making.report(folder)
    target = folder / "report.pdf"
    return report, target, printed(report, target)


@pytest.fixture(autouse=True)
def a_report_leaves_the_language_alone() -> Iterator[None]:
    before = language()
    yield
    assert language() == before


def with_answer(report: Report, answer: Answer) -> Report:
    """The same report with another answer to its last item."""
    last = report.inspection.entries[-1]
    entries = (*report.inspection.entries[:-1], replace(last, answer=answer))
    return replace(report, inspection=replace(report.inspection, entries=entries))


def test_everything_that_was_entered_can_be_read_back(sealed: tuple[Report, Path, Written]) -> None:
    # GIVEN a sealed report WHEN its text is taken out of the PDF
    report, target, _written = sealed
    text, inspection = whole(target), report.inspection
    # THEN names, notes, values and markup stand in it as they were entered
    wanted = [
        inspection.site_name, inspection.number, inspection.contract, inspection.operator, inspection.conclusion,
        *(entry.answer.note for entry in inspection.entries), *(one.what for one in inspection.recommendations),
        *(one.remedy for one in inspection.recommendations), *(one.what for one in inspection.actions),
        *(entry.target_name for entry in inspection.entries), "９１％", "ECG&<markup>", "Li[b]Na[/b]", "信息科赵主任",
        "影维科技（驻场服务组）", "驻场工程师",
    ]  # fmt: skip
    for entered in wanted:
        for line in entered.splitlines():
            assert "".join(line.split()) in text, line


def test_rare_names_are_found_in_the_text_also_one_beyond_sixteen_bits(sealed: tuple[Report, Path, Written]) -> None:
    assert whole(sealed[1]).count(RARE) >= 4


def test_it_is_pdfa_2b_and_every_font_is_embedded(sealed: tuple[Report, Path, Written]) -> None:
    _report, target, written = sealed
    assert written.pdfa
    with pikepdf.open(target) as pdf:
        assert not pikepdf.pdfa.check(pdf, "2b").findings
        fonts = [thing for thing in pdf.objects if isinstance(thing, pikepdf.Dictionary) and "/FontDescriptor" in thing]
        assert fonts
        assert all("/FontFile2" in font.FontDescriptor for font in fonts)
        assert pdf.Root.Lang == "en"
        assert pdf.docinfo["/Title"] == f"{sealed[0].inspection.site_name} Quarterly inspection " + str(
            sealed[0].inspection.number
        )


def test_the_same_report_gives_the_same_bytes_and_another_moment_others(
    sealed: tuple[Report, Path, Written], tmp_path: Path
) -> None:
    report, target, written = sealed
    again = printed(report, tmp_path / "again.pdf")
    assert (tmp_path / "again.pdf").read_bytes() == target.read_bytes()
    assert again.sha256 == written.sha256
    assert again.reproducible
    assert write_report(report, tmp_path / "later.pdf", "en", EPOCH + 60).sha256 != written.sha256


def test_without_a_moment_it_is_that_of_the_environment_else_that_of_the_seal(
    sealed: tuple[Report, Path, Written], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report, _target, _written = sealed
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(EPOCH))
    assert write_report(report, tmp_path / "a.pdf", "en").sha256 == sealed[2].sha256
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    at_seal = write_report(report, tmp_path / "b.pdf", "en").sha256
    assert at_seal == write_report(report, tmp_path / "c.pdf", "en", int(NOW.timestamp())).sha256
    assert "SOURCE_DATE_EPOCH" not in os.environ


def test_every_page_says_which_of_how_many_it_is_and_carries_the_seal(sealed: tuple[Report, Path, Written]) -> None:
    report, target, written = sealed
    pages = texts(target)
    assert len(pages) == written.pages > 5
    assert report.inspection.seal is not None
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {written.pages}" in page
        assert report.inspection.seal.sha256 in page
        assert report.inspection.seal.audit_head[:32] in page
        assert report.inspection.number in page


def test_bookmarks_and_contents_lead_to_the_pages_that_they_name(sealed: tuple[Report, Path, Written]) -> None:
    _report, target, _written = sealed
    document = pypdfium2.PdfDocument(target)
    marks = [(mark.get_title(), mark.get_dest().get_index()) for mark in document.get_toc()]
    document.close()
    pages = texts(target)
    assert len(marks) > 12
    for title, index in marks:
        assert "".join(title.split()) in "".join(pages[index].split()), title
    contents = "".join(pages[1].split())
    for title, index in marks:
        if title.startswith(("Appendix", "2 ", "4 ", "5 ")):
            assert f"{''.join(title.split())}{index + 1}" in contents


def test_what_did_not_pass_names_the_page_where_it_stands(tmp_path: Path) -> None:
    # GIVEN a report in which the second section goes over several pages
    report = making.report(tmp_path, hosts=9, displays=0, photos=0)
    printed(report, tmp_path / "a.pdf")
    pages = [" ".join(page.split()) for page in texts(tmp_path / "a.pdf")]
    failed = [entry for entry in report.inspection.entries if entry.answer.verdict is Verdict.FAIL and entry.target]
    # WHEN the summary names a page THEN the item stands there
    named = set()
    for entry in failed:
        found = re.search(rf"{entry.target_name} Failed D1 (\d+)", " ".join(pages[1:3]))
        assert found is not None
        assert f"{entry.target_name} No. Item" in pages[int(found[1]) - 1]
        named.add(found[1])
    assert len(named) > 1


def test_chapters_stand_in_their_order_and_the_counts_add_up(sealed: tuple[Report, Path, Written]) -> None:
    text = " ".join(" ".join(texts(sealed[1])).split())
    order = ["Contents", "1 Summary", "2 Results", "3 Trends", "4 Recommendations", "5 Actions", "6 Signatures",
             "Appendix A Evidence", "Appendix B Photos", "Appendix C Attachments"]  # fmt: skip
    places = [text.rfind(title) for title in order]
    assert places == sorted(places)
    assert -1 not in places


def test_a_chinese_report_is_chinese_whatever_the_console_speaks(
    sealed: tuple[Report, Path, Written], tmp_path: Path
) -> None:
    printed(sealed[0], tmp_path / "zh.pdf", "zh")
    text = whole(tmp_path / "zh.pdf")
    assert "季度巡检" in text
    assert "各分区已用空间" in text
    assert "Spaceusedoneverypartition" not in text
    with pikepdf.open(tmp_path / "zh.pdf") as pdf:
        assert pdf.Root.Lang == "zh-CN"


def test_a_draft_says_so_and_shows_no_seal(tmp_path: Path) -> None:
    report = making.report(tmp_path, sealed=False, photos=0)
    printed(report, tmp_path / "draft.pdf")
    pages = texts(tmp_path / "draft.pdf")
    assert all("Draft" in page for page in pages)
    assert "no proof of an inspection" in " ".join(pages[0].split())
    assert "5f5f5f" not in "".join(pages)
    assert "7d7d7d" in pages[0]


def test_the_practice_site_says_so_on_each_page_in_chinese_too(tmp_path: Path) -> None:
    report = replace(making.report(tmp_path, photos=0), practice=True)
    printed(report, tmp_path / "practice.pdf")
    assert all("练习" in page for page in texts(tmp_path / "practice.pdf"))


def test_beginning_without_permission_is_printed_with_its_reason(tmp_path: Path) -> None:
    printed(making.report(tmp_path, photos=0, override="急诊抢修"), tmp_path / "a.pdf")
    assert "Begunwithoutnoticeorpermission:急诊抢修" in whole(tmp_path / "a.pdf")


def test_a_character_that_no_font_has_is_listed_and_never_a_box(tmp_path: Path) -> None:
    # GIVEN a note with a character that no font knows
    report = with_answer(making.report(tmp_path, photos=0), Answer("A\U000f1234B", None, Verdict.PASS, "\U000f1234"))
    shelf = Shelf(system=())
    # WHEN it is printed THEN its code stands in its place, on the last page, and in what the caller gets
    written = printed(report, tmp_path / "a.pdf", shelf=shelf)
    assert written.missing_glyphs == ("\U000f1234",)
    assert written.pdfa
    assert "A〔U+F1234〕B" in whole(tmp_path / "a.pdf")
    assert "〔U+F1234〕" in texts(tmp_path / "a.pdf")[-1]


def test_a_note_of_twenty_thousand_characters_goes_over_pages_without_a_loss(tmp_path: Path) -> None:
    sentence = "第{0}段：服务重启后运行正常，请继续观察。No. {0} of many words in English. "
    note = "".join(sentence.format(number) for number in range(450))[:20_000]
    report = with_answer(making.report(tmp_path, photos=0), Answer("", None, Verdict.FAIL, note))
    written = printed(report, tmp_path / "a.pdf")
    assert written.pdfa
    pages = texts(tmp_path / "a.pdf")
    # Header and footer come last on each page; the header begins with the name of the site.
    bodies = [page.rpartition(report.inspection.site_name[:8])[0] for page in pages]
    text = "".join("".join(body.split()) for body in bodies)
    assert "".join(note.split()) in text.replace("No.ItemResultBefore", "")


HOSTILE = {
    "empty": "",
    "blank": "\n \n",
    "endless": "x" * 5000,
    "marks": "（" * 500 + "。" * 500,
    "markup": "[b]<b>&{0}%s\x1b[31m\0\ud800\u202e" * 50,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_text_breaks_the_report(tmp_path: Path, text: str) -> None:
    base = making.report(tmp_path, photos=0)
    inspection = replace(
        base.inspection, site_name=text, number=text, conclusion=text, operator=text, quarter=text,
        recommendations=tuple(replace(one, what=text, group=text) for one in base.inspection.recommendations),
        actions=tuple(replace(one, what=text, owner=text) for one in base.inspection.actions),
    )  # fmt: skip
    report = with_answer(replace(base, inspection=inspection, team=text), Answer(text, None, Verdict.NA, text))
    assert printed(report, tmp_path / "a.pdf").pdfa


def test_an_empty_inspection_is_a_report_too(tmp_path: Path) -> None:
    full = making.inspection()
    empty = replace(full, entries=(), recommendations=(), actions=(), signatures=(), notice=None, permission=None,
                    seal=None, begun=None, past={}, conclusion="")  # fmt: skip
    assert printed(Report(empty), tmp_path / "a.pdf").pages >= 2


def test_photos_that_are_missing_or_broken_are_said_and_the_rest_is_printed(tmp_path: Path) -> None:
    # GIVEN two photos of which one is gone and one damaged since
    report = making.report(tmp_path)
    first, second = report.attachments.values()
    first.unlink()
    second.write_bytes(second.read_bytes()[:2000])
    written = printed(report, tmp_path / "a.pdf")
    text = whole(tmp_path / "a.pdf")
    assert written.pdfa
    assert text.count("Thefileismissingorcannotbeshown") == 2
    assert all(sha in text for sha in report.attachments)


def test_photos_lie_in_the_file_at_two_hundred_dots_an_inch(sealed: tuple[Report, Path, Written]) -> None:
    with pikepdf.open(sealed[1]) as pdf:
        pictures = [image for page in pdf.pages for image in page.get_images().values()]
        assert [[str(name) for name in picture.Filter] for picture in pictures] == [["/DCTDecode"]] * 2
        assert [int(picture.Width) for picture in pictures] == [661, 661]


def test_long_evidence_is_cut_and_says_so(tmp_path: Path) -> None:
    report = making.report(tmp_path, photos=0)
    entry = report.inspection.entry("disks/used")
    long = "".join(f"line {number}\n" for number in range(5000))
    finding = making.finding(entry.answer.findings[0].status, "pacs-1", "/", long)
    changed = with_answer(report, Answer("", None, Verdict.PASS, findings=(finding,)))
    printed(changed, tmp_path / "a.pdf")
    text = " ".join(texts(tmp_path / "a.pdf"))
    assert "4988 more lines, not printed here" in text
    assert "line 11" in text
    assert "line 13" not in text


def test_many_attachments_of_other_kinds_are_listed_with_their_digests(tmp_path: Path) -> None:
    report = making.report(tmp_path, photos=0)
    files = tuple(Attachment(f"{n:064x}", f"合同附件{n}.pdf", 2_500_000, "application/pdf", NOW) for n in range(40))
    printed(with_answer(report, Answer("x", None, Verdict.PASS, attachments=files)), tmp_path / "a.pdf")
    text = whole(tmp_path / "a.pdf")
    assert all(one.sha256 in text and one.name in text for one in files)


def test_a_form_in_one_language_only_prints_in_both(tmp_path: Path) -> None:
    report = making.report(tmp_path, photos=0)
    entry: Entry = report.inspection.entries[-1]
    item = replace(entry.item, title=Words("只有中文", ""), criterion=Words("", "仅中文标准"))
    entries = (*report.inspection.entries[:-1], replace(entry, item=item))
    printed(replace(report, inspection=replace(report.inspection, entries=entries)), tmp_path / "a.pdf")
    assert "只有中文" in whole(tmp_path / "a.pdf")
    assert "仅中文标准" in whole(tmp_path / "a.pdf")


def test_a_full_disk_is_a_sentence_and_the_old_file_is_unharmed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a report that is there already, and a disk that takes no more
    target = tmp_path / "report.pdf"
    target.write_bytes(b"old")

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    # WHEN a new one is written THEN one sentence says so, the old one stands, and nothing else is left
    with pytest.raises(ConsoleError) as caught:
        placing.place(b"new", target)
    assert "full" in caught.value.detail
    assert str(target) in caught.value.detail
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    for target, word in ((tmp_path / "gone" / "a.pdf", "not there"), (tmp_path, "folder")):
        with pytest.raises(ConsoleError) as caught:
            placing.place(b"new", target)
        assert word in caught.value.detail


def test_a_stopped_report_leaves_nothing(tmp_path: Path) -> None:
    report = making.report(tmp_path, photos=0)
    with pytest.raises(Cancelled):
        printed(report, tmp_path / "a.pdf", stopped=lambda: True)
    assert not (tmp_path / "a.pdf").exists()


def test_no_font_and_no_photo_stays_open(tmp_path: Path) -> None:
    # A warning about one that does would surface inside pikepdf's parser and fail the validation, now and then.
    printed(making.report(tmp_path), tmp_path / "a.pdf")
    left = {Path(file.path).suffix for file in psutil.Process().open_files()}
    assert left.isdisjoint({".otf", ".ttf", ".ttc", ".jpg", ".pdf"})


def test_a_document_that_is_no_pdfa_is_kept_and_says_what_is_wrong() -> None:
    # GIVEN pages in a font that is not embedded
    stream = BytesIO()
    canvas = Canvas(stream)
    canvas.drawString(100, 100, "Helvetica")
    canvas.save()
    # WHEN they are to be archived THEN they come back as they were, with a sentence
    found = archive(stream.getvalue(), EPOCH)
    assert not found.pdfa
    assert found.data == stream.getvalue()
    assert "a font is not embedded" in found.problem
