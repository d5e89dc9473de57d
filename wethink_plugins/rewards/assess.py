"""Settles the accuracy of one answer: by rule, by judge, or not at all."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from typing import Any

from wethink_plugins.config import Judge as JudgeSettings
from wethink_plugins.config import WeThinkConfig
from wethink_plugins.errors import JudgeRequired, Ungradable, Unscored
from wethink_plugins.rewards import rules
from wethink_plugins.rewards.judge import Judge, Judgement
from wethink_plugins.rewards.judge.tiers import LOWEST, TIERS
from wethink_plugins.rewards.question import Question
from wethink_plugins.rewards.response import Response
from wethink_plugins.sample import Sample
from wethink_plugins.score import Method, Status

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Assessment:
    """`accuracy` is None exactly when `status` is "unscored"."""

    accuracy: float | None
    method: Method
    status: Status
    reason: str
    grader: str
    tier: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


def by_rule(sample: Sample, question: Question, response: Response, config: WeThinkConfig) -> Assessment | None:
    """The assessment where no judge is needed; None where one is."""
    if response.answer is None:
        return Assessment(0.0, "none", "scored", response.fault, "response")
    if question.method == "model":
        return None
    verdict = _graded(sample, question, response.answer, config)
    if isinstance(verdict, Assessment):
        return verdict
    undecided = verdict.decision == "undecided"
    if undecided and config.rules.escalate:
        return None
    accuracy = 1.0 if verdict.decision == "right" else 0.0
    return Assessment(accuracy, "rule", "scored", verdict.reason, verdict.grader, extra={"rule_undecided": undecided})


def _graded(sample: Sample, question: Question, answer: str, config: WeThinkConfig) -> rules.Verdict | Assessment:
    try:
        return rules.grade(
            answer, sample.answer, question.question_type, question.options, rules.policy_of(config.rules)
        )
    except Ungradable as error:
        return Assessment(config.judge.tiers[LOWEST], "rule", "ungradable", f"ungradable: {error}", "rules", LOWEST)
    except Exception:  # noqa: BLE001  a bug of ours must not become a wrong answer unseen
        _log.exception("row %s: a rule failed on answer %.200r; the sample counts as ungradable", sample.id, answer)
        return Assessment(0.0, "rule", "ungradable", "ungradable: the rule failed", "rules")


async def by_judge(
    sample: Sample,
    question: Question,
    answer: str,
    config: WeThinkConfig,
    judge: Judge | None,
    left_s: float | None = None,
) -> Assessment:
    """Asks the judge, within the deadline of one call and what is `left_s` of the batch's.

    Raises JudgeRequired when there is no judge; nothing else.
    """
    if judge is None:
        raise judge_required(sample)
    limit_s, late = _limit(config.judge, left_s, bool(getattr(judge, "keeps_deadline", False)))
    extra = {"judge_called": limit_s > 0, "rule_undecided": question.method == "rule"}
    if limit_s <= 0:
        return _unscored(late, judge, extra)
    try:
        judgement = await _within(limit_s, judge.judge(sample, answer))
    except _Late:
        return _unscored(late, judge, {**extra, "judge": {"fault": "deadline"}})
    except Unscored as error:
        return _unscored(str(error) or "judge not reached", judge, {**extra, **_journalled(error.call)})
    except Ungradable as error:
        return Assessment(
            config.judge.tiers[LOWEST],
            "model",
            "ungradable",
            f"ungradable: {error}",
            _name(judge),
            LOWEST,
            {**extra, **_journalled(error.call)},
        )
    except Exception as error:  # noqa: BLE001  neither must a bug of the judge
        _log.exception("row %s: judge %s failed", sample.id, _name(judge))
        return _unscored(f"judge failed: {type(error).__name__}: {error}", judge, extra)
    return _judged(judgement, judge, config, extra)


def _judged(judgement: object, judge: Judge, config: WeThinkConfig, extra: Mapping[str, Any]) -> Assessment:
    """A judge of somebody's own may return anything."""
    if not isinstance(judgement, Judgement):
        return _unscored(f"judge returned a {type(judgement).__name__}, not a Judgement", judge, extra)
    if judgement.tier not in TIERS:
        return _unscored(f"judge said {judgement.tier!r}, which is no tier", judge, extra)
    return Assessment(
        config.judge.tiers[judgement.tier],
        "model",
        "scored",
        str(judgement.reason),
        _name(judge),
        judgement.tier,
        {**extra, **_journalled(judgement.call), "judge_reply": str(judgement.reply)},
    )


def _journalled(call: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of the call, without the judge's words, which have a place of their own."""
    if not call:
        return {}
    known: dict[str, Any] = {"judge": {name: value for name, value in call.items() if name != "reply"}}
    if call.get("asked") == 0:
        known["judge_called"] = False
    return {**known, "judge_reply": call["reply"]} if "reply" in call else known


class _Late(Exception):
    """The time was over first."""


def _limit(settings: JudgeSettings, left_s: float | None, keeps_deadline: bool) -> tuple[float, str]:
    """The seconds that one call may take, and what to say of a call that takes longer.

    A judge that keeps the deadline of a call itself is held to the batch's only: it knows when a call left the queue.
    """
    call_s = settings.batch_deadline_s if keeps_deadline else settings.deadline_s
    if left_s is not None and left_s < call_s:
        return left_s, f"batch deadline of {settings.batch_deadline_s:g} s"
    return call_s, f"no verdict within {call_s:g} s"


async def _within(limit_s: float, verdict: Awaitable[Judgement]) -> Judgement:
    """The verdict; _Late when it takes longer. A call that ignores its cancellation is left behind, not waited for."""
    call = asyncio.ensure_future(verdict)
    try:
        done, _ = await asyncio.wait({call}, timeout=limit_s)
    finally:
        if not call.done():
            call.cancel()
            call.add_done_callback(_forget)
    if not done:
        raise _Late
    if call.cancelled():
        raise RuntimeError("it cancelled its own call")
    return call.result()


def _forget(call: asyncio.Future[Judgement]) -> None:
    """Nobody waits for it any more: its error, if any, is looked at so that asyncio doesn't complain."""
    if not call.cancelled():
        call.exception()


def _name(judge: Judge) -> str:
    return str(getattr(judge, "name", type(judge).__name__))


def judge_required(sample: Sample) -> JudgeRequired:
    return JudgeRequired(
        "needs a judge model and none is configured",
        fix="name a server under judge.endpoints in the YAML, or set judge.offline: true (a stand-in that compares words)",
        row=sample.id,
        field="reward_method",
    )


def _unscored(reason: str, judge: Judge, extra: Mapping[str, Any]) -> Assessment:
    return Assessment(None, "model", "unscored", reason, _name(judge), extra=extra)
