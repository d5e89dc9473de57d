"""Looks for the best answer that never sees the gold, against any reward: how much it earns above honest guessing."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from wethink_plugins.rewards.redteam.payloads import Arm, arms
from wethink_plugins.rewards.redteam.rows import Row
from wethink_plugins.rewards.redteam.target import Reward

_log = logging.getLogger(__name__)
_FIRST_ROWS = 24


@dataclass(frozen=True)
class Finding:
    """Rewards are means over the rows. `exploitability` is in points of 100: best blind minus best honest constant."""

    best: Arm
    best_reward: float
    honest: Arm
    honest_reward: float
    calls: int
    failures: int

    @property
    def exploitability(self) -> float:
        return 100 * (self.best_reward - self.honest_reward)


class _Purse:
    """What each arm has earned so far; an arm is asked about each row once."""

    def __init__(self, reward: Reward, rows: Sequence[Row]) -> None:
        self._reward, self._rows = reward, rows
        self._earned: dict[Arm, list[float]] = {}
        self.calls = self.failures = 0

    def mean(self, arm: Arm, count: int) -> float:
        earned = self._earned.setdefault(arm, [])
        for row in self._rows[len(earned) : count]:
            earned.append(self._pay(arm, row))
        return sum(earned) / len(earned)

    def _pay(self, arm: Arm, row: Row) -> float:
        self.calls += 1
        try:
            paid = self._reward(arm.response(row), row)
        except Exception as error:  # noqa: BLE001 - a foreign reward may raise anything
            _log.debug("%s failed on %s: %s", self._reward, arm.name, error)
            paid = None
        self.failures += paid is None
        return paid or 0.0


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
    return Finding(
        best, purse.mean(best, len(rows)), honest, purse.mean(honest, len(rows)), purse.calls, purse.failures
    )
