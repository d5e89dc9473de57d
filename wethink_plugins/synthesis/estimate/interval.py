"""Intervals for means, shares and ratios of a sample drawn without replacement from a known number of images.

What an image costs is skewed: most are rejected early or pass with few turns, and some take every turn and every re-ask.
A plain t interval then misses on one side more often than on the other. So the skewness of the sample is taken out by
Hall's cubic transformation of the t statistic (P. Hall, "On the removal of skewness by transformation", 1992): as good
as a bootstrap-t to second order, and the same at every call. `benchmarks/synthesis_estimate.py` compares them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean

LEVEL = 0.9
FEWEST_IMAGES = 30
"""With fewer the spread itself is a guess, and no interval is given (chosen)."""
FEWEST_NONZERO = 10
"""Images that must have used any of it: of what eight images came to, eight others would have been no surprise (chosen)."""


@dataclass(frozen=True, slots=True)
class Interval:
    """`low` and `high` are None where the sample is too small to give them."""

    value: float
    low: float | None = None
    high: float | None = None

    def times(self, factor: float) -> Interval:
        low, high = (None if end is None else end * factor for end in (self.low, self.high))
        return Interval(self.value * factor, low, high)

    @property
    def half_width(self) -> float | None:
        """Half of the interval, as a share of the value."""
        if self.low is None or self.high is None or not self.value:
            return None
        return (self.high - self.low) / 2 / self.value


def mean_interval(values: Sequence[float], population: int, level: float = LEVEL) -> Interval:
    """Of the mean over `population` images, of which `values` are a random sample; none is negative."""
    n = len(values)
    if n == 0:
        return Interval(math.nan)
    mean = fmean(values)
    if n >= population:
        return Interval(mean, mean, mean)
    if n < FEWEST_IMAGES or sum(value != 0 for value in values) < FEWEST_NONZERO:
        return Interval(mean)
    low, high = _hall(values, mean, population, level)
    # What the sample itself used is used already, whatever the others do.
    return Interval(mean, max(low, mean * n / population), high)


def _hall(values: Sequence[float], mean: float, population: int, level: float) -> tuple[float, float]:
    n = len(values)
    deviation = math.sqrt(sum((value - mean) ** 2 for value in values) / (n - 1))
    if deviation == 0.0:
        return mean, mean
    skewness = fmean(((value - mean) / deviation) ** 3 for value in values) / math.sqrt(n)
    error = deviation / math.sqrt(n) * math.sqrt(1 - n / population)
    quantile = t_quantile((1 + level) / 2, n - 1)
    return mean - error * _untransformed(quantile, skewness), mean - error * _untransformed(-quantile, skewness)


def _untransformed(quantile: float, skewness: float) -> float:
    """The t statistic whose transform is `quantile`; `skewness` is that of the mean."""
    if abs(skewness) < 1e-9:
        return quantile
    cube = 1 + skewness * (quantile - skewness / 6)
    return 3 / skewness * (math.copysign(abs(cube) ** (1 / 3), cube) - 1)


def ratio_interval(above: Sequence[float], below: Sequence[float], population: int, level: float = LEVEL) -> Interval:
    """Of sum(above) / sum(below) over `population` images; the same images in both."""
    n, divisor = len(below), sum(below)
    if not divisor:
        return Interval(math.nan)
    value = sum(above) / divisor
    if n >= population:
        return Interval(value, value, value)
    if n < FEWEST_IMAGES or sum(one != 0 for one in below) < FEWEST_NONZERO:
        return Interval(value)
    residuals = [a - value * b for a, b in zip(above, below, strict=True)]
    low, high = _hall(residuals, fmean(residuals), population, level)
    return Interval(value, max(value + low * n / divisor, 0.0), value + high * n / divisor)


def share_interval(hits: Sequence[int], items: Sequence[int], population: int, level: float = LEVEL) -> Interval:
    """Of the share of items that are hits, each image having `items` of them: Wilson's, with the images as clusters."""
    n, total = len(items), sum(items)
    if not total:
        return Interval(math.nan)
    share = sum(hits) / total
    if n >= population:
        return Interval(share, share, share)
    if n < FEWEST_IMAGES:
        return Interval(share)
    size = total / max(_cluster_effect(hits, items, share), 1.0) / (1 - n / population)
    z = NormalDist().inv_cdf((1 + level) / 2)
    middle = (share + z * z / 2 / size) / (1 + z * z / size)
    half = z * math.sqrt(share * (1 - share) / size + z * z / 4 / size**2) / (1 + z * z / size)
    return Interval(share, max(middle - half, 0.0), min(middle + half, 1.0))


def _cluster_effect(hits: Sequence[int], items: Sequence[int], share: float) -> float:
    """How much more the share varies than with items drawn one by one."""
    n, total = len(items), sum(items)
    plain = share * (1 - share) / total
    if not plain or n < 2:
        return 1.0
    between = sum((h - share * k) ** 2 for h, k in zip(hits, items, strict=True)) * n / (n - 1) / total**2
    return between / plain


def images_for(values: Sequence[float], half_width: float, population: int, level: float = LEVEL) -> int | None:
    """About how many images would give that half width; None where the sample can't tell."""
    n = len(values)
    if n < FEWEST_IMAGES or not (mean := fmean(values)):
        return None
    variance = sum((value - mean) ** 2 for value in values) / (n - 1)
    z = NormalDist().inv_cdf((1 + level) / 2)
    wanted = variance * (z / half_width / mean) ** 2
    return min(population, max(FEWEST_IMAGES, math.ceil(wanted / (1 + wanted / population))))


def t_quantile(share: float, freedom: int) -> float:
    """Of Student's t, by the expansion of Abramowitz and Stegun 26.7.5: right to 0.001 from 10 degrees of freedom on."""
    z = NormalDist().inv_cdf(share)
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / freedom + second / freedom**2 + third / freedom**3
