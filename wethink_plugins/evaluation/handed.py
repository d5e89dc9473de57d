"""What a benchmark's graders get of a response, and how our own grade a benchmark's file of predictions."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from wethink_plugins.config import WeThinkConfig
from wethink_plugins.inference.parts import parts
from wethink_plugins.rewards.response import ANSWER_CLOSE, ANSWER_OPEN, THINK_CLOSE


def handed(response: str) -> tuple[str, str]:
    """(for the graders, the rest): the answer, read as the reward reads it.

    Where there is none: what follows the thinking, without its tags; a response without any tag as it is. Thinking
    that was never closed leaves an empty text, since a grader would find options in it that were only considered.
    """
    found = parts(response)
    if found.answer is not None:
        return found.answer, response
    if found.fault == "thinking never closed":
        return "", response
    tail = response[response.rfind(THINK_CLOSE) + len(THINK_CLOSE) :] if THINK_CLOSE in response else response
    return tail.replace(ANSWER_OPEN, "").replace(ANSWER_CLOSE, "").strip(), response


def graded_table(rows: Sequence[Mapping[str, Any]], config: WeThinkConfig) -> dict[str, list[Any]]:
    """Columns split, acc, tot, unscored: Overall and each category, in per cent over what was scored.

    `rows` have index, question, answer, prediction and, where there is one, `thinking`, the whole response.
    """
    from wethink_plugins.rewards.hybrid import HybridReward

    reward = HybridReward(config, live=False)
    samples = [_sample(row) for row in rows]
    try:
        reward.require(samples)
        scores = [
            score for start in range(0, len(samples), 512) for score in reward.score_batch(samples[start : start + 512])
        ]
    finally:
        reward.close()
    found: dict[str, list[float | None]] = defaultdict(list)
    for row, score in zip(rows, scores, strict=True):
        for name in ("Overall", str(row.get("category") or "")):
            if name:
                found[name].append(score.accuracy)
    table: dict[str, list[Any]] = {"split": [], "acc": [], "tot": [], "unscored": []}
    for name, values in found.items():
        known = [value for value in values if value is not None]
        for column, value in zip(
            table,
            (name, 100 * sum(known) / len(known) if known else None, len(values), len(values) - len(known)),
            strict=True,
        ):
            table[column].append(value)
    return table


def _sample(row: Mapping[str, Any]) -> Any:
    from wethink_plugins.sample import Sample

    whole = str(row.get("thinking") or "") or str(row.get("prediction") or "")
    return Sample(
        id=str(row["index"]),
        group=None,
        question=str(row["question"]),
        response=whole,
        answer=str(row["answer"]),
        question_type=str(row.get("question_type") or "") or None,
        options=tuple(json.loads(row["options"])) if row.get("options") else (),
    )
