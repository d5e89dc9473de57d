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
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from wethink_plugins.adapters import verl_process as process
from wethink_plugins.adapters import verl_sample
from wethink_plugins.adapters.post_import import when_imported
from wethink_plugins.adapters.verl_outcome import plain, refuse_when_spent

NAME = "wethink"
_MANAGERS = "verl.experimental.reward_loop.reward_manager"
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


def compute_score(
    data_source: str,
    solution_str: str,
    ground_truth: object,
    extra_info: Mapping[str, Any] | None = None,
    **more: object,
) -> Any:
    """For verl's own managers: `score` and the closed list of metrics, all finite floats, the same keys each time.

    A rollout that could not be scored gets the mean reward of this process so far, counted as `unscored` and
    `imputed`, because in versions before 0.9 a raise would end the run. It is raised all the same, JudgeBudgetSpent,
    with no mean yet and when the judge is dead (`judge.tolerate`); never in validation.

    In shadow mode: whatever the active reward returns, which is called with the same arguments.
    """
    router = str(more["reward_router_address"]) if more.get("reward_router_address") else None
    shadow = process.shared_shadow(router)
    if shadow is not None:
        row = {"data_source": data_source, "solution_str": solution_str, "ground_truth": ground_truth}
        result = shadow.call(**row, extra_info=extra_info, **more)
        shadow.note(
            lambda: [verl_sample.sample_of(solution_str, ground_truth, extra_info or {}, data_source)], [result]
        )
        return result
    sample = verl_sample.sample_of(solution_str, ground_truth, extra_info or {}, data_source)
    reward = process.shared_reward(router)
    reward.imputes = True
    tolerate = reward.config.judge.tolerate
    refuse_when_spent(sample, tolerate)
    return plain(sample, reward.score(sample), tolerate)


def __getattr__(name: str) -> Any:
    if name == "WeThinkRewardManager":
        from wethink_plugins.adapters.verl_manager import reward_manager_class

        return reward_manager_class()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
