"""Languages: source strings are English, gettext catalogues hold the others, and the language can change while running.

`_` looks up at the moment of the call, so a string that must follow the language is translated when it is drawn,
not when its module is imported (use `N_` to mark such constants for the catalogue).
"""

import os
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

LANGUAGES = ("zh", "en")
"""Languages the console speaks, the working language first."""

_LOCALE_FOLDER = Path(__file__).with_name("locale")
_current: NullTranslations = NullTranslations()
_language = "en"


def detect(environ: dict[str, str] | None = None) -> str:
    """Language of the locale (LC_ALL, LC_MESSAGES, LANG in that order; "zh" where none says), "zh" or "en".

    A locale that is not set at all is common on hospital consoles, whose operators read Chinese; C and POSIX count
    as not set. The Linux virtual console has no Chinese glyphs, whatever the locale: English there.
    """
    values = os.environ if environ is None else environ
    if values.get("TERM") == "linux":
        return "en"
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = values.get(name, "").strip()
        if value and value.split(".")[0] not in ("C", "POSIX"):
            return "zh" if value.lower().startswith("zh") else "en"
    return "zh"


def set_language(language: str) -> None:
    """Switch every later `_` to `language` ("zh" or "en"); an unknown one means English."""
    global _current, _language
    catalogue = _LOCALE_FOLDER / language / "LC_MESSAGES" / "console.mo"
    if language in LANGUAGES and catalogue.is_file():
        with catalogue.open("rb") as stream:
            _current = GNUTranslations(stream)
        _language = language
    else:
        _current = NullTranslations()
        _language = "en"


def language() -> str:
    """The language in use, "zh" or "en"."""
    return _language


def _(message: str) -> str:
    """`message` in the language in use."""
    return _current.gettext(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    """The form of a counted sentence that fits `count`, in the language in use."""
    return _current.ngettext(singular, plural, count)


def N_(message: str) -> str:  # the name that gettext tools know
    """Mark a constant for the catalogue; it is translated later, when it is drawn."""
    return message
