"""Findings for the tests of what is done with them."""

import hashlib
from datetime import UTC, datetime

from console.model.check_run import CheckRun
from console.model.checks import Evidence, Finding, Metric, Status, worst
from console.model.sentence import NOTHING, Sentence, Words

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def finding(
    status: Status = Status.OK,
    check: str = "disk.used",
    target: str = "pacs",
    item: str = "/data",
    *,
    at: datetime = NOON,
    summary: str = "as it is",
    metrics: tuple[Metric, ...] = (),
    output: str = "",
) -> Finding:
    proofs: tuple[Evidence, ...] = ()
    if output:
        digest = hashlib.sha256(output.encode("utf-8", "surrogatepass")).hexdigest()
        proofs = (Evidence("df -P", output, digest, False, at, "ssh inspector@10.0.0.2"),)
    return Finding(
        check, target, item, status, Sentence("{what}", {"what": summary}), NOTHING, NOTHING, metrics, proofs,
        Words("Make room", "腾出空间"), ("D3",), ("GB/T 22239-2019 8.1.4.9 a)",), at, 0.25, None,
        Words("Disk", "磁盘"), "pacs",
    )  # fmt: skip


def run(*findings: Finding) -> CheckRun:
    return CheckRun(7, "Hospital", NOON, 1.5, worst(f.status for f in findings), False, "", (), findings)
