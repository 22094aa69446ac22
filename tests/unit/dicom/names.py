"""Two hundred person names of many languages, always the same ones, for tests of character sets.

The Chinese surnames and characters are this list's own, not the scorer's: it may not be measured against itself.
"""

import random

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖"
    "贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_RARE_SURNAMES = "仇单查解盖缪隗折祭佴能阚都藏句冼逄呙妫禤亓嵇璩乜夔麴郗眭阙"
_DOUBLE_SURNAMES = (
    "欧阳 上官 司马 诸葛 夏侯 皇甫 尉迟 万俟 澹台 长孙 东方 慕容 令狐 宇文 司徒 端木 独孤 南宫 呼延 鲜于".split()
)
_COMMON = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国文志海燕云飞宇浩然子轩梓涵雨欣怡佳思语晨阳俊豪天"
    "一诺可馨博宏瑞雪梅春生福德庆荣祥立新晓东小龙家成美玲凤珍淑贞利民永康根水金宝大山中正光辉振兴学东方少波"
)
_RARE = (
    "喆镕堃昇珅玘瑄璟翀赟炜煜燊淼鑫犇骉甯祎禛祺筠昶暄玥珺琬琰瑾琛霖霈颢颖芃苡芮荻菡蓁薇蕤芊"
    "彧忞怿悝旻晗晞昊晟栩楹槿沅洺浠淇湜滢漪潇澍灏"
)
EUROPEAN = (
    "Müller^Jürgen",
    "Buc^Jérôme",
    "Núñez^José",
    "François^Hélène",
    "Ångström^Anders",
    "Sørensen^Søren",
    "Größe^Käthe",
    "Gonçalves^João",
    "Peña^Begoña",
    "Bjørnson^Åse",
    "Lefèvre^Zoé",
    "Böhm^Günther",
    "Mäkinen^Väinö",
    "Þórsson^Ægir",
    "Garçon^Noël",
    "Österreich^Änne",
    "Weiß^Björn",
    "Sánchez^Inés",
    "Magalhães^Antônio",
    "Dvořák",
    "D'Amélie^Élodie",
    "Røed^Håkon",
    "Brontë^Charlotte^^Mrs",
    "Muñoz-Ibáñez^Jesús",
    "Fürst^Zoë",
)
JAPANESE = (
    "Yamada^Tarou=山田^太郎=やまだ^たろう",
    "Suzuki^Ichiro=鈴木^一郎=すずき^いちろう",
    "Sato^Hanako=佐藤^花子=さとう^はなこ",
    "Takahashi^Ken=高橋^健=たかはし^けん",
    "Watanabe^Yumi=渡辺^由美=わたなべ^ゆみ",
    "Ito^Misaki=伊藤^美咲=いとう^みさき",
    "Nakamura^Sho=中村^翔=なかむら^しょう",
    "Kobayashi^Aoi=小林^葵=こばやし^あおい",
)
KOREAN = (
    "Hong^Gildong=洪^吉洞=홍^길동",
    "Kim^Minsu=金^民秀=김^민수",
    "Lee^Jiyoung=李^智英=이^지영",
    "Park^Seojun=朴^敍俊=박^서준",
    "Choi^Yuna=崔^侑娜=최^유나",
    "Jung^Haein=丁^海寅=정^해인",
    "Kang^Daniel=姜^大成=강^대성",
    "Yoon^Sea=尹^世雅=윤^세아",
)
CYRILLIC = (
    "Иванов^Иван",
    "Петрова^Анна",
    "Смирнов^Алексей",
    "Кузнецова^Мария",
    "Попов^Дмитрий",
    "Соколова^Елена",
    "Лебедев^Юрий",
    "Шевченко^Тарас",
    "Цветаева^Марина",
    "Люксембург",
)
GREEK = (
    "Παπαδόπουλος^Γιώργος",
    "Διονυσιος",
    "Νικολάου^Μαρία",
    "Γεωργίου^Ελένη",
    "Οικονόμου^Κώστας",
    "Βασιλείου^Άννα",
    "Δημητρίου^Πέτρος",
    "Αλεξίου^Χρήστος",
    "Μακρής^Σπύρος",
)


def chinese_names() -> tuple[str, ...]:
    """140 names of two to four characters: 80 common, 40 with rare characters, 20 with double surnames."""
    chance = random.Random(20261120)

    def given(characters: str, most: int = 2) -> str:
        return "".join(chance.choices(characters, k=chance.randint(1, most)))

    names = [f"{chance.choice(_SURNAMES)}^{given(_COMMON)}" for _ in range(80)]
    names += [f"{chance.choice(_SURNAMES)}^{given(_RARE)}" for _ in range(25)]
    names += [f"{surname}^{given(_COMMON)}" for surname in chance.sample(_RARE_SURNAMES, 15)]
    names += [f"{surname}^{given(_COMMON + _RARE)}" for surname in _DOUBLE_SURNAMES]
    return tuple(names)


def many_chinese(count: int, rare: bool = False) -> tuple[str, ...]:
    """As many names as wanted; with `rare`, nearly all characters outside the common ones of GB 2312."""
    chance = random.Random(count)
    if rare:
        return tuple(
            f"{chance.choice(_RARE_SURNAMES)}^{''.join(chance.choices(_RARE, k=chance.randint(1, 2)))}"
            for _ in range(count)
        )
    return tuple(
        f"{chance.choice(_SURNAMES)}^{''.join(chance.choices(_COMMON, k=chance.randint(1, 2)))}" for _ in range(count)
    )


def many_european(count: int) -> tuple[str, ...]:
    """European names with at least one accented letter each, made of syllables of the real ones."""
    chance = random.Random(count)
    parts = [part for name in EUROPEAN if name != "Dvořák" for part in name.rstrip("^Mrs").split("^") if part]
    marked = [part for part in parts if not part.isascii()]
    return tuple(
        f"{chance.choice(marked)}{chance.choice(('', '-' + chance.choice(parts)))}^{chance.choice(parts)}"
        for _ in range(count)
    )
