"""Where a brace closes."""

from __future__ import annotations


def closing_brace(text: str, at: int) -> int:
    """The position of the brace that closes the one opened just before `at`, or -1."""
    depth = 1
    for position in range(at, len(text)):
        if text[position] == "{":
            depth += 1
        elif text[position] == "}":
            depth -= 1
            if depth == 0:
                return position
    return -1
