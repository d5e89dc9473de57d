"""Two models on the same questions: the difference and how far it is certain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any

from wethink_plugins.evaluation.graded import Graded
from wethink_plugins.evaluation.interval import Interval, paired
from wethink_plugins.evaluation.summary import GROUPINGS, by_question, grouped


@dataclass(frozen=True)
class Difference:
    """`difference` is `second` minus `first`, mean accuracies in [0, 1] over the `pairs` questions that both have a score
    for, with its 95% `interval`; `better`, `worse`: how many questions moved.

    `apart` questions of the group have a score in only one of the two, and count in none of these figures.
    """

    name: str
    pairs: int
    first: float | None
    second: float | None
    difference: float | None
    interval: Interval | None
    better: int
    worse: int
    apart: int

    def as_json(self) -> dict[str, Any]:
        """Its fields, in JSON's types."""
        return asdict(self)


def difference(name: str, first: Sequence[Graded], second: Sequence[Graded]) -> Difference:
    before, after = by_question(first), by_question(second)
    both = sorted(before.keys() & after.keys())
    moved = [after[one] - before[one] for one in both]
    return Difference(
        name,
        len(both),
        fmean(before[one] for one in both) if both else None,
        fmean(after[one] for one in both) if both else None,
        fmean(moved) if both else None,
        paired(moved),
        sum(one > 0 for one in moved),
        sum(one < 0 for one in moved),
        len(before.keys() ^ after.keys()),
    )


def comparison(first: Sequence[Graded], second: Sequence[Graded]) -> dict[str, list[Difference]]:
    """Grouping -> its differences; `all` is one."""
    tables = {"all": [difference("all", first, second)]}
    for grouping, of in GROUPINGS.items():
        left, right = grouped(first, of), grouped(second, of)
        names = sorted(left.keys() | right.keys())
        if len(names) > 1 or grouping == "type":
            tables[grouping] = [difference(name, left.get(name, []), right.get(name, [])) for name in names]
    return tables


def moved(first: Sequence[Graded], second: Sequence[Graded]) -> list[tuple[float, Graded, Graded]]:
    """(difference, first, second) of single responses, the largest losses first, then the largest gains."""
    before = {one.item.id: one for one in first if one.accuracy is not None}
    pairs = [(before[one.item.id], one) for one in second if one.accuracy is not None and one.item.id in before]
    changes = [((b.accuracy or 0.0) - (a.accuracy or 0.0), a, b) for a, b in pairs if a.accuracy != b.accuracy]
    return sorted(changes, key=lambda change: (change[0], change[1].item.id))
