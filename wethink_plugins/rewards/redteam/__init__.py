"""Attacks on rewards: a fixed list that none may pay, and a search for what pays without knowing the answer."""

from __future__ import annotations

from wethink_plugins.rewards.redteam.attacks import Attack, Outcome, load_attacks, try_attacks
from wethink_plugins.rewards.redteam.rows import Row, read_rows, sample_rows
from wethink_plugins.rewards.redteam.search import Finding, search
from wethink_plugins.rewards.redteam.target import reward_of

__all__ = [
    "Attack",
    "Finding",
    "Outcome",
    "Row",
    "load_attacks",
    "read_rows",
    "reward_of",
    "sample_rows",
    "search",
    "try_attacks",
]
