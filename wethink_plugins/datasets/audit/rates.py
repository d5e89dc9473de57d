"""Shares of rows with their 95% intervals: of a stratum, and of strata together, weighed by their size in the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from wethink_plugins.datasets.audit.strata import Stratum

# The normal distribution's 97.5th percentile.
_Z = 1.959963984540054
SAID = ("yes", "no", "unsure", "split", "open")
"""`split`: annotators say yes and no equally often. `open`: nobody has marked it."""


def wilson(yes: float, total: float) -> tuple[float, float]:
    """Wilson's score interval of yes/total at 95%, in [0, 1]; counts may be fractions, total is above 0."""
    share, z2 = yes / total, _Z * _Z
    middle = (share + z2 / (2 * total)) / (1 + z2 / total)
    half = _Z / (1 + z2 / total) * (share * (1 - share) / total + z2 / (4 * total * total)) ** 0.5
    return max(0.0, middle - half), min(1.0, middle + half)


def effective_size(weights: Mapping[Stratum, float], counts: Mapping[Stratum, int]) -> float:
    """How many rows drawn without strata would tell as much (Kish): weights add up to 1, counts are above 0.

    As if strata were all alike, so what stratification gains is left out: the interval is rather too wide. It doesn't
    shrink to nothing where a stratum has one row, as the textbook's variance within strata does.
    """
    return 1 / sum(weight * weight / counts[stratum] for stratum, weight in weights.items())


def rate_of(said: Iterable[tuple[Stratum, str]], sizes: Mapping[Stratum, int]) -> dict[str, Any]:
    """From (stratum, one of SAID) of each sampled row: counts, and the share of yes among yes and no.

    `rate` is weighed by `sizes`, the rows of each stratum in the whole file, over the strata in which anything is
    decided; `covered` is the share of all rows that these have. `unsure` and the rest count for neither side. Rate and
    interval are None where nothing is decided.
    """
    cells: dict[Stratum, Counter[str]] = {}
    for stratum, value in said:
        cells.setdefault(stratum, Counter())[value] += 1
    totals = sum(cells.values(), Counter())
    decided = {stratum: cell["yes"] + cell["no"] for stratum, cell in cells.items() if cell["yes"] + cell["no"]}
    found: dict[str, Any] = {name: totals[name] for name in SAID}
    covered = sum(sizes[stratum] for stratum in decided)
    found["covered"] = covered / sum(sizes[stratum] for stratum in cells) if cells else 0.0
    found |= {"rate": None, "low": None, "high": None, "effective": 0.0}
    if decided:
        weights = {stratum: sizes[stratum] / covered for stratum in decided}
        rate = sum(weight * cells[stratum]["yes"] / decided[stratum] for stratum, weight in weights.items())
        size = effective_size(weights, decided)
        low, high = wilson(rate * size, size)
        found |= {"rate": min(rate, 1.0), "low": low, "high": high, "effective": size}
    return found
