"""Scores rollouts that are on disk: a journal or saved ones, by any configuration, without a trainer or a GPU.

A journal keeps what the judge said. As long as the judge's part of the configuration is the one that it was written
with, and the answer reads the same, the stored verdict is used and no judge is called: so new weights, tiers, terms or
rules cost nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from wethink_plugins.config import JournalFile, Shadow, WeThinkConfig
from wethink_plugins.errors import Ungradable, Unscored
from wethink_plugins.rewards.assess import judge_required
from wethink_plugins.rewards.hybrid import HybridReward
from wethink_plugins.rewards.judge import Judge, Judgement, judge_from
from wethink_plugins.rewards.rollout import Rollout
from wethink_plugins.sample import Sample
from wethink_plugins.score import Score

# Scored at once: the deadline of a batch is made for what one step of a training holds, not for a whole journal.
_BATCH = 512
_NUMBER = "replay_number"
# Faults of a first question that was never sent.
_NOT_SENT = frozenset({"breaker_open", "ceiling"})


@dataclass(frozen=True)
class Replayed:
    """Scores in the order of the rollouts; how many verdicts were read, and for how many a judge was really asked."""

    scores: Sequence[Score]
    reused: int
    asked: int


def replay(
    rollouts: Sequence[Rollout], config: WeThinkConfig, judge: Judge | None = None, retry_unscored: bool = False
) -> Replayed:
    """By `config`, with nothing journalled. `retry_unscored` asks the judge again where it gave no verdict then.

    Raises JudgeRequired, naming the row, where a verdict is needed that is neither stored nor to be had.
    """
    stored = _Stored(rollouts, config, judge_from(config) if judge is None else judge, retry_unscored)
    quiet = config.model_copy(update={"journal": JournalFile(), "shadow": Shadow()})
    reward = HybridReward(quiet, stored, live=False)
    samples = [replace(rollout.sample, meta={**rollout.sample.meta, _NUMBER: rollout.number}) for rollout in rollouts]
    try:
        if stored.inner is None and not stored.lines:
            HybridReward(quiet, None, live=False).require(samples)  # before anything is computed
        scores: list[Score] = []
        for start in range(0, len(samples), _BATCH):
            scores += reward.score_batch(samples[start : start + _BATCH])
            if stored.missing is not None:
                raise judge_required(stored.missing)
    finally:
        reward.close()
    return Replayed(scores, stored.reused, stored.asked)


def by_other_judges(rollouts: Sequence[Rollout], config: WeThinkConfig) -> int:
    """How many stored verdicts `replay` doesn't use, since the judge's settings were others when they were given."""
    prompt = _prompt_digest(config)
    given = [
        r.line for r in rollouts if r.line.get("status") in ("scored", "ungradable") and r.line.get("judge_config")
    ]
    by_model = [line for line in given if line.get("method") == "model"]
    return sum(not _is_verdict(line, config, prompt, retry_unscored=False) for line in by_model)


class _Stored:
    """A judge that has its verdicts from the journal, and asks `inner` for the others."""

    def __init__(
        self, rollouts: Sequence[Rollout], config: WeThinkConfig, inner: Judge | None, retry_unscored: bool
    ) -> None:
        self.inner = inner
        prompt = _prompt_digest(config)
        self.lines = {r.number: r.line for r in rollouts if _is_verdict(r.line, config, prompt, retry_unscored)}
        self.name = str(getattr(inner, "name", next((line["grader"] for line in self.lines.values()), "none")))
        self.keeps_deadline = bool(getattr(inner, "keeps_deadline", False))
        self.reused = self.asked = 0
        self.missing: Sample | None = None

    async def judge(self, sample: Sample, answer: str) -> Judgement:
        line = self.lines.get(sample.meta[_NUMBER])
        if line is not None and line.get("answer") == answer:
            self.reused += 1
            return _said(line)
        if self.inner is None:
            self.missing = self.missing or sample
            raise Unscored("no judge is configured")
        self.asked += 1  # before: a call that is cut off or fails in its own way was made all the same
        try:
            said = await self.inner.judge(sample, answer)
        except (Unscored, Ungradable) as error:
            self.asked -= _was_not_asked(error.call)
            raise
        self.asked -= _was_not_asked(getattr(said, "call", None))
        return said

    async def aclose(self) -> None:
        close = getattr(self.inner, "aclose", None)
        if close is not None:
            await close()


def _was_not_asked(call: object) -> bool:
    """An empty answer is settled without a question; behind an open breaker or at a ceiling none is sent."""
    if not isinstance(call, Mapping):
        return False
    return call.get("asked") == 0 or (call.get("asked") == 1 and call.get("fault") in _NOT_SENT)


def _prompt_digest(config: WeThinkConfig) -> str | None:
    """Of the wording itself: a prompt file may have changed under its name."""
    from wethink_plugins.rewards.judge.prompt import judge_prompt

    return judge_prompt(config.judge.prompt).digest if config.judge.endpoints else None


def _is_verdict(line: Mapping[str, Any], config: WeThinkConfig, prompt: str | None, retry_unscored: bool) -> bool:
    if line.get("method") != "model" or line.get("judge_config") != config.judge.digest():
        return False
    asked_with = (line.get("judge") or {}).get("prompt")
    if prompt is not None and asked_with not in (None, prompt):
        return False
    return line.get("status") in ("scored", "ungradable") or not retry_unscored


def _said(line: Mapping[str, Any]) -> Judgement:
    reason = str(line.get("reason"))
    if line.get("status") == "unscored":
        raise Unscored(reason)
    if line.get("status") == "ungradable":
        raise Ungradable(reason.removeprefix("ungradable: "))
    return Judgement(str(line.get("tier")), reason, str(line.get("judge_reply") or ""))
