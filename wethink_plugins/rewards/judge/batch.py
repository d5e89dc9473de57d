"""Asks a judge many things outside a training, exactly as the reward does: same deadlines, same statuses."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wethink_plugins.config import WeThinkConfig
from wethink_plugins.errors import ConfigError
from wethink_plugins.rewards.assess import Assessment, by_judge
from wethink_plugins.rewards.judge import Judge, judge_from
from wethink_plugins.rewards.question import Question
from wethink_plugins.sample import Sample

_QUESTION = Question("descriptive", (), "model")
# Waiting in a queue would count against a call's own deadline, so no more are started than the servers take.
_AT_ONCE = 64


@dataclass(frozen=True)
class Query:
    """One question to the judge. Equal ones with another `salt` are asked again instead of read from the call store:
    the judge finds it as `sample.meta["salt"]`."""

    id: str
    question: str
    reference: str
    answer: str
    salt: str = ""

    def sample(self) -> Sample:
        meta = {"salt": self.salt} if self.salt else {}
        return Sample(self.id, None, self.question, self.answer, self.reference, "descriptive", (), "model", meta=meta)


def judge_of(config: WeThinkConfig, offline: bool = False) -> Judge:
    """The configured judge, or with `offline` the stand-in; ConfigError when the configuration has none."""
    if offline:
        from wethink_plugins.rewards.judge.offline import OfflineJudge

        return OfflineJudge()
    judge = judge_from(config)
    if judge is None:
        raise ConfigError(
            "no judge is configured",
            fix="set judge.endpoints in the YAML, or give --offline for the stand-in that compares words",
            field="judge",
        )
    return judge


def ask_all(judge: Judge, config: WeThinkConfig, asked: Sequence[Query]) -> list[Assessment]:
    """In order; `tier` and `status` as in training, `judge.deadline_s` for each. Blocks; not for a running loop."""
    return asyncio.run(_ask_all(judge, config, asked))


async def _ask_all(judge: Judge, config: WeThinkConfig, asked: Sequence[Query]) -> list[Assessment]:
    places = asyncio.Semaphore(sum(endpoint.max_concurrency for endpoint in config.judge.endpoints) or _AT_ONCE)

    async def one(question: Query) -> Assessment:
        async with places:
            return await by_judge(question.sample(), _QUESTION, question.answer, config, judge)

    try:
        return list(await asyncio.gather(*(one(question) for question in asked)))
    finally:
        await _close(judge)


async def _close(judge: Any) -> None:
    close = getattr(judge, "aclose", None)
    if close is not None:
        await close()
