"""How far two raters agree over ordered categories: small exact functions, no dependency.

A `Matrix` counts pairs: row = what the first rater said, column = the second, categories in their order. Every
function returns None where its value isn't defined (nothing rated, or chance alone would agree always).
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Literal

Matrix = Sequence[Sequence[float]]
Level = Literal["nominal", "ordinal"]
Statistic = Callable[[Matrix], "float | None"]


def matrix_of(pairs: Iterable[tuple[str, str]], categories: Sequence[str]) -> list[list[int]]:
    """Counts of (first, second); both must be among `categories`, else ValueError."""
    places = {name: place for place, name in enumerate(categories)}
    matrix = [[0] * len(categories) for _ in categories]
    for first, second in pairs:
        if first not in places or second not in places:
            raise ValueError(f"({first!r}, {second!r}) is not among {', '.join(categories)}")
        matrix[places[first]][places[second]] += 1
    return matrix


def merged(matrix: Matrix, groups: Sequence[Sequence[int]]) -> list[list[float]]:
    """The matrix with categories thrown together, each group a list of their places."""
    return [[sum(matrix[i][j] for i in rows for j in columns) for columns in groups] for rows in groups]


def agreement(matrix: Matrix) -> float | None:
    """Share of pairs that are the same, in [0, 1]."""
    total = _total(matrix)
    return sum(row[i] for i, row in enumerate(matrix)) / total if total else None


def kappa(matrix: Matrix, power: int = 0) -> float | None:
    """Cohen's kappa in [-1, 1]; `power` 1 weighs a disagreement by its distance, 2 by the square of it."""
    total = _total(matrix)
    if not total:
        return None
    rows = [sum(row) for row in matrix]
    columns = [sum(column) for column in zip(*matrix, strict=True)]
    places = range(len(matrix))
    cost = [[float(i != j) if power == 0 else abs(i - j) ** power for j in places] for i in places]
    expected = sum(cost[i][j] * rows[i] * columns[j] for i in places for j in places) / total
    observed = sum(cost[i][j] * matrix[i][j] for i in places for j in places)
    return 1 - observed / expected if expected else None


def krippendorff_alpha(units: Iterable[Sequence[float]], level: Level = "ordinal") -> float | None:
    """Krippendorff's alpha over units that may have any number of ratings; those with fewer than two don't count.

    Ratings are numbers whose order is the order of the categories.
    """
    coincidences: Counter[tuple[float, float]] = Counter()
    for ratings in units:
        for i, first in enumerate(ratings):
            for j, second in enumerate(ratings):
                if i != j:
                    coincidences[first, second] += 1 / (len(ratings) - 1)  # type: ignore[assignment]
    values = sorted({value for pair in coincidences for value in pair})
    return _alpha([[coincidences[first, second] for second in values] for first in values], level)


def alpha(matrix: Matrix, level: Level = "ordinal") -> float | None:
    """Krippendorff's alpha of two raters who both rated every unit."""
    places = range(len(matrix))
    return _alpha([[matrix[i][j] + matrix[j][i] for j in places] for i in places], level)


def _alpha(coincidences: Matrix, level: Level) -> float | None:
    totals = [sum(row) for row in coincidences]
    everything = sum(totals)
    if everything <= 1:
        return None
    places = range(len(totals))
    distance = [[_distance(totals, min(i, j), max(i, j), level) for j in places] for i in places]
    observed = sum(coincidences[i][j] * distance[i][j] for i in places for j in places) / everything
    chance = sum(totals[i] * totals[j] * distance[i][j] for i in places for j in places)
    expected = chance / (everything * (everything - 1))
    return 1 - observed / expected if expected else None


def _distance(totals: Sequence[float], low: int, high: int, level: Level) -> float:
    """Squared; between ordered categories it counts the ratings that lie between them."""
    if level == "nominal":
        return float(low != high)
    return (sum(totals[low : high + 1]) - (totals[low] + totals[high]) / 2) ** 2


def kendall_tau(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Kendall's tau-b of two rankings of the same things, ties allowed, in [-1, 1]; None where one of them is flat."""
    agree = ties_first = ties_second = 0
    for i in range(len(first)):
        for j in range(i):
            a, b = _sign(first[i] - first[j]), _sign(second[i] - second[j])
            agree += a * b
            ties_first += a == 0
            ties_second += b == 0
    pairs = len(first) * (len(first) - 1) // 2
    scale = ((pairs - ties_first) * (pairs - ties_second)) ** 0.5
    return agree / scale if scale else None


def pearson(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Correlation in [-1, 1]; None where one of them doesn't vary."""
    n = len(first)
    if n < 2:
        return None
    mean_1, mean_2 = sum(first) / n, sum(second) / n
    spread_1 = sum((a - mean_1) ** 2 for a in first)
    spread_2 = sum((b - mean_2) ** 2 for b in second)
    together = sum((a - mean_1) * (b - mean_2) for a, b in zip(first, second, strict=True))
    return together / (spread_1 * spread_2) ** 0.5 if spread_1 > 1e-18 and spread_2 > 1e-18 else None


def ranks(values: Sequence[float]) -> list[float]:
    """From 1; equal values share the mean of their places. Pearson of ranks is Spearman's correlation."""
    counts = Counter(values)
    order = sorted(counts)
    ends = dict(zip(order, accumulate(counts[value] for value in order), strict=True))
    return [ends[value] - (counts[value] - 1) / 2 for value in values]


def intervals(
    pairs: Sequence[tuple[Hashable, str, str]],
    categories: Sequence[str],
    statistics: Mapping[str, Statistic],
    rounds: int = 1000,
    seed: int = 0,
) -> dict[str, tuple[float, float] | None]:
    """95% bootstrap intervals. `pairs` are (cluster, first, second): clusters are drawn whole, since the rows of one
    question aren't independent. The same seed gives the same intervals; None where a statistic is rarely defined."""
    clusters: dict[Hashable, list[tuple[str, str]]] = defaultdict(list)
    for cluster, first, second in pairs:
        clusters[cluster].append((first, second))
    parts = [matrix_of(rows, categories) for rows in clusters.values()]
    found: dict[str, list[float]] = {name: [] for name in statistics}
    dice = random.Random(seed)
    for _ in range(rounds if parts else 0):
        matrix = _sum(dice.choices(parts, k=len(parts)), len(categories))
        for name, statistic in statistics.items():
            value = statistic(matrix)
            if value is not None:
                found[name].append(value)
    return {name: _middle(values, rounds) for name, values in found.items()}


def _middle(values: list[float], rounds: int) -> tuple[float, float] | None:
    if len(values) < max(2, rounds // 2):
        return None
    values.sort()
    return values[int(0.025 * len(values))], values[min(len(values) - 1, int(0.975 * len(values)))]


def _sum(matrices: Sequence[Matrix], size: int) -> list[list[float]]:
    places = range(size)
    return [[sum(matrix[i][j] for matrix in matrices) for j in places] for i in places]


def _total(matrix: Matrix) -> float:
    return sum(map(sum, matrix))


def _sign(value: float) -> int:
    return (value > 1e-12) - (value < -1e-12)
