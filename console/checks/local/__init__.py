"""Answers of this machine itself, one function for each probe; runs in a process of its own."""
