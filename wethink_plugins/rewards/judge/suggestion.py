"""What tier values, or which merging of tiers, would follow the labels best for a judge as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from typing import Any

from wethink_plugins.agreement import Matrix, agreement, kappa, merged
from wethink_plugins.rewards.judge.tiers import TIERS


def suggested_values(matrix: Matrix, tiers: Mapping[str, float]) -> dict[str, Any]:
    """For each word of the judge the mean value that its rows deserve by label, made to not rise from best to worst.

    `error` is the root mean square of paid minus deserved, with the tiers as configured and as suggested. A word that
    was never said keeps its value, if order allows.
    """
    deserved = [tiers[name] for name in TIERS]
    counts = [sum(column) for column in zip(*matrix, strict=True)]
    means = [
        sum(row[i] * value for row, value in zip(matrix, deserved, strict=True)) / count if count else tiers[TIERS[i]]
        for i, count in enumerate(counts)
    ]
    fitted = _not_rising(means, [max(count, 1e-9) for count in counts])
    return {
        "values": {name: round(value, 3) for name, value in zip(TIERS, fitted, strict=True)},
        "error_now": _error(matrix, deserved, deserved),
        "error_suggested": _error(matrix, deserved, fitted),
    }


def merged_tiers(matrix: Matrix) -> list[dict[str, Any]]:
    """Every way to throw neighbouring tiers together, with the kappa that is left; the best first."""
    found = []
    for groups in _groupings(len(TIERS)):
        small = merged(matrix, groups)
        name = " | ".join("+".join(TIERS[i] for i in group) for group in groups)
        found.append({"tiers": name, "count": len(groups), "agreement": agreement(small), "kappa": kappa(small)})
    return sorted(found, key=lambda one: (one["kappa"] is not None, one["kappa"] or 0.0), reverse=True)


def _groupings(size: int) -> Iterator[list[list[int]]]:
    for cuts in range(1, size):
        for places in combinations(range(1, size), cuts):
            ends = [0, *places, size]
            yield [list(range(a, b)) for a, b in pairwise(ends)]


def _not_rising(values: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The closest sequence, by weighted squares, that never rises: neighbours that do are pooled."""
    blocks: list[tuple[float, float, int]] = []
    for value, weight in zip(values, weights, strict=True):
        blocks.append((value, weight, 1))
        while len(blocks) > 1 and blocks[-2][0] < blocks[-1][0]:
            (a, wa, na), (b, wb, nb) = blocks[-2:]
            blocks[-2:] = [((a * wa + b * wb) / (wa + wb), wa + wb, na + nb)]
    return [value for value, _, count in blocks for _ in range(count)]


def _error(matrix: Matrix, deserved: Sequence[float], paid: Sequence[float]) -> float | None:
    total = sum(map(sum, matrix))
    squares = sum(
        count * (paid[j] - deserved[i]) ** 2 for i, row in enumerate(matrix) for j, count in enumerate(row) if count
    )
    return (squares / total) ** 0.5 if total else None
