"""Reads a judge's reply: the last verdict counts, and only one that stands on a line of its own."""

from __future__ import annotations

import json
import re

from wethink_plugins.rewards.judge.tiers import TIERS

# ASCII: under plain IGNORECASE a dotless i or a long s would pass for the letters of VERDICT.
_LINE = re.compile(
    r"^[\s*_#>`-]{0,8}VERDICT[\s*_]{0,4}:[\s*_`\"']{0,4}([A-Za-z]{1,20})[\s*_`\"'.]{0,8}$", re.IGNORECASE | re.ASCII
)
# What stands behind the tier may take it back ("correct. Or rather not"), and so would what stands before a line like
# that: nothing on it or above it counts, and the judge is asked again.
_BEGUN = re.compile(r"^[\s*_#>`-]{0,8}VERDICT[\s*_]{0,4}:", re.IGNORECASE | re.ASCII)
_THINK_OPEN, _THINK_CLOSE = "<think>", "</think>"
# A JSON reply is one object with a word in it; what is longer isn't worth parsing.
_LONGEST_JSON = 20_000


def read_verdict(reply: str) -> str | None:
    """The tier in `VERDICT: <tier>` (last such line) or in `{"verdict": "<tier>"}`; None when there is none.

    What a judge thinks aloud in a `<think>` block counts no more than what it quotes; a block that never closes means
    that the judge hasn't come to its verdict. The last anchored verdict decides, also when it names no tier or has words
    behind its tier: those may take it back.
    """
    said = reply.rpartition(_THINK_CLOSE)[2]
    if _THINK_OPEN in said:
        return None
    tier = _from_json(_unwrapped(said)) or _from_lines(said)
    return tier if tier in TIERS else None


def _unwrapped(text: str) -> str:
    """Without the ``` lines that some models put around JSON."""
    lines = text.strip().split("\n")
    if len(lines) > 2 and lines[0].startswith("```") and lines[-1].strip() == "```":
        return "\n".join(lines[1:-1])
    return text


def _from_json(text: str) -> str | None:
    text = text.strip()
    if not text.startswith("{") or len(text) > _LONGEST_JSON:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    verdict = value.get("verdict") if isinstance(value, dict) else None
    return verdict.strip().lower() if isinstance(verdict, str) else None


def _from_lines(text: str) -> str | None:
    """By line feeds only: with Unicode's other line ends, a quoted text could begin a line inside a line."""
    for line in reversed(text.replace("\r\n", "\n").split("\n")):
        match = _LINE.match(line) if len(line) <= 200 else None
        found = match[1].lower() if match else _from_json(line)
        if found or _BEGUN.match(line):
            return found
    return None
