"""How far an inspection has come, part by part, from the notice to the archive: for people."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from console.i18n import N_, _
from console.inspection.lifecycle import PREPARING
from console.model.inspections import Gap, Inspection, Stage

Progress = Literal["done", "open", "later"]
"""Of a part of the course: done, to be done now, not its turn yet."""


@dataclass(frozen=True)
class CoursePart:
    """One part of an inspection's course, from the notice to the archive."""

    id: str
    name: str
    """Translated."""
    progress: Progress
    said: str = ""
    """What stands there, in a few words, translated."""


def course(inspection: Inspection, missing: Sequence[Gap]) -> tuple[CoursePart, ...]:
    """The parts of an inspection's course in their order; `missing` are its gaps."""
    return tuple(part(inspection, missing) for part in _PARTS if _applies(part, inspection))


def _applies(part: "_Part", inspection: Inspection) -> bool:
    return inspection.form.quarterly or part not in (_notice, _permission)


_Part = Callable[[Inspection, Sequence[Gap]], CoursePart]


def _notice(inspection: Inspection, _missing: Sequence[Gap]) -> CoursePart:
    notice = inspection.notice
    if notice is None:
        return CoursePart("notice", _("Notice to the hospital"), "later" if _begun(inspection) else "open")
    said = _("{day}, {who}, {how}").format(day=notice.on, who=notice.recipient, how=notice.channel)
    return CoursePart("notice", _("Notice to the hospital"), "done", said)


def _permission(inspection: Inspection, _missing: Sequence[Gap]) -> CoursePart:
    permission, name = inspection.permission, _("Permission of the hospital")
    if permission is None:
        return CoursePart("permission", name, "open" if inspection.notice is not None else "later")
    said = _("{day}, {who}").format(day=permission.on, who=permission.who) if permission.who else ""
    if permission.override:
        without = _("begun without: {reason}").format(reason=permission.override)
        said = "; ".join(filter(None, (said, without)))
    return CoursePart("permission", name, "done" if permission.who else "open", said)


def _begin(inspection: Inspection, _missing: Sequence[Gap]) -> CoursePart:
    name = _("Begin the inspection")
    if _begun(inspection):
        said = f"{inspection.begun:%Y-%m-%d %H:%M}" if inspection.begun is not None else ""
        return CoursePart("begin", name, "done", said)
    return CoursePart("begin", name, "open")


def _fill(inspection: Inspection, _missing: Sequence[Gap]) -> CoursePart:
    runs = sorted({entry.answer.run for entry in inspection.entries if entry.answer.run})
    said = _("check run {run}").format(run=", ".join(str(run) for run in runs)) if runs else ""
    return CoursePart("fill", _("Fill in from the checks"), "done" if runs else _turn(inspection), said)


def _items(inspection: Inspection, missing: Sequence[Gap]) -> CoursePart:
    left = sum(bool(gap.entry) and "/" in gap.entry for gap in missing)
    name = _("Items of the form")
    if not left:
        return CoursePart("items", name, "done", _("nothing is missing"))
    return CoursePart("items", name, _turn(inspection), _("{count} missing").format(count=left))


def _actions(inspection: Inspection, _missing: Sequence[Gap]) -> CoursePart:
    still = sum(action.closed is None for action in inspection.actions)
    said = _("{count} open").format(count=still) if inspection.actions else ""
    return CoursePart("actions", _("Actions"), "done" if not still and inspection.actions else "later", said)


def _recommendations(inspection: Inspection, _missing: Sequence[Gap]) -> CoursePart:
    count = len(inspection.recommendations)
    said = str(count) if count else ""
    return CoursePart("recommendations", _("Recommendations"), "done" if count else "later", said)


def _conclusion(inspection: Inspection, _missing: Sequence[Gap]) -> CoursePart:
    text = inspection.conclusion.strip()
    state: Progress = "done" if text else _turn(inspection) if inspection.form.quarterly else "later"
    return CoursePart("conclusion", _("Conclusion"), state, text.partition("\n")[0])


def _pages(_inspection: Inspection, _missing: Sequence[Gap]) -> CoursePart:
    return CoursePart("pages", _("Look at the pages"), "later")


def _review(inspection: Inspection, _missing: Sequence[Gap]) -> CoursePart:
    done = inspection.sealed or inspection.stage is Stage.REVIEW
    return CoursePart("review", _("Look it through (review)"), "done" if done else _turn(inspection))


def _seal(inspection: Inspection, missing: Sequence[Gap]) -> CoursePart:
    seal, name = inspection.seal, _("Seal")
    if seal is not None:
        return CoursePart("seal", name, "done", f"{seal.at:%Y-%m-%d %H:%M}  {seal.by}  {seal.sha256[:16]}")
    if missing:
        return CoursePart("seal", name, "later", _("{count} missing").format(count=len(missing)))
    return CoursePart("seal", name, "open" if inspection.stage is Stage.REVIEW else "later")


def _signature(side: str, name: str, inspection: Inspection, _missing: Sequence[Gap]) -> CoursePart:
    found = next((each for each in inspection.signatures if each.side == side), None)
    if found is None:
        ready = inspection.sealed and (side == "us" or bool(inspection.signatures))
        return CoursePart(f"sign-{side}", _(name), "open" if ready else "later")
    copy = _("signed copy attached") if found.attachment is not None else _("no signed copy yet")
    said = ", ".join(filter(None, (str(found.on or ""), found.name, found.role, copy)))
    return CoursePart(f"sign-{side}", _(name), "done", said)


def _archived(inspection: Inspection, _missing: Sequence[Gap]) -> CoursePart:
    done = inspection.stage is Stage.ARCHIVED
    state: Progress = "done" if done else "open" if inspection.stage is Stage.SIGNED else "later"
    return CoursePart("archive", _("Archive"), state)


_PARTS: tuple[_Part, ...] = (
    _notice, _permission, _begin, _fill, _items, _actions, _recommendations, _conclusion, _pages, _review, _seal,
    partial(_signature, "us", N_("Our signature")), partial(_signature, "hospital", N_("The hospital's signature")),
    _archived,
)  # fmt: skip


def _begun(inspection: Inspection) -> bool:
    return inspection.stage not in PREPARING


def _turn(inspection: Inspection) -> Progress:
    """Of what has to be done while the work goes on."""
    return "open" if _begun(inspection) and not inspection.sealed else "later"
