"""Where each key of a TOML text stands."""

import tomllib
from collections.abc import Iterable
from typing import Any

import tomlkit
from hypothesis import given, settings
from hypothesis import strategies as st

from console.site.lines import Path, places

_WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
_VALUES = st.recursive(
    st.one_of(st.integers(-5, 5), st.booleans(), _WORDS, st.dates()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_WORDS, inner, max_size=3)),
    max_leaves=8,
)


def leaves(value: Any, path: Path = ()) -> Iterable[Path]:
    if path:
        yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from leaves(inner, (*path, number))


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(_WORDS, _VALUES, max_size=4))
def test_every_key_of_any_valid_text_has_a_line(data: dict[str, Any]) -> None:
    # GIVEN a text that the parser accepts
    text = tomlkit.dumps(data)
    parsed = tomllib.loads(text)
    # WHEN its keys are looked for THEN each has a line of its own text
    found = places(text)
    count = text.count("\n") + 1
    for path in leaves(parsed):
        assert path in found.lines, (path, text)
        assert 1 <= found.lines[path] <= count


def test_lines_are_those_that_an_editor_shows() -> None:
    text = """# first
[site]   # [not.a.header]
name = '''two
lines [[host]]'''
"quoted key" = "a # b \\" = c"
a.b.c = [ 1, # one
  { x = 1, y = [
    2 ] },
]

[[host]]
id = "a"
[host.ssh]
user = "u"
[[host]]
id = "b"
ssh = { user = "v" }
"""
    found = places(text)
    assert tomllib.loads(text)["host"][1]["ssh"]["user"] == "v"
    expected: dict[Path, int] = {
        ("site",): 2,
        ("site", "name"): 3,
        ("site", "quoted key"): 5,
        ("site", "a", "b", "c"): 6,
        ("site", "a", "b", "c", 0): 6,
        ("site", "a", "b", "c", 1, "x"): 7,
        ("site", "a", "b", "c", 1, "y", 0): 8,
        ("host",): 11,
        ("host", 0, "id"): 12,
        ("host", 0, "ssh", "user"): 14,
        ("host", 1): 15,
        ("host", 1, "ssh", "user"): 17,
    }
    assert {path: found.lines[path] for path in expected} == expected
    assert [(header.path, header.line) for header in found.headers] == [
        (("site",), 2),
        (("host", 0), 11),
        (("host", 0, "ssh"), 13),
        (("host", 1), 15),
    ]


def test_a_key_that_is_not_there_stands_where_its_table_does() -> None:
    found = places('[[host]]\nid = "a"\n')
    assert found.line_of(("host", 0, "address")) == 1
    assert found.line_of(("node", 3)) == 0
