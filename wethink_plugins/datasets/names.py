"""Names as they are met in a file, no more of them than a page can hold."""

from __future__ import annotations

from collections.abc import Callable, Hashable

OTHERS = "(others)"
LIMIT = 1000
"""Distinct names that are told apart; the published set has 18 sources (chosen, so that memory has a bound)."""
_LONGEST = 120


class Names:
    """Gives each name the spelling it was first met in; `fold` says which spellings are one. Past LIMIT: OTHERS."""

    def __init__(self, fold: Callable[[str], Hashable] = str) -> None:
        self._fold = fold
        self._known: dict[Hashable, str] = {}

    def __call__(self, name: str) -> str:
        name = name[:_LONGEST]
        folded = self._fold(name)
        if folded not in self._known and len(self._known) >= LIMIT:
            return OTHERS
        return self._known.setdefault(folded, name)
