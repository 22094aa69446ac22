"""The time on the wall."""

from datetime import UTC, datetime


def local_now() -> datetime:
    """This machine's time with its zone."""
    return datetime.now(UTC).astimezone()
