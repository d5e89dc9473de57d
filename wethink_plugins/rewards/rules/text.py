"""Short text: the same words, whatever the case, article or closing punctuation."""

from __future__ import annotations

from wethink_plugins.rewards.rules.normal import folded, plain
from wethink_plugins.rewards.rules.verdict import Verdict


def grade_exact(answer: str, gold: str) -> Verdict | None:
    """Right when the two are the same as written (white space and look-alike characters aside), else None."""
    return Verdict("right", "as written", "exact") if plain(answer) == plain(gold) else None


def grade_text(answer: str, gold: str) -> Verdict:
    """Right for the same words; undecided otherwise, since a synonym is beyond this rule."""
    if folded(answer) == folded(gold):
        return Verdict("right", "same words", "text")
    return Verdict("undecided", f"{folded(answer)[:40]!r} is not {folded(gold)[:40]!r}", "text")
