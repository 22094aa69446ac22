"""The practice hospital: twenty invented patients, seven years of studies, and a lesson in each of them, as data.

A further file is a further entry here; nothing else changes. At most 1,500 frames in all, because the whole is built
while somebody waits.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from console.demo import texts
from console.demo.cases import Item, Patient, Study
from console.demo.contents import (
    Angiogram,
    Capture,
    Content,
    DoseReport,
    Echo,
    Electrocardiogram,
    Exposure,
    Paper,
    Presentation,
    Slice,
)
from console.demo.recipe import CArm, Recipe, Stenosis
from console.demo.shelf import shelved

ZHANG_WEI = Patient("Zhang^Wei=张^伟", "P0017", "19580517", "M")
ZHANG_WEI_2 = Patient("Zhang^Wei=张^伟", "P0071", "19631102", "M")
CHEN_JING = Patient("Chen^Jing=陈^静", "P0123", "19710809", "F")
CHEN_JING_2 = Patient("Chen^Jing=陈^敬", "P0132", "19550126", "M")
LIU_YANG = Patient("Liu^Yang=刘^洋", "P0208", "19660330", "M")
OUYANG = Patient("Ouyang^Mingyue=欧阳^明月", "P0209", "19790921", "F")
LI_JIE = Patient("Li^Jie=李^㛃", "P0315", "19520614", "F")
WANG = Patient("Wang^XiaoDong=王^小东", "P0316", "19681205", "M")
ZHAO = Patient("赵建国", "P0420", "19490101", "M")
SUN = Patient("孙^丽华", "P0421", "19560218", "F")
MUELLER = Patient("Müller^Jérôme", "P0533", "19600704", "M")
ZHOU_MIN = Patient("Zhou^Min=周^敏", "0000456", "19750523", "F")
ZHOU_MING = Patient("Zhou^Ming=周^明", "0004560", "19570303", "M")
WU = Patient("Wu^Lei=吴^磊", "P0644", "19641017", "M")
ZHENG = Patient("Zheng^Xiaohong=郑^晓红", "P0645", "19531130", "F")
HUANG = Patient("Huang^Zhiqiang=黄^志强", "P0752", "19700815", "M")
LIN = Patient("Lin^Shufen=林^淑芬", "P0753", "19480409", "F")
HE = Patient("He^Yong=何^勇", "P0860", "19620728", "M")
SITU = Patient("Situ^Xue=司徒^雪", "P0861", "19831219", "F")
TAO = Patient("Tao^Jin=陶^𬀩", "P0977", "19541006", "M")

PATIENTS = (
    ZHANG_WEI, ZHANG_WEI_2, CHEN_JING, CHEN_JING_2, LIU_YANG, OUYANG, LI_JIE, WANG, ZHAO, SUN, MUELLER, ZHOU_MIN,
    ZHOU_MING, WU, ZHENG, HUANG, LIN, HE, SITU, TAO,
)  # fmt: skip
"""All twenty: two of one name, IDs that differ by two digits changed over or by their zeros, names that sound alike."""

_CORONARY = "冠状动脉造影"
_NONE: tuple[Stenosis, ...] = ()
_HELD = Recipe(breath_mm=0.0, frames=22, injection_s=(0.0, 1.3), flow_mm_s=210.0, stenoses=_NONE)
"""The usual run: two beats at held breath, the tree filled at the second R wave."""
_LONG = replace(_HELD, frames=30, injection_s=(0.15, 1.7), flow_mm_s=170.0)


def _view(primary: float, secondary: float) -> CArm:
    return CArm(primary_deg=primary, secondary_deg=secondary)


@dataclass
class _Visit:
    """Collects the files of one study."""

    study: Study
    items: list[Item]
    minute: int = 0

    def add(
        self, content: Content, series: int, words: str, instance: int = 1, filed_as: Patient | None = None
    ) -> Item:
        """File one more object, two minutes after the one before."""
        time = self._clock(int(self.study.time[:2]) * 60 + int(self.study.time[2:4]) + self.minute)
        self.minute += 2
        item = Item(self.study, content, "", time, series, instance, words, filed_as)
        self.items.append(shelved(item))
        return self.items[-1]

    def _clock(self, minute: int) -> str:
        return f"{minute // 60 % 24:02d}{minute % 60:02d}{self.study.time[4:]}"

    def run(self, recipe: Recipe, series: int, filed_as: Patient | None = None) -> Item:
        """File a cine, described by vessel and view."""
        vessel = {"left": "左冠状动脉", "right": "右冠状动脉", "thigh": "左下肢动脉"}[recipe.anatomy]
        if self.study.charset == texts.LATIN1:
            vessel = "LCA"
        return self.add(Angiogram(recipe), series, " ".join((vessel, *recipe.c_arm.words)), 1, filed_as)

    def dose_report(self, series: int = 99) -> None:
        """File the radiation of all cines so far, each found with some seconds of fluoroscopy."""
        found = []
        for item in [item for item in self.items if isinstance(item.content, Angiogram)]:
            assert isinstance(item.content, Angiogram)
            recipe = item.content.recipe
            seconds = 20 + 7 * item.series_number
            search = replace(recipe, frames=round(7.5 * seconds), fps=7.5, sweep_deg=0.0)
            found.append(
                Exposure("fluoroscopy", self._clock(int(item.time[:2]) * 60 + int(item.time[2:4]) - 1), search)
            )
            found.append(Exposure("acquisition", item.time, recipe, (item.series_number, item.instance_number)))
        self.add(DoseReport(tuple(found)), series, "辐射剂量报告")


def _first_visits() -> Iterator[_Visit]:
    """The patient that every tour begins with: several views, a report, dose, a presentation state; CT and ECG."""
    visit = _Visit(Study(ZHANG_WEI, "20261120", "093215", "20261120-01", _CORONARY), [])
    first = Recipe(seed=17, breath_mm=0.0)
    visit.run(first, 1)
    visit.run(replace(_LONG, seed=17, c_arm=_view(45, 25), stenoses=first.stenoses), 2)
    visit.run(replace(_LONG, seed=17, c_arm=_view(0, 35), stenoses=first.stenoses), 3)
    visit.run(replace(_LONG, seed=117, c_arm=_view(40, 0), anatomy="right"), 4)
    visit.dose_report()
    visit.add(Presentation((1, 1), first, (120.0, 180.0), 1), 97, "演示状态")
    report = (
        "Patient P0017, practice hospital. Invented, no person.",
        "Access: right radial artery, 6F guide catheter.",
        "LM: no narrowing.  LAD: 50 % in its middle third.",
        "LCX: no narrowing.  RCA: no narrowing.",
        "Calibration: 6F catheter (2.00 mm).",
    )
    visit.add(Paper("冠状动脉造影报告", report), 98, "报告")
    yield visit
    visit = _Visit(Study(ZHANG_WEI, "20261119", "154012", "20261119-07", "静息心电图"), [])
    visit.add(Electrocardiogram(seed=17), 1, "12导联心电图")
    yield visit
    visit = _Visit(Study(ZHANG_WEI, "20230308", "101500", "20230308-11", "胸部CT"), [])
    for number in range(1, 13):
        visit.add(Slice(seed=17, number=number, count=12), 2, "轴位 10mm", number)
        visit.minute = 0
    yield visit


def _cath_lab_visits() -> Iterator[_Visit]:
    """One technique of the cath lab each."""
    visit = _Visit(Study(ZHANG_WEI_2, "20250603", "082040", "20250603-02", _CORONARY, texts.GB18030), [])
    visit.run(replace(_HELD, seed=71, frames=24, c_arm=_view(-20, 20), heart_rate=60.0), 1)
    visit.run(replace(_HELD, seed=171, frames=24, c_arm=_view(30, 0), heart_rate=60.0, anatomy="right"), 2)
    yield visit
    visit = _Visit(Study(CHEN_JING, "20260914", "110905", "20260914-03", _CORONARY, texts.GB18030), [])
    fine = replace(_HELD, seed=123, frames=22, fps=30.0, heart_rate=90.0, injection_s=(-0.6, 0.9), photons=5200.0)
    visit.run(replace(fine, c_arm=CArm(-30.0, 20.0, size=1024), bits=12, relationship="LIN"), 1)
    yield visit
    visit = _Visit(Study(CHEN_JING_2, "20260227", "143330", "20260227-05", _CORONARY), [])
    for number, arm in ((1, _view(-30, 0)), (2, _view(60, 0))):
        recipe, other = replace(_HELD, seed=132, c_arm=arm), (1, 3 - number)
        content = Angiogram(recipe, "BIPLANE A" if number == 1 else "BIPLANE B", other)
        visit.add(content, 1, "双平面 左冠状动脉", number)
        visit.minute = 0
    yield visit
    visit = _Visit(Study(LIU_YANG, "20251208", "091818", "20251208-01", _CORONARY), [])
    turn = replace(_HELD, seed=208, frames=28, fps=15.0, injection_s=(0.1, 3.0), c_arm=_view(-50, 0), sweep_deg=100.0)
    visit.add(Angiogram(turn), 1, "旋转采集 左冠状动脉")
    visit.dose_report()
    yield visit
    visit = _Visit(Study(OUYANG, "20260522", "101010", "20260522-04", _CORONARY), [])
    visit.run(replace(_HELD, seed=209, c_arm=_view(-10, 40), heart_rate=900 / 13), 1)
    yield visit
    for date, percent in (("20210412", 30.0), ("20230830", 50.0), ("20261009", 70.0)):
        visit = _Visit(Study(LI_JIE, date, "134500", f"{date}-06", _CORONARY, texts.GB18030), [])
        narrow = (Stenosis("RCA", 0.32, percent, 12.0),)
        visit.run(replace(_HELD, seed=7, c_arm=_view(40, 0), anatomy="right", stenoses=narrow), 1)
        yield visit
    visit = _Visit(Study(WU, "20260618", "150055", "20260618-08", _CORONARY), [])
    visit.run(replace(_HELD, seed=644, frames=24, c_arm=_view(-25, -20), relationship="LOG", heart_rate=60.0), 1)
    yield visit
    visit = _Visit(Study(ZHENG, "20260707", "085512", "20260707-02", "下肢动脉造影"), [])
    leg = Recipe(
        seed=645, frames=20, fps=4.0, c_arm=CArm(0.0, 0.0, 1100.0, 760.0, 300.0), heart_rate=60.0, breath_mm=0.0,
        french=4.0, lumen_mm=1.0, injection_s=(1.1, 3.6), flow_mm_s=85.0, photons=9000.0, anatomy="thigh", bits=12,
        stenoses=(Stenosis("SFA", 0.44, 60.0, 14.0),), relationship="LOG", mask_frames=(2, 3, 4),
    )  # fmt: skip
    visit.run(leg, 1)
    yield visit


def _name_visits() -> Iterator[_Visit]:
    """Names as devices write them, and as some of them write them wrongly."""
    visit = _Visit(Study(WANG, "20240701", "094700", "20240701-03", _CORONARY, texts.IR58), [])
    visit.run(replace(_HELD, seed=316, c_arm=_view(-30, -20)), 1)
    visit.dose_report()
    yield visit
    visit = _Visit(Study(ZHAO, "20221219", "101122", "20221219-02", _CORONARY, texts.GBK_AS_LATIN1), [])
    visit.run(replace(_HELD, seed=420, injection_s=(0.0, 1.5), c_arm=_view(-30, -15), heart_rate=90.0), 1)
    visit.run(replace(_HELD, seed=421, injection_s=(0.0, 1.5), c_arm=_view(45, 20), heart_rate=90.0), 2)
    yield visit
    visit = _Visit(Study(SUN, "20201026", "160530", "20201026-09", _CORONARY, texts.GBK_UNLABELLED), [])
    half = (Stenosis("LAD", 0.34, 50.0, 9.0),)
    visit.run(replace(_HELD, seed=422, injection_s=(0.0, 1.5), c_arm=_view(30, 20), heart_rate=90.0, stenoses=half), 1)
    visit.add(Capture(("QCA LAD MID", "REF 2.97 MM", "MLD 1.48 MM", "STENOSIS 50 %"), 50.0), 2, "定量分析截屏")
    yield visit
    visit = _Visit(Study(MUELLER, "20260804", "113344", "20260804-05", "Coronarographie élective", texts.LATIN1), [])
    visit.run(replace(_HELD, seed=533, c_arm=_view(-30, 15)), 1)
    yield visit
    visit = _Visit(Study(ZHOU_MIN, "20260316", "090909", "20260316-01", _CORONARY), [])
    visit.run(replace(_HELD, seed=456, c_arm=_view(50, -30)), 1)
    yield visit
    visit = _Visit(Study(ZHOU_MING, "20240122", "084455", "20240122-02", _CORONARY, texts.GB18030), [])
    visit.run(replace(_HELD, seed=457, c_arm=_view(45, 0), anatomy="right"), 1)
    yield visit
    visit = _Visit(Study(TAO, "20220505", "102030", "20220505-04", _CORONARY), [])
    visit.run(replace(_HELD, seed=977, frames=26, injection_s=(0.3, 2.0), breath_mm=2.5, c_arm=_view(-10, -30)), 1)
    yield visit


def _other_visits() -> Iterator[_Visit]:
    """Other modalities, and the study that stands under two Patient IDs."""
    visit = _Visit(Study(HUANG, "20190917", "143015", "20190917-03", "超声心动图", texts.GB18030), [])
    visit.add(Echo(seed=752), 1, "心尖四腔 彩色多普勒")
    yield visit
    visit = _Visit(Study(HUANG, "20190920", "090110", "20190920-01", _CORONARY, texts.GB18030), [])
    visit.run(replace(_HELD, seed=752, c_arm=_view(-30, 0)), 1)
    yield visit
    visit = _Visit(Study(LIN, "20260113", "092500", "20260113-02", _CORONARY), [])
    visit.run(replace(_HELD, seed=753, c_arm=_view(-20, -20)), 1)
    # The next patient was opened on the console while this one still lay on the table.
    visit.run(replace(_HELD, seed=753, c_arm=_view(40, 20)), 2, filed_as=HE)
    yield visit
    visit = _Visit(Study(HE, "20260113", "103200", "20260113-03", _CORONARY), [])
    visit.run(replace(_HELD, seed=860, c_arm=_view(-30, -20)), 1)
    yield visit
    visit = _Visit(Study(SITU, "20250911", "141414", "20250911-05", "静息心电图", texts.GB18030), [])
    visit.add(Electrocardiogram(seed=861, heart_rate=88.0), 1, "12导联心电图")
    visit.add(Capture(("ECG REST", "HR 88 BPM", "SINUS RHYTHM")), 2, "截屏")
    yield visit


def _items() -> Iterator[Item]:
    for visits in (_first_visits, _cath_lab_visits, _name_visits, _other_visits):
        for visit in visits():
            yield from visit.items


ITEMS = tuple(_items())
"""Every file, in the order a lesson would show them; the left coronary artery of the first patient comes first."""
