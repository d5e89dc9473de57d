"""What comes back for a sample, and why; and the closed list of metrics that every host gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from wethink_plugins.vocabulary import QUESTION_TYPES

Status = Literal["scored", "ungradable", "unscored"]
Method = Literal["rule", "model", "none"]

METRIC_KEYS: tuple[str, ...] = (
    "overall",
    "accuracy",
    "format",
    "judge_called",
    "rule_undecided",
    "ungradable",
    "unscored",
    "imputed",
    "latency_s",
    *(f"{kind}_{part}" for kind in QUESTION_TYPES for part in ("accuracy_sum", "count")),
)


@dataclass(frozen=True)
class Score:
    """The verdict on one sample.

    `overall` and `accuracy` are None exactly when `status` is "unscored": a state, not a number, which no adapter
    lets through to a trainer. Otherwise `accuracy` and `format` lie in [0, 1] and `overall` is their weighted sum
    plus the user's own terms. `reason` is one short phrase for a log; `grader` names who decided; `tier` is the
    judge's word for a descriptive answer; `extra` holds what the journal keeps (answer, question_type, judge reply).
    """

    overall: float | None
    accuracy: float | None
    format: float
    method: Method
    status: Status
    reason: str
    grader: str
    tier: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    def metrics(self, imputed: float | None = None) -> dict[str, float]:
        """One finite float per key of METRIC_KEYS; the same keys for every sample.

        `imputed` is the overall reward that an adapter gave in place of a missing one. An unscored sample adds
        nothing to its type's sum and count, so `sum / count` stays the accuracy over what was scored.
        """
        values = dict.fromkeys(METRIC_KEYS, 0.0)
        values["overall"] = _first_number(self.overall, imputed)
        values["accuracy"] = _first_number(self.accuracy)
        values["format"] = float(self.format)
        values["judge_called"] = float(bool(self.extra.get("judge_called")))
        values["rule_undecided"] = float(bool(self.extra.get("rule_undecided")))
        values["ungradable"] = float(self.status == "ungradable")
        values["unscored"] = float(self.status == "unscored")
        values["imputed"] = float(self.overall is None and imputed is not None)
        values["latency_s"] = float(self.extra.get("latency_s", 0.0))
        kind = self.extra.get("question_type")
        if kind in QUESTION_TYPES and self.accuracy is not None:
            values[f"{kind}_accuracy_sum"] = float(self.accuracy)
            values[f"{kind}_count"] = 1.0
        return values


def _first_number(*candidates: float | None) -> float:
    return next((float(value) for value in candidates if value is not None), 0.0)
