"""Where the reward that trains and ours disagree, from a journal that was written in shadow mode."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from wethink_plugins.agreement import pearson, ranks
from wethink_plugins.errors import WeThinkError
from wethink_plugins.rewards.advantages import Group, compared, group_of
from wethink_plugins.rewards.rollout import Rollout, read_rollouts

NO_TRAINING = (
    "Would-be advantages are those that ours would have given to the rollouts of a model that the other reward trains; "
    "no training by ours."
)


@dataclass(frozen=True)
class Pair:
    """One rollout that both rewards gave a number, with the advantages of both within its group."""

    rollout: Rollout
    active: float
    ours: float
    active_advantage: float
    our_advantage: float

    @property
    def apart(self) -> float:
        return abs(self.active_advantage - self.our_advantage)


def shadow_report(file: Path, cards: int = 12) -> dict[str, Any]:
    """WeThinkError when the journal holds nothing that was scored in shadow mode."""
    rollouts = [one for one in read_rollouts(file) if one.line.get("shadow") is not None]
    if not rollouts:
        raise WeThinkError(
            "holds no line of shadow mode", fix="train with shadow.active set and journal.path there", file=file
        )
    pairs = pairs_of(rollouts)
    return {
        "file": str(file),
        "rollouts": len(rollouts),
        "compared": len(pairs),
        "active_without_number": sum(one.line.get("active") is None for one in rollouts),
        "ours_unscored": sum(one.line.get("overall") is None for one in rollouts),
        "dropped": _most(rollouts, "dropped"),
        "unread": _most(rollouts, "unread"),
        "grouped_by": _grouped_by(rollouts),
        "correlation": pearson([p.active for p in pairs], [p.ours for p in pairs]),
        "rank_correlation": pearson(ranks([p.active for p in pairs]), ranks([p.ours for p in pairs])),
        "advantages": _advantages(pairs),
        "by_type": _by_type(pairs),
        "by_step": _by_step(pairs),
        "cost": _cost(rollouts),
        "cards": [_card(pair) for pair in sorted(pairs, key=lambda p: -p.apart)[:cards] if pair.apart > 0],
        "note": NO_TRAINING,
    }


def pairs_of(rollouts: Sequence[Rollout]) -> list[Pair]:
    """Of what both gave a number; advantages are within the group, over these alone."""
    groups: dict[Hashable, list[Rollout]] = defaultdict(list)
    for one in rollouts:
        if one.line.get("active") is not None and one.line.get("overall") is not None:
            groups[one.group].append(one)
    pairs = []
    for members in groups.values():
        active, ours = (group_of([one.line[key] for one in members]) for key in ("active", "overall"))
        columns = zip(members, active.rewards, ours.rewards, active.advantages, ours.advantages, strict=True)
        pairs += [Pair(*column) for column in columns]
    return pairs


def _groups(pairs: Sequence[Pair]) -> tuple[dict[Hashable, Group], dict[Hashable, Group]]:
    keyed: dict[Hashable, list[Pair]] = defaultdict(list)
    for pair in pairs:
        keyed[pair.rollout.group].append(pair)
    active = {key: Group([p.active for p in many], [p.active_advantage for p in many]) for key, many in keyed.items()}
    ours = {key: Group([p.ours for p in many], [p.our_advantage for p in many]) for key, many in keyed.items()}
    return active, ours


def _advantages(pairs: Sequence[Pair]) -> dict[str, Any]:
    return compared(*_groups(pairs))


def _by_type(pairs: Sequence[Pair]) -> list[dict[str, Any]]:
    types: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        types[str(pair.rollout.line.get("question_type"))].append(pair)
    return [{"question_type": kind, **_line(types[kind])} for kind in sorted(types)]


def _line(pairs: Sequence[Pair]) -> dict[str, Any]:
    found = _advantages(pairs)
    return {
        "rollouts": len(pairs),
        "active": fmean(pair.active for pair in pairs),
        "ours": fmean(pair.ours for pair in pairs),
        "correlation": pearson([p.active for p in pairs], [p.ours for p in pairs]),
        "sign_flips": found["sign_flips"],
        "pushed_or_not": found["pushed_or_not"],
    }


def _by_step(pairs: Sequence[Pair]) -> list[dict[str, Any]]:
    steps: dict[int, list[Pair]] = defaultdict(list)
    for pair in pairs:
        step = pair.rollout.line.get("step")
        if isinstance(step, int):
            steps[step].append(pair)
    return [{"step": step, **_line(steps[step])} for step in sorted(steps)]


def _cost(rollouts: Sequence[Rollout]) -> dict[str, Any]:
    judged = [one.line for one in rollouts if one.line.get("judge_called", one.line.get("method") == "model")]
    calls: list[Mapping[str, Any]] = [line.get("judge") or {} for line in judged]
    waits = [float(line.get("latency_s") or 0.0) for line in judged]
    steps = {one.line.get("step") for one in rollouts}
    return {
        "judge_calls": len(judged),
        "judge_calls_a_step": len(judged) / len(steps) if None not in steps else None,
        "share_judged": len(judged) / len(rollouts),
        "from_store": sum(bool(call.get("cached")) for call in calls),
        "tokens": sum(int(call.get(key) or 0) for call in calls for key in ("prompt_tokens", "completion_tokens")),
        "usd": sum(float(call.get("usd") or 0.0) for call in calls),
        "mean_wait_s": fmean(waits) if waits else None,
        "longest_wait_s": max(waits, default=None),
    }


def _grouped_by(rollouts: Sequence[Rollout]) -> str:
    """What told the groups apart: hosts that hand a reward one rollout and no group leave the row's id only."""
    if all(one.sample.group is not None for one in rollouts):
        return "group"
    return "row and step" if all(one.line.get("step") is not None for one in rollouts) else "row, over all steps"


def _most(rollouts: Sequence[Rollout], key: str) -> int:
    """Each process counts up; the last count of each is added."""
    counts: dict[Any, int] = defaultdict(int)
    for one in rollouts:
        shadow: Mapping[str, Any] = one.line["shadow"]
        counts[shadow.get("process")] = max(counts[shadow.get("process")], int(shadow.get(key, 0)))
    return sum(counts.values())


def _card(pair: Pair) -> dict[str, Any]:
    line = pair.rollout.line
    names = (
        "id",
        "step",
        "group",
        "question",
        "question_type",
        "response",
        "answer",
        "gold",
        "reason",
        "grader",
        "tier",
    )
    numbers = {name: round(getattr(pair, name), 6) for name in ("active", "ours", "active_advantage", "our_advantage")}
    return {**{name: line.get(name) for name in names}, **numbers}
