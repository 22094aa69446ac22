"""Invented archives: studies as the index holds them, put straight into its tables, so that lists can be tested."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random

from console.pinyin import sort_key
from console.studies.database import open_index
from console.studies.wording import hay

_COLUMNS = (
    "id, uid, patient_key, name, name_other, name_flag, patient_id, birth_date, sex, date, time, accession, study_id, "
    "description, institution, referring, modalities, series_count, instance_count, frames, size, sort_name, hay, flags"
)
_STUDY = f"INSERT INTO study({_COLUMNS}) VALUES ({', '.join('?' * (_COLUMNS.count(',') + 1))})"

_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁单仇查解盖"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅建国志文海波鹏飞宇浩然子轩梓涵玮薇晓小东生福贵春花"
_LATIN = ("MUELLER^HANS", "ZHANG^WEI", "O'NEILL^MARY", "SMITH^JOHN", "WANG^XIAODONG", "Jérôme^André", "Kim^Min Ji")
_WHAT = ("冠脉造影", "CORONARY ANGIO", "PCI", "冠脉CTA", "左心室造影", "Echo", "起搏器植入", "CHEST CT", "IVUS LAD", "")
_MODALITIES = (("XA",), ("SR", "XA"), ("CT",), ("US",), ("IVUS", "XA"), ("ECG",), ("DX",), ("MR",), ("OT",), ())


@dataclass(frozen=True)
class Study:
    """One study, as far as lists know it."""

    id: int
    name: str = ""
    patient_id: str = ""
    date: str = ""
    time: str = ""
    modalities: tuple[str, ...] = ()
    description: str = ""
    accession: str = ""
    study_id: str = ""
    size: int = 0
    frames: int = 0
    name_other: str = ""
    name_flag: int = 0
    flags: tuple[str, ...] = ()

    @property
    def patient_key(self) -> str:
        """The patient it belongs to."""
        return self.patient_id or f"\0{self.name}"

    @property
    def hay(self) -> str:
        """The line that is searched, as settling makes it."""
        date = (self.date, self.date.replace("-", ""))
        others = (*date, " ".join(self.modalities), self.description, self.study_id)
        return hay(self.name, self.name_other, (self.patient_id, self.accession, *others))


def fill(home: Path, studies: Iterable[Study]) -> None:
    """Put studies into the index of `home`, made where there is none."""
    with closing(open_index(home)) as index:
        index.execute("BEGIN")
        index.executemany(_STUDY, (_row(study) for study in studies))
        index.execute("COMMIT")


def invent(count: int, seed: int = 1) -> Iterator[Study]:
    """Studies of a hospital: nine of ten names are Chinese, a patient has two studies, dates span twelve years."""
    random = Random(seed)
    patients: list[tuple[str, str]] = []
    for number in range(count):
        if not patients or random.random() < 0.5:
            given = "".join(random.choice(_GIVEN) for _char in range(random.choice((1, 2, 2))))
            name = random.choice(_LATIN) if random.random() < 0.1 else f"{random.choice(_SURNAMES)}^{given}"
            patients.append((name, f"P{random.randrange(10**7):07d}"))
        name, patient_id = random.choice(patients[-1000:])
        year, month, day = random.randrange(2015, 2027), random.randrange(1, 13), random.randrange(1, 29)
        clock = f"{random.randrange(24):02d}:{random.randrange(60):02d}:{random.randrange(60):02d}"
        modalities = random.choice(_MODALITIES)
        yield Study(
            id=random.getrandbits(63),
            name=name,
            patient_id=patient_id,
            date=f"{year}-{month:02d}-{day:02d}",
            time=clock,
            modalities=modalities,
            description=random.choice(_WHAT),
            accession=f"{year % 100}{month:02d}{number:06d}",
            study_id=str(number % 10_000),
            size=random.randrange(10**6, 10**9),
            frames=random.randrange(1, 500) if modalities not in (("ECG",), ()) else 0,
        )


def _row(study: Study) -> tuple[object, ...]:
    return (
        study.id, f"1.2.{study.id}", study.patient_key, study.name, study.name_other, study.name_flag,
        study.patient_id, "", "", study.date, study.time, study.accession, study.study_id, study.description, "", "",
        "\\".join(study.modalities), 1, 1, study.frames, study.size, sort_key(study.name), study.hay,
        "\\".join(study.flags),
    )  # fmt: skip
