"""The health of a judge: one that gives no readable verdict to any response is at fault, and not the responses."""

from __future__ import annotations

# Chosen. Fewer would let a few strange answers of one batch pass for a broken judge; more would pay more of them 0.
_IN_A_ROW = 32


class Health:
    """Counts unreadable verdicts in a row, over all samples of a process."""

    def __init__(self) -> None:
        self._unreadable = 0

    def count_readable(self) -> None:
        self._unreadable = 0

    def count_unreadable(self) -> None:
        self._unreadable += 1

    @property
    def good(self) -> bool:
        return self._unreadable < _IN_A_ROW
