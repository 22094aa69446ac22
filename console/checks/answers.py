"""What people answered to questions that no machine can: who, when, what proves it.

HOME/answers.json keeps every answer; the last one to a question counts, the others stay as its history. A file that is
given as evidence is copied to HOME/evidence under its SHA-256, so that it can be shown years later and nobody can
change it unseen.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from tinydb import where

from console.errors import StoreError, UsageError
from console.i18n import _
from console.model.answers import Answer, Said
from console.store.documents import open_documents
from console.store.files import replace_file
from console.store.trouble import only_reading

FILE = "answers.json"
EVIDENCE = "evidence"
EVIDENCE_CAP = 50 * 1024 * 1024
"""Bytes of a file that is taken as evidence."""

_SAID = ("pass", "part", "fail", "na")


class Answers:
    """The answers of one home folder."""

    def __init__(self, home: Path, *, read_only: bool = False) -> None:
        """Raises StoreError when the file cannot be read."""
        self._home = home
        self._read_only = read_only
        self._table = open_documents(home / FILE, read_only=read_only).table("answers")

    def answer(
        self,
        check: str,
        target: str,
        said: Said,
        *,
        by: str,
        at: datetime,
        note: str = "",
        evidence: Path | None = None,
    ) -> Answer:
        """Keep an answer; it is on the disk when this returns.

        Raises UsageError when it proves nothing (neither note nor evidence; anything but "pass" needs a note; nobody
        signs for it) or the file cannot be taken, StoreError when it cannot be kept.
        """
        if self._read_only:
            # Before evidence is copied.
            raise only_reading(self._home / FILE)
        note, by = note.strip(), by.strip()
        if said not in _SAID:
            raise UsageError(_("Not an answer"), _("Say one of: {choices}.").format(choices=", ".join(_SAID)))
        if not by:
            raise UsageError(_("Who says so?"), _("An answer needs the name of the person who looked."))
        if not note and (evidence is None or said != "pass"):
            raise UsageError(
                _("Nothing proves it"), _("Write down what was seen, or give a file as evidence; a fault needs a note.")
            )
        digest = self._take(evidence) if evidence is not None else ""
        name = evidence.name if evidence is not None else ""
        given = Answer(check, target, said, note, by, at, name, digest)
        self._table.insert(
            {
                "check": check, "target": target, "said": said, "note": note, "by": by, "at": at.isoformat(),
                "evidence": name, "sha256": digest,
            }
        )  # fmt: skip
        return given

    def latest(self, check: str, target: str) -> Answer | None:
        """The answer that counts, with its evidence looked at again."""
        rows = self._rows(check, target)
        return self._read(rows[-1]) if rows else None

    def history(self, check: str, target: str) -> tuple[Answer, ...]:
        """All answers to a question, in the order in which they were given. Raises StoreError for damaged ones."""
        return tuple(self._read(row) for row in self._rows(check, target))

    def evidence_path(self, answer: Answer) -> Path | None:
        """Where the copy of an answer's evidence lies; None when it has none."""
        return self._copy(answer.evidence, answer.sha256) if answer.sha256 else None

    def _rows(self, check: str, target: str) -> Sequence[Mapping[str, Any]]:
        return self._table.search((where("check") == check) & (where("target") == target))

    def _read(self, row: Mapping[str, Any]) -> Answer:
        try:
            at = datetime.fromisoformat(row["at"])
            if row["said"] not in _SAID or at.tzinfo is None:
                raise ValueError(row["said"])
            digest, name = str(row["sha256"]), str(row["evidence"])
            answer = Answer(
                str(row["check"]), str(row["target"]), row["said"], str(row["note"]), str(row["by"]), at, name, digest,
                not digest or self._intact(self._copy(name, digest), digest),
            )  # fmt: skip
        except (KeyError, TypeError, ValueError) as error:
            sentence = _("{path} holds an answer that cannot be understood ({why}); it is left as it is.")
            raise StoreError(
                _("Cannot be read"), sentence.format(path=self._home / FILE, why=f"{type(error).__name__}: {error}")
            ) from error
        return answer

    def _take(self, path: Path) -> str:
        """Copy evidence into the home folder; its SHA-256."""
        try:
            if path.stat().st_size > EVIDENCE_CAP:
                sentence = _("{path} is larger than {megabytes} MB; give a smaller picture or a part of the report.")
                raise UsageError(
                    _("Too large"), sentence.format(path=path, megabytes=str(EVIDENCE_CAP // 1024 // 1024))
                )
            content = path.read_bytes()
        except OSError as error:
            sentence = _("{path} cannot be taken as evidence: {why}.")
            raise UsageError(_("No evidence"), sentence.format(path=path, why=error.strerror or str(error))) from error
        if not content:
            raise UsageError(_("No evidence"), _("{path} is empty, and proves nothing.").format(path=path))
        digest = sha256(content).hexdigest()
        copy = self._copy(path.name, digest)
        if not self._intact(copy, digest):
            copy.parent.mkdir(parents=True, exist_ok=True)
            replace_file(copy, content)
        return digest

    def _copy(self, name: str, digest: str) -> Path:
        suffix = Path(name).suffix.lower()
        letters = suffix[1:].isalnum() and suffix.isascii() and len(suffix) <= 8
        return self._home / EVIDENCE / (digest + (suffix if letters else ""))

    def _intact(self, path: Path, digest: str) -> bool:
        try:
            with path.open("rb") as file:
                return sha256(file.read(EVIDENCE_CAP + 1)).hexdigest() == digest
        except OSError:
            return False
