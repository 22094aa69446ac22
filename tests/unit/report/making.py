"""Inspections to print: one with everything in it, as large as is asked for."""

import hashlib
import random
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
from PIL import Image

from console.model.checks import Evidence, Finding, Metric, Status
from console.model.forms import Column, Form, FormItem, FormSection, ItemKind, NumberLimits, Repeat
from console.model.inspections import (
    Action,
    Answer,
    Attachment,
    Entry,
    Inspection,
    Notice,
    Past,
    Permission,
    Recommendation,
    Seal,
    Signature,
    SignatureState,
    Stage,
    Urgency,
    Verdict,
    verdict_of,
)
from console.model.report import ChartSeries, Report, RunCounts
from console.model.sentence import Sentence, Words

ZONE = timezone(timedelta(hours=8))
NOW = datetime(2026, 11, 20, 10, 15, tzinfo=ZONE)
RARE = "喆昇堃玥㛃𬱖"
"""Characters of names that small fonts lack; the last one lies beyond U+FFFF."""


def finding(status: Status, target: str, item: str, output: str, clause: str = "D3") -> Finding:
    """A finding with its evidence."""
    evidence = Evidence(
        "df -PT -k", output, hashlib.sha256(output.encode()).hexdigest(), False, NOW, f"ssh inspector@{target} 0.4"
    )
    return Finding(
        check="disk.used", target=target, item=item, status=status,
        summary=Sentence("{item} on {target} is at {used}", {"item": item, "target": target, "used": "91 %"}),
        measured=Sentence("{used}", {"used": "91 %"}), expected=Sentence("{limit}", {"limit": "< 95 %"}),
        metrics=(Metric("used_percent", 91.0, "%"),), evidence=(evidence,), remedy=Words("Free space", "清理空间"),
        clause=(clause,), standard=(), measured_at=NOW, seconds=0.2, title=Words("Space used", "分区已用空间"),
        host=target,
    )  # fmt: skip


def attachment(path: Path, media: str = "image/jpeg", caption: str = "") -> Attachment:
    """A file as the record knows it."""
    data = path.read_bytes()
    return Attachment(hashlib.sha256(data).hexdigest(), path.name, len(data), media, NOW, caption)


def photo(path: Path, width: int = 1600, height: int = 1200, seed: int = 1) -> Path:
    """A picture with something in it, written as its suffix says."""
    across = np.linspace(0, 255, width)[None, :, None]
    down = np.linspace(0, 255, height)[:, None, None]
    rings = 127 + 127 * np.sin((across + seed * 40) / 17) * np.cos(down / 23)
    picture = np.concatenate([rings, (across + down) / 2, 255 - (across * 0 + down)], axis=2)
    Image.fromarray(picture.astype(np.uint8)).save(path)
    return path


DF = """Filesystem     Type     1K-blocks      Used Available Use% Mounted on
/dev/sda2      xfs       52403200  21474836  30928364  41% /
/dev/mapper/vg0-data xfs 8589934592 7816840478 773094114 91% /data
tmpfs          tmpfs      8123456         0   8123456   0% /dev/shm
/dev/sdb1      ext4     976762584 390705033 586057551  40% /影像归档
"""


def sections() -> tuple[FormSection, ...]:
    """A form's sections, in both languages."""
    contract = Words("Contract D3", "合同 D3 条")
    return (
        FormSection("services", Words("Services of the servers", "服务器服务"), (
            FormItem("running", ItemKind.MEASURED, Words("All services run", "各项服务运行正常"), ("D1",),
                     criterion=Words("Every service that is expected is active", "应运行的服务均处于运行状态"),
                     source=contract, checks=("service",)),
            FormItem("room", ItemKind.VERDICT, Words("Server room: dust, alarm lamps", "机房灰尘、告警灯"),
                     ("D1",)),
        ), Repeat.HOST, Words("Look at the front of each server first.", "先查看每台服务器的面板。")),
        FormSection("disks", Words("Disk partitions", "磁盘分区"), (
            FormItem("used", ItemKind.MEASURED, Words("Space used on every partition", "各分区已用空间"), ("D3",),
                     criterion=Words("Below 95 %", "低于 95 %"), source=contract, checks=("disk.used",)),
            FormItem("largest", ItemKind.NUMBER, Words("Fullest partition", "最满分区的使用率"), ("D3",),
                     criterion=Words("Below 95 %", "低于 95 %"), unit="%",
                     limits=NumberLimits(maximum=95, maximum_open=True)),
        )),
        FormSection("displays", Words("Displays and graphics cards", "显示器与专业显卡"), (
            FormItem("luminance", ItemKind.NUMBER, Words("Largest luminance", "最大亮度"), ("D2",),
                     criterion=Words("At least 350 cd/m² (diagnostic)", "诊断用不低于 350 cd/m²"), unit="cd/m2",
                     limits=NumberLimits(minimum=350)),
            FormItem("pattern", ItemKind.VERDICT, Words("Test pattern: all steps show", "测试图各级灰阶可分辨"),
                     ("D2",)),
            FormItem("serial", ItemKind.TEXT, Words("Serial number", "序列号"), ("S1",), required=False),
        ), Repeat.DISPLAY),
        FormSection("training", Words("Training", "培训"), (
            FormItem("people", ItemKind.TABLE, Words("Who took part", "参加人员"), ("T1",),
                     columns=(Column("name", Words("Name", "姓名")), Column("role", Words("Role", "岗位")))),
            FormItem("topic", ItemKind.TEXT, Words("Topics", "培训内容"), ("T1",)),
        )),
    )  # fmt: skip


