"""Read the reward's journal step by step: what was paid, for which type of question, and in what form."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any

Line = Mapping[str, Any]
TYPES = ("multiple_choice", "fill_in_blank", "descriptive")


@dataclass(frozen=True)
class StepFigures:
    """One training step. Means are over what was scored; None where nothing was."""

    step: int
    samples: int
    reward: float | None
    accuracy: float | None
    by_type: dict[str, float | None] = field(default_factory=dict)
    format_rate: float | None = None
    length: float | None = None
    mixed_groups: float | None = None
    unscored: int = 0
    ungradable: int = 0


def training_steps(journal: Path) -> list[StepFigures]:
    """The figures of every training step, in order; an empty list where there is no journal."""
    from wethink_plugins.rewards.journal import read_journal

    return figures_by_step(read_journal(journal))


def figures_by_step(lines: Iterable[Line]) -> list[StepFigures]:
    """Lines of other splits, and those without a step, are left out."""
    steps: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        if line.get("step") is not None and (line.get("split") or "train") == "train":
            steps[int(line["step"])].append(line)
    return [step_figures(step, steps[step]) for step in sorted(steps)]


def step_figures(step: int, lines: list[Line]) -> StepFigures:
    """Sum up one step."""
    scored = [line for line in lines if line["overall"] is not None]
    by_type = {kind: mean(line["accuracy"] for line in scored if line["question_type"] == kind) for kind in TYPES}
    return StepFigures(
        step,
        len(lines),
        mean(line["overall"] for line in scored),
        mean(line["accuracy"] for line in scored),
        by_type,
        mean(line["format"] for line in lines),
        mean(len(line["response"]) for line in lines),
        share_of_mixed_groups(scored),
        sum(line["status"] == "unscored" for line in lines),
        sum(line["status"] == "ungradable" for line in lines),
    )


def share_of_mixed_groups(lines: list[Line]) -> float | None:
    """The share of groups whose rewards differ: the others teach nothing."""
    groups: dict[str, list[float]] = defaultdict(list)
    for line in lines:
        if line.get("group") is not None:
            groups[line["group"]].append(line["overall"])
    return mean(max(rewards) - min(rewards) > 1e-9 for rewards in groups.values())


def last_format_rate(steps: list[StepFigures]) -> float | None:
    """Over the last five steps: the 256 rollouts of a single one are off by 0.8 points by chance alone."""
    return mean(step.format_rate for step in steps[-5:] if step.format_rate is not None)


def mean(values: Iterable[float]) -> float | None:
    """The mean, or None of nothing."""
    listed = list(values)
    return fmean(listed) if listed else None
