"""How likely it is that a text is Chinese: common characters, surnames, and tokens of nothing but Han characters.

"It decodes as GB18030" says nothing: nine of ten European names do. GB 2312 puts the 3,755 common characters into its
first level, so that the codec is the frequency table.
"""

import re

from console.pinyin import DOUBLE_SURNAMES

_SINGLE = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦"
    "昌马苗凤花方俞任袁柳酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹"
    "姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐"
    "邱骆高夏蔡田樊胡凌霍虞万支柯昝管卢莫经房裘缪干解应宗丁宣贲邓郁单杭洪包诸左石崔吉钮龚程嵇邢滑裴陆荣翁"
    "荀羊於惠甄曲家封芮羿储靳汲邴糜松井段富巫乌焦巴弓牧隗山谷车侯宓蓬全郗班仰秋仲伊宫宁仇栾暴甘钭厉戎祖武"
    "符刘景詹束龙叶幸司韶郜黎蓟薄印宿白怀蒲邰从鄂索咸籍赖卓蔺屠蒙池乔阴胥能苍双闻莘党翟谭贡劳逄姬申扶堵冉"
    "宰郦雍郤璩桑桂濮牛寿通边扈燕冀郏浦尚农温别庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步都耿满"
    "弘匡国文寇广禄阙东欧殳沃利蔚越夔隆师巩厍聂晁勾敖融冷訾辛阚那简饶空曾毋沙乜养鞠须丰巢关蒯相查后荆红游"
    "竺权逯盖益桓公岳帅缑亢况有琴归海晋楚闫法汝鄢涂钦商牟佘佴伯赏墨哈谯笪年爱阳佟肖言福付代覃邸庹苑展火隋"
    "冼占揭麦植原仝祭区候仉漆回信由邝亓呼种召佀兰英晃户矫拱练银迟敬初官冶励衣修藏奉阿买热木努才扎格洛仁次"
    "旦央丹尼旺苟郇郯颉雒禚郄鄞谌鹿母布塔库吐帕依玛楼粟呙上虎朴南秘闪仵撖过逢多句丘么员折黑繁洗隽贠芦岱尉"
    "禤侴宾战郐糟綦税厚刑达戢浮宛趙錢孫鄭馮陳衛蔣瀋韓楊許呂張嚴華謝鄒竇雲蘇魯韋馬鳳湯羅畢鄔樂時齊顧黃蕭龐"
    "紀項閔強賈婁顏鍾駱萬盧應鄧單諸鈕龔陸榮儲車寧欒劉葉從賴藺喬蒼聞譚勞陽邊農莊閻連習魚師鞏聶簡饒關荊遊蓋"
)


def _rows(first: int, last: int) -> frozenset[str]:
    """The characters of GB 2312 whose first byte is between the two."""
    pairs = (bytes((lead, trail)) for lead in range(first, last + 1) for trail in range(0xA1, 0xFF))
    return frozenset(b"".join(pairs).decode("gb2312", "ignore"))


_LEVEL_1 = _rows(0xB0, 0xD7)
_LEVEL_2 = _rows(0xD8, 0xF7)
SURNAMES = frozenset(_SINGLE) | frozenset(DOUBLE_SURNAMES)

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
_SIGNS = (
    "\u00b7\u00d7\u00f7\u00b0\u00b1\u0391-\u03c9\u2010-\u2027\u2030-\u203b\u2100-\u22ff\u2460-\u26ff"
    "\u3000-\u3004\u3008-\u303f\u3200-\u33ff\uff00-\uff65\uffe0-\uffe6"
)
_KANA = "\u3005\u3040-\u30ff"
_CHINESE = re.compile(f"[\\x00-\\x7f{_HAN}{_SIGNS}{_KANA}]*")
_ANY_HAN = re.compile(f"[{_HAN}]")
_TOKEN = re.compile(f"[^\\x00-@\\[-`{{-\\x7f{_SIGNS}]+")
"""What stands between delimiters, blanks, digits and signs."""
_NAME_TOKEN = re.compile(f"[{_HAN}{_KANA}]+|[A-Za-z]+|[{_HAN}]{{2,4}}[A-Za-z]{{1,2}}")
_LONE = re.compile(f"(?<=[A-Za-z])[{_HAN}](?=[A-Za-z])")
"""One Han character inside a Latin word is what two accented letters look like: FUNÇÃO."""


def has_han(text: str) -> bool:
    """Whether there is a Han character."""
    return bool(_ANY_HAN.search(text))


def is_chinese(text: str) -> bool:
    """Whether what is beyond ASCII is Han characters and the signs that Chinese texts use, at least one Han."""
    return bool(_ANY_HAN.search(text)) and bool(_CHINESE.fullmatch(text))


def is_name(text: str) -> bool:
    """Whether each token of a person name is Han characters alone or letters alone, at least one Han.

    Two to four Han characters may have a letter or two behind them, as wards write for two patients of one name.
    """
    if not is_chinese(text):
        return False
    return all(_NAME_TOKEN.fullmatch(token) for token in _TOKEN.findall(text))


def score(text: str, lone: bool = False) -> float:
    """How Chinese a text is: +1 a common character, -0.3 a rarer one of GB 2312, -1 beyond, +2 a token's surname.

    Lone Han characters inside Latin words count only with `lone`. The first 1,000 characters say enough.
    """
    total = 0.0
    text = text[:1000]
    for token in _TOKEN.findall(text if lone else _LONE.sub("", text)):
        for char in token:
            if char in _LEVEL_1:
                total += 1
            elif char in _LEVEL_2:
                total -= 0.3
            elif char > "\u30ff":
                total -= 1
        if token[0] in SURNAMES or token[:2] in SURNAMES:
            total += 2
    return total
