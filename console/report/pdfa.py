"""From reportlab's pages to PDF/A-2b (ISO 19005-2): the file that is handed over is one that was validated.

pikepdf adds colour intent and metadata, writes, reads what it wrote, and checks it against the rules of veraPDF.
"""

import datetime
import types
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pikepdf
import pikepdf.pdfa

from console.i18n import _, language

FLAVOUR = "2b"
_SHOWN = 3
"""Findings of the validation that are named; more than these say the same."""


@dataclass(frozen=True)
class Archived:
    """A document and what the validation said."""

    data: bytes
    pdfa: bool
    reproducible: bool
    problem: str
    """One translated sentence when it is not PDF/A; empty otherwise."""


def archive(plain: bytes, epoch: int) -> Archived:
    """`plain` as PDF/A-2b; unchanged where the validation refuses it, with the reason.

    `epoch` is the moment (seconds since 1970) that the metadata name, so that the same pages give the same bytes.
    """
    out = BytesIO()
    with pikepdf.open(BytesIO(plain)) as pdf, _clock(epoch) as reproducible:
        for page in pdf.pages:
            # reportlab writes an empty transition on each page, which no rule of PDF/A knows.
            if "/Trans" in page:
                del page["/Trans"]
        pdf.Root.Lang = pikepdf.String("zh-CN" if language() == "zh" else "en")
        pdf.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
        # What pikepdf.pdfa.save does, in memory: it would need room in the system's folder for temporary files.
        settings = pikepdf.pdfa.resolve_save_kwargs(FLAVOUR, deterministic_id=True)
        pikepdf.pdfa.prepare(pdf, FLAVOUR)
        pdf.save(out, **settings)
    out.seek(0)
    report = pikepdf.pdfa.validate_written(out, FLAVOUR, save_kwargs=settings)
    if report.verdict != "pass":
        return Archived(plain, False, True, _refusal([str(finding) for finding in report.findings]))
    return Archived(out.getvalue(), True, reproducible, "")


def _refusal(findings: list[str]) -> str:
    shown = "; ".join(findings[:_SHOWN])
    if ".notdef" in shown:
        shown = _("a character has no outline in the fonts")
    elif "FontDescriptor" in shown or "not embedded" in shown:
        shown = _("a font is not embedded")
    sentence = _("The report is complete but did not pass the check for PDF/A-2b: {what}.")
    return sentence.format(what=shown)


@contextmanager
def _clock(epoch: int) -> Iterator[bool]:
    """While it lasts, pikepdf's metadata name `epoch` instead of now; whether that was possible.

    A private name: where a later pikepdf has none, the report is right but differs in its time at each writing.
    """
    module: Any = getattr(pikepdf.pdfa, "_declare", None)
    before = getattr(module, "dt", None)
    if before is not datetime:
        yield False
        return

    class Fixed(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> "Fixed":
            return cls.fromtimestamp(epoch, tz)

    module.dt = types.SimpleNamespace(**{**vars(datetime), "datetime": Fixed})
    try:
        yield True
    finally:
        module.dt = before
