"""What came out of each arm: how well it ends, how soon it gets there, and what its judge was asked for it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from arms import Arm, Arms, figures_of, folder_of, warm_start
from curves import TYPES, mean

LEVEL, HIGH = 0.8, 0.9
"""The accuracies whose steps are told; judge calls are counted up to the first."""
UNPAID_JUDGE = ("rules only", "noise", "format only")
"""Rewards that pay nothing of the judge's: there it is asked for the journal alone, and none of it counts."""


@dataclass(frozen=True)
class Look:
    """Greedy answers to the validation rows after a step: type -> right answers, answers."""

    step: int
    right_of: Mapping[str, Sequence[int]]

    def accuracy(self, kind: str | None = None) -> float | None:
        """Of one type, or of all rows; None where there are none."""
        counts = list(self.right_of.values()) if kind is None else [self.right_of.get(kind, (0, 0))]
        asked = sum(count[1] for count in counts)
        return sum(count[0] for count in counts) / asked if asked else None


@dataclass(frozen=True)
class Outcome:
    """One arm from one warm start. Accuracies are of the test rows, graded by checker.py; those of the start, too."""

    start: float
    start_per_type: Mapping[str, float | None]
    accuracy: float
    per_type: Mapping[str, float | None]
    looks: Sequence[Look]
    judged: Mapping[int, int]
    """Step -> answers that were paid by the judge's verdict."""
    answered: int
    """Answers of all types that a grader could read: what a judge of everything would have been asked about."""
    sent: int
    """Requests that reached the judge's server; the others were asked before and found in the store."""
    mixed_groups: float | None
    """Share of groups whose full rewards differ, over all steps: the others teach nothing."""
    prompts: int
    """Groups over all steps."""

    @property
    def gain(self) -> float:
        """Points of accuracy over the warm start."""
        return 100 * (self.accuracy - self.start)

    @property
    def all_judged(self) -> int:
        return sum(self.judged.values())

    def steps_to(self, level: float = LEVEL, kind: str | None = None) -> float | None:
        """Where the line from look to look first meets this accuracy, in steps; None: never."""
        known = [(look.step, value) for look in self.looks if (value := look.accuracy(kind)) is not None]
        if known and known[0][1] >= level:
            return float(known[0][0])
        for (before, low), (after, high) in pairwise(known):
            if high >= level:
                return before + (after - before) * (level - low) / (high - low)
        return None

    def judged_until(self, level: float = LEVEL) -> int | None:
        """Answers judged in the steps until then."""
        end = self.steps_to(level)
        return None if end is None else sum(count for step, count in self.judged.items() if step < end)

    def per_point(self, calls: int) -> float | None:
        """Calls for a point of accuracy; None where nothing was gained or none were made."""
        return calls / self.gain if calls and self.gain > 0 else None


Outcomes = Mapping[str, Mapping[int, Outcome]]
"""Arm -> seed -> outcome."""


def read_outcomes(kind: type[Arms], runs: Sequence[Path]) -> dict[str, dict[int, Outcome]]:
    """Of all arms that are finished in any of the runs; raises KeyError for a run without its seed."""
    found: dict[str, dict[int, Outcome]] = {}
    for name, arm in kind.arms.items():
        for run in runs:
            folder = run / kind.folder / folder_of(name)
            if folder.exists():
                seed = json.loads((run / "summary.json").read_text(encoding="utf-8"))["seed"]
                found.setdefault(name, {})[seed] = read_outcome(run, folder, arm)
    return found


def read_outcome(run: Path, folder: Path, arm: Arm) -> Outcome:
    from wethink_plugins.rewards.journal import read_journal

    figures, lines = figures_of(folder), list(read_journal(folder / "journal"))
    paid = arm.reward not in UNPAID_JUDGE
    start = warm_start(run)
    return Outcome(
        start["accuracy"],
        {kind: start["per_type"].get(kind) for kind in TYPES},
        figures["accuracy"],
        {kind: figures["per_type"].get(kind) for kind in TYPES},
        read_looks(folder / "probe.jsonl"),
        judged_by_step(lines) if paid else {},
        sum(line["answer"] is not None for line in lines),
        requests_sent(folder / "calls.sqlite") if paid else 0,
        mean(step["mixed_groups"] for step in figures["curve"] if step["mixed_groups"] is not None),
        len({line["group"] for line in lines}),
    )


def read_looks(file: Path) -> list[Look]:
    if not file.exists():
        return []
    return [Look(**json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines()]


def judged_by_step(lines: Iterable[Mapping[str, Any]]) -> dict[int, int]:
    """Step, counted from 0 as the journal does -> answers for which the judge was asked."""
    counts: dict[int, int] = {}
    for line in lines:
        counts[line["step"]] = counts.get(line["step"], 0) + bool(line["judge_called"])
    return counts


def requests_sent(store: Path) -> int:
    """Requests in a store of judge calls, repeated ones counted each time; 0 where there is no store."""
    if not store.exists():
        return 0
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as calls:
        return calls.execute("SELECT COUNT(*) FROM attempts").fetchone()[0]


def curve(seeds: Mapping[int, Outcome], kind: str | None = None) -> list[tuple[float, float | None]]:
    """Accuracy on the validation rows, look by look; mean of the seeds that have this look."""
    steps: dict[int, list[float]] = {}
    for outcome in seeds.values():
        for look in outcome.looks:
            if (value := look.accuracy(kind)) is not None:
                steps.setdefault(look.step, []).append(value)
    return [(float(step), mean(values)) for step, values in sorted(steps.items())]


def mean_of(seeds: Mapping[int, Outcome], figure: Callable[[Outcome], float | None]) -> float | None:
    """Over the seeds that have this figure."""
    return mean(value for outcome in seeds.values() if (value := figure(outcome)) is not None)
