"""The command line: parse, build services, call one function. Headless verbs never import Textual."""

import gc
import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from console import __version__


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of `cathlab`. Returns the exit status: 0 done, 1 failed, 2 wrong command line; of check, its own."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words == ["--version"]:
        sys.stdout.write(f"cathlab {__version__}\n")
        return 0
    from console.errors import ConsoleError, UsageError

    debug = "--debug" in words
    try:
        return _run(words)
    except ConsoleError as error:
        if debug:
            raise
        sys.stderr.write(f"{error}\n")
        if "check" in words:
            # To a monitoring system 1 and 2 are a warning and a critical finding, and this is neither.
            return 3
        return 2 if isinstance(error, UsageError) else 1
    except BrokenPipeError:
        # The reader of our output went away (| head): not an error, and nothing more to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130


def _run(words: list[str]) -> int:
    _use_utf8()
    from console.paths import home_folder, practice_folder
    from console.settings import choose_language

    # The language of the parser's own words is wanted before the parser exists.
    language, home_option = _early(words, "--lang"), _early(words, "--home")
    program = Path(sys.argv[0]).absolute().parent
    choose_language(language, home_folder(home_option, os.environ, program))
    from console.arguments import parse

    options = parse(words)
    if options.version:
        sys.stdout.write(f"cathlab {__version__}\n")
        return 0
    place = practice_folder if options.verb == "demo" else home_folder
    home = place(options.home, os.environ, program)
    if options.verb == "index":
        from console.index_verb import index

        return index(options, home)
    if options.verb == "check":
        from console.check_verb import check

        return check(options, home)
    if options.verb == "measure":
        from console.measure_verb import measure

        return measure(options, home)
    if options.verb == "doctor":
        from console.doctor_verb import doctor

        return doctor(options, home)
    if options.verb == "inspect":
        from console.inspect_verb import inspect

        return inspect(options, home)
    if options.verb == "repair":
        from console.repair_verb import repair

        return repair(options, home)
    if options.verb == "report":
        from console.inspect_exchange import report

        return report(options, home)
    if options.verb in ("info", "render", "audit"):
        return _headless(options, home)
    return _full_screen(options, home)


def _headless(options: Namespace, home: Path) -> int:
    from console import verbs

    return {"info": verbs.info, "render": verbs.render, "audit": verbs.audit}[options.verb](options, home)


def _full_screen(options: Namespace, home: Path) -> int:
    # A tenth of the start goes into collecting garbage that the imports do not make; the application turns it on again.
    gc.disable()
    from console.dicom.reader import PictureReader
    from console.errors import UsageError
    from console.i18n import _

    start_with: tuple[Path, ...] = ()
    if options.verb == "demo":
        from console.verbs import build_demo

        start_with = (build_demo(home),)
        if options.build_only:
            sys.stdout.write(f"{start_with[0]}\n")
            return 0
    elif options.verb == "view":
        start_with = tuple(Path(path) for path in options.path)
        missing = [path for path in options.path if not os.path.exists(path)]
        if missing:
            raise UsageError(_("No such file"), _("{path} does not exist. Check the name.").format(path=missing[0]))
    with closing(PictureReader()) as reader:
        # Started first, so that it is warm when the screen is.
        reader.start()
        if start_with and start_with[0].is_file():
            reader.expect(start_with[0])
        from console.launch import launch
        from console.services import build_services

        with closing(build_services(home, reader)) as services:
            return launch(
                services,
                start_with=start_with,
                graphics=options.graphics,
                colors=options.colors,
                assume_utf8=options.assume_utf8,
                debug=options.debug,
            )


def _early(words: list[str], option: str) -> str | None:
    """The value of `option` if it is there, before the real parser runs; None when it is missing or incomplete."""
    for index, word in enumerate(words):
        if word == option and index + 1 < len(words):
            return words[index + 1]
        if word.startswith(option + "="):
            return word[len(option) + 1 :]
    return None


def _use_utf8() -> None:
    """Text out as UTF-8 whatever the locale says; what cannot be encoded is replaced, never fatal."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
