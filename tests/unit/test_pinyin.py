"""Names are found by pinyin as people type it, and stand in lists where people look for them."""

import subprocess
import sys

import pypinyin
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.pinyin import _of_character, fuzzy, initials, keys_of, sort_key
from tests.unit.dicom.names import many_chinese

SURNAMES = dict(
    entry.split(":")
    for entry in (
        "单:shan 仇:qiu 曾:zeng 查:zha 解:xie 盖:ge 朴:piao 乐:yue 区:ou 翟:zhai 覃:qin 缪:miao 隗:wei 员:yun 折:she "
        "黑:he 繁:po 祭:zhai 么:yao 洗:xian 薄:bo 秘:bi 召:shao 种:chong 佴:nai 牟:mou 能:nai 阚:kan 都:du 藏:zang "
        "卜:bu 句:gou 尹:yin 冼:xian 任:ren 华:hua 宁:ning 尉迟:yuchi 万俟:moqi 澹台:tantai 长孙:zhangsun 欧阳:ouyang "
        "上官:shangguan 司马:sima 诸葛:zhuge 夏侯:xiahou 皇甫:huangfu 令狐:linghu 鲜于:xianyu "
        "万:wan 尉:wei 单于:chanyu 歐陽:ouyang"
    ).split()
)


@pytest.mark.parametrize(("surname", "reading"), SURNAMES.items())
def test_surnames_are_read_as_surnames(surname: str, reading: str) -> None:
    keys = keys_of(f"{surname}^伟")
    assert f"{reading}wei" in keys
    assert sort_key(f"{surname}^伟").replace(" ", "").startswith(f"{reading}wei\t")
    # AND with or without a caret between the parts
    assert keys_of(f"{surname}伟") == keys


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("张^伟", ("zw", "zhangwei")),
        ("张伟", ("zw", "zhangwei")),
        ("Zhang^Wei=张^伟", ("zw", "zhangwei")),
        ("张", ("z", "zhang")),
        ("Zhang^XiaoDong", ("zxd", "zx", "zhangxiaodong")),
        ("ZHANG^XIAODONG", ("zxd", "zx", "zhangxiaodong")),
        ("zhang xiao dong", ("zxd", "zhangxiaodong")),
        ("Smith^John", ("sj", "smithjohn")),
        ("Müller^Jürgen", ("mj", "mullerjurgen")),
        ("Sørensen^Åse", ("srsa", "sa", "sorensenase")),
        ("吕^布", ("lb", "lvbu", "lubu")),
        ("Иванов^Иван", ()),
        ("", ()),
        ("^^^^=", ()),
    ],
)
def test_what_a_name_is_found_by(name: str, keys: tuple[str, ...]) -> None:
    assert keys_of(name) == keys


def test_a_surname_of_two_readings_answers_to_both_letters() -> None:
    assert keys_of("曾^伟")[:2] == ("zw", "cw")
    assert {"zengwei", "cengwei"} <= set(keys_of("曾^伟"))
    assert {"pl", "py"} <= set(keys_of("朴^乐"))


def test_double_surnames_are_not_read_as_single_ones() -> None:
    assert "yuchigong" in keys_of("尉迟^恭")
    assert not any(key.startswith("w") for key in keys_of("尉迟^恭"))


@pytest.mark.parametrize("name", ["单^乐重", "解^方浩思可", "乐乐乐乐乐乐乐乐乐乐乐乐", "区单查" * 40])
def test_there_are_at_most_eight_initials_and_the_usual_reading_is_first(name: str) -> None:
    keys = keys_of(name)
    letters = len(name.replace("^", ""))
    assert 1 <= sum(len(key) == letters for key in keys) <= 8
    assert len(keys) <= 16
    assert sort_key(name).split("\t")[0].replace(" ", "") in keys


@given(st.text(st.characters(codec="utf-8") | st.sampled_from("^= 曾张欧阳ab"), max_size=12))
def test_keys_are_lower_case_without_blanks_for_any_name(name: str) -> None:
    for key in keys_of(name):
        assert key
        assert key == key.lower()
        assert not any(char.isspace() for char in key)
    assert isinstance(sort_key(name), str)


def test_lists_are_sorted_by_pinyin_beside_latin_names() -> None:
    names = [
        "Smith^John",
        "张^伟",
        "曾^明",
        "Zhang^Wei=张^炜",
        "阿^木",
        "单^雄信",
        "Müller",
        "李^娜",
        "Li^Na",
        "张^伟民",
        "",
    ]
    expected = [
        "",
        "阿^木",
        "Li^Na",
        "李^娜",
        "Müller",
        "单^雄信",
        "Smith^John",
        "曾^明",
        "Zhang^Wei=张^炜",
        "张^伟",
        "张^伟民",
    ]
    assert sorted(names, key=sort_key) == expected


def test_an_alphabetic_group_says_how_a_name_is_read() -> None:
    assert sort_key("Zhang^Xiaodong=张^小东").split("\t")[0] == sort_key("张^小东").split("\t")[0] == "zhang xiao dong"
    # GIVEN a Japanese name: kanji are not read as in Chinese
    assert sort_key("Yamada^Tarou=山田^太郎").startswith("yamada tarou")
    assert sort_key("=山田^太郎=").startswith("shan tian tai lang")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("zhangwei", "zangwei"),
        ("chenlei", "cengnei"),
        ("shanjing", "sanjin"),
        ("linan", "ninan"),
        ("huangfei", "fuanghei"),
        ("lvbu", "lubu"),
        ("lü", "LV"),
        ("yangming", "yanmin"),
    ],
)
def test_what_sounds_alike_is_folded_together(one: str, other: str) -> None:
    assert fuzzy(one) == fuzzy(other)


def test_what_sounds_different_stays_apart() -> None:
    words = ["zhang", "wang", "li", "liu", "chen", "yang", "zhao", "wu", "zhou", "xu", "sun", "ma", "zhu", "guo", "he"]
    assert len({fuzzy(word) for word in words}) == len(words)


def test_initials_of_commands_are_those_of_the_words() -> None:
    assert initials("窗位") == "cw"
    assert initials("DICOM 浏览") == "dicom ll"


def test_ascii_names_need_no_dictionary() -> None:
    code = (
        "import sys; from console.pinyin import fuzzy, keys_of, sort_key\n"
        "keys_of('Smith^John'); sort_key('Smith^John'); fuzzy('zhang')\n"
        "keys_of('Müller'); sort_key('Müller')\n"
        "print('pypinyin' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_every_character_is_read_as_pypinyin_reads_it() -> None:
    # GIVEN all characters that some reading is known for, and others
    chars = [chr(code) for code in (*range(0x3400, 0x9FFF), *range(0xF900, 0xFAFF), *range(0x20000, 0x2FFFF, 7))]
    # WHEN pypinyin is asked for each
    theirs = pypinyin.pinyin(chars, style=pypinyin.Style.NORMAL, heteronym=True)
    # THEN its table, which we read without its phrases, says the same
    assert [list(dict.fromkeys(readings)) for readings in theirs] == [list(_of_character(char)) for char in chars]


def test_each_of_many_names_is_found_by_its_initials() -> None:
    for name in many_chinese(2000):
        keys = keys_of(name)
        assert len(keys[0]) == len(name) - 1
        assert keys[0] == "".join(word[0] for word in sort_key(name).split("\t")[0].split(" "))
