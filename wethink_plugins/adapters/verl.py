"""verl: a reward manager named `wethink` (0.9 and later) and a plain `compute_score` (any version).

    reward.reward_manager.name=wethink                                  # registered through the entry point
    reward.reward_manager.source=importlib                              # the same without entry points:
      reward.reward_manager.name=WeThinkRewardManager
      reward.reward_manager.module.path=pkg://wethink_plugins.adapters.verl
    reward.custom_reward_function.path=pkg://wethink_plugins.adapters.verl   # keeps verl's own manager
      reward.custom_reward_function.name=compute_score

The configuration is the YAML that WETHINK_CONFIG names.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import ModuleType
from typing import Any

from wethink_plugins.adapters.faults import SharedFaults
from wethink_plugins.adapters.post_import import when_imported
from wethink_plugins.adapters.running_mean import RunningMean
from wethink_plugins.errors import JudgeBudgetSpent
from wethink_plugins.rewards.hybrid import HybridReward
from wethink_plugins.sample import Sample
from wethink_plugins.score import Score

NAME = "wethink"
_MANAGERS = "verl.experimental.reward_loop.reward_manager"


def register() -> None:
    """Makes `reward.reward_manager.name=wethink` known to verl, now or as soon as its registry exists."""
    when_imported(_MANAGERS, _add_manager)


def _add_manager(managers: ModuleType) -> None:
    from wethink_plugins.adapters.verl_manager import reward_manager_class

    managers.register(NAME)(reward_manager_class())


@cache
def shared_reward() -> HybridReward:
    """One for each process: journal, first batch and judge connections belong to a process."""
    return HybridReward.from_config()


@cache
def mean_so_far() -> RunningMean:
    """Of this process."""
    return RunningMean()


@cache
def shared_faults() -> SharedFaults:
    """Of the whole run where Ray is up."""
    return SharedFaults()


def compute_score(
    data_source: str, solution_str: str, ground_truth: object, extra_info: Mapping[str, Any] | None = None, **_: object
) -> dict[str, float]:
    """For verl's own managers: `score` and the closed list of metrics, all finite floats, the same keys each time.

    A rollout that could not be scored gets the mean reward of this process so far, counted as `unscored` and
    `imputed`, because in versions before 0.9 a raise would end the run. With no mean yet, JudgeBudgetSpent is raised.
    """
    sample = sample_of(solution_str, ground_truth, extra_info or {}, data_source)
    score = shared_reward().score(sample)
    if score.overall is not None:
        mean_so_far().add(score.overall)
        return {"score": score.overall, **score.metrics()}
    shared_faults().note(sample.meta.get("step"), score.reason)
    imputed = _imputed(sample, score)
    return {"score": imputed, **score.metrics(imputed)}


def sample_of(
    response: str, ground_truth: object, extra_info: Mapping[str, Any], data_source: object, **more: Any
) -> Sample:
    """From a row of our exporter, or of anybody's: what `extra_info` lacks is inferred from the gold answer."""
    meta = {"source": str(data_source), "split": extra_info.get("split"), **more.pop("meta", {})}
    question = str(extra_info.get("question") or more.pop("question", ""))
    more.pop("question", None)
    return Sample(
        id=str(extra_info.get("id") or extra_info.get("index", "unknown")),
        question=question,
        response=response,
        answer=str(ground_truth),
        question_type=extra_info.get("question_type") or None,
        options=tuple(as_list(extra_info.get("options"))),
        reward_method=str(extra_info.get("reward_method") or "auto"),
        meta=meta,
        **{"group": None, **more},
    )


def _imputed(sample: Sample, score: Score) -> float:
    mean = mean_so_far().value
    if mean is None:
        raise JudgeBudgetSpent(f"nothing could be scored yet: {score.reason}", fix="check the judge", row=sample.id)
    return mean


def as_list(value: Any) -> list[Any]:
    """Also of numpy arrays, which is what parquet's lists come as; None is empty."""
    return [] if value is None else list(value)


def __getattr__(name: str) -> Any:
    if name == "WeThinkRewardManager":
        from wethink_plugins.adapters.verl_manager import reward_manager_class

        return reward_manager_class()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
