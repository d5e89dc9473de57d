"""Which items may begin, and when a round's plan is there."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping

from wethink_plugins.synthesis.records import Target


class Schedule:
    """Items 0 .. total-1 in rounds of `size`; those of round r begin when round r - 1 - `ahead` is closed.

    Of one event loop. `done`: numbers of items that ended in an earlier process; `closed`: rounds that it closed.
    """

    def __init__(self, total: int, size: int, ahead: int, done: Iterable[int], closed: int) -> None:
        self.total, self.size, self._ahead = total, size, ahead
        self.rounds = -(-total // size)
        self._done = set(done)
        self._left = Counter({number: len(self.numbers(number)) for number in range(self.rounds)})
        for item in self._done:
            self._left[item // size] -= 1
        self.open = closed
        self._plans: dict[int, Mapping[str, Target]] = {}
        self._changed = asyncio.Event()

    def numbers(self, round_number: int) -> range:
        return range(round_number * self.size, min((round_number + 1) * self.size, self.total))

    def waiting(self) -> Iterable[int]:
        """Items that have not ended, in order."""
        return (number for number in range(self.open * self.size, self.total) if number not in self._done)

    def ended(self, number: int) -> bool:
        """Notes an item's end; True where its round, the open one, is complete with it."""
        self._left[number // self.size] -= 1
        return self.complete()

    def complete(self) -> bool:
        return self.open < self.rounds and self._left[self.open] == 0

    def close(self, targets: Mapping[str, Target]) -> None:
        """The open round is closed; `targets` is the plan of the next."""
        self._left.pop(self.open, None)
        self._plans.pop(self.open, None)
        self.open += 1
        self.give(targets)

    def give(self, targets: Mapping[str, Target]) -> None:
        """The plan of the open round."""
        self._plans[self.open] = targets
        self._wake()

    async def begin(self, number: int) -> None:
        while number // self.size > self.open + self._ahead:
            await self._changed.wait()

    async def target(self, number: int, item: str) -> Target:
        while self.open < number // self.size or self.open not in self._plans:
            await self._changed.wait()
        return self._plans[number // self.size][item]

    def _wake(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
