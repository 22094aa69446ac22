"""Repair (F5): what the doctor found, remedies as wizards, jobs and their undo."""
