"""The hybrid reward: routes each sample to rules or judge and weighs the verdict with the format.

reward = 0.7 * accuracy + 0.3 * format (the paper's weights, as its reviewers report them), plus the user's own terms.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from wethink_plugins.config import WeThinkConfig
from wethink_plugins.errors import ConfigError
from wethink_plugins.rewards import rules
from wethink_plugins.rewards.assess import Assessment, by_judge, by_rule, judge_required
from wethink_plugins.rewards.first_batch import FirstBatch
from wethink_plugins.rewards.format import format_reward
from wethink_plugins.rewards.journal import Journal
from wethink_plugins.rewards.judge import Judge, judge_from
from wethink_plugins.rewards.loop import LoopThread
from wethink_plugins.rewards.question import Question, question_of
from wethink_plugins.rewards.response import Response, read_response
from wethink_plugins.rewards.terms import load_terms, term_values
from wethink_plugins.sample import Sample
from wethink_plugins.score import Method, Score, Status


class HybridReward:
    """Scores samples; safe to call from several threads and from running event loops.

    Synchronous callers (`score`, `score_batch`) and asynchronous ones (`ascore`, `ascore_batch`) get the same scores
    and the same concurrency towards the judge. Raises SampleError and TermError, which name the row, for what is the
    caller's fault, and JudgeRequired for a sample that needs a judge where none is configured; what goes wrong with a
    judge is in the score's status. `live` False is for scoring again what is on disk: no journal, no first-batch report.
    Building one raises ConfigError for settings that can't work, and connects to nothing. `router` is the address that
    `base_url: router` stands for (verl's reward-model router); `judge` takes the place of the configured one.
    """

    def __init__(
        self, config: WeThinkConfig, judge: Judge | None = None, router: str | None = None, live: bool = True
    ) -> None:
        if config.shadow.active:
            raise ConfigError(
                "this reward would be paid although another one shall train",
                fix="use it through an adapter that knows shadow mode (EasyR1, verl, TRL), or remove the key",
                field="shadow.active",
            )
        self.config, self._live = config, live
        self.judge = judge_from(config, router) if judge is None else judge
        # Set by adapters of hosts that take a number for every sample; for the journal.
        self.imputes = False
        # Set by hosts whose own loop must stay free: rules run in threads although no judge is waited for.
        self.rules_in_threads = False
        self._terms = load_terms(config.terms)
        self._journal = Journal.from_settings(config.journal.path, config.journal.rotate_mb) if live else None
        self._first_batch = FirstBatch(config.style, config.rules, config.judge.tolerate.share) if live else None
        self._digest, self._judge_digest = config.digest(), config.judge.digest()
        self._loop = LoopThread("wethink-judge", getattr(self.judge, "aclose", None))
        if config.rules.symbolic == "full":
            rules.start()  # so that the first formula doesn't find math-verify still starting

    @classmethod
    def from_config(
        cls,
        source: str | Path | Mapping[str, Any] | WeThinkConfig | None = None,
        judge: Judge | None = None,
        router: str | None = None,
    ) -> HybridReward:
        """From a path, a dict, or None: the file that WETHINK_CONFIG names, else all defaults. Raises ConfigError.

        Whatever is wrong with the judge's settings is found here; nothing is connected before the first question.
        """
        return cls(WeThinkConfig.load(source), judge, router)

    def require(self, samples: Iterable[Sample]) -> None:
        """Raises what scoring these would raise (SampleError, JudgeRequired), before any model is loaded.

        An empty response will do.
        """
        for sample in samples:
            if question_of(sample, self.config.aliases).method == "model" and self.judge is None:
                raise judge_required(sample)

    def score(self, sample: Sample) -> Score:
        """One sample's score. Where a judge is asked, this waits for a place in its queue and then up to `judge.deadline_s`."""
        return self._loop.run(self.ascore(sample))

    def score_batch(self, samples: Sequence[Sample]) -> list[Score]:
        """One score a sample, in their order. What the judge hasn't answered by `judge.batch_deadline_s` is unscored."""
        return self._loop.run(self.ascore_batch(samples))

    async def ascore(self, sample: Sample) -> Score:
        """`score`, in the caller's own event loop."""
        score = await self._one(sample)
        if self._first_batch:
            self._first_batch.add([sample], [score], whole_batch=False)
        return score

    async def ascore_batch(self, samples: Sequence[Sample]) -> list[Score]:
        """`score_batch`, in the caller's own event loop. The first sample that raises ends the batch."""
        samples = list(samples)
        deadline = time.monotonic() + self.config.judge.batch_deadline_s
        tasks = [asyncio.ensure_future(self._one(sample, deadline)) for sample in samples]
        try:
            scores = list(await asyncio.gather(*tasks))
        finally:
            for task in tasks:  # after one that raised, the others need no judge any more
                task.cancel()
        if self._first_batch:
            self._first_batch.add(samples, scores, whole_batch=True)
        return scores

    def __reduce__(self) -> tuple[type[HybridReward], tuple[WeThinkConfig, Judge | None, None, bool]]:
        """A copy, also in another process, is a reward of its own: same settings and judge, own thread and journal."""
        return type(self), (self.config, self.judge, None, self._live)

    def close(self) -> None:
        """Writes out the journal and ends the judge's thread."""
        self._loop.close()
        if self._journal:
            self._journal.close()

    async def _one(self, sample: Sample, deadline: float | None = None) -> Score:
        start = time.monotonic()
        question = question_of(sample, self.config.aliases)
        if question.method == "model" and self.judge is None:
            raise judge_required(sample)  # whatever the response: not only once one has an answer, hours into a run
        response = read_response(sample.response, self.config.style)
        found = await self._by_rule(sample, question, response)
        if found is None:
            left_s = None if deadline is None else deadline - time.monotonic()
            found = await by_judge(sample, question, str(response.answer), self.config, self.judge, left_s)
        score = self._weighed(sample, question, response.answer, found, time.monotonic() - start)
        self.note(sample, score)
        return score

    async def _by_rule(self, sample: Sample, question: Question, response: Response) -> Assessment | None:
        """In a thread where a judge may be waited for in this loop: a formula can take `rules.timeout_s`."""
        free = self.judge is None and not self.rules_in_threads
        if free or response.answer is None or question.method == "model":
            return by_rule(sample, question, response, self.config)
        return await asyncio.to_thread(by_rule, sample, question, response, self.config)

    def _weighed(
        self, sample: Sample, question: Question, answer: str | None, found: Assessment, latency_s: float
    ) -> Score:
        format_value, format_fault = format_reward(sample.response, self.config.style)
        extra = {
            "question_type": question.question_type,
            "answer": answer,
            "format_fault": format_fault,
            "latency_s": latency_s,
            **found.extra,
        }
        score = Score(
            None,
            found.accuracy,
            format_value,
            found.method,
            found.status,
            found.reason,
            found.grader,
            found.tier,
            extra,
        )
        if found.accuracy is None:
            return score
        values = term_values(self._terms, sample, score)
        overall = self.config.weights.accuracy * found.accuracy + self.config.weights.format * format_value
        overall += sum(term.weight * values[term.name] for term in self._terms)
        return Score(overall, *_rest(score), extra={**extra, "terms": values})

    @property
    def journals(self) -> bool:
        """Whether there is a journal: `journal.path` or WETHINK_JOURNAL names a folder, and this one is live."""
        return self._journal is not None

    def note(self, sample: Sample, score: Score) -> None:
        """A line in the journal, where there is one; `score` and its like do this by themselves."""
        if self._journal:
            imputed = self.imputes and score.status == "unscored"
            self._journal.write({**journal_line(sample, score, self._digest, self._judge_digest), "imputed": imputed})


def _rest(score: Score) -> tuple[float | None, float, Method, Status, str, str, str | None]:
    return score.accuracy, score.format, score.method, score.status, score.reason, score.grader, score.tier


def journal_line(sample: Sample, score: Score, config_digest: str, judge_digest: str) -> dict[str, Any]:
    """What the journal keeps of a sample; enough to score it again."""
    return {
        "time": time.time(),
        "id": sample.id,
        "group": sample.group,
        "step": sample.meta.get("step"),
        "split": sample.meta.get("split"),
        "question": sample.question,
        "question_type": score.extra.get("question_type"),
        "options": list(sample.options),
        "reward_method": sample.reward_method,
        "response": sample.response,
        "answer": score.extra.get("answer"),
        "gold": sample.answer,
        "overall": score.overall,
        "accuracy": score.accuracy,
        "format": score.format,
        "format_fault": score.extra.get("format_fault"),
        "method": score.method,
        "status": score.status,
        "reason": score.reason,
        "grader": score.grader,
        "tier": score.tier,
        "terms": score.extra.get("terms", {}),
        "rule_undecided": bool(score.extra.get("rule_undecided")),
        "judge_called": bool(score.extra.get("judge_called")),
        "judge": score.extra.get("judge"),
        "judge_reply": score.extra.get("judge_reply"),
        "latency_s": score.extra.get("latency_s"),
        "active": sample.meta.get("active"),
        "shadow": sample.meta.get("shadow"),
        "config": config_digest,
        "judge_config": judge_digest,
    }
