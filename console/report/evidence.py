"""The appendices: what the machines answered, the photos, and the list of everything that was attached."""

from collections.abc import Callable
from dataclasses import replace
from unicodedata import name as name_of

from console.i18n import _, ngettext
from console.model.checks import Evidence
from console.model.text import size_text
from console.report import marks
from console.report.flow import Span, Text
from console.report.glyphs import BOLD, EVEN
from console.report.grid import Grid, Row
from console.report.manuscript import Manuscript
from console.report.pictures import Album, Scaled
from console.report.proofs import Proof
from console.report.style import BAD, BODY, CELL, MACHINE, NOTE, RULE, SMALL, STRONG
from console.report.text import printable
from console.report.words import moment

LINES_OF_TROUBLE, LINES_OF_OK, LINES_IN_ALL = 60, 12, 1800
"""Lines of one answer that are printed, where a finding is not OK and where all are; and of all answers together."""

Find = Callable[[str], Scaled | None]
"""The photo of a SHA-256, made ready for paper."""


def write_evidence(manuscript: Manuscript) -> None:
    """What was asked and what came back."""
    if not len(manuscript.proofs):
        return
    manuscript.appendix(_("Evidence"), "evidence")
    manuscript.add(
        manuscript.text(
            _(
                "What was asked of each machine and what it answered, secrets taken out. Long answers are cut here; "
                "the whole of them lies in the archive of this inspection and is told by the SHA-256."
            ),
            SMALL,
        )
    )
    left = LINES_IN_ALL
    for proof in manuscript.proofs:
        left -= _proof(manuscript, proof, max(left, 0))


def _proof(manuscript: Manuscript, proof: Proof, left: int) -> int:
    """One answer; how many of its lines were printed."""
    evidence = proof.evidence
    title = [
        Span(f"E{proof.number}  ", BOLD),
        Span(", ".join(dict.fromkeys(str(finding.title or finding.check) for finding in proof.findings))),
    ]
    about = _("{time} · {tool} · SHA-256 {sha}").format(
        time=moment(evidence.measured_at), tool=evidence.tool, sha=evidence.sha256
    )
    lines = evidence.output.rstrip("\n").split("\n") if evidence.output.strip() else []
    most = min(LINES_OF_TROUBLE if proof.suspicious else LINES_OF_OK, left)
    mark = marks.OF_STATUS[proof.findings[0].status]
    texts = [
        manuscript.text(title, replace(CELL, size=8.6, leading=12.5), mark),
        manuscript.text(about, replace(SMALL, size=7, leading=10)),
        *(manuscript.text(line, replace(MACHINE, face=EVEN)) for line in _command(evidence)),
    ]
    head = Row((tuple(texts),), wide=True, shade=True, rule=False, anchor=proof.key)
    body = [manuscript.text(_even(line), MACHINE) for line in lines[:most]]
    if not lines:
        body = [manuscript.text(_("(no answer)"), SMALL)]
    if len(lines) > most or evidence.truncated:
        body.append(manuscript.text(_cut(len(lines) - most, evidence.truncated), replace(SMALL, size=7.4)))
    rows = [head, Row((tuple(body),), wide=True, rule=False, bound=True, bar=RULE)]
    manuscript.add(Grid((1,), rows, heavy=False, after=7))
    return min(len(lines), most)


def _command(evidence: Evidence) -> list[str]:
    lines = [line for line in evidence.command.split("\n") if line.strip()]
    return [f"$ {lines[0]}", *lines[1:3], *(["…"] if len(lines) > 3 else [])] if lines else []


def _even(line: str) -> str:
    """Columns of an answer stay below each other."""
    return printable(line.expandtabs(8)).replace("  ", "\u00a0 ").replace("  ", " \u00a0")


def _cut(more: int, truncated: bool) -> str:
    if more > 0:
        sentence = ngettext(
            "… {count} more line, not printed here.", "… {count} more lines, not printed here.", more
        )  # fmt: skip
        said = sentence.format(count=more)
        return said + " " + _("The answer was longer than what was kept.") if truncated else said
    return _("… The answer was longer than what was kept.")


def write_photos(manuscript: Manuscript, find: Find) -> None:
    """Two beside each other, with what they show."""
    if not manuscript.pictures:
        return
    manuscript.appendix(_("Photos"), "photos")
    album = []
    for number, attachment, where in manuscript.pictures:
        caption = [manuscript.text([Span(_("Photo {number}").format(number=number) + "  ", BOLD),
                                    Span(attachment.caption or attachment.name)], NOTE)]  # fmt: skip
        caption.append(manuscript.text(where, SMALL))
        caption.append(manuscript.text(f"SHA-256 {attachment.sha256[:32]}…", replace(SMALL, size=6.8, leading=9)))
        scaled = find(attachment.sha256)
        if scaled is None:
            problem = _("The file is missing or cannot be shown; its SHA-256 stands in the list of attachments.")
            caption.insert(0, manuscript.text(problem, replace(SMALL, colour=BAD), marks.WARN))
        album.append((f"photo-{number}", scaled, tuple(caption)))
    for index in range(0, len(album), 2):
        manuscript.add(Album(album[index : index + 2]))


def write_attachments(manuscript: Manuscript) -> None:
    """Every file that belongs to the record, with what tells it from any other."""
    if not manuscript.files:
        return
    manuscript.appendix(_("Attachments"), "attachments")
    rows = [manuscript.head(_("No."), _("File"), _("Size"), right=(2,))]
    fine = replace(SMALL, size=7, leading=10, face=EVEN)
    for number, (attachment, where) in enumerate(manuscript.files, 1):
        name = [manuscript.text(attachment.name, CELL), manuscript.text(where, SMALL)]
        name.append(manuscript.text(attachment.sha256, fine))
        size = manuscript.text(size_text(attachment.size), replace(CELL, align="right"))
        rows.append(manuscript.row(str(number), name, size))
    manuscript.add(Grid((0.08, 0.76, 0.16), rows))


def write_missing(manuscript: Manuscript) -> None:
    """Characters that could not be printed."""
    missing = manuscript.case.missing
    if not missing:
        return
    manuscript.appendix(_("Characters that no font has"), "missing")
    sentence = _("These characters were entered but could not be printed; the record itself holds them unchanged.")
    manuscript.add(manuscript.text(sentence, BODY))
    rows = [manuscript.head(_("Printed as"), _("Character"))]
    rows += [manuscript.row(_coded(manuscript, one), name_of(one, "?").title()) for one in missing]
    manuscript.add(Grid((0.3, 0.7), rows))


def _coded(manuscript: Manuscript, character: str) -> Text:
    return manuscript.text(f"〔U+{ord(character):04X}〕", STRONG)
