"""A bar with what, how many, rate and time left."""

from rich.cells import cell_len
from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from console.i18n import _
from console.model.progress import Progress
from console.widgets.bars import fit

_BAR_CELLS = 24


class ProgressLine(Widget):
    """Two lines: what is being done, and how far it is."""

    progress: reactive[Progress | None] = reactive(None)

    def render(self) -> Text:
        progress = self.progress
        if progress is None:
            return Text(_("starting …"))
        filled = round(progress.fraction * _BAR_CELLS)
        parts = [f"[{'#' * filled}{'.' * (_BAR_CELLS - filled)}]", f"{progress.done}/{progress.total or '?'}"]
        if progress.elapsed_s >= 0.5:
            parts.append(_("{rate:.0f} a second").format(rate=progress.rate))
        remaining = progress.remaining_s
        if remaining is not None:
            parts.append(_("{seconds:.0f} s left").format(seconds=remaining))
        line = "  ".join(parts)
        if cell_len(line) > self.size.width:
            line = fit(line, self.size.width)
        return Text(f"{fit(progress.what, self.size.width)}\n{line}")
