"""Checklists: every question to every server, and what came of it."""
