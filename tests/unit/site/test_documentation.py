"""The page about the site file explains every key, in both languages."""

from pathlib import Path

import pytest

from console.site.schema import LIMIT_KEYS, SITE_KEYS, TABLES, Key

_DOCS = Path(__file__).resolve().parents[3] / "docs"


def names(keys: tuple[Key, ...]) -> set[str]:
    return {key.name for key in keys} | {name for key in keys for name in names(key.keys)}


@pytest.mark.parametrize("page", ["site.md", "site.zh.md"])
def test_every_key_and_every_choice_stands_in_the_page(page: str) -> None:
    sections = (_DOCS / page).read_text("utf-8").split("\n## ")
    for name, keys in [("[site]", SITE_KEYS), *((f"[[{name}]]", table.keys) for name, table in TABLES.items())]:
        section = next(section for section in sections if section.startswith(name))
        wanted = names(keys) | {choice for key in keys for choice in key.choices}
        assert not {word for word in wanted if word not in section}, name
    assert all(word in sections[2] for word in (*LIMIT_KEYS, "disk_used_percent", "backup_age"))
