"""Repairing DICOM files: the doctor that only looks, plans, and the safe rewrite with its exact undo."""
