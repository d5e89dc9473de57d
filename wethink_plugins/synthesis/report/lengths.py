"""How long texts and dialogues are."""

from __future__ import annotations

from collections import Counter
from typing import Any

from wethink_plugins.synthesis.records import ItemRecord
from wethink_plugins.synthesis.report.outcome import Outcome
from wethink_plugins.synthesis.report.traits import name_of

TEXTS = ("description", "detail", "question", "answer", "raw_cot", "cot")
_QUANTILES = {"p5": 0.05, "median": 0.5, "p95": 0.95}
_STOPS = 20
BROKEN_OFF = "broken off"
"""The item was rejected in the middle of it."""


class Lengths:
    """Characters of accepted rows; turns of every item that had its dialogue."""

    def __init__(self) -> None:
        self._texts: dict[str, Counter[int]] = {name: Counter() for name in TEXTS}
        self._turns: Counter[int] = Counter()
        self._asked: Counter[int] = Counter()
        self._stopped: Counter[str] = Counter()

    def add(self, item: ItemRecord, outcome: Outcome) -> None:
        draft = item.draft
        if draft.dialogue or draft.stopped:
            self._turns[len(draft.dialogue)] += 1
            self._asked[sum(len(turn.questions) for turn in draft.dialogue)] += 1
            self._stopped[name_of(draft.stopped) if draft.stopped else BROKEN_OFF] += 1
        if outcome.kind == "accepted":
            texts = {name: str(getattr(draft, name)) for name in TEXTS if name != "question"}
            texts["question"] = draft.question.question if draft.question else ""
            for name, text in texts.items():
                self._texts[name][len(text)] += 1

    def figures(self) -> dict[str, Any]:
        stopped = self._stopped.most_common(_STOPS)
        return {
            "characters": {name: _summary(counts) for name, counts in self._texts.items()},
            "cot_bins": bins(self._texts["cot"]),
            "turns": dict(sorted(self._turns.items())),
            "questions_asked": dict(sorted(self._asked.items())),
            "stopped": dict(stopped),
        }


def _summary(counts: Counter[int]) -> dict[str, float | None]:
    total = counts.total()
    if not total:
        return {"mean": None, **dict.fromkeys(_QUANTILES), "longest": None}
    mean = sum(length * number for length, number in counts.items()) / total
    return {
        "mean": mean,
        **{name: quantile(counts, share) for name, share in _QUANTILES.items()},
        "longest": max(counts),
    }


def quantile(counts: Counter[int], share: float) -> int:
    """The smallest value with at least this share of all at or below it."""
    needed, seen = share * counts.total(), 0
    for value in sorted(counts):
        seen += counts[value]
        if seen >= needed - 1e-9:
            return value
    raise ValueError("nothing was counted")


def bins(counts: Counter[int], wanted: int = 14) -> list[tuple[str, int]]:
    """Ranges of equal, round width; what lies above the 99th percentile is in the last."""
    if not counts:
        return []
    lowest, highest = min(counts), quantile(counts, 0.99)
    width = _round_up(max(1, highest - lowest) / wanted)
    first, last = lowest // width, highest // width
    found: Counter[int] = Counter()
    for value, number in counts.items():
        found[min(value // width, last)] += number
    names = [_range(place * width, width) for place in range(first, last + 1)]
    names[-1] = f"{last * width:,} –" if max(counts) >= (last + 1) * width else names[-1]
    return [(name, found[first + place]) for place, name in enumerate(names)]


def _range(start: int, width: int) -> str:
    return f"{start:,}" if width == 1 else f"{start:,} – {start + width - 1:,}"


def _round_up(value: float) -> int:
    power = 1
    while True:
        for size in (1, 2, 5):
            if size * power >= value:
                return size * power
        power *= 10
