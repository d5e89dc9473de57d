"""The worked example: one row of the demo, eight rollouts, and what the reward and GRPO make of them.

The rollouts are written to show what can happen; everything behind them is computed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from pictures.judge import judged, unset
from pictures.picture import use_recipe

from wethink_plugins.sample import Sample
from wethink_plugins.score import Score

PROBLEM, ANSWER = "Tell in words what is drawn.", "three yellow squares"
CELLS, SHAPE, COLOUR = (0, 2, 3), "square", "yellow"
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
    """`paid`: what a trainer that takes a number for everything gets. `left_out`: the advantage where it needn't."""

    response: str
    score: Score
    paid: float
    advantage: float


@dataclass(frozen=True)
class Example:
    rollouts: tuple[Rollout, ...]
    mean: float


@cache
def example() -> Example:
    """Scored by the real reward, which asks a real server; the server fails when asked about the last rollout."""
    from wethink_plugins.rewards.advantages import group_of
    from wethink_plugins.rewards.groups import imputed_rewards
    from wethink_plugins.rewards.hybrid import HybridReward

    use_recipe()
    samples = [
        Sample("tell", "tell", PROBLEM, response, ANSWER, question_type="descriptive", reward_method="model")
        for response in RESPONSES
    ]
    with unset("WETHINK_CONFIG", "WETHINK_JOURNAL"), judged(silent_about=UNHEARD) as settings:
        reward = HybridReward.from_config(settings)
        try:
            scores = reward.score_batch(samples)
        finally:
            reward.close()
    paid = imputed_rewards(samples, scores)
    pushed = group_of([score.overall for score in scores], "mean").advantages
    rollouts = tuple(Rollout(*each) for each in zip(RESPONSES, scores, paid, pushed, strict=True))
    return Example(rollouts, sum(paid) / len(paid))
