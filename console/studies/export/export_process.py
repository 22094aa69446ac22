"""The process that exports: a plan comes in on standard input, progress and the report go out, each one line of JSON.

It ends when the work is done. "cancel", and the end of standard input, which is the end of the console, stop it.
"""

import json
import sys
from contextlib import suppress

from console.child import stops_with_parent
from console.errors import ConsoleError
from console.i18n import set_language
from console.model.export import ExportPlan, ExportProblem, ExportReport
from console.model.progress import Progress
from console.studies.export import wire
from console.studies.export.run import run_export

MEMORY_LIMIT = 3 << 30
"""Address space in bytes; a header that was hit by a bit flip says any length."""


def main() -> int:
    """Carry out one plan."""
    _limit_memory()
    content = json.loads(sys.stdin.buffer.readline())["plan"]
    set_language(content.pop("language"))
    plan = wire.plan_in(content)
    # What is on the stick already is marked as not complete before the end, however slow the stick is.
    stopped = stops_with_parent(grace_s=None)

    def tell(progress: Progress) -> None:
        _say(wire.line("progress", [progress.done, progress.total, progress.elapsed_s, progress.what]))

    try:
        report = run_export(plan, tell, stopped)
    except ConsoleError as error:
        report = _refused(plan, error.detail)
    _say(wire.line("report", wire.report_out(report)))
    return 0


def _say(data: bytes) -> None:
    """Write on the pipe; a console that is gone hears nothing, and the export stops by its standard input."""
    with suppress(OSError):
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


def _refused(plan: ExportPlan, said: str) -> ExportReport:
    return ExportReport(plan.target, 0, 0, 0.0, (ExportProblem("", said),), False, False, False, False, True, said)


def _limit_memory() -> None:
    if sys.platform != "win32":
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        limit = MEMORY_LIMIT if hard == resource.RLIM_INFINITY else min(MEMORY_LIMIT, hard)
        if soft == resource.RLIM_INFINITY or soft > limit:
            resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


if __name__ == "__main__":
    sys.exit(main())
