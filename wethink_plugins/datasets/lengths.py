"""Many whole numbers, kept as how often each was met: quantiles and histograms of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise


class Lengths:
    """Numbers from 0 on. Takes memory for the distinct ones, of which lengths in characters have a few thousand."""

    def __init__(self) -> None:
        self._met: Counter[int] = Counter()

    def add(self, value: int) -> None:
        self._met[value] += 1

    def __len__(self) -> int:
        return self._met.total()

    def at(self, value: int) -> int:
        """How often this number was met."""
        return self._met[value]

    def quantile(self, share: float) -> int:
        """The smallest number that at least this share of all don't exceed; 0 where there are none."""
        wanted, seen = share * len(self), 0
        for value in sorted(self._met):
            seen += self._met[value]
            if seen >= wanted:
                return value
        return 0

    def most(self) -> int:
        return max(self._met, default=0)

    def mean(self) -> float:
        return sum(value * times for value, times in self._met.items()) / len(self) if self._met else 0.0

    def bins(self, edges: Sequence[int], last: str = "{:,} and more") -> list[tuple[str, int]]:
        """(name, how many) for each range from one edge up to below the next; empty ranges at both ends are left out."""
        counts = [0] * len(edges)
        for value, times in self._met.items():
            counts[sum(edge <= value for edge in edges) - 1] += times
        names = [_range(low, high) for low, high in pairwise(edges)] + [last.format(edges[-1])]
        met = [place for place, count in enumerate(counts) if count]
        return list(zip(names, counts, strict=True))[met[0] : met[-1] + 1] if met else []


def _range(low: int, high: int) -> str:
    return f"{low:,}" if high - low == 1 else f"{low:,}–{high - 1:,}"
