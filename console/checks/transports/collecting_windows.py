"""A script to carry to a Windows server on a stick: data/collect/collect.ps1 with its questions beside it.

The script is the same for every host, so hospital IT reads it once and compares its checksum; what it is asked stands
in collect-HOST.questions.json:

    {"host": "pacs-a", "tool": "0.4.0", "probes": [{"name": "services", "args": ["Spooler"], "limit_s": 15.0}, ...]}

What comes back has the head of the Linux bundle (console.checks.transports.collecting) with "system": "windows", and
instead of a stream

      "sections": [{"name": "services", "args": ["Spooler"], "limit_s": 15.0,
                    "began": 0.2, "seconds": 1.3,                 s after "collected", s it took
                    "value": {...} or null,                       as the function of console.checks.local says it
                    "error": "" or the name of an error}, ...]    "unasked": the script has no such question
"""

import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from console import __version__
from console.checks.raw import Probe
from console.model.site import Host
from console.resources import resource
from console.store.files import replace_file


def write_collector_windows(folder: Path, site_host: Host | None, probes: Sequence[Probe]) -> tuple[Path, ...]:
    """Write script, questions and the script's SHA-256 for `site_host` (None: any server) into `folder`.

    Gives the files it wrote, the script first. Raises StoreError when the folder cannot be written.
    """
    host = site_host.id if site_host is not None else ""
    word = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_.") else "-" for letter in host)
    script = folder / (f"collect-{word}.ps1" if word else "collect.ps1")
    # Windows PowerShell reads a script without a mark in the code page of the country; so it holds ASCII alone.
    content = resource("collect/collect.ps1").read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    asked = [{"name": probe.name, "args": list(probe.args), "limit_s": probe.limit_s} for probe in _distinct(probes)]
    order = {"host": host, "tool": __version__, "probes": asked}
    questions = script.with_name(f"{script.stem}.questions.json")
    proof = script.with_name(f"{script.name}.sha256")
    replace_file(script, content)
    replace_file(questions, json.dumps(order, ensure_ascii=True, indent=1).encode() + b"\n")
    replace_file(proof, f"{sha256(content).hexdigest()}  {script.name}\n".encode())
    return script, questions, proof


def _distinct(probes: Sequence[Probe]) -> tuple[Probe, ...]:
    return tuple({(probe.name, probe.args): probe for probe in probes}.values())
