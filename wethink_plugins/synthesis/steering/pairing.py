"""Which ability goes with which question type, and which item of a round gets which pair."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import TypeVar

Cell = tuple[str, str]
_T = TypeVar("_T")

_PASSES = 50
_NEXT_TO_NONE = 1e-3
PROBE = 0.005
"""Of all, for a pair without weight; *chosen*."""


def paired(rows: Mapping[str, float], columns: Mapping[str, float], weights: Mapping[Cell, float]) -> dict[Cell, float]:
    """Fills the table so that its sums are those given (both have the same total), in proportion to the weights.

    Iterative proportional fitting: with equal weights, rows and columns are independent. Where pairs without weight are
    needed for the sums, the table is halfway between one with the rows' sums and one with the columns'.
    """
    probe = PROBE * sum(rows.values())
    sums = [{name: max(number, _NEXT_TO_NONE) for name, number in side.items()} for side in (rows, columns)]
    table = {(row, column): weights.get((row, column), 1.0) for row in rows for column in columns}
    by_rows = table
    for _ in range(_PASSES):
        by_rows = _fitted(table, 0, sums[0])
        table = _fitted(by_rows, 1, sums[1])
    return {cell: (by_rows[cell] + table[cell]) / 2 if weights.get(cell, 1.0) else probe for cell in table}


def _fitted(table: Mapping[Cell, float], place: int, sums: Mapping[str, float]) -> dict[Cell, float]:
    found = defaultdict[str, float](float)
    for cell, number in table.items():
        found[cell[place]] += number
    return {
        cell: number * sums[cell[place]] / found[cell[place]] if found[cell[place]] else 0.0
        for cell, number in table.items()
    }


def drawn(table: Mapping[_T, float], number: int, rng: random.Random) -> list[_T]:
    """So many keys, each as often as the table says, up or down to a whole number by chance; in the table's order."""
    total, reached, result = sum(table.values()), 0.0, list[_T]()
    start = rng.random()
    for key, share in table.items():
        reached += number * share / total if total else number / len(table)
        while len(result) < number and start + len(result) < reached:
            result.append(key)
    return result + [*table][-1:] * (number - len(result))


def dealt(cells: Sequence[_T], items: Sequence[str], rng: random.Random) -> dict[str, _T]:
    """Item -> cell, by chance; items of one image get different ones as far as possible. `cells`: equal ones together."""
    images = list(dict.fromkeys(map(image_of, items)))
    place = dict(zip(images, rng.sample(range(len(images)), len(images)), strict=True))
    seen = Counter[str]()
    turns: list[tuple[int, int, str]] = []
    for item in items:
        image = image_of(item)
        turns.append((seen[image], place[image], item))
        seen[image] += 1
    cut = rng.randrange(len(cells)) if cells else 0
    # All first questions, then all second ones, images in one order: an image's cells are as far apart as can be.
    result = {item: cell for (*_, item), cell in zip(sorted(turns), [*cells[cut:], *cells[:cut]], strict=True)}
    return {item: result[item] for item in items}


def image_of(item: str) -> str:
    """Of IMAGE_ID#k."""
    return item.rpartition("#")[0]
