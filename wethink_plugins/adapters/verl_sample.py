"""A sample from what verl knows of a row: `extra_info`, the ground truth and the prompt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wethink_plugins.adapters.fields import first_given, gold_text, options_of
from wethink_plugins.sample import Sample


def sample_of(
    response: str, ground_truth: object, extra_info: Mapping[str, Any], data_source: object, **more: Any
) -> Sample:
    """From a row of our exporter, or of anybody's: what `extra_info` lacks is inferred from the gold answer."""
    meta = {"source": str(data_source), "split": extra_info.get("split"), **more.pop("meta", {})}
    question = str(extra_info.get("question") or more.pop("question", ""))
    more.pop("question", None)
    return Sample(
        id=first_given(extra_info.get("id"), extra_info.get("index"), default="unknown"),
        question=question,
        response=response,
        answer=gold_text(ground_truth),
        question_type=extra_info.get("question_type") or None,
        options=options_of(extra_info.get("options")),
        reward_method=str(extra_info.get("reward_method") or "auto"),
        meta=meta,
        **{"group": None, **more},
    )
