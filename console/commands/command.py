"""What a command is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """One thing the operator can do."""

    id: str
    """Unique, "scope.verb"."""
    key: str
    """Key names as Textual knows them, several divided by commas; empty when only the palette offers it."""
    name: str
    """Two or three words, for the key bar and the palette."""
    help: str
    """One sentence, for the help screen."""
    action: str
    """The action method of the screen or the application, without its "action_"."""
    label: str = ""
    """How the key is written for the operator; empty means as in `key`."""
    bar: bool = True
    """Whether the key bar offers it; help and palette always do."""
    priority: bool = False
    """Whether the key works even while a text field has the focus."""

    @property
    def scope(self) -> str:
        """Where it works: "app" or a screen's name."""
        return self.id.partition(".")[0]

    @property
    def key_label(self) -> str:
        """The key as the operator reads it."""
        return self.label or self.key.partition(",")[0]
