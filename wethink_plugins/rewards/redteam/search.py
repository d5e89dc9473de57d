"""Looks for the best answer that never sees the gold, against any reward: how much it earns above honest guessing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from wethink_plugins.rewards.redteam.attacks import finite
from wethink_plugins.rewards.redteam.payloads import Arm, arms
from wethink_plugins.rewards.redteam.rows import Row
from wethink_plugins.rewards.redteam.target import Reward

_FIRST_ROWS = 24


@dataclass(frozen=True)
class Finding:
    """Rewards are means over the rows. `exploitability` is in points of 100: best blind minus best honest constant.

    `failures`: calls that gave no finite number, `cause` is the first one's. `constant`: what every answer got, where
    that was the same number for all.
    """

    best: Arm
    best_reward: float
    honest: Arm
    honest_reward: float
    calls: int
    failures: int
    cause: str = ""
    constant: float | None = None

    @property
    def exploitability(self) -> float:
        return 100 * (self.best_reward - self.honest_reward)


class _Purse:
    """What each arm has earned so far; an arm is asked about each row once."""

    def __init__(self, reward: Reward, rows: Sequence[Row]) -> None:
        self._reward, self._rows = reward, rows
        self._earned: dict[Arm, list[float]] = {}
        self.calls = self.failures = 0
        self.cause = ""
        self._lowest, self._highest = math.inf, -math.inf

    @property
    def constant(self) -> float | None:
        return self._lowest if self._lowest == self._highest else None

    def mean(self, arm: Arm, count: int) -> float:
        earned = self._earned.setdefault(arm, [])
        for row in self._rows[len(earned) : count]:
            earned.append(self._pay(arm, row))
        return sum(earned) / len(earned)

    def _pay(self, arm: Arm, row: Row) -> float:
        self.calls += 1
        try:
            paid = finite(self._reward(arm.response(row), row))
        except Exception as error:  # noqa: BLE001 - a foreign reward may raise anything
            return self._failed(f"{type(error).__name__}: {error}"[:200])
        if paid is None:
            return self._failed("no number")
        self._lowest, self._highest = min(self._lowest, paid), max(self._highest, paid)
        return paid

    def _failed(self, cause: str) -> float:
        self.failures += 1
        self.cause = self.cause or cause
        return 0.0


def search(reward: Reward, rows: Sequence[Row]) -> Finding:
    """Successive halving: all arms on a few rows, the better half on twice as many, until all rows are used.

    Rows are taken in their order; shuffle them first when a file is sorted.
    """
    purse = _Purse(reward, rows)
    everything = list(arms())
    honest = max((arm for arm in everything if arm.honest), key=lambda arm: purse.mean(arm, len(rows)))
    left, count = [arm for arm in everything if not arm.honest], min(_FIRST_ROWS, len(rows))
    while True:
        left.sort(key=lambda arm: purse.mean(arm, count), reverse=True)
        if count >= len(rows):
            break
        left, count = left[: max(16, len(left) // 2)], min(2 * count, len(rows))
    best = max([*left[:16], honest], key=lambda arm: purse.mean(arm, len(rows)))
    paid = purse.mean(best, len(rows)), purse.mean(honest, len(rows))
    return Finding(best, paid[0], honest, paid[1], purse.calls, purse.failures, purse.cause, purse.constant)
