"""A script to carry to a Linux server on a stick, for hospitals where no connection is allowed.

It asks the same sections in the same frame as SSH does (console.checks.transports.posix_frame), so the same parsers
read what it brings back. It needs no root, no JSON tool and writes one file, and its checksum, where it is told.

The file that comes back is called cathlab-HOST-YYYYMMDD-HHMMSS.json, is UTF-8 (ASCII indeed) and holds one object:

    {
      "format": "cathlab-bundle", "version": 1,
      "system": "linux",
      "host": "pacs-a",                       id in the site file; "" when the script was written for no host
      "hostname": "srv1",                     uname -n, letters that JSON minds taken out
      "user": "inspector",                    who ran it
      "tool": "0.4.0",                        version of the console that wrote the script
      "collected": "2026-11-23T05:06:07Z",    by the server's clock, when it began
      "probes": [{"name": "disk", "args": ["/data"], "limit_s": 10.0}, ...],
      "nonce": "0123456789abcdef",
      "encoding": "base64",                   or "hex", where the server has no base64; both without line breaks
      "stream": "..."                         what posix_frame.parse_answer takes, with these probes and this nonce
    }

NAME.json.sha256 beside it holds "<64 hexadecimal digits>  NAME.json\\n", as sha256sum writes it. A server without
sha256sum, shasum or openssl leaves it out, and says so; then nothing proves that the file is whole but its last line.

To read: `bundle_stream(document)` gives probes, nonce and bytes.
"""

import base64
import binascii
import json
import secrets
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from console import __version__
from console.checks.raw import Probe
from console.checks.transports.posix_frame import Bodies, build_script, shipped_body
from console.model.site import Host
from console.resources import resource
from console.store.files import replace_file

FORMAT = "cathlab-bundle"
VERSION = 1
_BUDGET_S = 600
"""Seconds that the script may take in all: somebody stands beside it."""


def write_collector(
    folder: Path, site_host: Host | None, probes: Sequence[Probe], bodies: Bodies = shipped_body
) -> tuple[Path, ...]:
    """Write the script for `site_host` (None: for any server) into `folder`, with its SHA-256 beside it.

    Gives the files it wrote, the script first: `sh collect-HOST.sh [FOLDER]` runs it there. Hospital IT can read it
    beforehand and compare the checksum. Raises StoreError when the folder cannot be written.
    """
    host = site_host.id if site_host is not None else ""
    nonce = secrets.token_hex(8)
    frame = build_script(probes, nonce, _BUDGET_S, bodies).decode("utf-8", "surrogateescape")
    asked = [{"name": probe.name, "args": list(probe.args), "limit_s": probe.limit_s} for probe in probes]
    head = {"format": FORMAT, "version": VERSION, "system": "linux", "host": host, "tool": __version__}
    tail = {"probes": asked, "nonce": nonce}
    script = resource("collect/collect.sh").read_text(encoding="utf-8")
    for mark, text in {
        "@HOST@": _word(_file_word(host)),
        "@HEAD@": _word(json.dumps(head)[1:-1]),
        "@TAIL@": _word(json.dumps(tail)[1:-1]),
        "@FRAME@": frame,
    }.items():
        script = script.replace(mark, text)
    path = folder / (f"collect-{_file_word(host)}.sh" if host else "collect.sh")
    content = script.encode("utf-8", "surrogateescape")
    replace_file(path, content)
    proof = path.with_name(path.name + ".sha256")
    replace_file(proof, f"{sha256(content).hexdigest()}  {path.name}\n".encode())
    return path, proof


def bundle_stream(document: Mapping[str, Any]) -> tuple[tuple[Probe, ...], str, bytes]:
    """Probes, nonce and stream of a Linux bundle, for `parse_answer`.

    Raises ValueError, KeyError or TypeError for a document that is something else.
    """
    if document["format"] != FORMAT or document["version"] != VERSION or document["system"] != "linux":
        raise ValueError("not a Linux bundle of this version")
    probes = tuple(
        Probe(str(probe["name"]), tuple(map(str, probe["args"])), float(probe["limit_s"]))
        for probe in document["probes"]
    )
    text = str(document["stream"])
    if document["encoding"] == "hex":
        return probes, str(document["nonce"]), bytes.fromhex(text)
    if document["encoding"] != "base64":
        raise ValueError("an encoding that nobody knows")
    try:
        return probes, str(document["nonce"]), base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("a damaged stream") from error


def _word(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _file_word(host: str) -> str:
    """`host` as a part of a file name on any stick."""
    return "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_.") else "-" for letter in host)
