"""Subtraction by keys, and the panel that says of each stage of the pipeline what it does and why."""

from collections.abc import Sequence

from textual import work

from console.i18n import _
from console.model.pipeline import SWITCHES, Stage
from console.screens.dialogs.ask import Choose
from console.screens.viewer.header import STAGES
from console.screens.viewer.windows import WindowChoosing
from console.widgets.line_list import Line, LineList, wrap

DONE, SKIPPED = "✓", "–"


def why_lines(stages: Sequence[Stage], cells: int, done: str = DONE, skipped: str = SKIPPED) -> list[Line]:
    """Every stage with its sentence and its numbers, wrapped to `cells`; applied ones stand out."""
    lines = []
    for stage in stages:
        mark = done if stage.applied else skipped
        lines.append(Line(f"{mark} {_(STAGES.get(stage.stage, stage.stage))}", heading=stage.applied))
        lines += [Line(part, indent=1) for part in wrap(str(stage.what), cells - 3)]
        if stage.applied:
            for name, value in stage.parameters.items():
                lines += [Line(part, indent=1) for part in wrap(f"{name.replace('_', ' ')}: {value}", cells - 3)]
    return lines


class Masking(WindowChoosing):
    """The part of the viewer that subtracts and explains."""

    def action_subtract(self) -> None:
        if self.playback is not None:
            self.playback.subtract()
            if not self.playback.state().subtracted and self.playback.presentation.subtracted:
                self._say_mask()

    def action_mask_here(self) -> None:
        if self.playback is not None:
            self.playback.mask_here()
            if not self.playback.state().subtracted:
                self._say_mask()

    def action_nudge(self, down: int, right: int) -> None:
        if self._subtracts() and self.playback is not None:
            self.playback.nudge(down, right)

    def action_unshift(self) -> None:
        if self._subtracts() and self.playback is not None:
            self.playback.unshift()

    def action_show_mask(self, percent: int) -> None:
        if self._subtracts() and self.playback is not None:
            self.playback.show_mask(percent)

    def _subtracts(self) -> bool:
        if self.playback is None:
            return False
        if not self.playback.state().subtracted:
            self._say_mask()
            return False
        return True

    def _say_mask(self) -> None:
        """Why the frame is not subtracted."""
        assert self.playback is not None
        mask = next((stage for stage in self.playback.stages() if stage.stage == "mask"), None)
        sentence = str(mask.what) if mask is not None else _("This is not subtracted: it has no grey values.")
        self.notify(sentence, markup=False)

    @work(exclusive=True, group="choose")
    async def action_switch(self) -> None:
        playback = self.playback
        if playback is None:
            return
        off = playback.presentation.off
        symbols = self.console_app.symbols
        choices = [f"{symbols.fold(SKIPPED if stage in off else DONE)} {_(STAGES[stage])}" for stage in SWITCHES]
        question = _("Which stage is to be left out, or taken in again?")
        chosen = await self.app.push_screen_wait(Choose(_("Stages"), choices, question=question))
        if chosen is not None and self.playback is playback:
            playback.switch(SWITCHES[chosen])

    # The panel

    def action_why(self) -> None:
        panel = self.query_one("#why", LineList)
        panel.display = not panel.display
        self.say_why()

    def action_why_page(self, direction: int) -> None:
        panel = self.query_one("#why", LineList)
        panel.scroll_relative(y=direction * max(panel.size.height - 1, 1), animate=False)

    def say_why(self) -> None:
        """Bring the panel up to date, where it is open."""
        panel = self.query_one("#why", LineList)
        if not panel.display or self.playback is None:
            return
        symbols = self.console_app.symbols
        cells = (panel.size.width or 34) - 1
        lines = why_lines(self.playback.stages(), cells, symbols.fold(DONE), symbols.fold(SKIPPED))
        lines = [Line(symbols.fold(line.text), line.indent, line.heading) for line in lines]
        if list(panel.lines) != lines:
            at = panel.scroll_offset.y
            panel.show(lines, panel.cursor)
            panel.scroll_to(y=at, animate=False)
