"""Structured reports of measurements for the screens: written and read by a process of its own.

The process that draws the screen reads no stranger's DICOM, and never loads a library that does.
"""

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from console import child
from console.errors import ConsoleError, DicomReadError, UsageError
from console.i18n import _, language
from console.inspection.codec import codec, to_plain
from console.model.measuring import Reported, Sheet

SECONDS = 60.0
"""Time for one report."""


def write_report(source: Path, sheet: Sheet, target: Path, operator: str, at: datetime) -> None:
    """Write the report about `sheet`, measured on the object at `source`, to `target`, whole or not at all.

    What stands at `target` is replaced: ask before. ConsoleError.
    """
    _ask(
        {
            "do": "write",
            "source": str(source),
            "target": str(target),
            "sheet": to_plain(sheet),
            "operator": operator,
            "at": at.isoformat(),
        }
    )


def read_report(path: Path) -> tuple[Reported, ...]:
    """The planar measurements of a report. ConsoleError."""
    answer = _ask({"do": "read", "source": str(path)})
    return tuple(codec(Reported).read(entry) for entry in answer["found"])


def _ask(question: dict[str, Any]) -> dict[str, Any]:
    process = child.start(child.module_command("console.measurement_report"))
    try:
        out, _err = process.communicate(json.dumps({**question, "language": language()}).encode(), SECONDS)
        answer = json.loads(out)
    except subprocess.TimeoutExpired as error:
        process.kill()
        process.wait()
        what = _("The report was not done after {seconds} s.").format(seconds=f"{SECONDS:g}")
        raise DicomReadError(_("Too slow"), what) from error
    except ValueError as error:
        raise DicomReadError(_("Cannot be read"), _("The process that makes reports has stopped.")) from error
    if not isinstance(answer, dict) or "title" in answer:
        kind = UsageError if answer.get("kind") == "UsageError" else DicomReadError
        raise kind(str(answer.get("title")), str(answer.get("detail")))
    return answer


# In the process itself


def main() -> None:
    """Answer the one question on standard input."""
    from console.i18n import set_language

    question = json.loads(sys.stdin.buffer.read())
    set_language(question["language"])
    try:
        answer = _answer(question)
    except ConsoleError as error:
        answer = {"kind": type(error).__name__, "title": error.title, "detail": error.detail}
    sys.stdout.buffer.write(json.dumps(answer).encode())


def _answer(question: dict[str, Any]) -> dict[str, Any]:
    from console.store.files import replace_file

    source = Path(question["source"])
    if question["do"] == "read":
        from console.dicom.measuring import report_in

        return {"found": [to_plain(found) for found in report_in.read_report(source)]}
    from console.dicom.measuring.report_out import measurement_report

    sheet: Sheet = codec(Sheet).read(question["sheet"])
    data = measurement_report(source, sheet, question["operator"], datetime.fromisoformat(question["at"]))
    replace_file(Path(question["target"]), data)
    return {}


if __name__ == "__main__":
    main()
