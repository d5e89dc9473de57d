"""What other weights, tiers and unscored policies would have done to the advantages of rollouts that are on disk.

This is arithmetic on one set of rollouts, no training: a policy that was paid otherwise would have written others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from statistics import fmean
from typing import Any

from wethink_plugins.config import WeThinkConfig
from wethink_plugins.errors import ConfigError
from wethink_plugins.rewards.advantages import POLICIES, Group, compared, group_of
from wethink_plugins.rewards.rollout import Rollout
from wethink_plugins.score import Score

NO_TRAINING = (
    "This is no training result. It says how the same rollouts would have been rewarded; a model that is rewarded "
    "otherwise writes other rollouts."
)
# Tried one axis at a time where nothing is asked for (chosen: around the paper's weights and our tiers).
_WEIGHTS = (0.5, 0.6, 0.8, 0.9, 1.0)
_TIERS: tuple[Mapping[str, float], ...] = (
    {"mostly": 0.0, "partly": 0.0},
    {"mostly": 1.0, "partly": 0.0},
    {"mostly": 0.5, "partly": 0.0},
    {"mostly": 0.8, "partly": 0.5},
)
_GRID_KEYS = ("weights", "tiers", "unscored")


@dataclass(frozen=True)
class Setting:
    """Changes against the base configuration; what is empty stays as it is."""

    weights: Mapping[str, float] = field(default_factory=dict)
    tiers: Mapping[str, float] = field(default_factory=dict)
    unscored: str = POLICIES[0]

    @property
    def name(self) -> str:
        parts = [f"{key} {value:g}" for key, value in (*self.weights.items(), *self.tiers.items())]
        return ", ".join([*parts, *([f"unscored {self.unscored}"] if self.unscored != POLICIES[0] else [])]) or "base"

    def applied(self, base: WeThinkConfig) -> WeThinkConfig:
        """ConfigError where the values can't be (tiers out of order, all weights 0)."""
        values = base.model_dump()
        values["weights"].update(self.weights)
        values["judge"]["tiers"].update(self.tiers)
        return WeThinkConfig.load(values)


def default_settings() -> list[Setting]:
    """Each axis by itself."""
    weights = [Setting(weights=weights_of(share)) for share in _WEIGHTS]
    tiers = [Setting(tiers=values) for values in _TIERS]
    return [*weights, *tiers, *(Setting(unscored=policy) for policy in POLICIES[1:])]


def weights_of(share: float) -> dict[str, float]:
    """`share` for accuracy, the rest of 1 for the format."""
    return {"accuracy": share, "format": round(1 - share, 12)}


def grid(
    weights: Sequence[Mapping[str, float]], tiers: Sequence[Mapping[str, float]], unscored: Sequence[str]
) -> list[Setting]:
    """Every combination of what is given; an axis that isn't stays at the base."""
    _known(unscored)
    return [Setting(*one) for one in product(weights or ({},), tiers or ({},), unscored or POLICIES[:1])]


def grid_file(file: Path) -> list[Setting]:
    """From YAML: `weights: [{accuracy: 0.5, format: 0.5}]`, `tiers: [{mostly: 0.5}]`, `unscored: [mean, zero]`."""
    import yaml

    try:
        values = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    except FileNotFoundError:
        raise ConfigError("no such file", fix="check the path", file=file) from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"can't be read: {' '.join(str(error).split())}", file=file) from None
    unknown = set(values) - set(_GRID_KEYS) if isinstance(values, dict) else {str(type(values).__name__)}
    if unknown or not all(isinstance(axis, list) for axis in values.values()):
        raise ConfigError("is no grid", fix=f"give lists under {', '.join(_GRID_KEYS)}", file=file)
    axes = {key: values.get(key, []) for key in _GRID_KEYS}
    for key in _GRID_KEYS[:2]:
        if not all(isinstance(one, dict) for one in axes[key]):
            raise ConfigError("holds something else than names with numbers", file=file, field=key)
    return grid(*axes.values())


def _known(policies: Sequence[str]) -> None:
    for policy in policies:
        if policy not in POLICIES:
            raise ConfigError(f"{policy!r} is no policy", fix=f"use {', '.join(POLICIES)}", field="unscored")


def sweep(
    rollouts: Sequence[Rollout], scores: Sequence[Score], base: WeThinkConfig, settings: Sequence[Setting]
) -> dict[str, Any]:
    """`scores` are by `base`; each setting is compared with them. See `advantages.compared` for the figures."""
    grouped = list(_grouped(rollouts, scores))
    first = _groups(grouped, base, POLICIES[0])
    lines = [_line(setting, grouped, first, base) for setting in settings]
    return {
        "rollouts": len(scores),
        "groups": len(grouped),
        "groups_of_two_and_more": sum(len(group.rewards) > 1 for group in first.values()),
        "unscored": sum(score.overall is None for score in scores),
        "judged": sum(score.tier is not None for score in scores),
        "base": {"config": base.digest(), **_line(Setting(), grouped, first, base)},
        "settings": lines,
        "note": NO_TRAINING,
    }


def _grouped(rollouts: Sequence[Rollout], scores: Sequence[Score]) -> Iterator[tuple[Hashable, list[Score]]]:
    groups: dict[Hashable, list[Score]] = defaultdict(list)
    for rollout, score in zip(rollouts, scores, strict=True):
        groups[rollout.group].append(score)
    yield from groups.items()


def _line(
    setting: Setting,
    grouped: Sequence[tuple[Hashable, list[Score]]],
    first: Mapping[Hashable, Group],
    base: WeThinkConfig,
) -> dict[str, Any]:
    groups = _groups(grouped, setting.applied(base), setting.unscored)
    paid = [reward for group in groups.values() for reward in group.rewards]
    return {
        "setting": setting.name,
        "weights": dict(setting.weights),
        "tiers": dict(setting.tiers),
        "unscored": setting.unscored,
        "mean_reward": fmean(paid) if paid else None,
        **compared(first, groups),
    }


def _groups(
    grouped: Sequence[tuple[Hashable, list[Score]]], config: WeThinkConfig, policy: str
) -> dict[Hashable, Group]:
    return {key: group_of([overall(score, config) for score in scores], policy) for key, scores in grouped}


def overall(score: Score, config: WeThinkConfig) -> float | None:
    """The reward of a score by another configuration's weights and tiers.

    Terms keep their values: one that looks at the accuracy would have to be computed again.
    """
    if score.accuracy is None:
        return None
    accuracy = score.accuracy if score.tier is None else config.judge.tiers[score.tier]
    terms: Mapping[str, float] = score.extra.get("terms", {})
    paid = sum(term.weight * terms.get(term.name, 0.0) for term in config.terms)
    return config.weights.accuracy * accuracy + config.weights.format * score.format + paid
