"""What ships as editable content: checks, forms, display criteria, calendars, all below data/.

An engineer may change these files; what an engineer writes lives in the home folder instead (console.paths). In a
checkout they are read from ./data, in an installation from inside the package, where the build puts the same folder.
"""

from importlib.util import find_spec
from pathlib import Path, PurePosixPath

from console.errors import ConsoleError
from console.i18n import _

_PACKAGE = Path(__file__).parent
_FONT_PACKAGE = "pylopdf_fonts_zh_cn"
_FONTS = ("NotoSansSC-Regular.otf", "NotoSerifSC-Regular.otf")
"""Noto Sans SC and Noto Serif SC (SIL Open Font License)."""


def data_folder(package: Path = _PACKAGE) -> Path:
    """The folder that holds the content that ships with the console.

    `package` is the folder of the import package. A checkout is known by its pyproject.toml: without it, a folder
    "data" beside the package belongs to somebody else.
    """
    checkout = package.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / "data").is_dir():
        return checkout / "data"
    return package / "data"


def resource(name: str, folder: Path | None = None) -> Path:
    """The file `name` ("forms/quarter.toml", slashes on every system) of the content that ships.

    Raises ConsoleError when it is not there, and ValueError for a name that leaves the folder, which is a mistake in
    the program.
    """
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise ValueError(f"not a name inside data/: {name!r}")
    found = (folder or data_folder()).joinpath(*path.parts)
    if not found.is_file():
        raise ConsoleError(
            _("The installation is incomplete"),
            _("The file {path} is missing. Install the console again, or put the file back.").format(path=found),
        )
    return found


def resources(name: str, suffix: str, folder: Path | None = None) -> tuple[Path, ...]:
    """The files of one folder of the content ("checks"), those that end in `suffix` (".toml"), sorted by name.

    Empty when the folder is not there: a console without display criteria is still a console.
    """
    place = (folder or data_folder()) / name
    if not place.is_dir():
        return ()
    return tuple(sorted(path for path in place.iterdir() if path.is_file() and path.suffix == suffix))


def fonts() -> tuple[Path, ...]:
    """The font files that are installed with the console, the first choice first; those that are missing too."""
    spec = find_spec(_FONT_PACKAGE)
    folder = Path(spec.origin).parent if spec is not None and spec.origin else Path(_FONT_PACKAGE)
    return tuple(folder / name for name in _FONTS)
