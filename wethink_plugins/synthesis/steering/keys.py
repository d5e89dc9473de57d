"""Under which keys a set of word triples is filed, so that all sets like it are found and few others.

The prefix filter of set similarity joins: if at least n elements of two sets must be common, and both are in the same
order, then l elements are common to what is left of each when its last n - l are cut off (n of its own size is never
more than n of the pair). Pairs (l = 2) are much rarer than single triples where many questions are made from few forms;
of long questions there would be too many of them.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from itertools import combinations

# *Chosen*: from which likeness, and up to how many triples, sets are filed by pairs.
_PAIRS_FROM, _PAIRS_UP_TO = 0.7, 50


def filed_under(found: array[int], least: float) -> Iterator[int]:
    """`found` in the order of all; `least` is a share of all triples of both."""
    yield from _keys(found, least, 2 if _by_pairs(len(found), least) else 1)


def looked_up(found: array[int], least: float) -> Iterator[int]:
    """A set that has `least` in common with this one is filed under at least one of them."""
    if any(_by_pairs(size, least) for size in (len(found), int(least * len(found)) + 1)):
        yield from _keys(found, least, 2)
    if not _by_pairs(len(found), least) or not _by_pairs(int(len(found) / least + 1e-9), least):
        yield from _keys(found, least, 1)


def _by_pairs(size: int, least: float) -> bool:
    return least >= _PAIRS_FROM and 2 <= size <= _PAIRS_UP_TO


def _keys(found: array[int], least: float, together: int) -> Iterator[int]:
    left = found[: len(found) - _needed(len(found), least) + together]
    if together == 1:
        yield from left
    for first, second in combinations(left, 2) if together == 2 else ():
        yield (first * 0x9E3779B97F4A7C15 + second) & 0xFFFFFFFFFFFFFFFF


def _needed(size: int, least: float) -> int:
    """The fewest common ones; a hair less than exact, so that rounding loses none."""
    return max(1, -int(-(least * size - 1e-9) // 1))
