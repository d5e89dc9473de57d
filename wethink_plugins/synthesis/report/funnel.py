"""How many items each stage got, and why it let some go no further."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from wethink_plugins.errors import ConfigError
from wethink_plugins.synthesis.config import SynthesisConfig
from wethink_plugins.synthesis.report.outcome import LATE, Outcome
from wethink_plugins.synthesis.report.share import share
from wethink_plugins.synthesis.stages import stage_class


class Funnel:
    """`stages` in the pipeline's order; a name that isn't there is put behind them."""

    def __init__(self, stages: Sequence[str]) -> None:
        self._stages = [name for name in dict.fromkeys(stages) if name != LATE]
        self._kinds: Counter[str] = Counter()
        self._rejected: Counter[tuple[str, str]] = Counter()
        self._closed = 0

    def add(self, outcome: Outcome, number: int = 1) -> None:
        self._kinds[outcome.kind] += number
        self._closed += number if outcome.closed else 0
        if outcome.kind == "rejected" and number:
            self._rejected[outcome.stage, outcome.reason] += number

    def figures(self, closed: int | None = None) -> dict[str, Any]:
        """`left` of a stage is what went on from it. Items that are still under way are nowhere in it.

        `accept_rate` is of the items of closed rounds; `closed` is their number where what was added can't tell.
        """
        ended = self._kinds.total()
        return {
            "ended": ended,
            **{kind: self._kinds[kind] for kind in ("accepted", "rejected", "waiting")},
            "accept_rate": share(self._kinds["accepted"], self._closed if closed is None else closed),
            "stages": self._by_stage(ended),
            "reasons": self._by_reason(),
        }

    def _by_stage(self, entered: int) -> list[dict[str, Any]]:
        lines = []
        for stage in self._order():
            reasons = Counter({reason: number for (name, reason), number in self._rejected.items() if name == stage})
            if stage == LATE:
                entered -= self._kinds["waiting"]
            left = entered - reasons.total()
            lines.append(
                {"stage": stage, "entered": entered, "left": left, "rejected": reasons.total(),
                 "reasons": dict(reasons.most_common()), "pass_rate": share(left, entered)}
            )  # fmt: skip
            entered = left
        return lines

    def _by_reason(self) -> dict[str, int]:
        reasons: Counter[str] = Counter()
        for (_, reason), number in self._rejected.items():
            reasons[reason] += number
        return dict(reasons.most_common())

    def _order(self) -> list[str]:
        """What belongs to no stage comes first: an image that can't be read gets to none."""
        unknown = sorted({stage for stage, _ in self._rejected} - {*self._stages, LATE, ""})
        first = [""] if any(stage == "" for stage, _ in self._rejected) else []
        return [*first, *self._stages, *unknown, LATE]


def stage_names(config: SynthesisConfig) -> list[str]:
    """As items have them. A stage of the user's own that can't be loaded here keeps the name that the YAML has."""
    return [_name(one.stage) for one in config.stages]


def _name(stage: str) -> str:
    try:
        return stage_class(stage).name
    except ConfigError:
        return stage
