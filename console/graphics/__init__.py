"""Arrays in, terminal bytes out: view geometry, resampling, block characters, and what the terminal can do.

Nothing here knows Textual or rich; numpy and Pillow are all it needs, and it imports on Windows.
"""
