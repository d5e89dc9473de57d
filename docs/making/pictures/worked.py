"""The worked example: one row of the demo, eight rollouts, and what the reward and GRPO make of them.

The rollouts are written to show what can happen; everything behind them is computed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from pictures.judge import judged
from wethink_plugins.config import WeThinkConfig
from wethink_plugins.sample import Sample
from wethink_plugins.score import Score

ROW, PROBLEM, ANSWER = "test-00001-tell", "Tell in words what is drawn.", "three yellow squares"
CELLS = (0, 2, 3)
"""Where its yellow squares stand, on three columns and two lines."""
_THOUGHT = "<think>I see a yellow square, 3 in all.</think>"
UNHEARD = "3 squares, all yellow"
RESPONSES = (
    f"{_THOUGHT}<answer>three yellow squares</answer>",
    f"{_THOUGHT}<answer>3 yellow squares</answer>",
    f"{_THOUGHT}<answer>three golden squares</answer>",
    f"{_THOUGHT}<answer>two golden squares</answer>",
    f"{_THOUGHT}<answer>one green cross</answer>",
    "<answer>three yellow squares</answer>",
    f"{_THOUGHT}<answer>three yellow squares",
    f"{_THOUGHT}<answer>{UNHEARD}</answer>",
)


@dataclass(frozen=True)
class Rollout:
    """`paid`: what a trainer that takes a number for every rollout is given; `advantage`: what GRPO makes of the eight."""

    response: str
    score: Score
    paid: float
    advantage: float


@cache
def example() -> tuple[Rollout, ...]:
    """Scored by the real reward, which asks a real server; the server fails when asked about the last rollout."""
    from wethink_plugins.rewards.advantages import group_of
    from wethink_plugins.rewards.groups import imputed_rewards
    from wethink_plugins.rewards.hybrid import HybridReward

    samples = [
        Sample(ROW, ROW, PROBLEM, response, ANSWER, question_type="descriptive", reward_method="model")
        for response in RESPONSES
    ]
    with judged(silent_about=UNHEARD) as settings:
        reward = HybridReward(WeThinkConfig.load(settings), live=False)
        try:
            scores = reward.score_batch(samples)
        finally:
            reward.close()
    paid = imputed_rewards(samples, scores)
    pushed = group_of([score.overall for score in scores], "mean").advantages
    return tuple(Rollout(*each) for each in zip(RESPONSES, scores, paid, pushed, strict=True))
