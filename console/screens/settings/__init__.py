"""The settings part of the screen."""
