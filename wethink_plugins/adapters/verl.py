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

import logging
import threading
from collections.abc import Mapping
from functools import cache
from types import ModuleType
from typing import Any

from wethink_plugins.adapters.faults import SharedFaults
from wethink_plugins.adapters.fields import first_given, gold_text, options_of
from wethink_plugins.adapters.post_import import when_imported
from wethink_plugins.adapters.running_mean import RunningMean
from wethink_plugins.adapters.split import is_validation  # also for verl_manager
from wethink_plugins.errors import JudgeBudgetSpent
from wethink_plugins.rewards.hybrid import HybridReward
from wethink_plugins.sample import Sample
from wethink_plugins.score import Score

NAME = "wethink"
_MANAGERS = "verl.experimental.reward_loop.reward_manager"
# verl calls a plain function from many threads at once, and `cache` lets each of the first ones build its own.
_building = threading.Lock()
_log = logging.getLogger(__name__)


def register() -> None:
    """Makes `reward.reward_manager.name=wethink` known to verl, now or as soon as its registry exists."""
    when_imported(_MANAGERS, _add_manager)


def _add_manager(managers: ModuleType) -> None:
    """An unknown verl costs the name `wethink`, with its cause; never the runs of people who don't use it."""
    from wethink_plugins.adapters.verl_manager import reward_manager_class

    try:
        managers.register(NAME)(reward_manager_class())
    except (ImportError, AttributeError, TypeError, ValueError):
        _log.exception("reward.reward_manager.name=%s is not available in this verl", NAME)


def shared_reward() -> HybridReward:
    """One for each process: journal, first batch and judge connections belong to a process."""
    with _building:
        return _reward()


@cache
def _reward() -> HybridReward:
    return HybridReward.from_config()


def mean_so_far() -> RunningMean:
    """Of this process."""
    return _MEAN


def shared_faults() -> SharedFaults:
    """Of the whole run where Ray is up."""
    return _FAULTS


_MEAN, _FAULTS = RunningMean(), SharedFaults()


def compute_score(
    data_source: str, solution_str: str, ground_truth: object, extra_info: Mapping[str, Any] | None = None, **_: object
) -> dict[str, float]:
    """For verl's own managers: `score` and the closed list of metrics, all finite floats, the same keys each time.

    A rollout that could not be scored gets the mean reward of this process so far, counted as `unscored` and
    `imputed`, because in versions before 0.9 a raise would end the run. With no mean yet, JudgeBudgetSpent is raised,
    or in validation, which must not end a run, 0.0 is given.
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
        id=first_given(extra_info.get("id"), extra_info.get("index"), default="unknown"),
        question=question,
        response=response,
        answer=gold_text(ground_truth),
        question_type=extra_info.get("question_type") or None,
        options=options_of(extra_info.get("options")),
        reward_method=str(extra_info.get("reward_method") or "auto"),
        meta=meta,
        **{"group": None, **more},
    )


def _imputed(sample: Sample, score: Score) -> float:
    mean = mean_so_far().value
    if mean is None and is_validation(sample):
        return 0.0
    if mean is None:
        raise JudgeBudgetSpent(f"nothing could be scored yet: {score.reason}", fix="check the judge", row=sample.id)
    return mean


def __getattr__(name: str) -> Any:
    if name == "WeThinkRewardManager":
        from wethink_plugins.adapters.verl_manager import reward_manager_class

        return reward_manager_class()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
