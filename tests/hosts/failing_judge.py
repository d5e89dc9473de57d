"""Loaded by verl through VERL_USE_EXTERNAL_MODULES: a judge that answers every second call with 429.

The tiny model of the tests has random weights and answers nothing, so each response is replaced by a well-formed one.
"""

import itertools

from wethink_plugins.adapters import verl_process, verl_sample
from wethink_plugins.errors import Unscored
from wethink_plugins.rewards.hybrid import HybridReward
from wethink_plugins.rewards.judge import Judgement


class EverySecondCallFails:
    name = "failing"
    calls = itertools.count()

    async def judge(self, sample, answer):
        if next(self.calls) % 2:
            raise Unscored("429 from the judge")
        return Judgement("mostly", "as told")


_sample_of = verl_sample.sample_of


def judged_sample(response, *arguments, **more):
    return _sample_of("<think>I look.</think><answer>a story</answer>", *arguments, **more)


verl_sample.sample_of = judged_sample
_reward = HybridReward.from_config({"rules": {"escalate": True}}, judge=EverySecondCallFails())
verl_process.shared_reward = lambda router=None: _reward