def form() -> Form:
    """The form."""
    return Form("quarterly", 3, Words("Quarterly inspection", "季度巡检"), sections(), "ab" * 32, True)


def entries(hosts: int, displays: int, photos: tuple[Attachment, ...], seed: int = 7) -> tuple[Entry, ...]:
    """Answers of every kind."""
    chance = random.Random(seed)
    found: list[Entry] = []
    services, disks, screens, training = sections()
    for number in range(hosts):
        target, name = f"pacs-{number + 1}", f"PACS {'主' if number % 2 == 0 else '备'}机 {number + 1}"
        states = [Status.OK, Status.OK, chance.choice([Status.OK, Status.WARN, Status.CRIT, Status.UNKNOWN])]
        says = [
            finding(s, target, f"unit-{i}.service", DF * (1 + 4 * (number % 3 == 0)), "D1")
            for i, s in enumerate(states)
        ]
        worst = verdict_of(max(states, key=[Status.OK, Status.WARN, Status.CRIT, Status.UNKNOWN].index))
        note = "" if worst is Verdict.PASS else f"服务 unit-2 在 10:02 停止，已重新启动，{RARE} 工程师到场确认。"
        found.append(
            Entry(
                f"services/running@{target}",
                services,
                services.items[0],
                target,
                name,
                Answer("", None, worst, note, findings=tuple(says), run=4, by="李工", at=NOW),
            )
        )
        files = photos[number * 2 : number * 2 + 2]
        found.append(
            Entry(
                f"services/room@{target}",
                services,
                services.items[1],
                target,
                name,
                Answer("", None, Verdict.PASS, attachments=tuple(files), by="李工", at=NOW),
            )
        )
    used = tuple(
        finding(s, "pacs-1", m, DF) for s, m in ((Status.OK, "/"), (Status.WARN, "/data"), (Status.OK, "/影像归档"))
    )
    found.append(
        Entry(
            "disks/used",
            disks,
            disks.items[0],
            answer=Answer(
                "",
                None,
                Verdict.FAIL,
                "/data 增长较快，建议扩容。\n\nSecond paragraph with a long path: "
                "/var/lib/orthanc/db-v6/archive/2026/11/20/XA/1.2.826.0.1.3680043.8.498.1234567890/instance-0001.dcm",
                findings=used,
                run=4,
                by="李工",
                at=NOW,
            ),
        )
    )
    found.append(
        Entry("disks/largest", disks, disks.items[1], answer=Answer("９１％", 91.0, Verdict.PASS, by="李工", at=NOW))
    )
    for number in range(displays):
        target, name = f"rx370-{number + 1}", f"EIZO RX370 #{12345670 + number}"
        value = chance.choice([412.5, 398.0, 362.0, 341.0])
        verdict = Verdict.PASS if value >= 350 else Verdict.FAIL
        note = "" if verdict is Verdict.PASS else "亮度不足，建议重新校准；仍不达标则更换背光。"
        found.append(
            Entry(
                f"displays/luminance@{target}",
                screens,
                screens.items[0],
                target,
                name,
                Answer(f"{value:g}", value, verdict, note, by="李工", at=NOW),
            )
        )
        verdict = chance.choice([Verdict.PASS, Verdict.PASS, Verdict.NA, Verdict.NONE])
        found.append(
            Entry(
                f"displays/pattern@{target}",
                screens,
                screens.items[1],
                target,
                name,
                Answer("", None, verdict, "备用机，未通电。" if verdict is Verdict.NA else ""),
            )
        )
        found.append(
            Entry(
                f"displays/serial@{target}",
                screens,
                screens.items[2],
                target,
                name,
                Answer(str(12345670 + number), carried=number == 1),
            )
        )
    people = tuple(
        {"name": who, "role": role} for who, role in (("张^伟", "护士长"), (f"王{RARE}", "技师"), ("Li [b]Na[/b]", ""))
    )
    found.append(Entry("training/people", training, training.items[0], answer=Answer(rows=people, by="李工", at=NOW)))
    found.append(
        Entry("training/topic", training, training.items[1], answer=Answer("影像调阅与窗宽窗位；ECG & <markup>"))
    )
    return tuple(found)


