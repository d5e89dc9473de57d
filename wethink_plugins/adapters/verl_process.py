"""What the reward calls of one verl process share: the reward, what it paid so far, and the run's count of faults."""

from __future__ import annotations

import threading
from functools import cache

from wethink_plugins.adapters.faults import SharedFaults
from wethink_plugins.adapters.running_mean import RunningMean
from wethink_plugins.config import Tolerate
from wethink_plugins.rewards.hybrid import HybridReward
from wethink_plugins.rewards.shadow import Shadow

# verl calls a plain function from many threads at once, and `cache` lets each of the first ones build its own.
_building = threading.Lock()
_MEANS = {False: RunningMean(), True: RunningMean()}


def shared_reward(router: str | None = None) -> HybridReward:
    """One for each process: journal, first batch and judge connections belong to a process.

    `router` is verl's `reward_router_address`, for an endpoint whose `base_url` is `router`.
    """
    with _building:
        return _reward(str(router) if router else None)


@cache
def _reward(router: str | None) -> HybridReward:
    return HybridReward.from_config(router=router)


def shared_shadow(router: str | None = None) -> Shadow | None:
    """Another reward that trains in place of ours; None, as a rule."""
    with _building:
        return _shadow(str(router) if router else None)


@cache
def _shadow(router: str | None) -> Shadow | None:
    return Shadow.from_config(router=router)


def mean_so_far(validation: bool = False) -> RunningMean:
    """Of this process; what training is paid and what validation is paid are two things."""
    return _MEANS[validation]


def shared_faults(tolerate: Tolerate) -> SharedFaults:
    """Of the whole run where Ray is up."""
    with _building:
        return _faults(tolerate)


@cache
def _faults(tolerate: Tolerate) -> SharedFaults:
    return SharedFaults(tolerate)
