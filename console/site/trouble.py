"""What is wrong with a site file, all at once: the operator corrects it in one go, not in ten."""

from collections.abc import Sequence
from pathlib import Path

from console.errors import ConsoleError
from console.i18n import _
from console.model.site import SiteProblem


class SiteErrors(ConsoleError):
    """A site file that cannot be used. Nothing of it is: half a site would look healthier than it is."""

    def __init__(self, path: Path, problems: Sequence[SiteProblem], title: str = "") -> None:
        lines = [_said(path, problem) for problem in problems]
        if len(lines) > 1:
            lines.insert(0, _("{count} mistakes in {path}:").format(count=len(lines), path=path))
        super().__init__(title or _("The site file cannot be used"), "\n".join(lines))
        self.path = path
        self.problems = tuple(problems)
        """By line."""

    def __reduce__(self) -> tuple[type["SiteErrors"], tuple[Path, tuple[SiteProblem, ...], str]]:  # type: ignore[override]
        return type(self), (self.path, self.problems, self.title)


def _said(path: Path, problem: SiteProblem) -> str:
    where = {"file": path.name, "line": problem.line, "key": problem.key, "what": problem.what}
    if problem.line and problem.key:
        return _("{file} line {line}, {key}: {what}.").format(**where)
    if problem.line:
        return _("{file} line {line}: {what}.").format(**where)
    if problem.key:
        return _("{file}, {key}: {what}.").format(**where)
    return _("{file}: {what}.").format(**where)
