"""The headless verbs: what the screens can, for scripts."""

import json
import sys
import time
from argparse import Namespace
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from console.dicom.describe import info_json
from console.dicom.pipeline.renderer import chosen_window
from console.dicom.pipeline.spatial import displayed, oriented
from console.dicom.pixels import Bytes
from console.dicom.reader import PictureReader
from console.errors import UsageError
from console.graphics import resample
from console.graphics.encoder import choose
from console.graphics.resample import Geometry
from console.graphics.terminal import Terminal, unasked
from console.i18n import _, ngettext
from console.model.picture import PictureInfo, Window
from console.model.pipeline import Presentation, Voi
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
        if options.state:
            picture = reader.under_state(picture, Path(options.state))
        stored = pictures.frame(picture, options.frame)
        pixels = pictures.visible(picture, stored, None, False, options.frame, _presentation(options, picture))
    pixels, aspect = _placed(pixels, picture, options.frame)
    if options.graphics == "png":
        data = png_bytes(_scaled(pixels, aspect, options.size) if options.size else pixels)
        if not options.output and sys.stdout.isatty():
            raise UsageError(_("No file"), _("A PNG does not belong on a terminal. Give -o FILE."))
    else:
        data = _text(pixels, aspect, options)
    if options.output:
        keep_records(Path(options.output))
        replace_file(Path(options.output), data)
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
    return 0


def _presentation(options: Namespace, picture: PictureInfo) -> Presentation:
    """What the options ask of the pipeline. UsageError where the file has no such window or frame."""
    window = Window(options.window[0], options.window[1], source="operator") if options.window else None
    voi: Voi | None = window
    description = picture.description
    if options.voi is not None:
        voi = chosen_window(description, options.voi) if description is not None else None
        if voi is None:
            what = _("{name} has no window or table {wanted}; `cathlab info` lists them.")
            raise UsageError(
                _("No such window"), what.format(name=clean(Path(picture.path).name), wanted=clean(options.voi))
            )
    wrong = next((number for number in options.mask or () if not 1 <= number <= picture.frames), None)
    if wrong is not None:
        what = _("{name} has frames 1 to {frames}; there is no frame {number}.")
        raise UsageError(
            _("No such frame"),
            what.format(name=clean(Path(picture.path).name), frames=picture.frames, number=wrong),
        )
    off = [("shutter", options.no_shutter), ("overlay", options.no_overlay), ("mask", options.no_mask)]
    return Presentation(
        voi=voi,
        difference=voi if isinstance(voi, Window) else None,
        mask_frames=options.mask or (),
        shift=options.shift or (0.0, 0.0),
        off=frozenset(stage for stage, without in off if without),
    )


def _placed(pixels: Bytes, picture: PictureInfo, number: int) -> tuple[Bytes, float]:
    """The part of the picture that a presentation state shows, turned as it says, and the aspect of its pixels."""
    description = picture.description
    if description is None:
        return pixels, picture.pixel_aspect
    way = description.orientation
    shown = oriented(displayed(pixels, description.frame(number).area), way)
    aspect = picture.pixel_aspect
    return shown, 1 / aspect if way.rotation % 180 else aspect


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


def _text(pixels: Bytes, aspect: float, options: Namespace) -> bytes:
    terminal = _output_terminal()
    columns, rows = options.size or (terminal.columns, max(terminal.rows - 1, 1))
    encoder = choose("half" if options.graphics == "auto" else options.graphics, terminal, options.colors)
    width, height = encoder.pixel_size(columns, rows)
    geometry = Geometry(pixels.shape[1], pixels.shape[0], width, height, aspect, encoder.canvas_aspect)
    view = resample.fit(geometry)
    canvas = resample.resample(pixels, view, width, height, geometry.pixel_aspect, geometry.canvas_aspect)
    painting = encoder.encode(canvas, columns, rows, still=True)
    if painting.rows is None:
        return painting.blob + b"\n"
    return b"".join(row + b"\n" for row in painting.rows)


def _scaled(pixels: Bytes, aspect: float, size: tuple[int, int]) -> Bytes:
    geometry = Geometry(pixels.shape[1], pixels.shape[0], size[0], size[1], aspect)
    return resample.resample(pixels, resample.fit(geometry), size[0], size[1], aspect)


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
                text = "  ".join(_words(item)) if isinstance(item, dict) else str(item)
                lines.append(f"{indent}  {clean(text)}")
        else:
            lines.append(f"{indent}{key}: {'-' if value is None or value == '' else clean(str(value))}")
    return lines


def _words(item: dict[str, object]) -> list[str]:
    """The values of a small JSON object; what says whether a stage was applied is a word, its numbers have names."""
    words = []
    for key, value in item.items():
        if isinstance(value, dict):
            words += [f"{name}={part}" for name, part in value.items()]
        elif key == "applied":
            words.append(_("applied") if value else _("skipped"))
        else:
            words.append(str(value))
    return words


def _out(text: str) -> None:
    sys.stdout.write(text)
