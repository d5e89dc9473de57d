"""95% intervals in closed form: no seed, no draws, and none of them is a point where nothing varied."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from statistics import NormalDist, fmean

Interval = tuple[float, float]
_Z = NormalDist().inv_cdf(0.975)


def wilson(values: Sequence[float]) -> Interval | None:
    """Of the mean of values in [0, 1], by Wilson's score; None without any.

    Made for right and wrong. For values between, tiers or means over several responses, it is wider than need be, since
    nothing in [0, 1] with this mean varies more than 0 and 1 do.
    """
    n = len(values)
    if not n:
        return None
    p, z2 = fmean(values), _Z * _Z
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z * sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def paired(differences: Sequence[float]) -> Interval | None:
    """Of the mean of differences in [-1, 1] of the same questions, by Bonett and Price (2012); None without any.

    Wald's interval after one gain and one loss were added: it holds where few questions differ, or none.
    """
    n = len(differences)
    if not n:
        return None
    up = (sum(d for d in differences if d > 0) + 1) / (n + 2)
    down = (sum(-d for d in differences if d < 0) + 1) / (n + 2)
    half = _Z * sqrt(max(0.0, up + down - (up - down) ** 2) / (n + 2))
    return max(-1.0, up - down - half), min(1.0, up - down + half)
