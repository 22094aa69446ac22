"""Exports in a process of their own, to which something happens: `python -m tests.unit.studies.export.child ...`.

PLAN is a file with a plan as JSON, CALL the number of the question "cancelled?" at which WHAT happens; "pull" happens
at each question before CALL, in one export after another.
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from console.model.export import ExportPlan
from console.studies.export import wire
from console.studies.export.run import run_export


def main() -> None:
    plan_file, call, what, argument = sys.argv[1:5]
    plan = wire.plan_in(json.loads(Path(plan_file).read_text()))
    if what == "limit":
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (int(argument), int(argument)))
    answer = [pulled(plan, number) for number in range(1, int(call))] if what == "pull" else told(plan, int(call), what)
    sys.stdout.write(json.dumps(answer, default=str))


def told(plan: ExportPlan, call: int, what: str) -> dict[str, Any]:
    """Export; what the report says."""
    calls = 0

    def cancelled() -> bool:
        nonlocal calls
        calls += 1
        if calls == call and what == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        return False

    return wire.report_out(run_export(plan, lambda progress: None, cancelled))


def pulled(plan: ExportPlan, call: int) -> tuple[bool, str, list[str]]:
    """Export onto a medium that is taken away at `call`: complete, the sentence, what landed on the disk below."""
    target = str(plan.target)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", target], check=True)
    calls = 0

    def cancelled() -> bool:
        nonlocal calls
        calls += 1
        if calls == call:
            subprocess.run(["umount", "-l", target], check=True)
        return False

    report = run_export(plan, lambda progress: None, cancelled)
    if os.path.ismount(target):
        subprocess.run(["umount", "-l", target], check=True)
    return report.complete, report.sentence, os.listdir(target)


if __name__ == "__main__":
    main()
