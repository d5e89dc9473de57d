"""A number for every rollout, for hosts that can leave none out: an unscored one gets what gives it no advantage."""

from __future__ import annotations

from collections.abc import Sequence

from wethink_plugins.adapters.running_mean import RunningMean
from wethink_plugins.rewards.groups import imputed_rewards
from wethink_plugins.sample import Sample
from wethink_plugins.score import Score


class Imputing:
    """Remembers the mean reward of what was scored so far, for a batch in which nothing is."""

    def __init__(self) -> None:
        self._mean = RunningMean()

    def rewards(self, samples: Sequence[Sample], scores: Sequence[Score], validation: bool) -> list[float]:
        """Finite numbers in order: the group's mean, the batch's, or that of all so far (see rewards/groups.py).

        Raises JudgeBudgetSpent where nothing was ever scored, since no honest number exists; not in validation, where a
        run must go on: 0.0 then, beside a status that says unscored.
        """
        fallback = self._mean.value
        if fallback is None and validation:
            fallback = 0.0
        rewards = imputed_rewards(samples, scores, fallback)
        for score in scores:
            if score.overall is not None:
                self._mean.add(score.overall)
        return rewards
