"""The YAML that would make a file's unknown spellings known: one `aliases`, since a key can't stand there twice."""

from __future__ import annotations

import json
from collections.abc import Sequence

from wethink_plugins.config import Aliases
from wethink_plugins.datasets.rejects import Unknown

# Chosen: a field with more spellings, or longer ones, is no closed list, and nobody checks so many guesses.
_MOST, _LONGEST = 50, 80


def aliases_yaml(unknown: Sequence[Unknown], known: Aliases) -> str:
    """One line, with what the YAML has under `aliases` so far; empty where no spelling is unknown.

    The commonest 50 spellings of at most 80 characters. What each means is a guess, for the user to check.
    """
    guesses = [one for one in unknown if one.value and len(one.value) <= _LONGEST][:_MOST]
    if not guesses:
        return ""
    kinds = {"question_type": dict(known.question_type), "reward_method": dict(known.reward_method)}
    for one in guesses:
        kinds[one.kind][one.value] = one.likely
    return f"aliases: {_flow({kind: _flow(_quoted(pairs)) for kind, pairs in kinds.items() if pairs})}"


def _quoted(pairs: dict[str, str]) -> dict[str, str]:
    return {json.dumps(value): meaning for value, meaning in pairs.items()}


def _flow(pairs: dict[str, str]) -> str:
    return "{" + ", ".join(f"{key}: {value}" for key, value in pairs.items()) + "}"
