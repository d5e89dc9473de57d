"""What a run's figures leave out, so that a mean of a few isn't taken for one of all."""

from __future__ import annotations

from collections.abc import Sequence

from wethink_plugins.counted import counted
from wethink_plugins.watch.steps import Step


def left_out(steps: Sequence[Step]) -> list[str]:
    """A line for each figure that is missing at some steps, and one where the last step is scored in part; empty where
    every sample was scored."""
    kinds = sorted({kind for step in steps for kind in step.samples_by_type})
    lines = [line for kind in kinds if (line := _of_type(kind, steps))]
    last = next((step for step in reversed(steps) if step.scored < step.samples), None)
    if last is None:
        return lines
    means = "reward and accuracy are means of these" if last.accuracy is not None else "too few for reward and accuracy"
    return [*lines, f"{last.scored} of {last.samples} samples were scored at step {last.step}; {means}"]


def _of_type(kind: str, steps: Sequence[Step]) -> str:
    there = [step for step in steps if step.samples_by_type.get(kind)]
    without = [step for step in there if kind not in step.by_type]
    if not without:
        return ""
    last = without[-1]
    scored, samples = last.scored_by_type.get(kind, 0), last.samples_by_type[kind]
    return (
        f"{kind}: no accuracy at {len(without)} of {counted(len(there), 'step')}: too few samples were scored, "
        f"{scored} of {samples} at step {last.step} (a mean needs half of them, and one with an answer)"
    )
