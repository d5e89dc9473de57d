"""Settles the accuracy of one answer: by rule, by judge, or not at all."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wethink_plugins.config import WeThinkConfig
from wethink_plugins.errors import JudgeRequired, Ungradable, Unscored
from wethink_plugins.rewards import rules
from wethink_plugins.rewards.judge import Judge
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
        return rules.grade(answer, sample.answer, question.question_type, question.options, rules.policy_of(config.rules))
    except Ungradable as error:
        return Assessment(config.judge.tiers[LOWEST], "rule", "ungradable", f"ungradable: {error}", "rules", LOWEST)
    except Exception:
        _log.exception("row %s: a rule failed on answer %.200r; the sample counts as ungradable", sample.id, answer)
        return Assessment(0.0, "rule", "ungradable", "ungradable: the rule failed", "rules")


async def by_judge(sample: Sample, question: Question, answer: str, config: WeThinkConfig, judge: Judge | None) -> Assessment:
    """Asks the judge, within the deadline of one call. Raises JudgeRequired when there is none; nothing else."""
    if judge is None:
        raise judge_required(sample)
    extra = {"judge_called": True, "rule_undecided": question.method == "rule"}
    try:
        judgement = await asyncio.wait_for(judge.judge(sample, answer), config.judge.deadline_s)
    except Unscored as error:
        return _unscored(str(error) or "judge not reached", judge, extra)
    except (asyncio.TimeoutError, TimeoutError):
        return _unscored(f"no verdict within {config.judge.deadline_s:g} s", judge, extra)
    except Ungradable as error:
        return Assessment(config.judge.tiers[LOWEST], "model", "ungradable", f"ungradable: {error}", judge.name, LOWEST, extra)
    except Exception as error:
        _log.exception("row %s: judge %s failed", sample.id, judge.name)
        return _unscored(f"judge failed: {type(error).__name__}: {error}", judge, extra)
    if judgement.tier not in TIERS:
        return _unscored(f"judge said {judgement.tier!r}, which is no tier", judge, extra)
    extra["judge_reply"] = judgement.reply
    return Assessment(config.judge.tiers[judgement.tier], "model", "scored", judgement.reason, judge.name, judgement.tier, extra)


def too_late(judge: Judge | None, config: WeThinkConfig) -> Assessment:
    """For what was still waiting when the batch's time was over."""
    return _unscored(f"batch deadline of {config.judge.batch_deadline_s:g} s", judge, {"judge_called": True})


def judge_required(sample: Sample) -> JudgeRequired:
    return JudgeRequired(
        "needs a judge model and none is configured",
        fix="set judge.endpoints, or judge.offline: true for the stand-in, in the YAML",
        row=sample.id,
        field="reward_method",
    )


def _unscored(reason: str, judge: Judge | None, extra: Mapping[str, Any]) -> Assessment:
    return Assessment(None, "model", "unscored", reason, judge.name if judge else "judge", extra=extra)
