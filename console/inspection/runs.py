"""Which check run an inspection is filled in from."""

from contextlib import closing
from pathlib import Path

from console.errors import UsageError
from console.i18n import _
from console.model.check_run import CheckRun
from console.model.checks import Finding
from console.plain import clean
from console.store.history import History


def findings_of(home: Path, run: str, site_name: str) -> tuple[tuple[Finding, ...], int]:
    """What a run found, and its number; "last" is the site's newest finished run. Raises UsageError, StoreError."""
    history = History(home)
    history.open()
    with closing(history):
        runs = history.runs(1000, site_name if run == "last" else "")
        chosen = _chosen(runs, run, site_name)
        return history.findings(chosen.id), chosen.id


def _chosen(runs: tuple[CheckRun, ...], run: str, site_name: str) -> CheckRun:
    if run == "last":
        found = next((each for each in runs if not each.stopped), None)
        if found is None:
            sentence = _("There is no finished check run of {site} yet. Run cathlab check first.")
            raise UsageError(_("No such check run"), sentence.format(site=clean(site_name) or "-"))
        return found
    found = next((each for each in runs if str(each.id) == run), None)
    if found is None:
        last = ", ".join(str(each.id) for each in runs[:5]) or "-"
        sentence = _("There is no check run {run}; the last ones are {runs}.")
        raise UsageError(_("No such check run"), sentence.format(run=clean(run), runs=last))
    if site_name and found.site != site_name:
        sentence = _("Check run {run} belongs to {other}, and the inspection to {site}.")
        said = sentence.format(run=run, other=clean(found.site), site=clean(site_name))
        raise UsageError(_("Another site's check run"), said)
    return found
