"""Runs inside a real terminal: asks it, then reports what was found and what the terminal still had to say.

python -m tests.unit.graphics.asked_by_probe FIFO
"""

import json
import os
import sys
import termios
from dataclasses import asdict

from console.graphics.probe import probe


def answer_to(question: bytes) -> str:
    """Everything the terminal sends up to and with its next device attributes."""
    modes = termios.tcgetattr(0)
    modes[3] &= ~(termios.ICANON | termios.ECHO)
    termios.tcsetattr(0, termios.TCSANOW, modes)
    os.write(1, question)
    data = b""
    while not (data.endswith(b"c") and b"\x1b[?" in data):
        data += os.read(0, 1)
    return data.decode("latin-1")


def main(fifo: str) -> None:
    """Probe, then ask for the device attributes and the cursor once more; whatever comes before them was left over."""
    terminal = probe(0, 1, 10.0)
    found = {"terminal": asdict(terminal), "leftover": answer_to(b"\x1b[6n\x1b[c")}
    with open(fifo, "w", encoding="utf-8") as stream:
        stream.write(json.dumps(found) + "\n")
    os.read(0, 1)  # keep the screen as it is until the test has looked at it


if __name__ == "__main__":
    main(sys.argv[1])
