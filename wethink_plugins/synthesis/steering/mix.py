"""How many of the next items each value of one side of the mix gets: what is missing, over what is accepted of its tries.

A value whose items are hardly ever accepted would take the whole run if its share were insisted on. So a rate counts as
at most `CORRECTION` times worse than the mean one; no value takes more than `CORRECTION` times its share of all tries, nor
more than half of them, nor do all those together that are `SLOW` (unless they are all that is missing); and one that was
never accepted in `ENOUGH` tries gets only a probe of each round. What it leaves goes to the others as if it were not
wanted at all; `Plan.notes` says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

# All *chosen*.
CORRECTION = 5.0
MOST = 0.5
SLOW = 0.1  # accepted this much less often than the best
ENOUGH = 100
PROBE = 0.01
# Tries that a value may take before its share of all tries is looked at; and how many tries the mean rate weighs.
FREE_TRIES, PRIOR_TRIES = 20, 10


@dataclass(frozen=True)
class Plan:
    """`tries`: value -> items of the round, not yet whole; they sum up to the round."""

    tries: Mapping[str, float]
    notes: tuple[str, ...] = ()


@dataclass
class Dimension:
    """One side of the mix: `weights` as in the YAML; none: it isn't steered.

    `counts`: accepted rows by what they turned out to be, also where that isn't in the mix. `tried`: items by what they
    were asked to be, `hits`: those of them that were accepted as just that. `base`: rows that were there before.
    """

    name: str
    weights: Mapping[str, float]
    base: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    tried: Counter[str] = field(default_factory=Counter)
    hits: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        total = sum(self.weights.values())
        self.shares = {value: weight / total for value, weight in self.weights.items() if weight > 0}

    def add(self, asked: str | None, became: str | None) -> None:
        """One ended item. `became` None: it was rejected; `asked` None: it ended before it was asked for anything."""
        if became is not None:
            self.counts[became] += 1
        if asked is not None:
            self.tried[asked] += 1
            self.hits[asked] += asked == became

    def rate(self, value: str) -> float:
        """Of acceptance, drawn to the mean of all where little was tried."""
        return (self.hits[value] + PRIOR_TRIES * self.mean_rate) / (self.tried[value] + PRIOR_TRIES)

    @property
    def mean_rate(self) -> float:
        return (self.hits.total() + 1) / (self.tried.total() + 2)

    def plan(self, items: int) -> Plan:
        """The next round of so many items."""
        free, fixed = dict(self.shares), dict[str, float]()
        while True:
            tries = self._unlimited(free, items - sum(fixed.values()))
            over = {value: most for value, found in tries.items() if found > (most := self._most(value, items))}
            if not over or len(over) == len(free):
                return Plan({value: (fixed | tries)[value] for value in self.shares}, self._notes(fixed))
            fixed |= over
            free = {value: share for value, share in free.items() if value not in over}

    def _unlimited(self, free: Mapping[str, float], items: float) -> dict[str, float]:
        missing = self._missing(free, items * self.mean_rate)
        least = self.mean_rate / CORRECTION
        tries = {value: number / max(self.rate(value), least) for value, number in missing.items()}
        total = sum(tries.values())
        return {value: items * number / total if total else 0.0 for value, number in tries.items()}

    def _missing(self, free: Mapping[str, float], coming: float) -> dict[str, float]:
        """Accepted rows that each value lacks of its share, when so many more have come."""
        have = {value: self.base[value] + self.counts[value] for value in free}
        rows, whole = sum(have.values()) + coming, sum(free.values())
        return {value: max(0.0, rows * share / whole - have[value]) for value, share in free.items()}

    def _most(self, value: str, items: int) -> float:
        """Tries that it may take of the next round."""
        if self._given_up(value):
            return PROBE * items
        tried = self.tried.total() + items
        return max(PROBE * items, self._most_of_all(value, tried) * tried + FREE_TRIES - self.tried[value])

    def _most_of_all(self, value: str, tried: int) -> float:
        fair = self._fair(tried)
        least = SLOW * max(map(self.rate, self.shares))
        slow = sum(share for other, share in fair.items() if self.rate(other) < least)
        part = fair[value] / slow if self.rate(value) < least and slow else 1.0
        return max(fair[value], min(CORRECTION * fair[value], MOST * part))

    def _fair(self, tried: int) -> dict[str, float]:
        """Shares of all tries if all were accepted: the base may lack more of one value than of others."""
        rows = sum(self.base[value] for value in self.shares) + tried
        missing = {value: max(0.0, share * rows - self.base[value]) for value, share in self.shares.items()}
        return {value: number / sum(missing.values()) for value, number in missing.items()}

    def _given_up(self, value: str) -> bool:
        """Unless there is nothing else to do."""
        others = any(self.hits[other] or self.tried[other] < ENOUGH for other in self.shares if other != value)
        return others and not self.hits[value] and self.tried[value] >= ENOUGH

    def _notes(self, limited: Mapping[str, float]) -> tuple[str, ...]:
        return tuple(
            f"{self.name} {value}: {self.hits[value]} of {self.tried[value]} items came out as asked, "
            f"so it gets {round(most)} of the next round's, and what is then missing goes to the others"
            for value, most in limited.items()
        )
