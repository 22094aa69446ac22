"""Said before a run begins: what cannot be asked with the rights there are, and entries of the catalogue left out."""

from collections.abc import Iterable

from console.checks.catalogue import Catalogue
from console.checks.plan import Row
from console.i18n import N_
from console.model.sentence import Sentence


def warnings_of(catalogue: Catalogue, rows: Iterable[Row]) -> tuple[Sentence, ...]:
    """Sentences for the operator, each once, in the order of the catalogue and then of the rows."""
    source = N_("{title} needs more than an ordinary account: {privilege}")
    needs = (
        Sentence(source, {"title": str(row.check.title), "privilege": str(row.check.privilege)})
        for row in rows
        if row.check.privilege
    )
    return (*catalogue.problems, *_once(needs))


def _once(sentences: Iterable[Sentence]) -> Iterable[Sentence]:
    seen: set[str] = set()
    for sentence in sentences:
        if str(sentence) not in seen:
            seen.add(str(sentence))
            yield sentence
