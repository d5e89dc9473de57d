"""A step of a run in figures, from the journal's lines."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

Line = Mapping[str, Any]
SCORED = 0.5
"""Chosen: where less of the samples was scored, their mean is left out. It would be that of what needs no judge."""


@dataclass(frozen=True)
class Step:
    """Means and shares over the samples of one training step; None where nothing was there to take a mean of.

    `reward` and `accuracy` are those of the scored, and None as well where these stand for nothing: less than half of the
    samples, or of those with an answer none. `by_type` leaves such types out; `samples_by_type` counts all samples.
    `dead`: share of groups in which all rewards are equal, so that they teach nothing; `all_wrong` and `all_right` are
    parts of it. `lost`: share unscored among what needed the judge. `answers` count what was answered, by question type,
    `golds` what would have been right. `tokens` and `usd` are the judge's.
    """

    step: int
    samples: int
    reward: float | None = None
    accuracy: float | None = None
    by_type: Mapping[str, float] = field(default_factory=dict)
    samples_by_type: Mapping[str, int] = field(default_factory=dict)
    scored: int = 0
    scored_by_type: Mapping[str, int] = field(default_factory=dict)
    by_method: Mapping[str, float] = field(default_factory=dict)
    format: float | None = None
    terms: Mapping[str, float] = field(default_factory=dict)
    length: float | None = None
    no_answer: float = 0.0
    dead: float | None = None
    all_wrong: float | None = None
    all_right: float | None = None
    lost: float | None = None
    ungradable: float = 0.0
    imputed: float = 0.0
    undecided: float | None = None
    judge_called: float = 0.0
    judge_latency_s: float | None = None
    tokens: int = 0
    usd: float = 0.0
    judges: frozenset[str] = frozenset()
    answers: Mapping[str, Counter[str]] = field(default_factory=dict)
    golds: Mapping[str, Counter[str]] = field(default_factory=dict)


def steps_of(lines: Iterable[Line]) -> list[Step]:
    """Every training step, in order; lines of other splits and those without a step are left out."""
    by_step: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        if line.get("step") is not None and (line.get("split") or "train") == "train":
            by_step[int(line["step"])].append(line)
    return [_step(number, by_step[number]) for number in sorted(by_step)]


def mean(values: Iterable[float | None]) -> float | None:
    """Of what is there; None of nothing."""
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def _step(number: int, lines: list[Line]) -> Step:
    scored = [line for line in lines if line.get("overall") is not None]
    needed = [line for line in lines if line.get("method") == "model" or line.get("status") == "unscored"]
    ruled = [line for line in scored if line.get("method") == "rule"]
    calls = [line["judge"] for line in lines if line.get("judge")]
    groups = _groups(scored)
    return Step(
        number,
        len(lines),
        reward=mean(line["overall"] for line in scored) if _stands_for(scored, lines) else None,
        accuracy=mean(line["accuracy"] for line in scored) if _stands_for(scored, lines) else None,
        by_type=_by_type(lines),
        samples_by_type=_counts(lines),
        scored=len(scored),
        scored_by_type=_counts(scored),
        by_method=_means(scored, "method"),
        format=mean(line.get("format") for line in lines),
        terms=_terms(scored),
        length=mean(len(line.get("response") or "") for line in lines),
        no_answer=_share(line.get("answer") is None for line in lines) or 0.0,
        dead=_share(max(rewards) - min(rewards) < 1e-9 for rewards, _ in groups),
        all_wrong=_share(max(accuracies) < 1e-9 for _, accuracies in groups),
        all_right=_share(min(accuracies) > 1 - 1e-9 for _, accuracies in groups),
        lost=_share(line.get("status") == "unscored" for line in needed),
        ungradable=_share(line.get("status") == "ungradable" for line in lines) or 0.0,
        imputed=_share(bool(line.get("imputed")) for line in lines) or 0.0,
        undecided=_share(bool(line.get("rule_undecided")) for line in ruled),
        judge_called=_share(bool(line.get("judge_called")) for line in lines) or 0.0,
        judge_latency_s=mean(call.get("latency_s") for call in calls if not call.get("cached")),
        tokens=sum((call.get("prompt_tokens") or 0) + (call.get("completion_tokens") or 0) for call in calls),
        usd=sum(call.get("usd") or 0.0 for call in calls),
        judges=frozenset(str(call["model"]) for call in calls if call.get("model")),
        answers=_counted(lines, "answer"),
        golds=_counted(lines, "gold"),
    )


def _groups(lines: list[Line]) -> list[tuple[list[float], list[float]]]:
    """Rewards and accuracies of each group of at least two."""
    groups: dict[str, tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
    for line in lines:
        if line.get("group") is not None:
            rewards, accuracies = groups[line["group"]]
            rewards.append(line["overall"])
            accuracies.append(line["accuracy"])
    return [group for group in groups.values() if len(group[0]) > 1]


def _stands_for(scored: list[Line], lines: list[Line]) -> bool:
    """Whether a mean of `scored` says something of `lines`. With a dead judge what has no answer is scored all the same."""
    if len(scored) == len(lines):
        return True
    return len(scored) >= SCORED * len(lines) and any(line.get("method") != "none" for line in scored)


def _by_type(lines: list[Line]) -> dict[str, float]:
    groups: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        groups[str(line.get("question_type"))].append(line)
    scored = {kind: [line for line in some if line.get("overall") is not None] for kind, some in sorted(groups.items())}
    return {
        kind: fmean(line["accuracy"] for line in some)
        for kind, some in scored.items()
        if some and _stands_for(some, groups[kind])
    }


def _counts(lines: list[Line]) -> dict[str, int]:
    return dict(sorted(Counter(str(line.get("question_type")) for line in lines).items()))


def _means(lines: list[Line], key: str) -> dict[str, float]:
    values: dict[str, list[float]] = defaultdict(list)
    for line in lines:
        values[str(line.get(key))].append(line["accuracy"])
    return {name: fmean(some) for name, some in sorted(values.items())}


def _counted(lines: list[Line], field: str) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for line in lines:
        if line.get(field):
            counts[str(line.get("question_type"))][_said(line[field])] += 1
    return dict(counts)


def _terms(lines: list[Line]) -> dict[str, float]:
    values: dict[str, list[float]] = defaultdict(list)
    for line in lines:
        for name, value in (line.get("terms") or {}).items():
            values[name].append(value)
    return {name: fmean(some) for name, some in sorted(values.items())}


def _share(flags: Iterable[bool]) -> float | None:
    listed = [float(flag) for flag in flags]
    return fmean(listed) if listed else None


def _said(text: object) -> str:
    """As far as two answers are told apart here."""
    return " ".join(str(text).split()).strip(" .").casefold()[:80]
