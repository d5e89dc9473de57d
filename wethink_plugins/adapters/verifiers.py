"""PrimeIntellect verifiers (0.4, `verifiers.v1`): a reward that any task can plug in, without a line of code.

    --env.taskset.task.rewards.wethink.fn wethink_plugins.adapters.verifiers:wethink

or as a method: `@vf.reward async def wethink(self, trace): return await verifiers.wethink(self.data, trace)`. The task's data
needs `answer`; `question_type`, `options` and `reward_method` are used when there, and inferred otherwise. The configuration is
the YAML that WETHINK_CONFIG names.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from wethink_plugins.adapters.fields import first_given, gold_text, options_of
from wethink_plugins.adapters.function import shared
from wethink_plugins.errors import SampleError, Unscored
from wethink_plugins.sample import Sample
from wethink_plugins.score import Score

_log = logging.getLogger(__name__)


async def wethink(task: Any, trace: Any) -> float:
    """The reward; the closed list of metrics goes into `trace.metrics` under `wethink/`.

    Raises Unscored for a rollout that could not be scored: verifiers records that as the trace's error and pays nothing,
    where any number would be a false score. SampleError and JudgeRequired name the row and are recorded in the same way.
    """
    score = await shared().ascore(sample_of(task, trace))
    for name, value in score.metrics().items():
        trace.record_metric(f"wethink/{name}", value)
    if score.overall is None:
        raise Unscored(score.reason)
    return score.overall


async def shadow(task: Any, trace: Any) -> Mapping[str, float]:
    """For shadow mode, plugged in as a *metric*: your own rewards train, ours is journalled and recorded beside them.

    Never raises: a rollout that could not be scored, for whatever reason, is `wethink/unscored` 1.
    """
    try:
        score = await shared().ascore(sample_of(task, trace))
    except Exception as error:  # noqa: BLE001  ours must not touch a training that is another reward's
        _log.error("shadow mode: ours fails (%s: %s); the training is not touched", type(error).__name__, error)
        score = Score(None, None, 0.0, "none", "unscored", str(error), "shadow")
    return {f"wethink/{name}": value for name, value in score.metrics().items()}


def sample_of(task: Any, trace: Any) -> Sample:
    """From a task's data and its trace; the response is the model's last one."""
    row = first_given(getattr(task, "id", None), getattr(task, "idx", None), default="")
    if not hasattr(task, "answer"):
        raise SampleError("the task's data has no `answer`", fix="add the gold answer as that field", row=row)
    return Sample(
        id=row,
        group=None,
        question=getattr(task, "prompt_text", "") or "",
        response=trace.last_reply,
        answer=gold_text(task.answer),
        question_type=getattr(task, "question_type", None) or None,
        options=options_of(getattr(task, "options", None)),
        reward_method=getattr(task, "reward_method", None) or "auto",
        meta={"trace": trace.id},
    )
