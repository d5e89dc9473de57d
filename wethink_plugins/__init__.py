"""Hybrid rewards, data and recipes for reinforcement learning of vision-language reasoning.

Importing this package loads nothing heavy: public names resolve on first use.

>>> from wethink_plugins import HybridReward, Sample
>>> reward = HybridReward.from_config({"judge": {"offline": True}})
>>> sample = Sample(id="1", group=None, question="2+2?", response="<think>4</think><answer>4</answer>", answer="4")
>>> reward.score(sample).overall
1.0
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wethink_plugins.adapters.function import wethink_reward
    from wethink_plugins.config import WeThinkConfig
    from wethink_plugins.errors import WeThinkError
    from wethink_plugins.rewards.hybrid import HybridReward
    from wethink_plugins.rows import Row
    from wethink_plugins.sample import Sample
    from wethink_plugins.score import Score

__version__ = "0.1.0"
__all__ = ["HybridReward", "Row", "Sample", "Score", "WeThinkConfig", "WeThinkError", "__version__", "wethink_reward"]

_HOMES = {
    "HybridReward": "wethink_plugins.rewards.hybrid",
    "Row": "wethink_plugins.rows",
    "Sample": "wethink_plugins.sample",
    "Score": "wethink_plugins.score",
    "WeThinkConfig": "wethink_plugins.config",
    "WeThinkError": "wethink_plugins.errors",
    "wethink_reward": "wethink_plugins.adapters.function",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
