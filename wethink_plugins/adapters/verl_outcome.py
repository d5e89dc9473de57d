"""What verl gets for a score: a number, a raise by which it drops the trajectory, or a number that stands in for one."""

from __future__ import annotations

from typing import Any

from wethink_plugins.adapters import verl_process as process
from wethink_plugins.adapters.split import is_validation
from wethink_plugins.config import Tolerate
from wethink_plugins.errors import JudgeBudgetSpent, Unscored
from wethink_plugins.rewards.groups import needed_judge
from wethink_plugins.sample import Sample
from wethink_plugins.score import Score


def refuse_when_spent(sample: Sample, tolerate: Tolerate) -> None:
    """Raises JudgeBudgetSpent for every trajectory once the judge is known to be dead, which stops verl."""
    spent = process.shared_faults(tolerate).spent
    if spent and not is_validation(sample):
        raise JudgeBudgetSpent(spent, fix="check the judge's endpoints: `wethink judge ping`")


def noted(sample: Sample, score: Score, tolerate: Tolerate) -> Score:
    """Counted for the run's budget, in training, and for the mean."""
    validation = is_validation(sample)
    if needed_judge(score) and not validation:
        lost = score.status == "unscored"
        process.shared_faults(tolerate).note(sample.meta.get("step"), score.reason or "unknown" if lost else "")
    if score.overall is not None:
        process.mean_so_far(validation).add(score.overall)
    return score


def imputed(sample: Sample) -> float | None:
    """The mean reward of this process so far; None with nothing scored yet. In validation there always is a number."""
    mean = process.mean_so_far(is_validation(sample)).value
    return 0.0 if mean is None and is_validation(sample) else mean


def managed(sample: Sample, score: Score, tolerate: Tolerate, on_unscored: str) -> dict[str, Any]:
    """What a reward manager returns. `on_unscored` is drop or mean; raises Unscored where verl shall drop.

    In validation the accuracy of an unscored sample is None, which verl leaves out of its mean.
    """
    noted(sample, score, tolerate)
    if score.overall is not None:
        return {"reward_score": score.overall, "reward_extra_info": score.metrics()}
    validation = is_validation(sample)
    number = imputed(sample) if validation or on_unscored == "mean" else None
    if number is None:
        raise Unscored(f"row {sample.id}: not scored, so this trajectory is left out: {score.reason}")
    metrics: dict[str, Any] = score.metrics(number)
    if validation:
        metrics.update(overall=None, accuracy=None)
    return {"reward_score": number, "reward_extra_info": metrics}


def plain(sample: Sample, score: Score, tolerate: Tolerate) -> dict[str, float]:
    """What `compute_score` returns: always a number. JudgeBudgetSpent where there is none that would be honest."""
    noted(sample, score, tolerate)
    if score.overall is not None:
        return {"score": score.overall, **score.metrics()}
    number = imputed(sample)
    if number is None:
        raise JudgeBudgetSpent(
            f"nothing could be scored yet: {score.reason}",
            fix="check the judge's endpoints: `wethink judge ping`",
            row=sample.id,
        )
    return {"score": number, **score.metrics(number)}
