"""The words around a picture."""

import pytest

from console.screens.viewer.corners import display_name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Zhang^Wei = 张^伟", "张伟 (Zhang Wei)"),
        ("Zhang^Wei=张^伟=", "张伟 (Zhang Wei)"),
        ("张^伟", "张伟"),
        ("Rubo^DEMO", "Rubo DEMO"),
        ("Müller^Jérôme^^Dr.", "Müller Jérôme Dr."),
        ("Yamada^Tarou = 山田^太郎 = やまだ^たろう", "山田太郎 (Yamada Tarou, やまだたろう)"),
        ("[red]x[/foo]", "[red]x[/foo]"),
        ("", ""),
    ],
)
def test_a_name_is_shown_as_it_is_read(name: str, shown: str) -> None:
    assert display_name(name) == shown
