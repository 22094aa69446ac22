"""Why this machine could not answer a question."""

from console.model.sentence import Sentence


class ProbeTrouble(Exception):
    """Raised by a local function: there is no answer, and the sentence says why."""

    def __init__(self, why: Sentence) -> None:
        super().__init__(str(why))
        self.why = why
