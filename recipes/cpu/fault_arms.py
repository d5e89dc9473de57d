"""What becomes of a judge's failures: patterns of faults, and three ways to pay for what could not be judged.

A fault here is one that is left when all retries are used up. Each arm is paid by a judge that fails in its pattern;
the true reward of the same answers is computed beside it and journalled, as for the controls.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from typing import Any

from arm_training import CONFIG, RewardFunction

LONG = 16
"""Characters; "4 green circles" has 15, "four green circles" 18: the long ones are mostly those in words."""
DOWN = range(10, 20)
"""Steps without any judge, of 44."""
Fails = Callable[[Any, str, random.Random], bool]
PATTERNS: dict[str, Fails] = {
    "20% of all calls": lambda sample, answer, chance: chance.random() < 0.2,
    "60% of all calls": lambda sample, answer, chance: chance.random() < 0.6,
    "long answers time out": lambda sample, answer, chance: len(answer) > LONG,
    "answers naming yellow are refused": lambda sample, answer, chance: "yellow" in answer.lower(),
    "down for ten steps": lambda sample, answer, chance: sample.meta["step"] in DOWN,
}
REFUSED = "answers naming yellow are refused"
"""A refusal is about the answer, so ours pays the lowest tier for it (docs/judge.md), as zeros do."""
HANDLINGS = ("ours", "zeros", "ones")
NO_FAULTS = "no faults"
ARMS = {NO_FAULTS: "a judge that always answers"} | {
    f"{pattern}, {handling}": f"{pattern}; paid {handling}" for pattern in PATTERNS for handling in HANDLINGS
}


class FaultyJudge:
    """A real judge before which some calls fail; `handling` says what is made of those."""

    keeps_deadline = True

    def __init__(self, judge: Any, pattern: str, handling: str, seed: int) -> None:
        self.name = f"{judge.name}, failing"
        self._judge, self._fails, self._handling = judge, PATTERNS[pattern], handling
        self._refused, self._chance = pattern == REFUSED, random.Random(seed)

    async def judge(self, sample: Any, answer: str) -> Any:
        from wethink_plugins.errors import Ungradable, Unscored
        from wethink_plugins.rewards.judge import Judgement

        if not self._fails(sample, answer, self._chance):
            return await self._judge.judge(sample, answer)
        if self._handling == "ours":
            raise Ungradable("refused") if self._refused else Unscored("no answer")
        return Judgement("wrong" if self._handling == "zeros" else "correct", "a fault, paid as a score")

    async def aclose(self) -> None:
        await self._judge.aclose()


def fault_reward(arm: str, seed: int) -> RewardFunction:
    """The arm's reward function. The first HybridReward made here journals; the one that pays must not.

    Ours stops a run whose judge is gone; here it is told to tolerate everything, or there would be nothing to compare.
    """
    from wethink_plugins.adapters.trl import make_reward
    from wethink_plugins.config import WeThinkConfig
    from wethink_plugins.rewards.hybrid import HybridReward
    from wethink_plugins.rewards.judge import judge_from

    settings = WeThinkConfig.load(CONFIG).model_dump()
    settings["judge"]["tolerate"] = {"share": 1.0, "dead_batches": 10_000}
    config = WeThinkConfig.load(settings)
    true = HybridReward.from_config(config)
    journalled = make_reward(reward=true)
    os.environ.pop("WETHINK_JOURNAL", None)
    if arm == NO_FAULTS:
        return journalled
    pattern, _, handling = arm.rpartition(", ")
    paying = make_reward(
        reward=HybridReward.from_config(config, judge=FaultyJudge(judge_from(config), pattern, handling, seed))
    )

    def faulty_reward(prompts: Any, completions: Any, **columns: Any) -> list[float | None]:
        journalled(prompts, completions, **columns)
        return paying(prompts, completions, **columns)

    return faulty_reward
