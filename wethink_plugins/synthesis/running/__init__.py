"""One process at work on a run: which items begin, what they may spend, what stops it. Start at `engine.Engine`."""
