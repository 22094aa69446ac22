"""Addresses as they may be shown."""

from contextlib import suppress
from urllib.parse import urlsplit


def shown_url(url: str) -> str:
    """`url` without a user's name and password, for evidence."""
    with suppress(ValueError):
        parts = urlsplit(url)
        if "@" in parts.netloc:
            return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    return url
