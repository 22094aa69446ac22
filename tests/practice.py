"""The practice site for tests that only look at it: built once, then linked to wherever a test wants it."""

import atexit
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

from console.demo.build import PracticeSite, build_practice


@cache
def built_site() -> PracticeSite:
    """The full practice site of this test run. Nobody writes into it."""
    folder = Path(tempfile.mkdtemp(prefix="cathlab-practice-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return build_practice(folder / "home", lambda _done, _total: None, lambda: False)


def put_practice_site(home: Path) -> Path:
    """Make `home` a finished practice site without computing it; returns its first picture."""
    source = built_site().overview.parent
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in sorted(source.rglob("*")):
        target = home / path.relative_to(source)
        if path.is_dir():
            target.mkdir(mode=0o700, parents=True, exist_ok=True)
            continue
        try:
            os.link(path, target)
        except OSError:
            shutil.copyfile(path, target)  # another file system
    return home / built_site().pictures[0].relative_to(source)
