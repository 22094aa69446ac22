"""Measuring on frames: pure functions of pixels, points and a calibration. Nothing here knows how a frame is shown."""
