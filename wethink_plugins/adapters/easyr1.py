"""EasyR1: the file that `worker.reward.reward_function` points at; `wethink path easyr1` prints the line to paste.

    worker:
      reward:
        reward_function: /.../site-packages/wethink_plugins/adapters/easyr1.py:compute_score
        reward_function_kwargs: {config: /.../wethink.yaml}     # or the YAML's own keys; none: WETHINK_CONFIG's file

One function for every EasyR1 that loads reward files: v0.3.1, v0.3.2 and later hand a batch of dicts, or one dict with
`reward_type: sequential`; releases between v0.3.0 and v0.3.1 two lists; v0.3.0, where the key is called
`worker.reward.score_function`, two strings. EasyR1 executes this file by its path, so everything else is in the package.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wethink_plugins.adapters.easyr1_reward import shared_reward
from wethink_plugins.adapters.easyr1_shadow import shared_shadow

# Read by EasyR1 after v0.3.2, which has no `reward_type` key any more.
REWARD_NAME = "wethink"
REWARD_TYPE = "batch"


def compute_score(reward_inputs: Any, ground_truth: Any = None, **settings: Any) -> Any:
    """One dict of finite floats for each response, in order; for a single response the dict itself.

    The keys are the closed list of `wethink_plugins.score.METRIC_KEYS`, and EasyR1 logs the mean of each. Raises
    JudgeBudgetSpent, with the cause, when more stays unscored in training than `judge.tolerate` allows; ConfigError,
    SampleError and JudgeRequired for a set-up or a row that nothing can be scored with.

    With `shadow.active` set: whatever that function returns for the same inputs.
    """
    shadow = shared_shadow(settings)
    if shadow is not None:
        return shadow.paid(reward_inputs, ground_truth)
    reward = shared_reward(settings)
    if isinstance(reward_inputs, Mapping):
        return reward.one(reward_inputs)
    if isinstance(reward_inputs, str):
        return reward.one({"response": reward_inputs, "ground_truth": ground_truth})
    if ground_truth is not None:
        pairs = zip(reward_inputs, ground_truth, strict=True)
        return reward.batch([{"response": response, "ground_truth": gold} for response, gold in pairs])
    return reward.batch(reward_inputs)
