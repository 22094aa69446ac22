"""Which language the console speaks, and that switching is complete."""

import pytest

from console.errors import UsageError
from console.i18n import N_, _, detect, language, ngettext, set_language


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, "zh"),
        ({"LANG": "C"}, "zh"),
        ({"LANG": "POSIX", "LC_ALL": ""}, "zh"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_TW.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "TERM": "linux"}, "en"),
    ],
)
def test_the_locale_decides_and_chinese_is_the_working_language(environ: dict[str, str], expected: str) -> None:
    assert detect(environ) == expected


def test_switching_changes_words_counts_and_the_heading_of_errors() -> None:
    marked = N_("Help")
    set_language("zh")
    assert language() == "zh"
    assert _(marked) == "帮助"
    assert ngettext("{count} frame", "{count} frames", 3).format(count=3) == "3 帧"
    assert str(UsageError("标题", "内容")) == "标题：内容"
    set_language("en")
    assert _(marked) == "Help"
    assert ngettext("{count} frame", "{count} frames", 3) == "{count} frames"


def test_an_unknown_language_is_english() -> None:
    set_language("tlh")
    assert language() == "en"
