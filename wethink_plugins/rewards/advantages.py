"""What rewards become in GRPO, and how far two ways to reward the same rollouts would train differently."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Any, Literal, get_args

from wethink_plugins.agreement import kendall_tau, pearson

Policy = Literal["mean", "left_out", "zero", "one"]
POLICIES: tuple[str, ...] = get_args(Policy)
"""What an unscored rollout gets: the mean of its group (EasyR1), no part in it (verl, TRL), or a made-up number."""

# As verl, EasyR1 and TRL have it.
_EPSILON = 1e-6
# Advantages and spreads smaller than this are rounding.
_NOTHING = 1e-9


@dataclass(frozen=True)
class Group:
    """The rollouts of one prompt, in order: what each was paid, and its advantage."""

    rewards: Sequence[float]
    advantages: Sequence[float]

    @property
    def flat(self) -> bool:
        """It teaches nothing."""
        return all(abs(value) < _NOTHING for value in self.advantages)


Groups = Mapping[Hashable, Group]


def group_of(rewards: Sequence[float | None], policy: str = "mean") -> Group:
    """None is an unscored rollout; a group with nothing scored is flat under every policy but the made-up numbers."""
    scored = [reward for reward in rewards if reward is not None]
    lost = {"zero": 0.0, "one": 1.0}.get(policy, fmean(scored) if scored else 0.0)
    paid = [lost if reward is None else reward for reward in rewards]
    if policy != "left_out":
        return Group(paid, advantages(paid))
    left = iter(advantages(scored))
    return Group(paid, [0.0 if reward is None else next(left) for reward in rewards])


def advantages(rewards: Sequence[float]) -> list[float]:
    """(r - mean) / (std + 1e-6) with the sample's standard deviation (ddof 1); all 0 for one rollout or equal ones."""
    if not rewards or max(rewards) - min(rewards) < _NOTHING:
        return [0.0] * len(rewards)
    mean, spread = fmean(rewards), stdev(rewards)
    return [(reward - mean) / (spread + _EPSILON) for reward in rewards]


def compared(base: Groups, other: Groups) -> dict[str, Any]:
    """Both by the same keys. Groups of one are left out. Shares are of 1; None where nothing can be compared.

    `sign_flips`: share of rollouts pushed the other way. `pushed_or_not`: share that one pushes and the other doesn't.
    `shift`: mean absolute change of the advantage. `kendall`: mean tau-b over groups that vary in both.
    `zero_variance`: share of groups that teach nothing.
    """
    keys = [key for key in base if len(base[key].rewards) > 1]
    pairs = [pair for key in keys for pair in zip(base[key].advantages, other[key].advantages, strict=True)]
    taus = [tau for key in keys if (tau := kendall_tau(base[key].rewards, other[key].rewards)) is not None]
    return {
        "groups": len(keys),
        "rollouts": len(pairs),
        "sign_flips": _share(a * b < -_NOTHING for a, b in pairs),
        "pushed_or_not": _share((abs(a) < _NOTHING) != (abs(b) < _NOTHING) for a, b in pairs),
        "shift": fmean(abs(a - b) for a, b in pairs) if pairs else None,
        "correlation": pearson([a for a, _ in pairs], [b for _, b in pairs]),
        "kendall": fmean(taus) if taus else None,
        "zero_variance": _share(other[key].flat for key in keys),
        "zero_variance_base": _share(base[key].flat for key in keys),
    }


def _share(events: Iterable[bool]) -> float | None:
    found = list(events)
    return sum(found) / len(found) if found else None
