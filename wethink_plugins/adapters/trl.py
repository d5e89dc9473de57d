"""TRL: one function for `GRPOTrainer(reward_funcs=...)`.

    from wethink_plugins.adapters.trl import make_reward
    trainer = GRPOTrainer(model, reward_funcs=make_reward("wethink.yaml"), train_dataset=dataset, ...)

The dataset needs a column `answer`; `question_type`, `options`, `reward_method`, `row_id` and `split` are used when
there, and inferred otherwise: without `row_id`, completions of the same prompt, pictures and gold are one group. Give it as the only reward function: TRL leaves a row out only when *every* function
returns None for it (grpo_trainer.py:2756-2764, trl 1.16).
"""

from __future__ import annotations

import inspect
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from pathlib import Path
from statistics import fmean
from typing import Any

from wethink_plugins.adapters.fields import gold_text, options_of
from wethink_plugins.adapters.split import is_validation
from wethink_plugins.adapters.trl_group import group_of
from wethink_plugins.config import WeThinkConfig
from wethink_plugins.errors import SampleError
from wethink_plugins.rewards.groups import Budget
from wethink_plugins.rewards.hybrid import HybridReward
from wethink_plugins.rewards.shadow import Shadow
from wethink_plugins.sample import Sample
from wethink_plugins.score import Score
from wethink_plugins.synonyms import other_name

RewardFunction = Callable[..., list["float | None"]]


def make_reward(
    config: str | Path | Mapping[str, Any] | WeThinkConfig | None = None, reward: HybridReward | None = None
) -> RewardFunction:
    """`(prompts, completions, **columns) -> [reward or None]`, one entry a completion, in order.

    None stands for an unscored sample: TRL keeps it out of the group's mean and gives it no advantage. Raises
    JudgeBudgetSpent when more stays unscored than `judge.tolerate` allows; not for rows whose `split` is a validation.
    With `shadow.active` in the configuration: that function, under its own name, with ours scored beside it.
    """
    shadow = Shadow.from_config(config) if reward is None else None
    if shadow is not None:
        return shadowed(shadow)
    hybrid = reward or HybridReward.from_config(config)
    budget = Budget(hybrid.config.judge.tolerate)

    def wethink_reward(prompts: Sequence[Any], completions: Sequence[Any], **columns: Any) -> list[float | None]:
        samples = samples_of(prompts, completions, columns)
        scores = hybrid.score_batch(samples)
        _log_metrics(scores, columns.get("log_metric"))
        if not all(map(is_validation, samples)):
            budget.spend(scores)
        return [score.overall for score in scores]

    return wethink_reward


def shadowed(shadow: Shadow) -> Callable[..., Any]:
    """The active reward as TRL would call it by itself; async when it is."""

    def note(named: dict[str, Any], values: Any) -> Any:
        columns = {key: value for key, value in named.items() if key not in ("prompts", "completions")}
        shadow.note(lambda: samples_of(named["prompts"], named["completions"], columns), values or [])
        return values

    if inspect.iscoroutinefunction(shadow.active):

        @wraps(shadow.active)
        async def active(**named: Any) -> Any:
            return note(named, await shadow.active(**named))

    else:

        @wraps(shadow.active)
        def active(**named: Any) -> Any:
            return note(named, shadow.call(**named))

    return active


def samples_of(prompts: Sequence[Any], completions: Sequence[Any], columns: Mapping[str, Any]) -> list[Sample]:
    """TRL repeats each prompt for its completions; rows of one step with one `row_id`, or else with the same prompt,
    pictures and gold, are one group."""
    if "answer" not in columns:
        raise _no_answer(columns)
    step = getattr(columns.get("trainer_state"), "global_step", None)
    return [
        _sample(prompt, completion, columns, i, step)
        for i, (prompt, completion) in enumerate(zip(prompts, completions, strict=True))
    ]


def _no_answer(columns: Mapping[str, Any]) -> SampleError:
    name = other_name(columns, "answer")
    rename = f'it has `{name}`, is that it? train_dataset=dataset.rename_column("{name}", "answer")'
    fix = rename if name else "add the gold answers as column `answer`"
    return SampleError("the dataset has no such column", fix=fix, field="answer")


def _sample(prompt: Any, completion: Any, columns: Mapping[str, Any], i: int, step: int | None) -> Sample:
    def column(name: str) -> Any:
        return columns[name][i] if name in columns else None

    row = column("row_id")
    return Sample(
        id=str(row if row is not None else i),
        group=f"{step}/{row if row is not None else group_of(prompt, columns, i)}",
        question=_text(prompt),
        response=_text(completion),
        answer=gold_text(column("answer")),
        question_type=column("question_type") or None,
        options=options_of(column("options")),
        reward_method=column("reward_method") or "auto",
        meta={"step": step, "split": column("split") or "train"},
    )


def _text(message: Any) -> str:
    """The last turn's text: of a plain string, or of messages whose content is a string or a list of parts."""
    if isinstance(message, str):
        return message
    content = (message[-1].get("content") if message else None) or ""  # None: a turn that only calls tools
    return content if isinstance(content, str) else "".join(part.get("text") or "" for part in content)


def _log_metrics(scores: Sequence[Score], log_metric: Callable[[str, float], None] | None) -> None:
    if log_metric is None:
        return
    values: dict[str, list[float]] = defaultdict(list)
    for score in scores:
        for key, value in score.metrics().items():
            if score.overall is not None or key not in ("overall", "accuracy"):
                values[key].append(value)
    for key, column in values.items():
        log_metric(f"wethink/{key}", fmean(column))
