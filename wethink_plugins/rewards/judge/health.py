"""Whether a judge speaks at all: one that gives no readable verdict to anybody is no judgement on any response."""

from __future__ import annotations

# Chosen. Fewer would let a few strange answers of one batch pass for a broken judge; more would pay more of them 0.
_IN_A_ROW = 32


class Health:
    """Counts unreadable verdicts in a row, over all samples of a process."""

    def __init__(self) -> None:
        self._unreadable = 0

    def spoke(self) -> None:
        self._unreadable = 0

    def mumbled(self) -> None:
        self._unreadable += 1

    @property
    def good(self) -> bool:
        return self._unreadable < _IN_A_ROW
