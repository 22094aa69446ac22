"""A host's answers that were collected there and carried here on a stick.

One JSON file, bundles/HOST*.json or bundles/cathlab-HOST*.json in the home folder, with its SHA-256 beside it; the
newest counts. A Linux bundle holds the stream that SSH would have brought (console.checks.transports.collecting), a
Windows bundle one object for each question (data/collect/collect.ps1). It is a stranger's file: its size is looked at
before it is read, its checksum before it is believed.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from console.checks.raw import Probe, Raw
from console.checks.transports.answer import HostAnswer
from console.checks.transports.collecting import FORMAT, VERSION, bundle_stream
from console.checks.transports.posix_frame import Said, parse_answer
from console.i18n import N_
from console.model.amounts import duration
from console.model.checks import Metric, Status, Verdict
from console.model.clock import local_now
from console.model.sentence import NOTHING, Sentence, Value
from console.model.site import Host

FOLDER = "bundles"
"""In the home folder."""
SIZE_CAP = 64 * 1024 * 1024
"""Bytes of a bundle; a whole one has one or two million."""
FRESH = timedelta(hours=24)
"""Up to this age a bundle speaks for today."""
OLD = timedelta(days=31)
"""From this age on it does not speak for the host any more."""
_AHEAD = timedelta(minutes=10)
_STAMP = re.compile(r"(\d{8}-\d{6})\.json$")


class BundleTrouble(Exception):
    """A file that cannot be used."""

    def __init__(self, source: str, **values: str | int) -> None:
        super().__init__(source)
        self.why = Sentence(source, values)


def ask_bundle(host: Host, home: Path, probes: Sequence[Probe], now: datetime | None = None) -> HostAnswer:
    """Answers of the newest bundle of `host`, one Raw for each of `probes`; its age and proof among the findings.

    Never raises for what a file may hold.
    """
    moment = now or local_now()
    path: Path | None = None
    try:
        path = _newest(home / FOLDER, host)
        document, proven = read_bundle(path)
        _of_host(document, host, path)
        collected = datetime.fromisoformat(str(document["collected"]))
        raws = _raws(document, probes, path, collected)
        findings = [_age(path, collected, moment)]
    except BundleTrouble as trouble:
        return _nothing(host, probes, trouble.why)
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError):
        source = N_("{file} is damaged or was not made by the collect script. Collect again.")
        return _nothing(host, probes, Sentence(source, {"file": path.name if path else "-"}))
    if not proven:
        source = N_("{file} has no checksum beside it: nothing proves that it is whole.")
        findings.append(Verdict("bundle-proof", Status.WARN, Sentence(source, {"file": path.name})))
    return HostAnswer(host.id, raws, tuple(findings))


def read_bundle(path: Path) -> tuple[dict[str, Any], bool]:
    """The document of a bundle and whether its checksum was there and right.

    Raises BundleTrouble for a file that cannot be read, is too large, was changed, or is no bundle.
    """
    content = _bytes(path, SIZE_CAP)
    proof = path.with_name(path.name + ".sha256")
    proven = proof.exists()
    if proven:
        words = _bytes(proof, 4096).decode("utf-8-sig", "replace").split()
        if not words or words[0].lower() != sha256(content).hexdigest():
            source = N_("{file} is not what its checksum says: it was changed or cut on its way. Collect again.")
            raise BundleTrouble(source, file=path.name)
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise BundleTrouble(
            N_("{file} is damaged: it is no whole JSON text. Collect again."), file=path.name
        ) from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise BundleTrouble(N_("{file} was not made by the collect script."), file=path.name)
    if document.get("version") != VERSION:
        source = N_("{file} was made by another version of the collect script: write a new script and collect again.")
        raise BundleTrouble(source, file=path.name)
    return document, proven


def _newest(folder: Path, host: Host) -> Path:
    name = re.compile(rf"(?:cathlab-)?{re.escape(host.id)}(?:[-_.].*)?\.json", re.IGNORECASE)
    try:
        found = [path for path in folder.iterdir() if name.fullmatch(path.name) and path.is_file()]
        # A host "pacs" must not take the files of "pacs-a"; the day in the name counts, or else the file's own.
        ranked = sorted(found, key=_when, reverse=True)
    except FileNotFoundError:
        ranked = []
    except OSError as error:
        raise BundleTrouble(N_("{path} cannot be read: {why}."), path=str(folder), why=_why(error)) from error
    if not ranked:
        source = N_(
            "No file of {host} lies in {path}. Run the collect script there and copy its files into that folder."
        )
        raise BundleTrouble(source, host=host.label, path=str(folder))
    return next((path for path in ranked if _meant(path, host)), ranked[0])


def _when(path: Path) -> str:
    stamp = _STAMP.search(path.name)
    return stamp[1] if stamp else f"{datetime.fromtimestamp(path.stat().st_mtime, UTC):%Y%m%d-%H%M%S}"


def _meant(path: Path, host: Host) -> bool:
    """Whether the file names this host, judged by its first bytes; one that cannot be judged is not passed over."""
    try:
        with path.open("rb") as stream:
            head = stream.read(4096)
    except OSError:
        return True
    named = re.search(rb'"host"\s*:\s*"([^"]*)"', head)
    return named is None or named[1].decode("utf-8", "replace") in ("", host.id)


def _of_host(document: Mapping[str, Any], host: Host, path: Path) -> None:
    named = document["host"]
    if named not in ("", host.id):
        raise BundleTrouble(
            N_("{file} was collected on {other}, not on {host}."), file=path.name, other=str(named), host=host.id
        )


def _bytes(path: Path, cap: int) -> bytes:
    try:
        with path.open("rb") as stream:
            content = stream.read(cap + 1)
    except OSError as error:
        raise BundleTrouble(N_("{path} cannot be read: {why}."), path=str(path), why=_why(error)) from error
    if len(content) > cap:
        source = N_("{file} is larger than {size} MB: no bundle is. It was not read.")
        raise BundleTrouble(source, file=path.name, size=cap // 1_000_000)
    return content


def _raws(document: Mapping[str, Any], probes: Sequence[Probe], path: Path, collected: datetime) -> tuple[Raw, ...]:
    tool = f"bundle {path.name}, {document.get('user', '')}@{document.get('hostname', '')}"
    if document["system"] == "windows":
        found = _windows(document, tool, collected)
        missing = Raw(Probe(""), "json", tool=tool, started=collected, system="windows")
    else:
        asked, nonce, stream = bundle_stream(document)
        found = {_key(raw.probe): raw for raw in parse_answer(stream, asked, nonce, Said(collected, tool))}
        missing = Raw(Probe(""), "posix", tool=tool, started=collected, system="linux")
    why = Sentence(N_("The file holds no answer to this question: write a new collect script and collect again."))
    return tuple(
        replace(found[_key(probe)], probe=probe) if _key(probe) in found else replace(missing, probe=probe, trouble=why)
        for probe in probes
    )


def _windows(document: Mapping[str, Any], tool: str, collected: datetime) -> dict[tuple[str, tuple[str, ...]], Raw]:
    found = {}
    for section in document["sections"]:
        probe = Probe(str(section["name"]), tuple(map(str, section["args"])))
        raw = Raw(
            probe,
            "json",
            output=json.dumps(section.get("value"), ensure_ascii=False).encode("utf-8", "replace"),
            command=" ".join(("collect.ps1", probe.name, *probe.args)),
            tool=tool,
            started=collected + timedelta(seconds=float(section.get("began") or 0)),
            seconds=float(section.get("seconds") or 0),
            system="windows",
        )
        error = str(section.get("error") or "")
        found[_key(probe)] = replace(raw, trouble=_windows_trouble(error)) if error else replace(raw, exit_status=0)
    return found


def _windows_trouble(error: str) -> Sentence:
    """The name of an exception is the same in every language; its message is not."""
    if error == "unasked":
        return Sentence(N_("The collect script for Windows has no such question."))
    if error.endswith(("UnauthorizedAccessException", "AccessDenied", "SecurityException")):
        return Sentence(N_("The account that ran the collect script may not ask this."))
    return Sentence(N_("Windows could not answer: {error}."), {"error": error[:200]})


def _age(path: Path, collected: datetime, now: datetime) -> Verdict:
    if collected.tzinfo is None:
        raise ValueError("a time without zone")
    age = now - collected
    seconds = age.total_seconds()
    values: dict[str, Value] = {"file": path.name, "age": duration(seconds)}
    status, source = Status.OK, N_("{file} was collected {age} ago.")
    if age < -_AHEAD:
        status, source = Status.WARN, N_("{file} was collected in the future: the host's clock, or this one, is wrong.")
    elif age >= OLD:
        status, source = Status.CRIT, N_("{file} was collected {age} ago and says nothing of today. Collect again.")
    elif age >= FRESH:
        status, source = Status.WARN, N_("{file} was collected {age} ago; all answers of this host are that old.")
    metric = Metric("age_s", seconds, "s", FRESH.total_seconds(), OLD.total_seconds())
    expected = Sentence(N_("under {time}"), {"time": duration(FRESH.total_seconds())})
    return Verdict("bundle", status, Sentence(source, values), duration(seconds), expected, (metric,))


def _key(probe: Probe) -> tuple[str, tuple[str, ...]]:
    return probe.name, probe.args


def _nothing(host: Host, probes: Sequence[Probe], why: Sentence) -> HostAnswer:
    raws = tuple(Raw(probe, "json", tool="bundle", trouble=why or NOTHING) for probe in probes)
    return HostAnswer(host.id, raws, trouble=why)


def _why(error: OSError) -> str:
    return error.strerror or type(error).__name__
