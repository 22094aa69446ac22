"""Cathlab Console: a terminal console for the people who keep a cath lab's PACS and RIS alive."""

__version__ = "0.1.0"
