"""Texts of a data file as a page can show them."""

from __future__ import annotations

import re

# What isn't seen, what a file can't hold, and what turns the reading direction of everything behind it.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def printable(text: str, longest: int = 2000) -> str:
    """With unseen characters as \\uXXXX, and cut: the length of the whole is said at the end."""
    shown = _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text[:longest])
    return shown if len(text) <= longest else f"{shown}… ({len(text):,} characters)"
