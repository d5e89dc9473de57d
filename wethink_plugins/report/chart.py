"""Line charts as inline SVG: axes, grid, dashed guides, and a read-out of all lines under the pointer, without a script."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup, escape

from wethink_plugins.report.scale import Scale, bounds, label, ticks

Point = tuple[float, float]
OpenPoint = tuple[float, "float | None"]
"""With None where there is no value."""
WIDTH, HEIGHT = 560.0, 300.0
LEFT, RIGHT, TOP, BOTTOM = 66.0, 14.0, 12.0, 42.0
COLOURS = 8
"""Line colours in the page's style sheet, `--line-0` on; a ninth line starts over, dashed."""


@dataclass(frozen=True)
class Line:
    """One line. Points with a missing or non-finite y are left out and the line is drawn across the gap."""

    name: str
    points: Sequence[OpenPoint]
    dashed: bool = False

    def finite(self) -> list[Point]:
        return [(x, y) for x, y in self.points if y is not None and math.isfinite(y)]


@dataclass(frozen=True)
class Guide:
    """A horizontal line to compare with, e.g. a baseline."""

    name: str
    value: float


@dataclass(frozen=True)
class LineChart:
    """Lines over a common x. `y_range` None fits the data; `percent` shows shares of 1 as per cent."""

    title: str
    lines: Sequence[Line]
    x_label: str = "step"
    y_label: str = ""
    y_range: tuple[float, float] | None = None
    percent: bool = False
    guides: Sequence[Guide] = field(default_factory=tuple)

    def svg(self) -> Markup:
        """The drawing; the page adds title and legend around it."""
        x, y = self._scales()
        parts = [*self._grid(x, y), *self._guides(y), *self._lines(x, y), *self._columns(x, y)]
        opening = f'<svg viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" aria-label="{escape(self.title)}">'
        return Markup(opening + "".join(parts) + "</svg>")

    def style_of(self, index: int) -> Markup:
        """Colour and dashes of a line, for the drawing and for the legend alike."""
        dashed = self.lines[index].dashed or index >= COLOURS
        return Markup(f"--line:var(--line-{index % COLOURS})" + (";--dash:5 4" if dashed else ""))

    def _scales(self) -> tuple[Scale, Scale]:
        points = [point for line in self.lines for point in line.finite()]
        left, right = (min(p[0] for p in points), max(p[0] for p in points)) if points else (0.0, 1.0)
        heights = [p[1] for p in points] + [guide.value for guide in self.guides]
        low, high = bounds(heights, self.y_range)
        right = right if right > left else left + 1
        return Scale(left, right, LEFT, WIDTH - RIGHT), Scale(low, high, HEIGHT - BOTTOM, TOP)

    def _grid(self, x: Scale, y: Scale) -> Iterable[str]:
        for value in ticks(y.low, y.high):
            yield f'<line class="grid" x1="{LEFT:g}" x2="{WIDTH - RIGHT:g}" y1="{y(value):.1f}" y2="{y(value):.1f}"/>'
            yield _text(LEFT - 7, y(value) + 4, label(value, self.percent), "end")
        for value in (tick for tick in ticks(x.low, x.high, 8) if x.high - x.low < 8 or tick == int(tick)):
            yield _text(x(value), HEIGHT - BOTTOM + 17, label(value), "middle")
        yield _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, self.x_label, "middle", "axis")
        if self.y_label:
            yield _text(
                0, 0, self.y_label, "middle", "axis", f"translate(11 {(TOP + HEIGHT - BOTTOM) / 2:g}) rotate(-90)"
            )

    def _guides(self, y: Scale) -> Iterable[str]:
        for guide in self.guides:
            height = y(guide.value)
            yield f'<line class="guide" x1="{LEFT:g}" x2="{WIDTH - RIGHT:g}" y1="{height:.1f}" y2="{height:.1f}"/>'
            yield _text(
                WIDTH - RIGHT - 4, height - 4, f"{guide.name} {label(guide.value, self.percent)}", "end", "guide-name"
            )

    def _lines(self, x: Scale, y: Scale) -> Iterable[str]:
        for index, line in enumerate(self.lines):
            places = " ".join(f"{x(px):.1f},{y(py):.1f}" for px, py in line.finite())
            if places:
                yield f'<polyline class="line" style="{self.style_of(index)}" points="{places}"/>'

    def _columns(self, x: Scale, y: Scale) -> Iterable[str]:
        """One invisible column per x; under the pointer it shows a rule, the points, and all values as a tooltip."""
        steps = sorted({point[0] for line in self.lines for point in line.finite()})
        for place, step in enumerate(steps):
            left = (x(steps[place - 1]) + x(step)) / 2 if place else LEFT
            right = (x(steps[place + 1]) + x(step)) / 2 if place + 1 < len(steps) else WIDTH - RIGHT
            yield f'<g class="column"><title>{escape(self._read_out(step))}</title>'
            yield f'<rect x="{left:.1f}" y="{TOP:g}" width="{right - left:.1f}" height="{HEIGHT - TOP - BOTTOM:g}"/>'
            yield f'<line class="rule" x1="{x(step):.1f}" x2="{x(step):.1f}" y1="{TOP:g}" y2="{HEIGHT - BOTTOM:g}"/>'
            yield "".join(self._dots(step, x, y)) + "</g>"

    def _dots(self, step: float, x: Scale, y: Scale) -> Iterable[str]:
        for index, line in enumerate(self.lines):
            for px, py in line.finite():
                if px == step:
                    yield f'<circle style="{self.style_of(index)}" cx="{x(px):.1f}" cy="{y(py):.1f}" r="3.5"/>'

    def _read_out(self, step: float) -> str:
        values = ((line.name, dict(line.finite()).get(step)) for line in self.lines)
        known = (f"{name}: {label(value, self.percent)}" for name, value in values if value is not None)
        return "\n".join([f"{self.x_label} {label(step)}", *known])


def _text(x: float, y: float, text: str, anchor: str, kind: str = "tick", transform: str = "") -> str:
    place = f' transform="{transform}"' if transform else ""
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{place}>{escape(text)}</text>'
