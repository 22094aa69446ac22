"""From answers to findings: limits are chosen, the kind judges, and what nobody understands becomes UNKNOWN."""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from console import __version__
from console.checks.kind import Asked, Check, NotKnown, Past, Target, unknown
from console.checks.plan import Row
from console.checks.raw import Raw
from console.i18n import N_
from console.model.checks import Evidence, Finding, Status, Verdict
from console.model.sentence import Sentence
from console.model.site import Limits, Site
from console.plain import clean

EVIDENCE_CHARACTERS = 20_000
"""Characters of a raw answer that are kept; its SHA-256 is of all of it."""

_NOT_UNDERSTOOD = (ValueError, LookupError, TypeError, ArithmeticError, AttributeError)


@dataclass(frozen=True)
class Judge:
    """What judging needs to know of the run."""

    site: Site
    past: Past
    clock: Callable[[], datetime]
    hide: Callable[[str], str]
    """Takes every known secret out of a text."""

    def findings(self, row: Row, answers: Sequence[Raw]) -> tuple[Asked, tuple[Finding, ...]]:
        """What the answers mean; at least one finding. The Asked is what `Kind.keep` gets."""
        asked = Asked(
            row.check,
            row.target,
            self.site,
            tuple(answers),
            limits_for(row.check, row.target, self.site),
            self.clock(),
            self.past,
            row.notes,
        )
        verdicts = _verdicts(row, asked)
        assert row.kind is not None
        shown = row.kind.shown
        return asked, tuple(self.finding(row.check, row.target, verdict, answers, shown) for verdict in verdicts)

    def finding(
        self,
        check: Check,
        target: Target,
        verdict: Verdict,
        answers: Iterable[Raw] = (),
        shown: Callable[[Raw], bytes] | None = None,
    ) -> Finding:
        """A verdict with its evidence."""
        answers = tuple(answers)
        return Finding(
            check=check.id,
            target=target.id,
            item=clean(verdict.item),
            status=verdict.status,
            summary=verdict.summary,
            measured=verdict.measured,
            expected=verdict.expected,
            metrics=verdict.metrics,
            evidence=tuple(self.evidence(raw, shown) for raw in answers),
            remedy=verdict.remedy or check.remedy,
            clause=check.contract,
            standard=check.standard,
            measured_at=answers[0].started if answers else self.clock(),
            seconds=sum(raw.seconds for raw in answers),
            title=check.title,
            host=target.host,
        )

    def evidence(self, raw: Raw, shown: Callable[[Raw], bytes] | None = None) -> Evidence:
        """What was asked and what came back, without secrets."""
        text = "\n".join(
            clean(line) for line in _readable(raw, shown(raw) if shown is not None else raw.output).split("\n")
        )
        if raw.trouble:
            text = f"{text}\n[{raw.trouble}]" if text else f"[{raw.trouble}]"
        text = self.hide(text)
        return Evidence(
            command=self.hide(clean(raw.command or " ".join((raw.probe.name, *raw.probe.args)))),
            output=text[:EVIDENCE_CHARACTERS],
            sha256=hashlib.sha256(raw.output).hexdigest(),
            truncated=raw.truncated or len(text) > EVIDENCE_CHARACTERS,
            measured_at=raw.started,
            tool=f"{clean(raw.tool)} · cathlab {__version__}".removeprefix(" · "),
        )


def limits_for(check: Check, target: Target, site: Site) -> Limits:
    """The nearest limits: of the thing itself, of its host, of the site, of the check."""
    name = check.threshold
    if name:
        for place in (target.thing, site.host(target.host), site):
            found: Limits | None = getattr(place, "thresholds", {}).get(name)
            if found is not None:
                return found
    return check.limits


def _verdicts(row: Row, asked: Asked) -> tuple[Verdict, ...]:
    assert row.kind is not None
    try:
        verdicts = tuple(row.kind.judge(asked))
    except NotKnown as error:
        return (unknown(error.why),)
    except _NOT_UNDERSTOOD as error:
        why = N_("The answer could not be understood ({error}). The evidence shows it.")
        return (unknown(Sentence(why, {"error": f"{type(error).__name__}: {error}"[:200]})),)
    if not verdicts:
        source = N_("Nothing was there to judge.")
        return (Verdict("", asked.check.missing, Sentence(source)),)
    troubles = [raw.trouble for raw in asked.answers]
    if troubles and all(troubles):
        # Whatever a judge makes of silence, it is not a proof.
        return tuple(unknown(troubles[0], v.item) if v.status in (Status.OK, Status.NA) else v for v in verdicts)
    return verdicts


def _readable(raw: Raw, output: bytes) -> str:
    """The answer as a person reads it: JSON laid out, text that was carried in JSON as it was."""
    text = _decoded(output)
    if raw.dialect != "json" or raw.truncated:
        return text
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)


def _decoded(output: bytes) -> str:
    """Bytes of a server as text: UTF-8, else GB18030, else what can be read of it."""
    capped = output[: EVIDENCE_CHARACTERS * 4]
    for encoding in ("utf-8", "gb18030"):
        try:
            return capped.decode(encoding)
        except UnicodeDecodeError as error:
            if error.start >= len(capped) - 4 and len(output) > len(capped):
                return capped[: error.start].decode(encoding)
    return capped.decode("utf-8", "replace")
