"""The system prompts that ship here, one text file each."""

from __future__ import annotations

from importlib.resources import files

# The two lines of the authors' README and inference.py; without a line break at the end.
WETHINK: str = files(__package__).joinpath("wethink.txt").read_text(encoding="utf-8").rstrip("\n")
