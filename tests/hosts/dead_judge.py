"""Loaded by verl through VERL_USE_EXTERNAL_MODULES: a judge that is down, in a run where only half of it needs one.

Each second response is replaced by one that no rule decides, the others by the right answer.
"""

import itertools
from collections import defaultdict
from dataclasses import replace

from wethink_plugins.adapters import verl_process, verl_sample
from wethink_plugins.errors import Unscored
from wethink_plugins.rewards.hybrid import HybridReward


class Down:
    name = "down"

    async def judge(self, sample, answer):
        raise Unscored("connect: nobody answers at http://judge/v1")


_sample_of = verl_sample.sample_of
_calls = defaultdict(itertools.count)


def half_judged(*arguments, **more):
    """Whatever the rows are that a batch happens to hold: of each row's answers every second one."""
    sample = _sample_of(*arguments, **more)
    answer = "a story" if next(_calls[sample.id]) % 2 else "4"
    response = f"<think>I look.</think><answer>{answer}</answer>"
    return replace(
        sample, response=response, answer="4", question_type="fill_in_blank", options=(), reward_method="rule"
    )


verl_sample.sample_of = half_judged
_reward = HybridReward.from_config({"rules": {"escalate": True}}, judge=Down())
verl_process.shared_reward = lambda router=None: _reward
