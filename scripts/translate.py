"""Brings the Chinese catalogue up to date with the source, or says what it lacks.

    python scripts/translate.py           extract, keep what is translated, sort, drop what is gone, compile
    python scripts/translate.py --check   change nothing; exit status 1 when the catalogue is not complete

Entries carry no line numbers and no dates, so that a catalogue changes only when a sentence does.
"""

import argparse
import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "N_": None, "ngettext": (1, 2)}
"""The functions of console.i18n whose arguments are sentences."""

HEADER = "# Cathlab Console in Chinese. The source strings are English; scripts/translate.py keeps this file in step."

Sentence = str | tuple[str, ...]
"""One source string, or the singular and the plural of a counted one."""


class PlainCatalogue(Catalog):
    """A catalogue whose header says what gettext needs and nothing that changes by itself."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """Language, character set and plural rule; Chinese has one form for every number."""
        return [
            ("Language", "zh"),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=UTF-8"),
            ("Content-Transfer-Encoding", "8bit"),
            ("Plural-Forms", "nplurals=1; plural=0;"),
        ]


@dataclass(frozen=True)
class Files:
    """Where the sentences come from and where their translations stand."""

    source: Path
    """The package that is searched."""
    catalogue: Path
    """The .po file; the .mo file stands beside it."""

    @property
    def compiled(self) -> Path:
        """What the console reads."""
        return self.catalogue.with_suffix(".mo")


CONSOLE = Files(ROOT / "console", ROOT / "console" / "locale" / "zh" / "LC_MESSAGES" / "console.po")


def sentences(source: Path) -> set[Sentence]:
    """Every sentence that the modules below `source` mark for translation."""
    found: set[Sentence] = set()
    for path in sorted(source.rglob("*.py")):
        with path.open("rb") as stream:
            for _line, message, _comments, _context in extract("python", stream, keywords=KEYWORDS):
                found.add(message)
    return found - {""}


def read_catalogue(path: Path) -> dict[Sentence, Message]:
    """What has been translated so far; nothing when there is no catalogue yet."""
    if not path.is_file():
        return {}
    with path.open("rb") as stream:
        return {_key(message): message for message in read_po(stream, locale="zh") if message.id}


def _key(message: Message) -> Sentence:
    return message.id if isinstance(message.id, str) else tuple(message.id)


def _texts(message: Message | None) -> tuple[str, ...]:
    if message is None:
        return ("",)
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))


def updated(wanted: set[Sentence], known: dict[Sentence, Message]) -> PlainCatalogue:
    """A catalogue of exactly the sentences `wanted`, with the translations of `known`."""
    catalogue = PlainCatalogue(locale="zh", header_comment=HEADER, fuzzy=False)
    for sentence in wanted:
        old = known.get(sentence)
        texts = _texts(old)
        catalogue.add(
            sentence,
            texts[0] if isinstance(sentence, str) else texts[:1],
            flags=("fuzzy",) if old is not None and old.fuzzy else (),
            user_comments=old.user_comments if old is not None else (),
        )
    return catalogue


def po_bytes(catalogue: Catalog) -> bytes:
    """The catalogue as a file for people."""
    stream = io.BytesIO()
    write_po(stream, catalogue, no_location=True, sort_output=True, width=110)
    return stream.getvalue()


def mo_bytes(catalogue: Catalog) -> bytes:
    """The catalogue as the console reads it; entries in doubt are left out."""
    stream = io.BytesIO()
    write_mo(stream, catalogue)
    return stream.getvalue()


def placeholders(text: str) -> set[str]:
    """The {names} that .format will fill in. Raises ValueError for a brace that is not closed."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def problems(files: Files) -> Iterator[str]:
    """What keeps the catalogue from being complete, one line each."""
    wanted = sentences(files.source)
    known = read_catalogue(files.catalogue)
    for sentence in sorted(wanted, key=_order):
        message = known.get(sentence)
        if message is None:
            yield f"not in the catalogue: {_order(sentence)!r}"
        elif message.fuzzy:
            yield f"in doubt (fuzzy): {_order(sentence)!r}"
        elif not all(_texts(message)):
            yield f"not translated: {_order(sentence)!r}"
        else:
            yield from _wrong_placeholders(sentence, _texts(message))
    for sentence in sorted(known.keys() - wanted, key=_order):
        yield f"no longer in the source: {_order(sentence)!r}"
    if not files.compiled.is_file() or files.compiled.read_bytes() != mo_bytes(updated(wanted, known)):
        yield f"{files.compiled.name} is not the compilation of {files.catalogue.name}"


def _order(sentence: Sentence) -> str:
    return sentence if isinstance(sentence, str) else sentence[0]


def _wrong_placeholders(sentence: Sentence, texts: tuple[str, ...]) -> Iterator[str]:
    # The plural names every number; "one file" may leave its number out.
    source = sentence if isinstance(sentence, str) else sentence[-1]
    for text in texts:
        try:
            differs = placeholders(source) ^ placeholders(text)
        except ValueError:
            differs = {"a brace that is not closed"}
        if differs:
            yield f"placeholders differ ({', '.join(sorted(differs))}): {source!r} -> {text!r}"


def update(files: Files) -> str:
    """Write the catalogue and its compilation; say how many sentences there are and how many wait for a translation."""
    catalogue = updated(sentences(files.source), read_catalogue(files.catalogue))
    files.catalogue.parent.mkdir(parents=True, exist_ok=True)
    files.catalogue.write_bytes(po_bytes(catalogue))
    files.compiled.write_bytes(mo_bytes(catalogue))
    waiting = sum(1 for message in catalogue if message.id and (message.fuzzy or not all(_texts(message))))
    return f"{len(catalogue)} sentences, {waiting} to translate: {files.catalogue}"


def main(arguments: list[str] | None = None, files: Files = CONSOLE) -> int:
    """Update the catalogue, or check it."""
    parser = argparse.ArgumentParser(description="Brings the Chinese catalogue up to date, or checks it.")
    parser.add_argument("--check", action="store_true", help="change nothing, fail when something is missing")
    if not parser.parse_args(arguments).check:
        print(update(files))
        return 0
    found = list(problems(files))
    for line in found:
        print(line, file=sys.stderr)
    print(f"{len(found)} problems in {files.catalogue.name}" if found else f"{files.catalogue.name} is complete")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
