"""Reads a judge's reply: the last verdict counts, and only one that stands on a line of its own."""

from __future__ import annotations

import json
import re

from wethink_plugins.rewards.judge.tiers import TIERS

_LINE = re.compile(
    r"^[\s*_#>`-]{0,8}VERDICT[\s*_]{0,4}:[\s*_`\"']{0,4}([A-Za-z]{1,20})[\s*_`\"'.]{0,8}$", re.IGNORECASE
)


def read_verdict(reply: str) -> str | None:
    """The tier in `VERDICT: <tier>` (last such line) or in `{"verdict": "<tier>"}`; None when there is none."""
    tier = _from_json(reply) or _from_lines(reply)
    return tier if tier in TIERS else None


def _from_json(reply: str) -> str | None:
    try:
        value = json.loads(reply)
    except ValueError:
        return None
    return str(value.get("verdict", "")).strip().lower() if isinstance(value, dict) else None


def _from_lines(reply: str) -> str | None:
    for line in reversed(reply.splitlines()):
        match = _LINE.match(line[:200])
        if match:
            return match[1].lower()
    return None
