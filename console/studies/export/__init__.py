"""Handing selected studies on: to a folder or a stick, byte for byte or de-identified, checked and listed."""
