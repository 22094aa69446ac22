"""Rows as the readers hand them over, of a hospital that does not exist: ten objects a study, two studies a patient."""

from collections.abc import Iterator
from random import Random

from console.model.index_row import IndexRow

Row = tuple[IndexRow, str, str, int, int]
"""The row, the folder, the file name, its size and its mtime_ns."""

PER_STUDY = 10
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
_GIVEN = (
    "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂文辉力健世广志义兴良海山仁波宁贵福生龙元全国胜学祥才发武新利清飞"
)
_FAMILY = ("MUELLER", "SMITH", "GARCIA", "NOVAK", "ROSSI", "KIM", "SATO", "IVANOV", "SILVA", "DUBOIS")
_FIRST = ("ANNA", "JOHN", "MARY", "PETER", "LUCIA", "HANS", "IVAN", "YUKI", "JEAN", "ROSA")
_INSTITUTION = "市第一人民医院".encode("gb18030")
_WHAT = tuple(text.encode("gb18030") for text in ("冠脉造影", "CORONARY ANGIO", "PCI", "左心室造影", "起搏器植入", ""))


def synthetic_rows(count: int, seed: int = 1, shuffled: bool = True) -> Iterator[Row]:
    """`count` rows, a multiple of PER_STUDY; `shuffled` in no order at all, else study by study in random order."""
    random = Random(seed)
    studies = list(range(count // PER_STUDY))
    random.shuffle(studies)
    numbers = [study * PER_STUDY + place for study in studies for place in range(PER_STUDY)]
    if shuffled:
        random.shuffle(numbers)
    names = [_name(Random(f"{seed}/{patient}")) for patient in range(len(studies) // 2 + 1)]
    for number in numbers:
        study, place = divmod(number, PER_STUDY)
        yield _row(study, place, names[study // 2])


def _name(random: Random) -> bytes:
    if random.random() < 0.4:
        return f"{random.choice(_FAMILY)}^{random.choice(_FIRST)}".encode()
    given = "".join(random.choice(_GIVEN) for _char in range(random.choice((1, 2, 2))))
    return f"{random.choice(_SURNAMES)}^{given}".encode("gb18030")


def _row(study: int, place: int, name: bytes) -> Row:
    uid = f"1.2.840.99999.{study}"
    series = place // 5 if study % 2 else 0
    date = f"{2015 + study % 12}{study % 12 + 1:02d}{study % 28 + 1:02d}"
    clock = f"{study % 24:02d}{study % 60:02d}{place:02d}"
    row = IndexRow(
        "1.2.840.10008.5.1.4.1.1.12.1", f"{uid}.{series}.{place}", uid, f"{uid}.{series}", "1.2.840.10008.1.2.4.70",
        "GB18030", name, b"P%07d" % (study // 2), "19500101", "M", date, clock[:4] + "00", b"%d" % (study % 1000),
        b"A%08d" % study, _WHAT[study % len(_WHAT)], _INSTITUTION, b"DR^HOUSE", "XA", series + 1, b"LCA 15 fps",
        b"Cardiac", "HEART", b"LAB%d" % (study % 3), b"Acme", b"Model 7", place + 1, 96, 512, 512, 8, "MONOCHROME2",
        15.0, 6.4, 30.0 - place, 20.0, date + clock, "ORIGINAL\\PRIMARY\\SINGLE PLANE", b"", 2048, -1, (),
    )  # fmt: skip
    return row, f"/archive/{study // 100:04d}/{study}", f"IM{place:05d}", 1_000_000 + number_of_bytes(study, place), 7


def number_of_bytes(study: int, place: int) -> int:
    """Something that differs from file to file."""
    return (study * 31 + place * 7) % 500_000
