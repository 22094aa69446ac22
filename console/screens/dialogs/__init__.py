"""The dialogs part of the screen."""
