"""Where the engineer's own records live: the home folder, and that of the practice site, which is another.

A home folder says what it is in `.cathlab-home`, one line: "cathlab-home 1 site" or "cathlab-home 1 practice". A higher
number was written by a newer version; such a folder is left alone.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from console.errors import StoreError
from console.i18n import _
from console.store.disk import temporary_name
from console.store.files import replace_file
from console.store.trouble import cannot_read, cannot_write, too_new

HOME_VARIABLE = "CATHLAB_HOME"
"""Environment variable that names the home folder."""

BESIDE_PROGRAM = "cathlab-home"
"""Name of a home folder beside the program, as on a USB stick."""

FORMAT = 1
"""The layout of a home folder that this version knows."""

_MARKER = ".cathlab-home"
_MAGIC = "cathlab-home"
_SITE, _PRACTICE = "site", "practice"


def home_folder(option: str | None, environ: Mapping[str, str], program_folder: Path) -> Path:
    """The home folder, absolute; it need not exist yet.

    `option` (--home) wins, then $CATHLAB_HOME, then `cathlab-home` in `program_folder` if it is there, then the
    platform's user-data folder. Raises StoreError when none of them names a place.
    """
    for named in (option, environ.get(HOME_VARIABLE)):
        if named:
            return _absolute(named)
    beside = program_folder / BESIDE_PROGRAM
    if beside.is_dir():
        return beside.absolute()
    import platformdirs  # 15 ms, which a stick or --home need not pay

    return _absolute(str(platformdirs.user_data_path("cathlab-console", appauthor=False)))


def practice_folder(option: str | None, environ: Mapping[str, str], program_folder: Path) -> Path:
    """The home folder of the practice site, absolute; never one that holds a real site's records.

    A folder that is a practice site's already stays in use, and `cathlab demo --home DIR` means DIR itself while it is
    empty. Everything else may be a real home: then it is the folder beside it with "-practice" after its name.
    """
    home = home_folder(option, environ, program_folder)
    if is_practice(home) or (option and not _occupied(home)):
        return home
    return home.with_name(f"{home.name}-practice")


def is_practice(home: Path) -> bool:
    """Whether `home` is the practice site's, which every screen has to say. Raises StoreError for a newer home."""
    return _kind(home) == _PRACTICE


def ensure_home(path: Path, *, practice: bool = False) -> None:
    """Make `path` a home folder that can be read and written, for its owner alone (0700) where we make it.

    An existing home stays what it is. Raises StoreError with one sentence when the folder cannot be made, read or
    written, was laid out by a newer version, or when a practice site would be built over a real one.
    """
    fresh = False
    try:
        if not path.is_dir():
            path.mkdir(mode=0o700, parents=True)
            fresh = True
    except FileExistsError as error:
        sentence = _("{path} is a file, not a folder. Choose another folder with --home.")
        raise StoreError(_("No home folder"), sentence.format(path=path)) from error
    except OSError as error:
        sentence = _("The home folder {path} cannot be made or reached ({reason}). Choose another folder with --home.")
        raise StoreError(_("No home folder"), sentence.format(path=path, reason=error.strerror)) from error
    try:
        empty = fresh or not any(path.iterdir())
    except OSError as error:
        raise cannot_read(path, error) from error
    _try_to_write(path)
    kind = _kind(path)
    if practice and kind != _PRACTICE and not empty:
        sentence = _(
            "{path} holds the records of a real site, so no practice site is built there. Choose another folder."
        )
        raise StoreError(_("Not a practice folder"), sentence.format(path=path))
    if kind is None:
        if empty:
            # Not on file systems that have no such rights: a stick with FAT.
            with suppress(OSError):
                path.chmod(0o700)
        replace_file(path / _MARKER, f"{_MAGIC} {FORMAT} {_PRACTICE if practice else _SITE}\n".encode("ascii"))


def _absolute(named: str) -> Path:
    try:
        path = Path(named).expanduser()
    except RuntimeError:
        path = Path(named)  # no such user, or no home known; said below
    if named.startswith("~") and str(path).startswith("~"):
        sentence = _("No home folder is known for this account ({path}). Name one with --home.")
        raise StoreError(_("No home folder"), sentence.format(path=named))
    return path.absolute()


def _occupied(home: Path) -> bool:
    try:
        return any(home.iterdir())
    except OSError:
        # Not there yet; or it is, and ensure_home will say what is the matter with it.
        return False


def _kind(home: Path) -> str | None:
    """What the marker of `home` says; None where there is none yet. Raises StoreError for a newer home."""
    marker = home / _MARKER
    try:
        words = marker.read_text("utf-8", "replace").split()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise cannot_read(marker, error) from error
    if words[:1] == [_MAGIC] and len(words) > 1 and words[1].isdecimal() and int(words[1]) > FORMAT:
        raise too_new(home)
    if words[:2] != [_MAGIC, str(FORMAT)] or words[2:] not in ([_SITE], [_PRACTICE]):
        # A guess would show practice data as a patient's, or the other way round.
        sentence = _('{path} is damaged. Write one line into it, "{site}" or, for a practice site, "{practice}".')
        lines = {kind: f"{_MAGIC} {FORMAT} {kind}" for kind in (_SITE, _PRACTICE)}
        raise StoreError(_("Cannot be read"), sentence.format(path=marker, **lines))
    return words[2]


def _try_to_write(home: Path) -> None:
    """Find out now, not at the first save: what the rights say is not what a share or Windows does."""
    with temporary_name(home / _MARKER) as probe:
        try:
            os.close(os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        except OSError as error:
            raise cannot_write(home / _MARKER, error) from error
