"""Inspections for the tests of what is done with them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from console.inspection.sealing import digest_of
from console.model.checks import Finding, Metric, Status
from console.model.forms import Form, FormItem, FormSection, ItemKind, NumberLimits, Repeat
from console.model.inspections import Answer, Entry, Inspection, InspectionLine, Seal, Stage, Verdict
from console.model.sentence import NOTHING, Sentence, Words

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

USED = FormItem(
    "used", ItemKind.MEASURED, Words("Partitions under 95 %", "分区使用率低于 95 %"), ("D3",),
    criterion=Words("under 95 %", "低于 95 %"), checks=("disk.used",), trend="used_percent", unit="%",
    repeat=Repeat.HOST,
)  # fmt: skip
BACKUP = FormItem(
    "backup-age", ItemKind.NUMBER, Words("Age of the newest backup", "最近备份距今"), ("D4",), unit="h",
    criterion=Words("at most 26 h", "不超过 26 h"), limits=NumberLimits(maximum=26), checks=("backup",), trend="age_s",
)  # fmt: skip
LOOK = FormItem(
    "look", ItemKind.VERDICT, Words("Picture without disturbance", "图像无干扰"), ("D2",),
    criterion=Words("no flicker, no dead pixels", "无闪烁、无坏点"),
)  # fmt: skip
SERIAL = FormItem("serial", ItemKind.TEXT, Words("Serial number", "序列号"), ("D2",), carry=True)
REMARK = FormItem("remark", ItemKind.TEXT, Words("Remark", "备注"), required=False)

DISKS = FormSection("disks", Words("Disks", "磁盘"), (USED, BACKUP))
SCREENS = FormSection("displays", Words("Displays", "显示器"), (LOOK, SERIAL, REMARK))
FORM = Form("quarterly", 1, Words("Quarterly inspection", "季度巡检"), (DISKS, SCREENS), "0" * 64, quarterly=True)


def entry(item: FormItem, target: str = "", answer: Answer | None = None) -> Entry:
    """An item in its place."""
    section = next(each for each in FORM.sections if item in each.items)
    where = f"@{target}" if target else ""
    return Entry(f"{section.id}/{item.id}{where}", section, item, target, target, answer or Answer())


def entries() -> tuple[Entry, ...]:
    """The form's entries for two hosts."""
    return (entry(USED, "pacs-a"), entry(USED, "pacs-b"), entry(BACKUP), entry(LOOK), entry(SERIAL), entry(REMARK))


def visit(
    inspection_id: str = "0" * 32,
    quarter: str = "2026Q4",
    *,
    stage: Stage = Stage.IN_PROGRESS,
    revision: int = 0,
    answers: dict[str, Answer] | None = None,
    site_name: str = "Hospital",
    planned: date = date(2026, 11, 23),
    form: Form = FORM,
) -> Inspection:
    """An inspection; `answers` by entry id."""
    made = tuple(replace(each, answer=(answers or {}).get(each.id, each.answer)) for each in entries())
    return Inspection(
        inspection_id, f"H-{quarter}-{inspection_id[:4]}", form, site_name, "WB-1", quarter, planned, stage, revision,
        created=NOON, operator="Li", entries=made,
    )  # fmt: skip


def line_of(inspection: Inspection, damaged: str = "") -> InspectionLine:
    """As the index lists it."""
    return InspectionLine(
        inspection.id, inspection.number, inspection.form.id, str(inspection.form.title), inspection.site_name,
        inspection.quarter, inspection.planned, inspection.stage, inspection.revision, 0, 0, 0, damaged,
    )  # fmt: skip


def found(
    status: Status,
    check: str = "disk.used",
    host: str = "pacs-a",
    item: str = "/data",
    *,
    metrics: Sequence[Metric] = (),
    measured: str = "",
    expected: str = "",
    target: str = "",
) -> Finding:
    """What a check says of one thing on a host."""
    said = {"measured": measured, "expected": expected}
    sentences = {key: Sentence("{said}", {"said": value}) if value else NOTHING for key, value in said.items()}
    return Finding(
        check, target or host, item, status, Sentence("{what}", {"what": f"{item} is {status.value}"}),
        sentences["measured"], sentences["expected"], tuple(metrics), (), Words("Make room", "腾出空间"), ("D3",), (),
        NOON, 0.1, None, Words("Partitions", "分区"), host,
    )  # fmt: skip


def answer(verdict: Verdict = Verdict.NONE, entered: str = "", number: float | None = None, note: str = "") -> Answer:
    """What somebody entered."""
    return Answer(entered=entered, number=number, verdict=verdict, note=note, by="Li", at=NOON)


def sealed(inspection: Inspection, previous: str = "", at: datetime = NOON) -> Inspection:
    """The inspection under a seal that holds, whatever is missing in it."""
    mark = Seal("", previous, at, "Li", 1, "ef" * 32)
    final = replace(inspection, stage=Stage.FINAL, seal=mark, cursor="")
    return replace(final, seal=replace(mark, sha256=digest_of(final)))


class Memory:
    """A shelf that is no disk."""

    def __init__(self, *inspections: Inspection) -> None:
        self._inspections = {each.id: each for each in inspections}
        self.opened: list[str] = []

    def lines(self) -> tuple[InspectionLine, ...]:
        return tuple(line_of(each) for each in self._inspections.values())

    def open(self, inspection_id: str) -> Inspection:
        self.opened.append(inspection_id)
        return self._inspections[inspection_id]
