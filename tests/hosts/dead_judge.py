"""Loaded by verl through VERL_USE_EXTERNAL_MODULES: a judge that is down, in a run where only half of it needs one.

Each second response is replaced by one that no rule decides, the others by the gold answer.
"""

import itertools

from wethink_plugins.adapters import verl_process, verl_sample
from wethink_plugins.errors import Unscored
from wethink_plugins.rewards.hybrid import HybridReward


class Down:
    name = "down"

    async def judge(self, sample, answer):
        raise Unscored("connect: nobody answers at http://judge/v1")


_sample_of = verl_sample.sample_of
_calls = itertools.count()


def half_judged(response, ground_truth, *arguments, **more):
    answer = "a story" if next(_calls) % 2 else ground_truth
    return _sample_of(f"<think>I look.</think><answer>{answer}</answer>", ground_truth, *arguments, **more)


verl_sample.sample_of = half_judged
_reward = HybridReward.from_config({"rules": {"escalate": True}}, judge=Down())
verl_process.shared_reward = lambda router=None: _reward
