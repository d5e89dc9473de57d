"""Asks a model the way it was trained to be asked, and keeps what it says. Start at `run.generate`."""
