"""Grades sets of numbers: intervals, inequalities in one unknown, and such in words."""

from __future__ import annotations

import re

from wethink_plugins.rewards.rules.bounds import read_bound
from wethink_plugins.rewards.rules.gold import Gold
from wethink_plugins.rewards.rules.number import read_tidy
from wethink_plugins.rewards.rules.region import Piece, read_region, same_region, unknowns
from wethink_plugins.rewards.rules.verdict import Verdict, right, shown, undecided, wrong

# "The domain is all real numbers greater than 3", "x is at least 5".
_ALL_NUMBERS = re.compile(
    r"(?:the (?:domain|range|solution(?: set)?) is )?(?:(?:(?:all|any|every) )?(?:the )?(?:real )?(?:numbers?|values?)(?: of [a-z])?|"
    r"(?:all )?(?P<unknown>[a-z]))(?: (?:is|are|that (?:is|are)|must be))? ",
    re.IGNORECASE,
)


def grade_region(text: str, want: Gold) -> Verdict | None:
    """None when the answer is no region. "(1, 2)" as an answer to the point (1, 2) is settled here too."""
    got = read_region(text)
    if got is None:
        got = _in_words(text, want)
    if got is None or want.region is None:
        return None
    letters = unknowns(text), unknowns(want.text)
    if all(letters) and letters[0] != letters[1]:
        return undecided(f"about {shown(min(letters[0]))}, not {shown(min(letters[1]))}", "region")
    if same_region(got, want.region):
        return right("same set of numbers", "region")
    return wrong("another set of numbers", "region")


def _in_words(text: str, want: Gold) -> tuple[Piece, ...] | None:
    """ "All real numbers greater than 3", where the gold is an inequality about one unknown."""
    unknown = min(unknowns(want.text), default="") if want.statement else ""
    about = _ALL_NUMBERS.match(text)
    if not unknown or (about and (about["unknown"] or unknown) != unknown):
        return None
    bound = read_bound(text[about.end() :] if about else text)
    edge = read_tidy(bound[1].removeprefix(f"{unknown} = ")) if bound else None
    return read_region(f"{unknown} {bound[0]} {edge.value}") if bound and edge and not edge.noun else None
