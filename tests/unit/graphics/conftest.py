"""Pseudo-terminals do not exist on Windows, whose console is not asked anything."""

import sys

collect_ignore = ["fake_terminal.py", "test_probe.py", "test_real_terminals.py"] if sys.platform == "win32" else []
