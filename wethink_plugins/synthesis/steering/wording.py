"""Questions as sets of word triples."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from hashlib import blake2b

from wethink_plugins.datasets.contamination.text import words

NUMBER = "#"
_NUMBER_WORDS = frozenset(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty hundred thousand".split()
)
# Triples of these alone stand in very many questions; see `keys.py`.
_COMMON = frozenset(
    "a an and are as at be by can do does for from has have how if image in is it its many much of on one or picture "
    "shown that the their them there these they this to was were what when where which who why will with would you".split()
)


def triples(found: Sequence[str]) -> array[int]:
    """Sorted digests of its runs of three words, each once, those of very common words last; all words if fewer."""
    runs = {tuple(found[i : i + 3]) for i in range(max(1, len(found) - 2))}
    return array("Q", sorted(_digest(run) for run in runs))


def masked(found: Sequence[str]) -> list[str]:
    """Each number, in digits or as an English word, is the same."""
    return [NUMBER if any(c.isdigit() for c in word) or word in _NUMBER_WORDS else word for word in found]


def share_of_all(left: frozenset[int], right: array[int]) -> float:
    """Common ones over those that either has (Jaccard)."""
    common = len(left.intersection(right))
    return common / (len(left) + len(right) - common)


def share_of_shorter(left: frozenset[int], right: array[int]) -> float:
    """Common ones over those of the shorter."""
    return len(left.intersection(right)) / min(len(left), len(right))


def _digest(run: Sequence[str]) -> int:
    """63 bits; the highest tells triples of common words, so that these are sorted behind all others."""
    value = int.from_bytes(blake2b("\0".join(run).encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big") >> 1
    return value | (1 << 63 if _COMMON.issuperset(run) else 0)


__all__ = ["masked", "share_of_all", "share_of_shorter", "triples", "words"]
