"""The evidence of an inspection: each answer of a machine once, numbered in the order in which the report names it."""

from collections.abc import Iterator
from dataclasses import dataclass

from console.model.checks import Evidence, Finding, Status
from console.model.inspections import Inspection


@dataclass(frozen=True)
class Proof:
    """One answer of a machine and what was concluded from it."""

    number: int
    evidence: Evidence
    findings: tuple[Finding, ...]

    @property
    def key(self) -> str:
        """Of its place in the appendix."""
        return f"proof-{self.number}"

    @property
    def suspicious(self) -> bool:
        """Whether a finding that is not OK rests on it: these are printed longer."""
        return any(finding.status is not Status.OK for finding in self.findings)


class Proofs:
    """All proofs of one inspection."""

    def __init__(self, inspection: Inspection) -> None:
        found: dict[tuple[str, ...], tuple[Evidence, list[Finding]]] = {}
        for entry in inspection.entries:
            for finding in entry.answer.findings:
                for evidence in finding.evidence:
                    found.setdefault(_key(evidence), (evidence, []))[1].append(finding)
        self._proofs = {
            key: Proof(number, evidence, tuple(findings))
            for number, (key, (evidence, findings)) in enumerate(found.items(), 1)
        }

    def __iter__(self) -> Iterator[Proof]:
        return iter(self._proofs.values())

    def __len__(self) -> int:
        return len(self._proofs)

    def of(self, finding: Finding) -> tuple[Proof, ...]:
        """The proofs of a finding, each once."""
        return tuple(self._proofs[key] for key in dict.fromkeys(map(_key, finding.evidence)))


def _key(evidence: Evidence) -> tuple[str, ...]:
    # Two hosts may give the same answer to the same command in the same second.
    return evidence.tool, evidence.command, evidence.sha256, evidence.measured_at.isoformat()
