"""Any trainer that calls a function for a list of numbers: ms-swift, OpenRLHF, NeMo-RL, your own (docs/other-trainers.md).

from wethink_plugins.adapters.numbers import make_reward
reward = make_reward("wethink.yaml")                       # or make_reward(reward=RemoteReward("http://...:8787"))
reward(responses, golds, question_type=types, options=options, id=row_ids, group=prompt_ids)      # [1.0, 0.3, ...]
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from wethink_plugins.adapters.function import Config, samples_of
from wethink_plugins.adapters.imputing import Imputing
from wethink_plugins.adapters.split import is_validation
from wethink_plugins.config import WeThinkConfig
from wethink_plugins.rewards.groups import Budget
from wethink_plugins.rewards.hybrid import HybridReward
from wethink_plugins.rewards.shadow import Shadow

Numbers = Callable[..., Sequence[Any]]


def make_reward(config: Config = None, reward: Any = None) -> Numbers:
    """`(responses, golds, **columns) -> numbers`, one finite float a response, in order; columns as in `wethink_reward`.

    A response that could not be scored gets the mean of the scored ones with its `group` in the same call, so that its
    advantage is 0; without groups that of the call, and in calls of one response each the mean so far. Raises
    JudgeBudgetSpent, with the cause, when more stays unscored than `judge.tolerate` allows; not where `split` says
    validation. `reward` is a HybridReward or a RemoteReward; default: one made from `config`. With `shadow.active` in the
    configuration: that function, called with the same arguments, and ours scored beside it.
    """
    settings = WeThinkConfig.load(config)
    if reward is None and settings.shadow.active:
        return _shadowed(Shadow(settings))
    hybrid = reward if reward is not None else HybridReward(settings)
    hybrid.imputes = True
    budget, imputing = Budget(hybrid.config.judge.tolerate), Imputing()

    def numbers(responses: Sequence[str], golds: Sequence[Any], **columns: Any) -> list[float]:
        samples = samples_of(responses, golds, **columns)
        scores = hybrid.score_batch(samples)
        validation = bool(samples) and all(map(is_validation, samples))
        if not validation:
            budget.spend(scores)
        return imputing.rewards(samples, scores, validation)

    return numbers


def shadowed(active: Callable[..., Sequence[Any]], config: Config = None) -> Numbers:
    """`active` trains, called and returned as it is; ours is scored beside it into the journal.

    `active(responses, golds, **columns)`: one number a response.
    """
    return _shadowed(Shadow.around(active, config))


def _shadowed(shadow: Shadow) -> Numbers:
    def numbers(responses: Sequence[str], golds: Sequence[Any], **columns: Any) -> Sequence[Any]:
        values: Sequence[Any] = shadow.call(responses, golds, **columns)
        shadow.note(lambda: samples_of(responses, golds, **columns), values)
        return values

    return numbers
