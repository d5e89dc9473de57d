"""Ours as one term of another reward: a plain function, for one response or a list of them.

from wethink_plugins import wethink_reward

wethink_reward("<think>2+2</think><answer>4</answer>", "4")                          # 1.0
wethink_reward(responses, golds, question=questions, part="accuracy", config="wethink.yaml")   # a list
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, overload

from wethink_plugins.adapters.fields import gold_text, options_of
from wethink_plugins.config import WeThinkConfig
from wethink_plugins.errors import SampleError
from wethink_plugins.rewards.hybrid import HybridReward
from wethink_plugins.sample import Sample
from wethink_plugins.score import Score

Part = Literal["overall", "accuracy", "format"]
Config = str | Path | Mapping[str, Any] | WeThinkConfig | None
_PARTS = ("overall", "accuracy", "format")
# Of a sample, what may be given for all, or one for each.
_COLUMNS = ("question", "question_type", "reward_method", "id", "group", "split", "images")
_building = threading.Lock()
_rewards: dict[str, HybridReward] = {}


@overload
def wethink_reward(response: str, answer: Any, **settings: Any) -> float | None: ...
@overload
def wethink_reward(response: Sequence[str], answer: Sequence[Any], **settings: Any) -> list[float | None]: ...
def wethink_reward(
    response: str | Sequence[str],
    answer: Any,
    *,
    part: Part = "overall",
    config: Config = None,
    options: Sequence[Any] | None = None,
    **columns: Any,
) -> float | list[float | None] | None:
    """The reward of one response, or of each of a list, in [0, 1] with the default weights and no terms of your own.

    `answer` is the gold; `part` is `overall` (weighted), `accuracy` or `format` alone. `question`, `question_type`,
    `reward_method`, `id`, `group` and `split` are one text, or with a list of responses one for each (`images`: a list for each); `options` are the texts of
    one question, or a list of such lists. `config` is a YAML file, a dict, or None (WETHINK_CONFIG's file, else the
    defaults); a reward is built once for each in a process.

    None where the score could not be had (a judge that failed): leave that rollout out, never pay it 0. A format alone is
    always known. Raises SampleError, naming the row, JudgeRequired and ConfigError, as HybridReward does.
    """
    if part not in _PARTS:
        raise SampleError(f"no part {part!r}", fix=f"use {', '.join(_PARTS)}", field="part")
    _refuse_unknown(columns)
    reward = shared(config)
    if isinstance(response, str):
        return _of(reward.score(_sample(response, answer, options, columns, None)), part)
    samples = samples_of(response, answer, options=options, **columns)
    return [_of(score, part) for score in reward.score_batch(samples)]


def shared(config: Config = None) -> HybridReward:
    """The one reward of this process for a configuration; what `wethink_reward` scores with."""
    settings = WeThinkConfig.load(config)
    key = json.dumps(settings.model_dump(mode="json"), sort_keys=True, default=str)
    with _building:
        if key not in _rewards:
            _rewards[key] = HybridReward(settings)
        return _rewards[key]


def _refuse_unknown(columns: Mapping[str, Any]) -> None:
    unknown = sorted(set(columns) - set(_COLUMNS))
    if unknown:
        raise TypeError(f"no argument {unknown[0]!r}; there are {', '.join((*_COLUMNS, 'options'))}")


def _of(score: Score, part: str) -> float | None:
    value: float | None = getattr(score, part)
    return value


def samples_of(responses: Sequence[str], answers: Any, *, options: Any = None, **columns: Any) -> list[Sample]:
    """SampleError for a column of another length than the responses; TypeError for one that a sample hasn't got."""
    _refuse_unknown(columns)
    given = {"answer": answers, **{name: column for name, column in columns.items() if _is_column(column)}}
    for name, column in given.items():
        if not _is_column(column) or len(column) != len(responses):
            found = f"{len(column)} for" if _is_column(column) else "one text for"
            raise SampleError(f"{found} {len(responses)} responses", fix="give one for each response", field=name)
    each = options is not None and len(options) == len(responses) and all(map(_is_column_or_none, options))
    return [_sample(one, answers[i], options[i] if each else options, columns, i) for i, one in enumerate(responses)]


def _sample(response: Any, answer: Any, options: Any, columns: Mapping[str, Any], place: int | None) -> Sample:
    def value(name: str) -> Any:
        column: Any = columns.get(name)
        return column[place] if place is not None and _is_column(column) else column

    row = value("id")
    return Sample(
        id=str(row if row is not None else place or 0),
        group=value("group"),
        question=value("question") or "",
        response=response,
        answer=gold_text(answer),
        question_type=value("question_type"),
        options=options_of(options),
        reward_method=value("reward_method") or "auto",
        images=value("images") or (),
        meta={"split": value("split") or "train"},
    )


def _is_column(value: Any) -> bool:
    return not isinstance(value, str | bytes | Mapping) and hasattr(value, "__len__")


def _is_column_or_none(value: Any) -> bool:
    """Of rows without options a data set may say null."""
    return value is None or _is_column(value)
