"""Model-based assessment of answers that no rule can check."""

from __future__ import annotations

from wethink_plugins.config import WeThinkConfig
from wethink_plugins.errors import ConfigError
from wethink_plugins.rewards.judge.judge import Judge, Judgement

__all__ = ["Judge", "Judgement", "judge_from"]


def judge_from(config: WeThinkConfig, router: str | None = None) -> Judge | None:
    """The configured judge, None when none is. ConfigError for settings that can't work; nothing is connected yet.

    `router` is the address of verl's reward-model router, for an endpoint whose `base_url` is `router`.
    """
    if config.judge.endpoints and config.judge.offline:
        raise ConfigError("endpoints are given and offline is true", fix="remove one of them", field="judge")
    if config.judge.endpoints:
        from wethink_plugins.rewards.judge.online import OnlineJudge

        return OnlineJudge(config.judge, router)
    if not config.judge.offline:
        return None
    from wethink_plugins.rewards.judge.offline import OfflineJudge

    return OfflineJudge()
