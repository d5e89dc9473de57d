"""What EasyR1's reward call does: score a batch, give the unscored their group's mean, stop when the judge is dead.

EasyR1 builds two reward actors, one for training and one for validation. Each has a reward of its own.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from statistics import fmean
from typing import Any

from wethink_plugins.adapters.easyr1_samples import sample_of
from wethink_plugins.adapters.imputing import Imputing
from wethink_plugins.adapters.split import is_validation
from wethink_plugins.errors import ConfigError
from wethink_plugins.rewards.groups import Budget, first_cause
from wethink_plugins.rewards.hybrid import HybridReward
from wethink_plugins.sample import Sample
from wethink_plugins.score import Score

# A host that scores one response at a time has no batch: this many count as one for the judge's budget (chosen).
_WINDOW = 64
_building = threading.Lock()
_log = logging.getLogger(__name__)


class EasyR1Reward:
    """`batch` is what EasyR1 calls from v0.3.1 on; `one` serves `reward_type: sequential` and v0.3.0."""

    def __init__(self, hybrid: HybridReward) -> None:
        self.hybrid = hybrid
        hybrid.imputes = True
        self._budget = Budget(hybrid.config.judge.tolerate)
        self._imputing = Imputing()
        self._calls = 0
        self._window: list[Score] = []

    def batch(self, inputs: Sequence[Mapping[str, Any]]) -> list[dict[str, float]]:
        """As many results as inputs, in order; raises JudgeBudgetSpent, but not on rows whose split is validation.

        EasyR1 doesn't say which it is, so rows that name no split (plain text golds) count as training.
        """
        self._calls += 1
        samples = [sample_of(item, self._calls, position) for position, item in enumerate(inputs)]
        scores = self.hybrid.score_batch(samples)
        self._say_unscored(scores)
        validation = bool(samples) and all(map(is_validation, samples))
        if not validation:
            self._budget.spend(scores)
        return self._results(samples, scores, validation)

    def one(self, item: Mapping[str, Any]) -> dict[str, float]:
        """Without a batch there is no group: an unscored response gets the mean of what this process scored so far."""
        self._calls += 1
        sample = sample_of(item, self._calls, 0)
        score = self.hybrid.score(sample)
        self._say_unscored([score])
        if not is_validation(sample):
            self._window.append(score)
            if len(self._window) == _WINDOW:
                window, self._window = self._window, []
                self._budget.spend(window)
        return self._results([sample], [score], is_validation(sample))[0]

    def _results(self, samples: list[Sample], scores: list[Score], validation: bool) -> list[dict[str, float]]:
        rewards = self._imputing.rewards(samples, scores, validation)
        accuracies = _accuracies(scores)
        return [
            {**score.metrics(reward), "accuracy": accuracy}
            for score, reward, accuracy in zip(scores, rewards, accuracies, strict=True)
        ]

    def _say_unscored(self, scores: Sequence[Score]) -> None:
        lost = sum(score.status == "unscored" for score in scores)
        if lost:
            _log.error("%d of %d responses could not be scored: %s", lost, len(scores), first_cause(scores))


def _accuracies(scores: Sequence[Score]) -> list[float]:
    """EasyR1 logs the mean over a batch: an unscored one counts as the others' mean, which leaves it out of that."""
    known = [score.accuracy for score in scores if score.accuracy is not None]
    mean = fmean(known) if known else 0.0
    return [mean if score.accuracy is None else float(score.accuracy) for score in scores]


def shared_reward(settings: Mapping[str, Any]) -> EasyR1Reward:
    """One for each process and configuration; built on first use, because only then EasyR1 says with what settings."""
    with _building:
        return _reward(json.dumps(settings, sort_keys=True, default=str))


@cache
def _reward(settings: str) -> EasyR1Reward:
    return EasyR1Reward(HybridReward.from_config(source_of(json.loads(settings))))


def source_of(settings: Mapping[str, Any]) -> str | Mapping[str, Any] | None:
    """`reward_function_kwargs` as a source of the configuration: `config` (a path or the keys), or the keys directly.

    None without any: the file that WETHINK_CONFIG names, else all defaults. ConfigError for both ways at once.
    """
    if "config" not in settings:
        return settings or None
    if len(settings) > 1:
        others = ", ".join(sorted(set(settings) - {"config"}))
        raise ConfigError(
            f"config and {others} are given", fix="put them into that file", field="reward_function_kwargs"
        )
    source: str | Mapping[str, Any] | None = settings["config"]
    return source
