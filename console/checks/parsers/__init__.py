"""Turns answers of either dialect into typed facts; pure."""
