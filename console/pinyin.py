"""Pinyin of Chinese names and words, so that 张^伟 is found by "zw" and "zhangwei" and stands where a list expects it.

The general dictionary reads surnames as common words (曾 as ceng); here the surname comes first. Characters with
several readings answer to each of them.
"""

import json
import os
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.util import find_spec
from itertools import combinations, product

DOUBLE_SURNAMES: dict[str, str] = dict(
    entry.split(":")
    for entry in (
        "欧阳:ou yang|上官:shang guan|司马:si ma|诸葛:zhu ge|夏侯:xia hou|皇甫:huang fu|尉迟:yu chi|万俟:mo qi|"
        "澹台:tan tai|长孙:zhang sun|东方:dong fang|赫连:he lian|公孙:gong sun|令狐:ling hu|慕容:mu rong|司徒:si tu|"
        "司空:si kong|轩辕:xuan yuan|宇文:yu wen|闻人:wen ren|淳于:chun yu|单于:chan yu|太叔:tai shu|申屠:shen tu|"
        "仲孙:zhong sun|钟离:zhong li|鲜于:xian yu|闾丘:lv qiu|亓官:qi guan|司寇:si kou|子车:zi ju|颛孙:zhuan sun|"
        "端木:duan mu|巫马:wu ma|公西:gong xi|漆雕:qi diao|乐正:yue zheng|壤驷:rang si|公良:gong liang|拓跋:tuo ba|"
        "夹谷:jia gu|宰父:zai fu|谷梁:gu liang|段干:duan gan|百里:bai li|东郭:dong guo|南门:nan men|呼延:hu yan|"
        "羊舌:yang she|微生:wei sheng|梁丘:liang qiu|左丘:zuo qiu|东门:dong men|西门:xi men|南宫:nan gong|第五:di wu|"
        "独孤:du gu|纳兰:na lan|完颜:wan yan|叶赫:ye he|哥舒:ge shu|濮阳:pu yang|公冶:gong ye|宗政:zong zheng|"
        "公羊:gong yang|公叔:gong shu|叔孙:shu sun|屈突:qu tu|贺兰:he lan|爱新觉罗:ai xin jue luo|歐陽:ou yang|"
        "司馬:si ma|諸葛:zhu ge|尉遲:yu chi|澹臺:tan tai|長孫:zhang sun|東方:dong fang|赫連:he lian|公孫:gong sun|"
        "軒轅:xuan yuan|鍾離:zhong li"
    ).split("|")
)
"""Surnames of several characters and how they are read."""

_SURNAMES: dict[str, str] = dict(
    entry.split(":")
    for entry in (
        "单:shan|仇:qiu|曾:zeng|查:zha|解:xie|盖:ge gai|朴:piao|乐:yue le|区:ou|翟:zhai|覃:qin tan|缪:miao|"
        "隗:wei kui|员:yun|折:she|黑:he hei|繁:po|祭:zhai|么:yao|洗:xian|薄:bo|秘:bi mi|召:shao|种:chong|佴:nai|"
        "能:nai|阚:kan|都:du|藏:zang|卜:bu|句:gou|乜:nie|郇:xun huan|炅:gui|费:fei bi|谌:chen shen|重:chong|粘:nian|"
        "贠:yun|番:pan fan|适:kuo|角:jue jiao|單:shan|區:ou|樂:yue le|種:chong|蓋:ge gai|員:yun|繆:miao|闞:kan|"
        "費:fei bi|諶:chen shen"
    ).split("|")
)
"""How single characters are read when they are surnames, first the usual way."""

_MOST_INITIALS = 8
_MOST_READINGS = 4
_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_IS_HAN = re.compile(f"[{_HAN}]")
_COMMON = re.compile("[\u4e00-\u9fff^ ]+")
_WORD = re.compile(f"[{_HAN}]+|[a-z0-9]+", re.IGNORECASE)
_CAMEL = re.compile("[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_FINAL = "iang|iong|uang|iao|ian|ing|uai|uan|ang|eng|ong|ia|ie|iu|in|ua|uo|ui|un|ue|ve|ai|ei|ao|ou|an|en|er|a|o|e|i|u|v"
_SYLLABLE = re.compile(f"(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])(?:{_FINAL})|ang|ai|ao|an|ou|er|e")
_SYLLABLES = re.compile(f"(?:{_SYLLABLE.pattern}){{1,4}}")
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "œ": "oe", "ł": "l", "Ł": "L", "đ": "d"})


_TONES = dict.fromkeys(map(ord, "\u0304\u0301\u030c\u0300"))
_CONFUSED = str.maketrans({"l": "n", "f": "h", "v": "u", "ü": "u"})


@lru_cache(maxsize=4096)
def initials(text: str) -> str:
    """First letters of the pinyin of each character, lower case; Latin letters stay: "DICOM 浏览" is "dicom ll"."""
    from pypinyin import Style, lazy_pinyin  # imported here: its dictionary costs 0.3 s

    return "".join(lazy_pinyin(text, style=Style.FIRST_LETTER)).lower()


