"""Where letter case says something: names in formulas, genotypes, units, elements."""

from __future__ import annotations

import re

from wethink_plugins.rewards.rules.units import read_unit

# "Aa" is no "AA".
_GENOTYPE = re.compile(r"(?=.*[A-Z])(?:([A-Za-z])(?i:\1)[ x*]{0,3}){1,4}")
# In a formula M is no m, and F no f.
_NAME = re.compile(r"(?<![^\W\d_])(?:[A-Za-z]|[A-Za-z][A-Z][A-Za-z]?|[A-Za-z]{2}[A-Z])(?![^\W\d_])")
_NAMES = re.compile(r"\\(?:frac|sqrt)\b|\b[fghFGH]\(")
# Carbon monoxide and cobalt.
_CASED = frozenset(("co", "cs", "hf"))


def other_case(answer: str, gold: str) -> bool:
    """Whether two texts of the same words differ in a letter's case that tells things apart, as mW and MW."""
    if _GENOTYPE.fullmatch(gold):
        return [c for c in answer if c.isupper()] != [c for c in gold if c.isupper()]
    if _NAMES.search(gold) and _capitals(answer) != _capitals(gold):
        return True
    if len(gold) > 4 or answer == gold or answer.casefold() != gold.casefold():
        return False
    one, two = read_unit(answer), read_unit(gold)
    return (one is not None and two is not None and one != two) or gold.casefold() in _CASED


def _capitals(text: str) -> list[str]:
    """Of names, not of words: "f(x) is Increasing"."""
    return [letter for run in _NAME.findall(text) for letter in run if letter.isupper()]
