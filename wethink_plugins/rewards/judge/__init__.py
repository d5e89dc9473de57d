"""Model-based assessment of answers that no rule can check."""

from __future__ import annotations

from wethink_plugins.config import WeThinkConfig
from wethink_plugins.errors import ConfigError
from wethink_plugins.rewards.judge.judge import Judge, Judgement

__all__ = ["Judge", "Judgement", "judge_from"]


def judge_from(config: WeThinkConfig) -> Judge | None:
    """The configured judge, None when none is. ConfigError for settings that this version can't honour."""
    if config.judge.endpoints:
        raise ConfigError(
            "judge models over HTTP are not supported by this version",
            fix="set `judge: {offline: true}` for the stand-in, or pass your own object: HybridReward(config, judge=...)",
            field="judge.endpoints",
        )
    if not config.judge.offline:
        return None
    from wethink_plugins.rewards.judge.offline import OfflineJudge

    return OfflineJudge()
