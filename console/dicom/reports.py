"""Any object as text: its content tree, its document, its recordings, or the few facts that say what it is."""

from pathlib import Path
from typing import BinaryIO

from console.dicom.content import code_of, read_items
from console.dicom.documents import Document, document_lines, document_stream, page_count, read_document, text_lines
from console.dicom.dose import dose_summary
from console.dicom.elements import Elements
from console.dicom.kinds import kind_of, shows_as
from console.dicom.particulars import fact_lines, waveform_lines
from console.dicom.source import Source
from console.dicom.structured import report_lines, state_lines
from console.i18n import _
from console.model.picture import PictureInfo
from console.model.report_text import Report, ReportLine
from console.model.text import clean


def read_report(elements: Elements, source: Source, info: PictureInfo) -> Report:
    """The object as text, by what it holds and not by what its SOP class promises."""
    kind = kind_of(info.sop_class, info.modality)
    problems = tuple(problem.what for problem in info.problems)
    if "ContentSequence" in elements or shows_as(info.sop_class) == "report":
        return _structured(elements, kind, problems)
    document = read_document(elements, source)
    if document is not None:
        return _document(elements, source, document, kind, problems)
    if "WaveformSequence" in elements or shows_as(info.sop_class) == "waveform":
        return Report(kind, "waveform", "", (*waveform_lines(elements), *fact_lines(elements)), (), 0, None, problems)
    if shows_as(info.sop_class) == "document":
        problems = (*problems, _("{name} holds no document.").format(name=clean(Path(info.path).name)))
        return Report(kind, "document", elements.text("DocumentTitle"), (), (), 0, None, problems)
    shows = "picture" if info.frames else "other"
    return Report(kind, shows, elements.text("ContentLabel"), fact_lines(elements), (), 0, None, problems)


def _structured(elements: Elements, kind: str, problems: tuple[str, ...]) -> Report:
    items, repaired = read_items(elements)
    if repaired:
        what = _("The texts do not fit the character set that the file declares; they are read as {used}.")
        problems = tuple(dict.fromkeys((*problems, what.format(used=elements.charset))))
    title = code_of(elements, "ConceptNameCodeSequence").text
    overview = state_lines(elements, items)
    return Report(kind, "report", title, overview, report_lines(items), 0, dose_summary(items), problems)


def _document(elements: Elements, source: Source, document: Document, kind: str, problems: tuple[str, ...]) -> Report:
    stream = document_stream(elements, source)
    assert stream is not None
    overview = (*document_lines(document), *fact_lines(elements))
    with stream:
        pages, lines, trouble = _shown(stream, document.form)
    problems = (*problems, trouble) if trouble else problems
    return Report(kind, "document", document.title, overview, lines, pages, None, problems)


def _shown(stream: BinaryIO, form: str) -> tuple[int, tuple[ReportLine, ...], str]:
    """Pages, text, and one sentence where something is wrong."""
    if form == "pdf":
        pages, trouble = page_count(stream)
        return pages, (), trouble
    if form == "xml":
        return (0, *text_lines(stream))
    return 0, (), _("The document is no PDF and no text; the console cannot show it.")
