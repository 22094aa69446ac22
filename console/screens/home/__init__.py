"""The home part of the screen."""
