"""Probe baseline-system on this machine: the text of its shell section."""

from collections.abc import Sequence

from console.checks.local.section import section_text


def answer(args: Sequence[str]) -> object:
    """See data/probes/baseline-system.sh."""
    return section_text("baseline-system", args)
