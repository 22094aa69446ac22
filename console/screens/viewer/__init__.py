"""The viewer part of the screen."""
