"""From values to places on an axis, and the round numbers that stand beside it."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """Maps [low, high] onto [start, end] in drawing units; `end` may lie before `start`, as on an upward axis."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def ticks(low: float, high: float, wanted: int = 5) -> list[float]:
    """Round numbers within [low, high], about `wanted` of them, in steps of 1, 2, 2.5 or 5 times a power of ten."""
    rough = (high - low) / max(1, wanted)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(size * power for size in (1, 2, 2.5, 5, 10) if size * power >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(index * step, 10) for index in range(first, last + 1)]


def bounds(values: list[float], fixed: tuple[float, float] | None) -> tuple[float, float]:
    """`fixed`, or the range of the values with a little air; never empty."""
    if fixed:
        return fixed
    if not values:
        return 0.0, 1.0
    low, high = min(values), max(values)
    air = (high - low) * 0.06 or max(abs(high) * 0.1, 0.5)
    return low - air, high + air


def label(value: float, percent: bool = False) -> str:
    """A tick's or a point's text: at most three significant digits behind the point, no trailing zeros."""
    if percent:
        return f"{value * 100:.3g} %" if abs(value) < 10 else f"{value * 100:.0f} %"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
