"""Checklists: questions to servers and their neighbours, answered with proof."""
