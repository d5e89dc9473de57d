"""Bars: a cell of a table that is drawn as long as its share, and a histogram as inline SVG."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from wethink_plugins.report.scale import Scale, label, ticks

WIDTH, HEIGHT = 560.0, 300.0
LEFT, RIGHT, TOP, BOTTOM = 56.0, 8.0, 22.0, 74.0
_WIDEST = 72.0
"""Of a column with its gap, so that few of them don't look like a wall."""


@dataclass(frozen=True)
class Bar:
    """A table cell. `parts` are shares of the column's full width, 0 to 1 in sum, each in the next of the line colours."""

    text: str
    parts: Sequence[float]
    title: str = ""

    def widths(self) -> list[str]:
        """Per cent, as the style sheet takes them; what isn't finite or is below zero is nothing."""
        return [f"{100 * min(part, 1.0) if math.isfinite(part) and part > 0 else 0:.2f}%" for part in self.parts]


@dataclass(frozen=True)
class Histogram:
    """How many there are in each range; `bins` are (name of the range, number) from left to right."""

    title: str
    bins: Sequence[tuple[str, int]]

    def svg(self) -> Markup:
        """The drawing; the page adds the title above it."""
        most = max((count for _, count in self.bins), default=0) or 1
        y = Scale(0, most, HEIGHT - BOTTOM, TOP)
        opening = f'<svg viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" aria-label="{escape(self.title)}">'
        return Markup(opening + "".join([*self._grid(y, most), *self._columns(y)]) + "</svg>")

    def _grid(self, y: Scale, most: int) -> Iterable[str]:
        for value in (tick for tick in ticks(0, most, 4) if tick == int(tick)):
            yield f'<line class="grid" x1="{LEFT:g}" x2="{WIDTH - RIGHT:g}" y1="{y(value):.1f}" y2="{y(value):.1f}"/>'
            yield f'<text class="tick" x="{LEFT - 7:.1f}" y="{y(value) + 4:.1f}" text-anchor="end">{_short(value)}</text>'

    def _columns(self, y: Scale) -> Iterable[str]:
        step = min((WIDTH - LEFT - RIGHT) / max(1, len(self.bins)), _WIDEST)
        for place, (name, count) in enumerate(self.bins):
            left, middle = LEFT + place * step, LEFT + (place + 0.5) * step
            top = min(y(count), HEIGHT - BOTTOM - 1.5) if count else HEIGHT - BOTTOM
            yield f'<g class="bin"><title>{escape(name)}: {count:,}</title>'
            yield f'<rect x="{left + step * 0.1:.1f}" y="{top:.1f}" width="{step * 0.8:.1f}" height="{HEIGHT - BOTTOM - top:.1f}"/>'
            if count and len(self.bins) <= 20:
                yield f'<text x="{middle:.1f}" y="{top - 4:.1f}" text-anchor="middle">{_short(count)}</text>'
            turned = f"translate({middle + 4:.1f} {HEIGHT - BOTTOM + 14:.1f}) rotate(-38)"
            yield f'<text class="tick" x="0" y="0" text-anchor="end" transform="{turned}">{escape(name)}</text></g>'


def _short(value: float) -> str:
    """Thousands and millions by letter, so that it fits above a column."""
    if value >= 999_500:
        return f"{value / 1e6:.3g}M"
    return f"{value / 1000:.3g}K" if value >= 10_000 else label(value)
