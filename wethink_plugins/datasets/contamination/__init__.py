"""Finds training rows that show a benchmark's pictures or ask its questions."""
