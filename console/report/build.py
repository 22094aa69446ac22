"""The whole way from a report to a validated PDF on disk, in this process. `job.ReportJob` does it in another."""

import os
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from reportlab.platypus.doctemplate import LayoutError
from reportlab.platypus.flowables import Flowable, PageBreak, Spacer

from console.errors import Cancelled, ConsoleError
from console.i18n import N_, _, language, set_language
from console.model.report import Report, Written
from console.report import advice, cover, evidence, results, sheet, trends
from console.report.fontfiles import Shelf
from console.report.manuscript import PICTURES, Manuscript
from console.report.pdfa import archive
from console.report.photos import scaled, size_of
from console.report.pictures import HEIGHT_MM, WIDTH_MM, Scaled
from console.report.placing import place
from console.report.proofs import Proofs
from console.report.settings import Settings
from console.report.sheet import Furniture, Known, Sheets
from console.report.text import printable
from console.report.tounicode import whole_characters
from console.report.typecase import Typecase
from console.report.words import is_draft

STEPS = (N_("Composing"), N_("Making the fonts"), N_("Setting the pages"), N_("Checking PDF/A"), N_("Writing"))
"""What is told while it lasts."""
_PRACTICE = "练习"
_LONG = 80
"""Characters of a report number that a code takes."""
_PASSES = 4
"""Page numbers in the contents may move pages; two passes are the rule."""

Tell = Callable[[int, int, str], None]
"""Steps done, steps in all, what is being done now."""


def _nothing(_done: int, _total: int, _what: str) -> None:
    return None


def write_report(
    report: Report,
    target: Path,
    language_code: str,
    epoch: int | None = None,
    *,
    tell: Tell = _nothing,
    stopped: Callable[[], bool] = lambda: False,
    shelf: Shelf | None = None,
) -> Written:
    """Print `report` in a language ("zh" or "en") to `target`, replacing it only when all is done.

    `epoch` is the moment that the file names as its own (seconds since 1970); without it SOURCE_DATE_EPOCH, the moment
    of the seal, or now. The same report, language, epoch and installation give the same bytes.
    Raises ConsoleError with one sentence (no font, cannot be written), Cancelled when `stopped` says so.
    """
    started = time.monotonic()
    before = language()
    set_language(language_code)
    shelf = shelf or Shelf()
    try:
        pdf = _Press(report, shelf, _epoch(report, epoch), tell, stopped).run()
        tell(4, len(STEPS), _(STEPS[4]))
        _go_on(stopped)
        place(pdf.data, target)
    finally:
        shelf.close()
        set_language(before)
    return replace(pdf.written, seconds=time.monotonic() - started, peak_bytes=peak_memory())


def _epoch(report: Report, epoch: int | None) -> int:
    if epoch is not None:
        return epoch
    said = os.environ.get("SOURCE_DATE_EPOCH", "")
    if said.isdigit():
        return int(said)
    seal = report.inspection.seal
    return int(seal.at.timestamp()) if seal is not None else int(time.time())


def _go_on(stopped: Callable[[], bool]) -> None:
    if stopped():
        raise Cancelled(_("Stopped"), _("The report was not written; what was at its place before is unharmed."))


def peak_memory() -> int:
    """Bytes that this process had at most; 0 where the system does not say."""
    # Not getrusage: a process that was started begins there with the peak of the one that started it.
    with suppress(OSError, ValueError, IndexError):
        return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) * 1024
    return 0


@dataclass(frozen=True)
class _Pdf:
    data: bytes
    written: Written


