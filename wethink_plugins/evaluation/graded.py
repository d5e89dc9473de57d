"""Grades responses as the reward does, rules and judge alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wethink_plugins.config import WeThinkConfig
from wethink_plugins.evaluation.responses import Item
from wethink_plugins.rewards.question import question_of
from wethink_plugins.rewards.replay import replay
from wethink_plugins.rewards.rollout import Rollout
from wethink_plugins.score import Score


@dataclass(frozen=True)
class Graded:
    """`score` None: there was no response to grade, or its judge was left out (`item.fault` or `left_out`)."""

    item: Item
    question_type: str
    method: str
    score: Score | None
    left_out: bool = False

    @property
    def accuracy(self) -> float | None:
        """In [0, 1]; None where there is no score, or an unscored one."""
        return self.score.accuracy if self.score is not None else None


def graded(items: Sequence[Item], config: WeThinkConfig, without_judge: bool = False) -> list[Graded]:
    """In order. A journal's verdicts are used again. Raises JudgeRequired for what needs a judge where there is none,
    unless `without_judge`, which leaves such rows out."""
    kinds = [_kind(item, config) for item in items]
    todo = [
        place
        for place, item in enumerate(items)
        if item.sample is not None and not (without_judge and kinds[place][1] == "model")
    ]
    rollouts = [
        Rollout(sample, items[place].line, items[place].number) for place in todo if (sample := items[place].sample)
    ]
    found = dict(zip(todo, replay(rollouts, config).scores, strict=True)) if rollouts else {}
    return [
        Graded(item, *kinds[place], found.get(place), item.sample is not None and place not in found)
        for place, item in enumerate(items)
    ]


def _kind(item: Item, config: WeThinkConfig) -> tuple[str, str]:
    """Type and method; of a row without a response as far as the line says."""
    if item.sample is None:
        return str(item.line.get("question_type") or "(unknown)"), "none"
    question = question_of(item.sample, config.aliases)
    return question.question_type, question.method
