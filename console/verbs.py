"""The headless verbs: what the screens can, for scripts."""

import json
import sys
import time
from argparse import Namespace
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from console.dicom.describe import info_json
from console.dicom.reader import PictureReader
from console.errors import UsageError
from console.graphics import resample
from console.graphics.encoder import choose
from console.graphics.resample import Geometry
from console.graphics.terminal import Terminal, unasked
from console.i18n import _, ngettext
from console.model.picture import PictureInfo, Window
from console.model.progress import Progress
from console.model.text import clean
from console.pictures import Pictures, keep_records, no_picture_sentence, png_bytes
from console.settings import SettingsFile
from console.store.audit import AuditLog
from console.store.files import replace_file

_PROGRESS_SECONDS = 0.2


def info(options: Namespace, home: Path) -> int:
    """`cathlab info FILE`: what is known of a file. Status 0 also for a file with problems, which are listed."""
    with closing(PictureReader()) as reader:
        picture = Pictures(reader).info(Path(options.file))
    document = info_json(picture, privacy=_privacy(home))
    if options.json:
        _out(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    else:
        _out("".join(f"{line}\n" for line in _lines(document)))
    return 0


def render(options: Namespace, _home: Path) -> int:
    """`cathlab render FILE`: one frame as terminal text or PNG, to a file or standard output."""
    with closing(PictureReader()) as reader:
        pictures = Pictures(reader)
        picture = pictures.info(Path(options.file))
        if picture.frames == 0:
            raise UsageError(_("Nothing to draw"), no_picture_sentence(picture))
        stored = pictures.frame(picture, options.frame)
    chosen = (
        Window(options.window[0], options.window[1], source="operator")
        if options.window
        else pictures.first_window(picture, stored)
    )
    pixels = pictures.visible(picture, stored, chosen)
    if options.graphics == "png":
        data = png_bytes(_scaled(pixels, picture, options.size) if options.size else pixels)
        if not options.output and sys.stdout.isatty():
            raise UsageError(_("No file"), _("A PNG does not belong on a terminal. Give -o FILE."))
    else:
        data = _text(pixels, picture, options)
    if options.output:
        keep_records(Path(options.output))
        replace_file(Path(options.output), data)
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
    return 0


def audit(options: Namespace, home: Path) -> int:
    """`cathlab audit verify`: status 0 when the chain is whole, 1 when a line was changed, removed or cut."""
    report = AuditLog(home).verify()
    if options.json:
        _out(
            json.dumps({"lines": report.lines, "ok": report.ok, "first_bad": report.first_bad, "head": report.head})
            + "\n"
        )
    else:
        verdict = _("whole") if report.ok else _("DAMAGED")
        form = ngettext("{lines} line, {verdict}, head {head}", "{lines} lines, {verdict}, head {head}", report.lines)
        _out(form.format(lines=report.lines, verdict=verdict, head=report.head) + "\n")
        if report.first_bad is not None:
            _out(_("first bad line: {line}").format(line=report.first_bad) + "\n")
        if report.note:
            _out(report.note + "\n")
    return 0 if report.ok else 1


def build_demo(home: Path) -> Path:
    """Make the practice site in `home` and take it in, with progress on stderr; returns the first picture."""
    from console.demo.build import build_practice
    from console.demo.damage import build_damaged
    from console.demo.ward import build_ward
    from console.studies.build import build_index

    started = last = time.monotonic()

    def progress(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if sys.stderr.isatty() and (now - last >= _PROGRESS_SECONDS or done == total):
            last = now
            moment = Progress(done, total, now - started)
            left = "" if moment.remaining_s is None else _("{seconds:.0f} s left").format(seconds=moment.remaining_s)
            sys.stderr.write(
                "\r\x1b[K"
                + _("making the practice site: {done} of {total}").format(done=done, total=total)
                + f"  {left}"
            )
            sys.stderr.flush()

    site = build_practice(home, progress, lambda: False)
    build_damaged(home)
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
    build_index(home, (home / "pictures",), lambda moment: None, lambda: False)
    build_ward(home, datetime.now(UTC).astimezone().date())
    return site.pictures[0]


def _text(pixels: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]", picture: PictureInfo, options: Namespace) -> bytes:
    terminal = _output_terminal()
    columns, rows = options.size or (terminal.columns, max(terminal.rows - 1, 1))
    encoder = choose("half" if options.graphics == "auto" else options.graphics, terminal, options.colors)
    width, height = encoder.pixel_size(columns, rows)
    geometry = Geometry(picture.columns, picture.rows, width, height, picture.pixel_aspect, encoder.canvas_aspect)
    view = resample.fit(geometry)
    canvas = resample.resample(pixels, view, width, height, geometry.pixel_aspect, geometry.canvas_aspect)
    painting = encoder.encode(canvas, columns, rows)
    return b"".join(row + b"\n" for row in painting.rows or ())


def _scaled(
    pixels: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]", picture: PictureInfo, size: tuple[int, int]
) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    geometry = Geometry(picture.columns, picture.rows, size[0], size[1], picture.pixel_aspect)
    return resample.resample(pixels, resample.fit(geometry), size[0], size[1], picture.pixel_aspect)


def _output_terminal() -> Terminal:
    import os
    import shutil

    size = shutil.get_terminal_size((80, 24))
    return unasked(os.environ, (size.columns, size.lines))


def _privacy(home: Path) -> bool:
    return SettingsFile(home / "settings.json", read_only=True).load().privacy


def _lines(document: dict[str, object], indent: str = "") -> list[str]:
    """A JSON document as indented text for reading."""
    lines: list[str] = []
    for key, value in document.items():
        if isinstance(value, dict):
            lines += [f"{indent}{key}:", *_lines(value, indent + "  ")]
        elif isinstance(value, (list, tuple)):
            lines.append(f"{indent}{key}:" + ("" if value else " -"))
            for item in value:
                text = "  ".join(str(part) for part in item.values()) if isinstance(item, dict) else str(item)
                lines.append(f"{indent}  {clean(text)}")
        else:
            lines.append(f"{indent}{key}: {'-' if value is None or value == '' else clean(str(value))}")
    return lines


def _out(text: str) -> None:
    sys.stdout.write(text)