class _Press:
    """One report on its way."""

    def __init__(self, report: Report, shelf: Shelf, epoch: int, tell: Tell, stopped: Callable[[], bool]) -> None:
        self.report, self.epoch, self.tell, self.stopped = report, epoch, tell, stopped
        self.case = Typecase(shelf)
        self.proofs = Proofs(report.inspection)
        self.photos: dict[str, Future[Scaled | None]] = {}

    def run(self) -> _Pdf:
        with ThreadPoolExecutor(2) as pool:
            try:
                return self._run(pool)
            finally:
                pool.shutdown(cancel_futures=True)

    def _run(self, pool: ThreadPoolExecutor) -> _Pdf:
        self.tell(0, len(STEPS), _(STEPS[0]))
        first = self._compose(Known(), lambda _sha: None)
        furniture = self._furniture()
        sheet.need(self.case, furniture)
        # Pillow works outside the interpreter's lock while the outlines are drawn within it.
        for _number, attachment, _where in first.pictures:
            if attachment.sha256 not in self.photos:
                self.photos[attachment.sha256] = pool.submit(self._photo, attachment.sha256)
        self.tell(1, len(STEPS), _(STEPS[1]))
        self.case.cast(self.stopped)
        _go_on(self.stopped)
        self.tell(2, len(STEPS), _(STEPS[2]))
        plain, pages = self._pages(furniture)
        self.tell(3, len(STEPS), _(STEPS[3]))
        _go_on(self.stopped)
        done = archive(plain, self.epoch)
        digest = sha256(done.data).hexdigest()
        written = Written(
            pages, 0.0, digest, len(done.data), self.case.missing, done.pdfa, done.reproducible, done.problem
        )  # fmt: skip
        return _Pdf(done.data, written)

    def _photo(self, sha: str) -> Scaled | None:
        path = self.report.attachments.get(sha)
        if path is None or self.stopped():
            return None
        try:
            return Scaled(*scaled(path, WIDTH_MM, HEIGHT_MM))
        except ConsoleError:
            return None  # the page says that it cannot be shown

    def _size(self, sha: str) -> Scaled | None:
        """How much paper a photo will take, before it is ready."""
        path = self.report.attachments.get(sha)
        try:
            return None if path is None else Scaled(b"", *size_of(path, WIDTH_MM, HEIGHT_MM))
        except ConsoleError:
            return None

    def _pages(self, furniture: Furniture) -> tuple[bytes, int]:
        known = Known()
        for number in range(_PASSES):
            _go_on(self.stopped)
            manuscript = self._compose(known, self._size if number == 0 else lambda sha: self.photos[sha].result())
            stream = BytesIO()
            sheets = Sheets(stream, self.case, furniture, known, self._information(), counting=number == 0)
            with whole_characters(), Settings(self.epoch):
                try:
                    sheets.build(manuscript.story)
                except LayoutError as error:
                    sentence = _("A piece of the report does not fit on a page: {what}.")
                    raise ConsoleError(
                        _("The report cannot be set"), sentence.format(what=str(error).partition("\n")[0][:200])
                    ) from error
            if number and sheets.now == known:
                break
            known = sheets.now
        return stream.getvalue(), known.pages

    def _compose(self, known: Known, find: evidence.Find) -> Manuscript:
        """The story of one pass. Chapters first: the contents need their titles."""
        body = Manuscript(self.case, known, report=self.report, proofs=self.proofs)
        cover.write_summary(body)
        results.write(body)
        trends.write(body)
        advice.write_recommendations(body)
        advice.write_actions(body)
        advice.write_signatures(body)
        body.add(PageBreak())
        evidence.write_evidence(body)
        evidence.write_photos(body, find)
        evidence.write_attachments(body)
        evidence.write_missing(body)
        front = Manuscript(self.case, known, report=self.report, proofs=self.proofs)
        cover.write_cover(front)
        front.add(PageBreak())
        cover.write_contents(front, body.contents)
        story: list[Flowable] = [*front.story, *_without_last_break(body.story), Spacer(1, 1)]
        return replace(body, story=story)

    def _information(self) -> dict[str, str]:
        inspection = self.report.inspection
        title = f"{inspection.form.title} {inspection.number}".strip()
        return {
            "title": self.case.shown(f"{inspection.site_name} {title}".strip()),
            "author": self.case.shown(inspection.operator),
            "subject": self.case.shown(f"{_('Inspection report')} {inspection.quarter} {inspection.contract}".strip()),
            "creator": "Cathlab Console",
            "keywords": self.case.shown(", ".join(filter(None, (inspection.number, inspection.id)))),
            "lang": "zh-CN" if language() == "zh" else "en",
        }

    def _furniture(self) -> Furniture:
        inspection, report = self.report.inspection, self.report
        seal = inspection.seal
        number = printable(inspection.number)[:_LONG] + (f" r{inspection.revision}" if inspection.revision else "")
        lines, head = (seal.audit_lines, seal.audit_head) if seal else (report.audit_lines, report.audit_head)
        draft = is_draft(inspection)
        sealed = _("Draft, not sealed") if seal is None else f"{_('Seal')} {seal.sha256}"
        audit = _("Audit log: {lines} lines, head {head}").format(lines=lines, head=head[:32]) if head else ""
        practice = _("Practice")
        words = [word for word, holds in ((_("Draft"), draft), (practice, report.practice)) if holds]
        return Furniture(
            header_left=inspection.site_name,
            header_right=number,
            footer=tuple(filter(None, (f"{inspection.form.title} · {inspection.quarter}", sealed, audit))),
            page_of=_("Page {page} of {pages}"),
            code="\n".join(
                (number, f"SHA256 {seal.sha256[:32]}" if seal else "DRAFT", *(["PRACTICE"] if report.practice else []))
            ),
            watermark=" · ".join(words),
            badge=_badge() if report.practice else "",
        )


def _badge() -> str:
    """What a page of the practice site says at its top: the Chinese word in every language."""
    said = _("Practice data, not a real hospital")
    return said if said.startswith(_PRACTICE) else f"{_PRACTICE} · {said}"


def _without_last_break(story: list[Flowable]) -> list[Flowable]:
    """No empty page at the end where there is no appendix."""
    return story[:-1] if isinstance(story[-1], PageBreak) else story


__all__ = ["PICTURES", "STEPS", "Tell", "peak_memory", "write_report"]
