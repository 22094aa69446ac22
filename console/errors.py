"""One family of errors: a title for the heading, one sentence for the operator.

Expected failures (a host that is down, a refused login) are results, not errors. What is raised here reaches the
operator as an error panel or as one line on stderr, never as a traceback.
"""

from console.i18n import _
from console.plain import clean


class ConsoleError(Exception):
    """Something the operator must be told: what happened, where, and what to do."""

    def __init__(self, title: str, detail: str) -> None:
        # A detail may name a file, and file names can hold what a terminal would obey; its own line breaks stay.
        detail = "\n".join(clean(line) for line in detail.split("\n"))
        super().__init__(detail)
        self.title = title
        """Heading of the error panel, a few words, already translated."""
        self.detail = detail
        """One clear sentence, already translated: what, where, what to do."""

    def __str__(self) -> str:
        return _("{title}: {detail}").format(title=self.title, detail=self.detail)

    def __reduce__(self) -> tuple[type["ConsoleError"], tuple[str, str]]:
        # The default would call the class with one argument when the error crosses from a helper process.
        return type(self), (self.title, self.detail)


class UsageError(ConsoleError):
    """The command line or a form was filled in wrongly."""


class DicomReadError(ConsoleError):
    """A file is not DICOM, is damaged, or cannot be read."""


class DecodeError(ConsoleError):
    """A frame exists but its pixels cannot be produced."""


class StoreError(ConsoleError):
    """The home folder cannot be read or written."""


class SettingsError(ConsoleError):
    """A setting is missing or has a value that cannot be used."""


class TerminalError(ConsoleError):
    """The terminal cannot show the console."""


class Cancelled(ConsoleError):
    """The operator stopped a long piece of work; nothing half-done was kept."""