def keys_of(name: str) -> tuple[str, ...]:
    """What a person name (PS3.5 6.2.1.1) is found by: initials of its readings, at most 8, then the full readings.

    Lower case, without blanks: 张^伟 gives ("zw", "zhangwei"), 曾^明 also "zm" and "cm". Each group of the name
    (alphabetic=ideographic=phonetic) has its keys; what is neither Han nor Latin has none.
    """
    initial: list[str] = []
    full: list[str] = []
    for group in name.split("="):
        choices = _readings(group)
        if not choices:
            continue
        first = [tuple(dict.fromkeys(reading[0] for reading in readings)) for readings in choices]
        initial += _combinations(first, _MOST_INITIALS)
        if not _IS_HAN.search(group):
            initial.append("".join(word[0] for word in _words(group)))
        full += _combinations([readings[:2] for readings in choices], _MOST_READINGS)
    full += [key.replace("v", "u") for key in full if "v" in key and not name.isascii()]
    short = list(dict.fromkeys(key for key in initial if len(key) > 1 or not name.isascii()))[:_MOST_INITIALS]
    return tuple(dict.fromkeys(short + full))


def sort_key(name: str) -> str:
    """Where a name stands in a list: by pinyin, surname first, beside the Latin names; homophones by character.

    The alphabetic group decides where there is one: it knows how a Japanese or a Cantonese name is read.
    """
    groups = [group for group in name.split("=") if group.strip("^ ")]
    if not groups:
        return ""
    words = _words(groups[0])
    if _IS_HAN.search(groups[0]):
        words = [readings[0] for readings in _readings(groups[0])]
    elif len(groups) > 1 and _IS_HAN.search(groups[1]):
        # Written as XiaoDong or Xiaodong, it stands where 小东 stands.
        spoken = [readings[0] for readings in _readings(groups[1])]
        words = spoken if "".join(spoken) == "".join(words) else words
    return f"{' '.join(words) or groups[0].casefold()}\t{name}"


def fuzzy(pinyin: str) -> str:
    """Pinyin with what is easily confused made equal: zh z, ch c, sh s, l n, f h, ang an, eng en, ing in, lv lu."""
    text = pinyin.lower().replace("zh", "z").replace("ch", "c").replace("sh", "s").replace("ng", "n")
    return text.translate(_CONFUSED)


def _words(group: str) -> list[str]:
    """The words of one group of a name in small letters without accents."""
    return [word.lower() for word in _WORD.findall(_plain(group))]


def _plain(group: str) -> str:
    """Latin letters without accents; everything else as it stands."""
    if group.isascii() or _COMMON.fullmatch(group):
        return group
    parts = unicodedata.normalize("NFKD", group.translate(_LETTERS))
    return "".join(char for char in parts if not unicodedata.combining(char))


@lru_cache(maxsize=16)
def _readings(group: str) -> Sequence[tuple[str, ...]]:
    """The readings of each syllable or word of one group of a name, the likeliest first."""
    choices: list[tuple[str, ...]] = []
    for word in _WORD.findall(_plain(group)):
        if word[0] <= "z":
            choices += [(part,) for part in _latin(word)]
        elif choices:
            choices += [_of_character(char) for char in word]
        else:
            choices += _with_surname(word)
    return choices


def _with_surname(word: str) -> Iterable[tuple[str, ...]]:
    for size in (4, 2):
        known = DOUBLE_SURNAMES.get(word[:size])
        if known is not None:
            return [*((syllable,) for syllable in known.split()), *(_of_character(char) for char in word[size:])]
    usual = _SURNAMES.get(word[0], "").split()
    first = tuple(dict.fromkeys((*usual, *_of_character(word[0]))))
    return [first, *(_of_character(char) for char in word[1:])]


def _latin(word: str) -> list[str]:
    """A Latin word in lower case, cut into syllables where it is written XiaoDong or reads as pinyin."""
    parts = _CAMEL.findall(word) if not (word.islower() or word.isupper()) else [word]
    found: list[str] = []
    for part in (part.lower() for part in parts):
        found += _SYLLABLE.findall(part) if _SYLLABLES.fullmatch(part) else [part]
    return found


@lru_cache(maxsize=32768)
def _of_character(char: str) -> tuple[str, ...]:
    """The readings of one Han character without tones; the character itself where nobody knows one."""
    readings = _table().get(str(ord(char)))
    return tuple(dict.fromkeys(map(_without_tone, readings.split(",")))) if readings else (char,)


@lru_cache(maxsize=1)
def _table() -> dict[str, str]:
    """pypinyin's readings of single characters. Its package itself would load phrases first, in a third of a second."""
    spec = find_spec("pypinyin")
    assert spec is not None
    assert spec.origin is not None
    with open(os.path.join(os.path.dirname(spec.origin), "pinyin_dict.json"), encoding="utf-8") as stream:
        table: dict[str, str] = json.load(stream)
    return table


def _without_tone(reading: str) -> str:
    """As the style NORMAL of pypinyin has it: ü is v, ê keeps its sign."""
    if reading.isascii():
        return reading
    parts = unicodedata.normalize("NFD", reading).translate(_TONES)
    return unicodedata.normalize("NFC", parts).replace("ü", "v")


def _combinations(choices: Sequence[tuple[str, ...]], most: int) -> list[str]:
    """Readings of a whole name: the likeliest first, then those with one syllable read otherwise, then with two."""
    usual = [readings[0] for readings in choices]
    places = [at for at, readings in enumerate(choices) if len(readings) > 1]
    if not places:
        return ["".join(usual)]
    found = {"".join(usual): None}
    for count in (1, 2):
        for chosen in combinations(places, count):
            for other in product(*(choices[at][1:] for at in chosen)):
                if len(found) >= most:
                    return list(found)
                parts = usual.copy()
                for at, syllable in zip(chosen, other, strict=True):
                    parts[at] = syllable
                found["".join(parts)] = None
    return list(found)
