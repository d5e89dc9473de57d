"""What rewards become in GRPO, and how far two ways to reward the same rollouts would train differently."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean, stdev
from typing import Any

from wethink_plugins.rewards.judge.agreement import kendall_tau, pearson

# As verl, EasyR1 and TRL have it.
_EPSILON = 1e-6
# Advantages and spreads smaller than this are rounding.
_NOTHING = 1e-9
Groups = Mapping[Any, Sequence[float]]


def advantages(rewards: Sequence[float]) -> list[float]:
    """(r - mean) / (std + 1e-6) with the sample's standard deviation (ddof 1); all 0 for one rollout or equal ones."""
    if flat(rewards):
        return [0.0] * len(rewards)
    mean, spread = fmean(rewards), stdev(rewards)
    return [(reward - mean) / (spread + _EPSILON) for reward in rewards]


def flat(rewards: Sequence[float]) -> bool:
    """A group whose rewards are all the same teaches nothing."""
    return not rewards or max(rewards) - min(rewards) < _NOTHING


def compared(base: Groups, other: Groups) -> dict[str, Any]:
    """Both by the same group keys, rollouts in the same order. Shares are of 1; None where nothing can be compared.

    `sign_flips`: share of rollouts pushed the other way. `pushed_or_not`: share that one pushes and the other doesn't.
    `shift`: mean absolute change of the advantage. `kendall`: mean over groups that vary in both. `zero_variance`:
    share of groups of two and more that teach nothing.
    """
    keys = [key for key in base if len(base[key]) > 1]
    pairs = [
        pair for key in keys for pair in zip(advantages(base[key]), advantages(other[key]), strict=True)
    ]  # one a rollout
    taus = [tau for key in keys if (tau := kendall_tau(base[key], other[key])) is not None]
    return {
        "groups": len(keys),
        "rollouts": len(pairs),
        "sign_flips": _share(a * b < -_NOTHING for a, b in pairs),
        "pushed_or_not": _share((abs(a) < _NOTHING) != (abs(b) < _NOTHING) for a, b in pairs),
        "shift": fmean(abs(a - b) for a, b in pairs) if pairs else None,
        "correlation": pearson([a for a, _ in pairs], [b for _, b in pairs]),
        "kendall": fmean(taus) if taus else None,
        "zero_variance": _share(flat(other[key]) for key in keys),
        "zero_variance_base": _share(flat(base[key]) for key in keys),
    }


def _share(events: Any) -> float | None:
    events = list(events)
    return sum(events) / len(events) if events else None
