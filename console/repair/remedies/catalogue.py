"""The remedies that there are, by the ids that doctor names."""

from console.errors import UsageError
from console.i18n import _
from console.plain import clean
from console.repair.remedies import (
    correct,
    delimiter,
    dicomdir,
    meta,
    metauid,
    relabel,
    salvage,
    sibling,
    transcode,
)
from console.repair.remedies.remedy import Proposal, Remedy, Request

REMEDIES: dict[str, Remedy] = {
    module.REMEDY.id: module.REMEDY
    for module in (correct, relabel, transcode, meta, delimiter, salvage, metauid, sibling, dicomdir)
}


def remedy_of(remedy_id: str) -> Remedy:
    """The remedy of that id. Raises UsageError that names all of them."""
    found = REMEDIES.get(remedy_id)
    if found is None:
        sentence = _("There is no remedy {remedy}. There are: {remedies}.")
        raise UsageError(_("No such remedy"), sentence.format(remedy=clean(remedy_id), remedies=", ".join(REMEDIES)))
    return found


def propose(remedy_id: str, request: Request) -> Proposal:
    """What a remedy would do. Raises UsageError for answers it does not know or cannot follow."""
    remedy = remedy_of(remedy_id)
    known = {question.key for question in remedy.questions}
    open_ended = tuple(key.partition(".")[0] + "." for key in known if "." in key)
    for key, answer in request.answers.items():
        question = next((each for each in remedy.questions if each.key == key), None)
        if question is not None and question.choices and answer not in question.choices:
            sentence = _("{key}={answer}: the answers are {choices}.")
            said = sentence.format(key=key, answer=clean(answer), choices=", ".join(question.choices))
            raise UsageError(_("Wrong answer"), said)
        if question is None and not remedy.free and not (open_ended and key.startswith(open_ended)):
            sentence = _("{remedy} asks nothing called {key}; it asks: {keys}.")
            said = sentence.format(remedy=remedy.id, key=clean(key), keys=", ".join(sorted(known)) or "-")
            raise UsageError(_("Wrong answer"), said)
    return remedy.propose(request)
