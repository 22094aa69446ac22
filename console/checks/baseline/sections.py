"""What a baseline probe says, taken apart: sections, lines of files, and what could not be read.

= name            a section begins
@ path            the lines that follow stand in this file
 text             one line (the blank in front is ours)
!denied what      it is there, and this account may not read it
!missing what     it is not there
!tool what        no program to ask with
= end             the answer is whole
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from console.checks.kind import NotKnown, complete
from console.checks.raw import Raw
from console.i18n import N_
from console.model.sentence import Sentence


@dataclass
class Section:
    """One section of an answer."""

    lines: list[tuple[str, str]] = field(default_factory=list)
    """(file, line) in their order; the file is empty where there is none."""
    denied: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    @property
    def texts(self) -> list[str]:
        """The lines alone."""
        return [line for _file, line in self.lines]


Sections = Mapping[str, Section]


def sections_of(raw: Raw) -> Sections:
    """The sections of an answer. Raises NotKnown when it is not whole; LookupError for one that is not there."""
    text = complete(raw).output.decode("utf-8", "replace")
    if raw.dialect == "json":
        # This machine's own answer: the same text as a JSON string.
        text = json.loads(text)
        if not isinstance(text, str):
            raise TypeError(type(text).__name__)
    found: dict[str, Section] = {}
    here = Section()
    file = ""
    for line in text.splitlines():
        mark, rest = line[:1], line[1:].strip()
        if mark == "=":
            here, file = found.setdefault(rest, Section()), ""
        elif mark == "@":
            file = rest
        elif mark == " ":
            here.lines.append((file, line[1:]))
        elif line.startswith("!denied "):
            here.denied.append(line[8:])
        elif line.startswith(("!missing ", "!tool ")):
            here.missing.append(line.partition(" ")[2])
    if "end" not in found:
        raise NotKnown(Sentence(N_("The answer was cut off before its end.")))
    return found


def denied(section: Section) -> NotKnown:
    """Why a section cannot be judged: no right to read it."""
    source = N_("This account may not read {what}; ask as root once, or have a person look.")
    return NotKnown(Sentence(source, {"what": ", ".join(section.denied[:3])}))


def number(text: str) -> float | None:
    """A number as it stands in a file, None for anything else."""
    try:
        return float(text.strip().strip("\"'"))
    except ValueError:
        return None
