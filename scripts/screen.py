"""A terminal without a window: keeps the screen that a program draws, and answers what programs ask of a terminal.

Enough of xterm for a full-screen program and a package installer; scripts/run_in_terminal.py drives it.
"""

import codecs
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

_SEQUENCE = re.compile(
    r"\x1b\[(?P<private>[<=>?]?)(?P<numbers>[\d;:]*)(?P<middle>[ -/]*)(?P<final>[@-~])"
    r"|\x1b\](?P<osc>[^\x07\x1b]*)(?:\x07|\x1b\\)"
    r"|\x1b(?P<kind>[P_^X])(?P<string>[^\x1b]*)\x1b\\"
    r"|\x1b[ #%()*+].|\x1b(?P<escape>[^\[\]P_^X #%()*+])"
)
_LONGEST = 1 << 20
"""Characters of one unfinished sequence before it is taken for text."""

Colour = str
"""The parameters that set it ("38;2;1;2;3"), or "" for the terminal's own."""


@dataclass(frozen=True)
class Cell:
    """One cell as it was drawn."""

    char: str = " "
    """Empty for the right half of a wide character."""
    foreground: Colour = ""
    background: Colour = ""


BLANK = Cell()


class Screen:
    """What a terminal of `columns` x `rows` shows, fed with the bytes of the program."""

    def __init__(self, columns: int, rows: int, answer: Callable[[bytes], None]) -> None:
        self.columns, self.rows = columns, rows
        self.modes: set[int] = {25}
        """Private modes that are switched on (25 cursor, 1049 second screen, 1000 mouse, ...)."""
        self._answer = answer
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._waiting = ""
        self._row = self._column = 0
        self._saved = (0, 0)
        self._foreground = self._background = ""
        self._lines = [[BLANK] * columns for _ in range(rows)]

    def text(self) -> str:
        """The visible text, one line a row, blanks at the ends left out."""
        return "\n".join("".join(cell.char for cell in line).rstrip() for line in self._lines)

    def picture_cells(self) -> int:
        """Cells drawn with block characters in two colours of their own, if they look like a picture at all.

        A scroll bar or a frame has two or three colours, a picture has dozens: below sixteen there is none.
        """
        drawn = [
            cell
            for line in self._lines
            for cell in line
            if ("\u2580" <= cell.char <= "\u259f" or "\U0001fb00" <= cell.char <= "\U0001fb3b") and cell.foreground
        ]
        colours = {cell.foreground for cell in drawn} | {cell.background for cell in drawn}
        return len(drawn) if len(colours) >= 16 else 0

    def feed(self, data: bytes) -> None:
        """Draw what the program wrote; answer what it asked."""
        text = self._waiting + self._decoder.decode(data)
        self._waiting = ""
        position = 0
        while position < len(text):
            if text[position] != "\x1b":
                self._put(text[position])
                position += 1
            elif match := _SEQUENCE.match(text, position):
                self._obey(match)
                position = match.end()
            elif len(text) - position < _LONGEST:
                self._waiting = text[position:]
                return
            else:
                position += 1

    def _put(self, char: str) -> None:
        if char == "\r":
            self._column = 0
        elif char == "\n":
            self._newline()
        elif char == "\b":
            self._column = max(0, self._column - 1)
        elif char == "\t":
            self._column = min(self.columns - 1, (self._column // 8 + 1) * 8)
        elif char >= " " and not unicodedata.combining(char):
            width = 2 if unicodedata.east_asian_width(char) in "WF" else 1
            if self._column + width > self.columns:
                self._column = 0
                self._newline()
            line = self._lines[self._row]
            line[self._column] = Cell(char, self._foreground, self._background)
            if width == 2:
                line[self._column + 1] = Cell("", self._foreground, self._background)
            self._column += width

    def _newline(self) -> None:
        if self._row < self.rows - 1:
            self._row += 1
        else:
            self._lines = [*self._lines[1:], [BLANK] * self.columns]

    def _obey(self, match: re.Match[str]) -> None:
        if match["final"]:
            private, final = match["private"], match["middle"] + match["final"]
            if private:
                self._private(private, match["numbers"], final)
            elif final == "m":
                self._colour(match["numbers"])
            else:
                self._control([int(part or 0) for part in re.split("[;:]", match["numbers"])], final)
        elif match["osc"]:
            number, _, question = match["osc"].partition(";")
            if question == "?" and number in ("10", "11"):
                self._reply(f"\x1b]{number};rgb:{'eeee/eeee/eeee' if number == '10' else '0000/0000/0000'}\x1b\\")
        elif match["kind"] == "P" and match["string"] == "$qm":
            self._reply(f"\x1bP1$r0;{self._foreground}m\x1b\\")
        elif match["escape"] == "7":
            self._saved = (self._row, self._column)
        elif match["escape"] == "8":
            self._row, self._column = self._saved

    def _private(self, private: str, numbers: str, final: str) -> None:
        if private == "?" and final in "hl":
            for number in (int(part) for part in numbers.split(";") if part):
                (self.modes.add if final == "h" else self.modes.discard)(number)
                if number == 1049:
                    self._erase(0, self.rows * self.columns)
        elif private == "?" and final == "$p":
            known = 1 if int(numbers) in self.modes else 2 if numbers == "2026" else 0
            self._reply(f"\x1b[?{numbers};{known}$y")
        elif private == ">" and final == "q":
            self._reply("\x1bP>|scripted(1.0)\x1b\\")
        elif private == ">" and final == "c":
            self._reply("\x1b[>1;10;0c")

    def _control(self, numbers: list[int], final: str) -> None:
        first = max(1, numbers[0])
        here = self._row * self.columns + self._column
        if final in "Hf":
            self._move(first - 1, max(1, (*numbers, 1)[1]) - 1)
        elif final in "ABCDEFG`d":
            self._step(first, final)
        elif final == "J":
            start, end = {0: (here, None), 1: (0, here + 1)}.get(numbers[0], (0, None))
            self._erase(start, self.rows * self.columns if end is None else end)
        elif final == "K":
            line = self._row * self.columns
            start, stop = {0: (here, line + self.columns), 1: (line, here + 1)}.get(
                numbers[0], (line, line + self.columns)
            )
            self._erase(start, stop)
        elif final == "X":
            self._erase(here, here + min(first, self.columns - self._column))
        elif final == "n" and numbers[0] in (5, 6):
            self._reply(
                "\x1b[0n" if numbers[0] == 5 else f"\x1b[{self._row + 1};{min(self._column, self.columns - 1) + 1}R"
            )
        elif final == "c":
            self._reply("\x1b[?62;22c")
        elif final == "t" and numbers[0] in (14, 16, 18):
            size = {14: f"4;{self.rows * 20};{self.columns * 10}", 16: "6;20;10", 18: f"8;{self.rows};{self.columns}"}
            self._reply(f"\x1b[{size[numbers[0]]}t")

    def _step(self, count: int, final: str) -> None:
        row, column = self._row, self._column
        goals = {
            "A": (row - count, column),
            "B": (row + count, column),
            "C": (row, column + count),
            "D": (row, column - count),
            "E": (row + count, 0),
            "F": (row - count, 0),
            "G": (row, count - 1),
            "`": (row, count - 1),
            "d": (count - 1, column),
        }
        self._move(*goals[final])

    def _move(self, row: int, column: int) -> None:
        self._row = min(max(0, row), self.rows - 1)
        self._column = min(max(0, column), self.columns - 1)

    def _erase(self, start: int, end: int) -> None:
        blank = Cell(" ", "", self._background)
        for place in range(start, end):
            self._lines[place // self.columns][place % self.columns] = blank

    def _colour(self, numbers: str) -> None:
        parts = numbers.split(";")
        while parts:
            fields = parts.pop(0).split(":")
            if fields[0] in ("38", "48") and len(fields) == 1:
                taken = {"2": 4, "5": 2}.get(parts[0] if parts else "", 0)
                fields += parts[:taken]
                del parts[:taken]
            # With colons an empty colour space may stand before the three values.
            colour = ";".join(field for field in fields if field)
            number = int(fields[0] or 0)
            if number == 0:
                self._foreground = self._background = ""
            elif number == 39:
                self._foreground = ""
            elif number == 49:
                self._background = ""
            elif number == 38 or 30 <= number <= 37 or 90 <= number <= 97:
                self._foreground = colour
            elif number == 48 or 40 <= number <= 47 or 100 <= number <= 107:
                self._background = colour

    def _reply(self, text: str) -> None:
        self._answer(text.encode())
