"""The terminal page."""
