"""Which ability goes with which question type, and which item of a round gets which pair."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import TypeVar

Cell = tuple[str, str]
_T = TypeVar("_T")

_PASSES = 50
LEAST_WEIGHT = 0.05
"""Of a pair that is never accepted though both its sides are elsewhere; *chosen*."""


def paired(rows: Mapping[str, float], columns: Mapping[str, float], weights: Mapping[Cell, float]) -> dict[Cell, float]:
    """Fills the table so that its sums are those given (both have the same total), in proportion to weights > 0.

    Iterative proportional fitting: with equal weights, rows and columns are independent.
    """
    table = {(row, column): weights.get((row, column), 1.0) for row in rows for column in columns}
    for _ in range(_PASSES):
        for place, sums in ((0, rows), (1, columns)):
            found = Counter[str]()
            for cell, number in table.items():
                found[cell[place]] += number
            table = {cell: _scaled(number, sums[cell[place]], found[cell[place]]) for cell, number in table.items()}
    return table


def drawn(table: Mapping[_T, float], number: int, rng: random.Random) -> list[_T]:
    """So many keys, each as often as the table says, up or down to a whole number by chance; in the table's order."""
    total, reached, result = sum(table.values()), 0.0, list[_T]()
    start = rng.random()
    for key, share in table.items():
        reached += number * share / total if total else number / len(table)
        while len(result) < number and start + len(result) < reached:
            result.append(key)
    return result + [next(reversed(table))] * (number - len(result))


def dealt(cells: Sequence[_T], items: Sequence[str], rng: random.Random) -> dict[str, _T]:
    """Item -> cell, by chance; items of one image get different ones as far as possible. `cells`: equal ones together."""
    turns: defaultdict[int, list[str]] = defaultdict(list)
    seen = Counter[str]()
    for item in items:
        image = image_of(item)
        turns[seen[image]].append(item)
        seen[image] += 1
    cut = rng.randrange(len(cells)) if cells else 0
    rest = [*cells[cut:], *cells[:cut]]
    result: dict[str, _T] = {}
    for turn in turns.values():
        part, rest = rest[: len(turn)], rest[len(turn) :]
        rng.shuffle(part)
        result.update(zip(turn, part, strict=True))
    return {item: result[item] for item in items}


def image_of(item: str) -> str:
    """Of IMAGE_ID#k."""
    return item.rpartition("#")[0]


def _scaled(number: float, wanted: float, found: float) -> float:
    return number * wanted / found if found else 0.0
