"""What an unscored rollout gets in a host that takes a whole batch of numbers, and when to stop instead.

The mean of the scored rollouts of its group makes its advantage exactly 0, and leaves the others what their k alone
would get, times sqrt((G-1)/(k-1)). A constant such as 0.0 would push the policy away from an answer nobody judged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from statistics import fmean

from wethink_plugins.config import Tolerate
from wethink_plugins.errors import JudgeBudgetSpent
from wethink_plugins.sample import Sample
from wethink_plugins.score import Score


def imputed_rewards(samples: Sequence[Sample], scores: Sequence[Score], fallback: float | None = None) -> list[float]:
    """One finite reward a sample, in order: its own, or for an unscored one the mean of its group's scored.

    Without a group, or with nothing scored in it: the mean of all scored in the batch. Groups are told by id, never
    by adjacency. With nothing scored in the batch every sample gets `fallback` (the mean reward of earlier batches:
    any constant gives zero advantage); without one JudgeBudgetSpent is raised, since no honest number exists.
    """
    groups: dict[str, list[float]] = defaultdict(list)
    for sample, score in zip(samples, scores, strict=True):
        if sample.group is not None and score.overall is not None:
            groups[sample.group].append(score.overall)
    scored = [score.overall for score in scores if score.overall is not None]
    if scores and not scored and fallback is None:
        raise JudgeBudgetSpent(f"none of {len(scores)} samples could be scored: {first_cause(scores)}", fix=_FIX)
    return [
        _reward(sample, score, groups, scored or [fallback or 0.0])
        for sample, score in zip(samples, scores, strict=True)
    ]


def _reward(sample: Sample, score: Score, groups: dict[str, list[float]], scored: list[float]) -> float:
    if score.overall is not None:
        return score.overall
    return fmean((groups.get(sample.group) if sample.group is not None else None) or scored)


def first_cause(scores: Sequence[Score]) -> str:
    return next((score.reason for score in scores if score.status == "unscored"), "no cause known")


_FIX = "check the judge's endpoints; `judge.tolerate` sets what a run may lose"


class Budget:
    """Counts what stays unscored over the batches of a run and raises once that is more than `judge.tolerate`."""

    def __init__(self, tolerate: Tolerate) -> None:
        self._tolerate = tolerate
        self._dead_in_a_row = 0

    def spend(self, scores: Sequence[Score]) -> None:
        """Raises JudgeBudgetSpent, with the cause, for too large a share of one batch or too many dead batches."""
        if not scores:
            return
        unscored = sum(score.status == "unscored" for score in scores)
        self._dead_in_a_row = self._dead_in_a_row + 1 if unscored == len(scores) else 0
        if self._dead_in_a_row >= self._tolerate.dead_batches:
            raise JudgeBudgetSpent(
                f"{self._dead_in_a_row} batches in a row with nothing scored: {first_cause(scores)}", fix=_FIX
            )
        if unscored > self._tolerate.share * len(scores) and unscored < len(scores):
            raise JudgeBudgetSpent(
                f"{unscored} of {len(scores)} samples unscored, over the share of {self._tolerate.share}: {first_cause(scores)}",
                fix=_FIX,
            )
