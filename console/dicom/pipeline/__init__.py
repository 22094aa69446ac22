"""The way from stored values to the screen (PS3.4 N.2), one module a stage, pure functions on arrays."""
