"""The health of a judge: one that gives no readable verdict to any response is at fault, and not the responses."""

from __future__ import annotations

# Chosen. Fewer would let a few strange answers of one batch pass for a broken judge; more would pay more of them 0.
_IN_A_ROW = 32


class Health:
    """Counts unreadable verdicts in a row, over all samples that a judge is asked about in a process.

    A judge that nobody has seen working is not good: until its first readable verdict, the fault may well be its own.
    """

    def __init__(self) -> None:
        self._unreadable = 0
        self._seen_working = False

    def count_readable(self) -> None:
        self._seen_working = True
        self._unreadable = 0

    def count_unreadable(self) -> None:
        self._unreadable += 1

    @property
    def good(self) -> bool:
        return self._seen_working and self._unreadable < _IN_A_ROW
