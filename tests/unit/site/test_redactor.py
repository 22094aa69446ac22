"""Passwords are taken out of whatever is kept or shown."""

import base64
import html
import json
import shlex
import urllib.parse
from collections.abc import Callable

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from console.site.redactor import MASK, Redactor

PASSWORD = "Hünter 2'\"&\\密码/+$x"


def basic(password: str) -> str:
    return base64.b64encode(f"inspector:{password}".encode()).decode()


FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "url": urllib.parse.quote,
    "url whole": lambda text: urllib.parse.quote(text, safe=""),
    "url small": lambda text: urllib.parse.quote(text, safe="").lower() if text.isascii() and text.islower() else "",
    "form": urllib.parse.quote_plus,
    "json": json.dumps,
    "json wide": lambda text: json.dumps(text, ensure_ascii=False),
    "repr": repr,
    "ascii": ascii,
    "html": html.escape,
    "shell": shlex.quote,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 url": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "basic": basic,
    "powershell": lambda text: base64.b64encode(text.encode("utf-16-le")).decode(),
    "gbk in a url": lambda text: "",
}


@pytest.mark.parametrize("form", FORMS)
def test_each_form_of_a_password_is_taken_out(form: str) -> None:
    # GIVEN a line as a program might print it
    written = FORMS[form](PASSWORD)
    line = f"begin [{written}] end"
    redactor = Redactor(["other", PASSWORD])
    # WHEN it is redacted THEN neither the form nor any longer piece of it is left
    text = redactor.text(line)
    assert text.startswith("begin [")
    assert text.endswith("] end")
    if written:
        assert MASK in text
        left = text.replace(MASK, "\0")
        assert not [
            piece for piece in left.split("\0") if len(piece) > 12 and piece.strip() in written and piece in written
        ]
        assert written not in text
    assert MASK.encode() in redactor.data(line.encode()) or not written


@settings(max_examples=200, deadline=None)
@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=8, max_size=30),
    st.sampled_from(sorted(set(FORMS) - {"url small", "gbk in a url"})),
)
def test_no_password_survives_in_any_form(password: str, form: str) -> None:
    # A password of masks or of blanks cannot be told from the mask, or from nothing.
    assume("•" not in password and password.strip() == password)
    redactor = Redactor([password])
    written = FORMS[form](password)
    text = redactor.text(f"<{written}>")
    assert written not in text
    assert MASK in text
    # WHEN what is left is turned back THEN the password is not in it
    assert password not in urllib.parse.unquote_plus(text)
    assert password not in html.unescape(text)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16-le"])
def test_bytes_are_searched_in_the_encodings_of_hospital_servers(encoding: str) -> None:
    redactor = Redactor(["密码2026!"])
    data = redactor.data("用户 密码2026! 登录".encode(encoding))
    assert "密码2026!".encode(encoding) not in data
    assert MASK.encode() in data


def test_a_watched_vault_teaches_what_it_hands_out() -> None:
    class Vault:
        def secret(self, name: str) -> str | None:
            return {"a": "correct-horse"}.get(name)

    redactor = Redactor()
    vault = redactor.watching(Vault())
    assert redactor.text("correct-horse") == "correct-horse"
    assert vault.secret("none") is None
    assert vault.secret("a") == "correct-horse"
    assert redactor.text("login correct-horse ok") == f"login {MASK} ok"
    assert "correct-horse" not in repr(redactor) + repr(vault)


def test_a_password_that_holds_another_goes_as_a_whole() -> None:
    redactor = Redactor(["pass", "passport99"])
    assert redactor.text("passport99 pass") == f"{MASK} {MASK}"


def test_a_password_escaped_letter_by_letter_is_taken_out() -> None:
    redactor = Redactor(["hunter2-long"])
    for written in (
        "".join(f"%{ord(letter):02X}" for letter in "hunter2-long"),
        "&#104;unter2-long",
        "\\x68unter2-long",
    ):
        assert redactor.text(f"<{written}>") == f"<{MASK}>"


def test_a_short_or_a_chinese_password_is_taken_out() -> None:
    assert Redactor(["密码"]).text("a 密码 b %E5%AF%86%E7%A0%81") == f"a {MASK} b {MASK}"
    assert Redactor(["x1"]).text("a x1 b") == f"a {MASK} b"


def test_other_text_stays_as_it_is() -> None:
    redactor = Redactor(["hunter2-long", ""])
    text = "Filesystem 1024-blocks Used 市第一医院 hunter3 %20 \\x41 dGVzdA=="
    assert redactor.text(text) == text
    assert redactor.data(text.encode("gb18030")) == text.encode("gb18030")
    assert Redactor().text(text) == text
