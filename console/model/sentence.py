"""A sentence that is kept with its values, so that it can be said in either language later.

What a check finds is written once and read for years: on a Chinese screen today, in an English report next quarter.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Union

from console.i18n import _, language
from console.plain import clean

Value = Union[str, int, float, "Sentence"]


@dataclass(frozen=True)
class Sentence:
    """A source sentence (English, marked with N_) and what its {named} places hold."""

    source: str
    values: Mapping[str, Value] = field(default_factory=dict)

    def __str__(self) -> str:
        """The sentence in the language in use. Texts among the values are cleaned for the terminal."""
        said = {name: clean(value) if isinstance(value, str) else value for name, value in self.values.items()}
        # A text of a stranger stands in `values`, never in `source`, so its braces mean nothing here.
        return _(self.source).format(**said) if self.source else ""

    def __bool__(self) -> bool:
        return bool(self.source)

    def to_json(self) -> dict[str, Any]:
        """Plain values for a file or a pipe; `from_json` reads them."""
        values = {key: value.to_json() if isinstance(value, Sentence) else value for key, value in self.values.items()}
        return {"source": self.source, "values": values}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Sentence":
        """What `to_json` wrote. KeyError, TypeError or AttributeError when it is something else."""
        values = {
            str(key): cls.from_json(value) if isinstance(value, dict) else value
            for key, value in data["values"].items()
        }
        return cls(str(data["source"]), values)


NOTHING = Sentence("")
"""No sentence."""


@dataclass(frozen=True)
class Words:
    """A text of a data file in both languages: no catalogue knows it."""

    en: str
    zh: str = ""
    """Empty where the author wrote one language only, as on a file of the site's own."""

    def __str__(self) -> str:
        """The text in the language in use, the other one where it is missing."""
        return (self.zh if language() == "zh" else self.en) or self.en or self.zh

    def __bool__(self) -> bool:
        return bool(self.en or self.zh)

    def to_json(self) -> dict[str, Any]:
        """Plain values for a file or a pipe."""
        return {"en": self.en, "zh": self.zh}


NO_WORDS = Words("")
"""No text."""

Said = Sentence | Words
"""Whatever `str` turns into the language in use."""


def said_from_json(data: Mapping[str, Any]) -> Said:
    """What `to_json` of either wrote. KeyError, TypeError or AttributeError when it is something else."""
    return Sentence.from_json(data) if "source" in data else Words(str(data["en"]), str(data["zh"]))
