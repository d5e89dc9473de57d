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


_FIX = "check the judge's endpoints, or the service that scores; `judge.tolerate` sets what a run may lose"


# Chosen. A share of fewer samples says little: with 5% failing at random, 2 of 8 are lost every 20th time.
_FEW = 32


class Budget:
    """Counts what stays unscored over the batches of a run and raises once that is more than `judge.tolerate`.

    Only samples that needed the judge are counted: a dead judge is dead however many rows the rules have scored.
    """

    def __init__(self, tolerate: Tolerate) -> None:
        self._tolerate = tolerate
        self._dead_in_a_row = 0
        self._recent: list[tuple[int, int]] = []

    def spend(self, scores: Sequence[Score]) -> None:
        """Raises JudgeBudgetSpent, with the cause, for too large a share of a batch or too many dead batches."""
        needed = sum(map(needed_judge, scores))
        lost = sum(score.status == "unscored" for score in scores)
        if fault := self.count(needed, lost, first_cause(scores)):
            raise JudgeBudgetSpent(fault, fix=_FIX)

    def count(self, needed: int, lost: int, cause: str) -> str:
        """Why the run should stop after a batch in which `needed` samples needed the judge and `lost` of them stayed
        unscored, for the reason `cause`; empty when it needn't.

        A batch that needed no judge tells nothing of it. The share is that of the last batches that hold at least 32
        samples together, so of one batch where it is large enough; dead batches are counted apart.
        """
        if not needed:
            return ""
        if lost == needed:
            self._dead_in_a_row += 1
            return self._dead(cause) if self.dead else ""
        self._dead_in_a_row = 0
        self._recent = _last([*self._recent, (needed, lost)])
        return self._over(cause)

    @property
    def dead(self) -> bool:
        """Whether the last `tolerate.dead_batches` batches that needed the judge got no verdict at all."""
        return self._dead_in_a_row >= self._tolerate.dead_batches

    def _dead(self, cause: str) -> str:
        return f"{self._dead_in_a_row} batches in a row with no verdict from the judge: {cause}"

    def _over(self, cause: str) -> str:
        needed, lost = (sum(column) for column in zip(*self._recent, strict=True))
        if needed < _FEW or lost <= self._tolerate.share * needed:
            return ""
        where = f" in {len(self._recent)} batches" if len(self._recent) > 1 else ""
        return (
            f"{lost} of {needed} samples that needed the judge are unscored{where}, "
            f"over the share of {self._tolerate.share}: {cause}"
        )


def needed_judge(score: Score) -> bool:
    """Also where there was no time left to call it; not where the answer settled it without a question."""
    if score.status == "unscored":
        return True
    return score.method == "model" and (score.extra.get("judge") or {}).get("asked") != 0


def _last(batches: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The fewest last ones that hold enough samples; all where even those are too few."""
    held = 0
    for place in range(len(batches) - 1, -1, -1):
        held += batches[place][0]
        if held >= _FEW:
            return batches[place:]
    return batches