def inspection(
    hosts: int = 2, displays: int = 2, photos: tuple[Attachment, ...] = (), *, sealed: bool = True, override: str = ""
) -> Inspection:
    """An inspection with something of everything."""
    answers = entries(hosts, displays, photos)
    failed = [entry for entry in answers if entry.answer.verdict is Verdict.FAIL]
    recommendations = tuple(
        Recommendation(f"r{i}", entry.item.clause[0],
                       f"{entry.item.title.zh}：{entry.target_name or 'PACS'} 未达标（测得 91 %，要求 < 95 %）。",
                       "清理过期的转发缓存，三个月内扩容存储；扩容前每周查看一次。",
                       [Urgency.NOW, Urgency.SOON, Urgency.LATER][i % 3], (entry.id,))
        for i, entry in enumerate(sorted(failed, key=lambda entry: entry.item.clause))
    )  # fmt: skip
    actions = (
        *(
            Action(f"a{i}", "i1", entry.id, f"处理 {entry.target_name or entry.item.title.zh}", "王工",
                   date(2026, 12, 4 + i % 20), NOW)
            for i, entry in enumerate(failed)
        ),
        Action("old", "i0", "x", "更换 UPS 电池", "信息科", date(2026, 10, 1), NOW - timedelta(days=90)),
        Action("done", "i0", "x", "重做备份恢复演练", "王工", date(2026, 10, 1), NOW, NOW, "王工",
               "2026-11-12 恢复成功，比对一致。"),
    )  # fmt: skip
    past = {"disks/largest": (Past("2026Q2", 84.0, "84", Verdict.PASS), Past("2026Q3", 88.0, "88", Verdict.PASS))}
    seal = Seal("5f" * 32, "3c" * 32, NOW, "李工", 1287, "9e" * 32)
    return Inspection(
        id="i1", number="市第一医院-quarterly-2026Q4-01", form=form(), site_name=f"市第一人民医院 导管室（{RARE}）",
        contract="HT-2026-017", quarter="2026Q4", planned=date(2026, 11, 20),
        stage=Stage.FINAL if sealed else Stage.IN_PROGRESS, revision=0, created=NOW, begun=NOW, operator="李工",
        notice=None if override else Notice(date(2026, 11, 10), "电话与邮件", "信息科 赵主任", "2026-11-20 上午",
                                            "服务器、显示器、培训"),
        permission=Permission(date(2026, 11, 12), "信息科 赵主任", "邮件", "不得中断介入手术", override),
        entries=answers, recommendations=recommendations, actions=actions,
        signatures=(Signature("us", "李工", "驻场工程师", date(2026, 11, 20), state=SignatureState.SIGNED),),
        conclusion="本季度共检查两台服务器与两台显示器。总体运行正常；/data 分区增长较快，需在一季度内扩容。\n"
                   "培训已完成一次。",
        seal=seal if sealed else None, past=past,
    )  # fmt: skip


def charts(count: int = 2) -> tuple[ChartSeries, ...]:
    """Disk growth with a forecast."""
    made = []
    for number in range(count):
        begin, size = NOW - timedelta(days=360), 4e12 + number * 3e11
        points = tuple((begin + timedelta(days=day), size + day * 9.5e9 + (day % 30) * 2e9) for day in range(0, 361, 6))
        last = points[-1]
        ahead = [timedelta(days=day) for day in (0, 60, 120)]
        made.append(ChartSeries(
            Words(f"Space used on /data{number}, pacs-1", f"pacs-1 /data{number} 已用空间"), "bytes", points, 8.4e12,
            Words("full", "容量"), tuple((last[0] + d, last[1] + d.days * 1.0e10) for d in ahead),
            tuple((last[0] + d, last[1] + d.days * 1.4e10) for d in ahead),
            tuple((last[0] + d, last[1] + d.days * 0.7e10) for d in ahead),
            Words("Grows by 285 GB a month; full in 90 to 150 days.", "每月增长 285 GB，预计 90 至 150 天后写满。"),
        ))  # fmt: skip
    return tuple(made)


def runs(count: int = 14) -> tuple[RunCounts, ...]:
    """A history of the checks."""
    return tuple(
        RunCounts(NOW - timedelta(days=7 * (count - i)),
                  {Status.OK: 30 + i % 3, Status.WARN: 4 - i % 4, Status.CRIT: i % 3, Status.UNKNOWN: int(i == 5)})
        for i in range(count)
    )  # fmt: skip


def report(folder: Path, hosts: int = 2, displays: int = 2, photos: int = 2, **more: object) -> Report:
    """A whole report with photos in `folder`."""
    paths = [photo(folder / f"现场照片{i + 1}.jpg", seed=i) for i in range(photos)]
    files = tuple(attachment(path, caption=f"机柜正面 {i + 1}") for i, path in enumerate(paths))
    where: Mapping[str, Path] = {one.sha256: path for one, path in zip(files, paths, strict=True)}
    made = inspection(hosts, displays, files, **more)  # type: ignore[arg-type]
    return Report(made, charts(), runs(), where, audit_lines=1290, audit_head="7d" * 32, team="影维科技（驻场服务组）")
